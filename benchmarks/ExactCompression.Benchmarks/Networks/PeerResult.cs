namespace ExactCompression.Benchmarks;

/// <summary>What a peer reports about one network.</summary>
/// <param name="Decided">Neurons it decided, in percent.</param>
/// <param name="Seconds">Seconds it took.</param>
internal sealed record PeerResult(double Decided, double Seconds);
