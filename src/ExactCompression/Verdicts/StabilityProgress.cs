namespace ExactCompression;

/// <summary>Where a search for stable or unstable neurons stands.</summary>
/// <param name="Stage">The stage at work.</param>
/// <param name="Layer">1-based hidden layer at work, or 0 for all of them.</param>
/// <param name="Decided">Neurons decided so far.</param>
/// <param name="Total">All hidden neurons.</param>
/// <param name="Elapsed">Time since the start.</param>
public sealed record StabilityProgress(SearchStage Stage, int Layer, int Decided, int Total, TimeSpan Elapsed)
{
    /// <summary>What else there is to say, such as a solver's bound; empty for nothing.</summary>
    public string Detail { get; init; } = "";
}
