namespace ExactCompression;

/// <summary>The progress of a search for stable or unstable neurons.</summary>
/// <param name="Stage">The current stage.</param>
/// <param name="Layer">The current 1-based hidden layer, or 0 for all of them.</param>
/// <param name="Decided">Neurons decided so far.</param>
/// <param name="Total">All hidden neurons.</param>
/// <param name="Elapsed">Time since the start.</param>
public sealed record StabilityProgress(SearchStage Stage, int Layer, int Decided, int Total, TimeSpan Elapsed)
{
    /// <summary>Further details, such as a solver's bound; empty for none.</summary>
    public string Detail { get; init; } = "";
}
