using ExactCompression.Networks;

namespace ExactCompression.Formats;

/// <summary>
/// The part of a network's normalisation that the header of a <c>.nnet</c> file can express: <c>(x - mean) / range</c> before the first
/// matrix, <c>y range + mean</c> with one range and one mean after the last.
/// </summary>
internal sealed class NNetNormalisation
{
    private readonly ReluNetwork network;
    private readonly AffinePart?[] matrices;

    /// <summary>
    /// Separates the operations at both ends; a layer with other operations is written with all of them folded into its weights.
    /// </summary>
    public NNetNormalisation(ReluNetwork network)
    {
        this.network = network;
        matrices = new AffinePart?[network.Layers.Count];
        Means = new double[network.InputSize + 1];
        Ranges = AffineMap.Filled(network.InputSize + 1, 1);
        for (int l = 0; l < matrices.Length; l++)
            matrices[l] = Matrix(network.DenseLayers[l].Parts, isFirst: l == 0, isLast: l == network.Depth);
    }

    /// <summary>One for each input, then that of the outputs.</summary>
    public double[] Means { get; private set; }

    /// <summary>One for each input, then that of the outputs.</summary>
    public double[] Ranges { get; private set; }

    /// <summary>Whether header and weights represent the network's own function.</summary>
    /// <param name="precision">What weights are stored as.</param>
    public bool Holds(WeightPrecision precision) =>
        network.DenseLayers.Select(
            (layer, l) => matrices[l] is { } matrix ? matrix.Fits(precision) : layer.IsExact && layer.Precision <= precision).All(
                static held => held);

    /// <summary>The weights of a layer as they are written, row-major, and its biases.</summary>
    /// <param name="layer">0-based.</param>
    public (ReadOnlyMemory<double> Weights, ReadOnlyMemory<double> Bias) Matrix(int layer) =>
        matrices[layer] is { } matrix ? (matrix.Values[0], matrix.Values[1])
            : (network.DenseLayers[layer].Weights, network.DenseLayers[layer].Bias);

    private AffinePart? Matrix(IReadOnlyList<AffinePart>? parts, bool isFirst, bool isLast)
    {
        if (parts is null)
            return null;
        (double[] means, double[] ranges) = ([.. Means], [.. Ranges]);
        int at = 0;
        if (isFirst && parts[at] is { Kind: AffinePartKind.Elementwise } shift && IsAll(shift.Values[0], 1))
        {
            for (int i = 0; i < shift.Outputs; i++)
                means[i] = 0 - shift.Values[1][i];
            at++;
        }

        if (isFirst && at < parts.Count && parts[at].Kind == AffinePartKind.Divide)
            parts[at++].Values[0].CopyTo(ranges, 0);
        if (at == parts.Count || !parts[at].IsDense)
            return null;
        AffinePart matrix = parts[at++];
        if (isLast && at < parts.Count && parts[at] is { Kind: AffinePartKind.Elementwise } end && IsAll(end.Values[0], end.Values[0][0])
            && IsAll(end.Values[1], end.Values[1][0]) && end.Values[0][0] != 0)
        {
            (ranges[^1], means[^1]) = (end.Values[0][0], end.Values[1][0]);
            at++;
        }

        if (at < parts.Count)
            return null;
        (Means, Ranges) = (means, ranges);
        return matrix;
    }

    private static bool IsAll(double[] values, double value) => values.AsSpan().IndexOfAnyExcept(value) < 0;
}
