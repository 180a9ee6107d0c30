namespace ExactCompression.Verdicts;

/// <summary>A note on the evidence of a verdict.</summary>
/// <param name="Confirms">Whether <paramref name="Evidence"/> is a proof that confirms a solver's claim; otherwise it is a claim that a
/// proof has refuted.</param>
/// <param name="Evidence">The proof or the claim, without notes of its own.</param>
internal readonly record struct EvidenceNote(bool Confirms, Evidence Evidence);
