using System.Globalization;

namespace ExactCompression;

/// <summary>The time and the verdicts of one stage of a search.</summary>
/// <param name="Stage">The stage: <c>Sampling</c>, <c>Interval</c>, <c>Crown</c>, <c>Attack</c>, ...</param>
/// <param name="Elapsed">Wall-clock time spent on it.</param>
/// <param name="Decided">How many neurons it settled.</param>
public sealed record StageReport(SearchStage Stage, TimeSpan Elapsed, int Decided)
{
    /// <summary>The stage's name.</summary>
    public string Name => Stage.Name;

    /// <inheritdoc/>
    public override string ToString() =>
        PrintableText.Of(string.Create(CultureInfo.InvariantCulture, $"{Name}: {Decided} decided in {Elapsed.TotalSeconds:0.###} s"));
}
