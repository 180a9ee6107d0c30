namespace ExactCompression.Numerics;

/// <summary>How many rows of a batch a pass takes, over which windows: all that its work depends on, besides the weights.</summary>
/// <param name="Rows">Rows of the batch.</param>
/// <param name="Vertical">The windows' axis of rows.</param>
/// <param name="Horizontal">The windows' axis of columns.</param>
internal readonly record struct BatchWindows(int Rows, AxisWindows Vertical, AxisWindows Horizontal)
{
    /// <summary>Positions of the source's window.</summary>
    public int SourcePlane => Vertical.Length * Horizontal.Length;

    /// <summary>Positions of the target's window.</summary>
    public int TargetPlane => Vertical.Targets * Horizontal.Targets;
}
