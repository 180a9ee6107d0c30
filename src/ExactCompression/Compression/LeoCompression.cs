using ExactCompression.Compression;
using ExactCompression.Compression.Channels;
using ExactCompression.Compression.Equivalence;
using ExactCompression.Compression.Rewriting;
using ExactCompression.Compression.Schedules;
using ExactCompression.Networks;

namespace ExactCompression;

/// <summary>
/// Exact compression by stability: LEO++ (Serra, Yu, Kumar, Ramalingam, NeurIPS 2021), its removals alone, or every step that preserves the
/// function.
/// </summary>
/// <remarks>
/// Each level is a schedule of passes over a <see cref="DraftNetwork"/>: a pass proposes to rewrite a layer, the schedule chooses, and
/// <see cref="RewriteProof"/> bounds the effect of that, whatever was proposed. LEO++ (<see cref="LeoSchedule"/>) takes each layer as left
/// by the steps so far. (1) All neurons stably inactive: the network is a constant. (2) The stably inactive neurons are removed, and those
/// that nothing reads. (3) All that remain stably active: the layer is folded into the next, unless that would make the network larger. (4)
/// Otherwise stably active neurons that depend linearly on others are merged into them. New weights are computed in double precision and
/// rounded once, at the end (<see cref="StoredDraft"/>). If the result would exceed the tolerance, only the steps of those layers are
/// taken, first layer first, that stay within it. Only proven verdicts count: imported ones and a MILP solver's claims
/// (<see cref="StabilityTable.Unproven"/>) are proven first, and ignored where that fails, unless
/// <see cref="CompressionOptions.AllowUnproven"/> says otherwise. If the compressed network's file would be larger than the original's,
/// less is done (<see cref="FileSizeLimit"/>).
/// </remarks>
public static class LeoCompression
{
    /// <summary>Compresses a network based on the verdicts on its neurons.</summary>
    /// <param name="table">The verdicts; undetermined neurons are treated as unstable.</param>
    /// <param name="options">Level and precision.</param>
    /// <param name="cancellation">When cancelled, throws <see cref="OperationCanceledException"/> within a second.</param>
    /// <exception cref="InvalidInputException">Float32 arithmetic is asked for, and that of some of the network's nodes is not
    /// specified.</exception>
    public static CompressionResult Compress(StabilityTable table, CompressionOptions options, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        if (options.Arithmetic == Arithmetic.Float32)
            DeployedDeviation.Require(table.Network);
        (table, int unconfirmed) = CompressionPremises.Of(table, options, cancellation);
        CompressionResult result = FileSizeLimit.Hold(
            table.Network,
            options,
            (some, remark) => some is null ? Unchanged(table, unconfirmed, remark)
                : table.Network.Graph is null ? OfChain(table, some, unconfirmed, remark, cancellation)
                : OfGraph(table, some, unconfirmed, remark, cancellation),
            cancellation);
        return options.Arithmetic == Arithmetic.Real ? result
            : result.WithDeployed(
                DeployedDeviation.Between(result.Original, result.Compressed, result.Domain, result.ProvenDeviation, cancellation));
    }

    private static CompressionResult OfChain(
        StabilityTable table, CompressionOptions options, int unconfirmed, string? remark, CancellationToken cancellation)
    {
        DraftNetwork original = DraftNetwork.Of(table, cancellation);
        DraftNetwork draft = options.Level switch
        {
            CompressionLevel.DeleteOnly => RemovalSchedule.Run(original, cancellation),
            CompressionLevel.LeoPlusPlus => LeoSchedule.Run(original, options, cancellation),
            _ => MaximalSchedule.Run(original, table.Domain, options, cancellation),
        };
        (AffineLayer[] layers, double deviation) = StoredDraft.Of(draft, options.Precision, cancellation);

        // Where the file's weights are known only up to a radius, even removal may deviate by more than is allowed; then nothing is done.
        if (options.Tolerance is { } tolerance && !(deviation <= tolerance))
            return Unchanged(table, unconfirmed, remark);
        CompressionStep[] steps = [.. draft.Steps, .. NormalisationSteps.Of(table.Network, draft, layers)];
        return Result(table, table.Network.With(layers, StoredDraft.EditOf(draft, layers)), steps, deviation, unconfirmed, remark);
    }

    private static CompressionResult Unchanged(StabilityTable table, int unconfirmed, string? remark)
    {
        ReluNetwork network = table.Network;
        ReluNetwork same = network.IsDense ? network.With(network.DenseLayers, ChainEdit.None(network.DenseLayers)) : network;
        return Result(table, same, [], 0, unconfirmed, remark);
    }

    private static CompressionResult OfGraph(
        StabilityTable table, CompressionOptions options, int unconfirmed, string? remark, CancellationToken cancellation)
    {
        (GraphDraft draft, IReadOnlyList<string> remarks) = GraphSchedule.Run(table, options, cancellation);
        if (draft.Steps.Count == 0)
            return Result(table, table.Network, [], 0, unconfirmed, remark, remarks);
        (GraphEdit edit, double deviation) = StoredGraph.Of(draft, options.Precision);
        return Result(table, table.Network.With(edit), [.. draft.Steps], deviation, unconfirmed, remark, remarks);
    }

    private static CompressionResult Result(
        StabilityTable table, ReluNetwork compressed, CompressionStep[] steps, double deviation, int unconfirmed, string? remark,
        IReadOnlyList<string>? remarks = null) => new CompressionResult
    {
        Original = table.Network,
        Compressed = compressed,
        Domain = table.Domain,
        Table = table,
        Steps = Array.AsReadOnly(steps),
        ProvenDeviation = deviation,
        Unconfirmed = unconfirmed,
        Remarks = [.. remark is null ? [] : (string[])[remark], .. remarks ?? []],
        IsOwn = true,
    }.Sealed();
}
