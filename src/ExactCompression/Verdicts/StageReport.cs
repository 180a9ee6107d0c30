namespace ExactCompression;

/// <summary>What one kind of evidence cost and settled.</summary>
/// <param name="Name">The kind of evidence: <c>Sampling</c>, <c>Interval</c>, <c>Crown</c>, <c>Attack</c>, ...</param>
/// <param name="Elapsed">Wall-clock time spent on it.</param>
/// <param name="Decided">How many neurons it settled.</param>
public sealed record StageReport(string Name, TimeSpan Elapsed, int Decided);
