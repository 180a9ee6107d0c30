namespace ExactCompression.Benchmarks;

/// <summary>What a peer says of itself on one network.</summary>
/// <param name="Decided">Neurons it decided, in percent.</param>
/// <param name="Seconds">Seconds it took.</param>
internal sealed record PeerResult(double Decided, double Seconds);
