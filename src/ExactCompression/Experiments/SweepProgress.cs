namespace ExactCompression.Experiments;

/// <summary>How far a sweep is.</summary>
/// <param name="Total">Cells of this share of the sweep.</param>
/// <param name="Done">Rows computed now.</param>
/// <param name="Skipped">Cells that the CSV already had.</param>
/// <param name="Failed">Of <paramref name="Done"/>, those with an error.</param>
/// <param name="Running">What is being done now, in words.</param>
/// <param name="Elapsed">Time so far.</param>
/// <param name="Remaining">An estimate of the time left, from the speed so far and the networks' sizes; null before the first row.</param>
public sealed record SweepProgress(
    int Total, int Done, int Skipped, int Failed, IReadOnlyList<string> Running, TimeSpan Elapsed, TimeSpan? Remaining)
{
    /// <summary>Cells still to be computed.</summary>
    public int Left => Total - Done - Skipped;
}
