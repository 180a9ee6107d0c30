namespace ExactCompression.Verdicts;

/// <summary>What is noted beside the evidence of a verdict.</summary>
/// <param name="Confirms">Whether <paramref name="Evidence"/> is a proof of what a solver claims; else it is a claim that a proof has
/// refuted.</param>
/// <param name="Evidence">The proof or the claim, itself without notes.</param>
internal readonly record struct EvidenceNote(bool Confirms, Evidence Evidence);
