namespace ExactCompression;

/// <summary>Exact compression by stability, layer by layer, front to back: LEO++ (Serra, Yu, Kumar, Ramalingam, NeurIPS 2021).</summary>
public static class LeoCompression
{
    /// <summary>Compresses a network by the verdicts on its neurons.</summary>
    /// <param name="table">The verdicts; undetermined neurons are treated as unstable.</param>
    /// <param name="options">Level and precision.</param>
    /// <param name="cancellation">When cancelled, throws <see cref="OperationCanceledException"/> within a second.</param>
    public static CompressionResult Compress(StabilityTable table, CompressionOptions options, CancellationToken cancellation) => throw new NotImplementedException();
}
