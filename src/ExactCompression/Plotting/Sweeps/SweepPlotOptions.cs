namespace ExactCompression;

/// <summary>What a picture of a sweep shows.</summary>
public sealed record SweepPlotOptions
{
    /// <summary>The column on the horizontal axis; null for the first of L1, Radius and DomainWidth that varies.</summary>
    public string? X { get; init; }

    /// <summary>
    /// The columns that are shown, each in a plot of its own; empty for what compression removed, and accuracy where there is some.
    /// </summary>
    public IReadOnlyList<string> Y { get; init; } = [];

    /// <summary>The columns whose values give separate lines; empty for the architecture, and whatever else was varied.</summary>
    public IReadOnlyList<string> GroupBy { get; init; } = [];

    /// <summary>The scale of <see cref="X"/>.</summary>
    public PlotScale XScale { get; init; }
}

/// <summary>The scale of an axis.</summary>
public enum PlotScale
{
    /// <summary>
    /// Logarithmic where the values are not negative and the largest is twenty times the smallest above 0 or more; else linear.
    /// </summary>
    Auto,

    /// <summary>Equal steps are equally far apart.</summary>
    Linear,

    /// <summary>Equal factors are equally far apart; 0 is drawn separately at the left.</summary>
    Log,
}
