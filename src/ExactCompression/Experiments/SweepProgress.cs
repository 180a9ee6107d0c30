namespace ExactCompression.Experiments;

/// <summary>How far a sweep is.</summary>
/// <param name="Total">Cells of this share of the sweep.</param>
/// <param name="Done">Rows made now.</param>
/// <param name="Skipped">Cells that the CSV had already.</param>
/// <param name="Failed">Of <paramref name="Done"/>, those with an error.</param>
/// <param name="Running">What is at work now, in words.</param>
/// <param name="Elapsed">Time so far.</param>
/// <param name="Remaining">An estimate of what is left: as the work done so far went, work measured by the networks' sizes; null before the
/// first row.</param>
public sealed record SweepProgress(
    int Total, int Done, int Skipped, int Failed, IReadOnlyList<string> Running, TimeSpan Elapsed, TimeSpan? Remaining)
{
    /// <summary>Cells yet to be done.</summary>
    public int Left => Total - Done - Skipped;
}
