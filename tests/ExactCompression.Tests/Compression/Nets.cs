namespace ExactCompression.Tests.Compression;

/// <summary>Small hand-made networks and tables.</summary>
internal static class Nets
{
    /// <summary>Half a unit in the last place of 1: added to 1 it is lost.</summary>
    public const double HalfUnit = 1.0 / (1L << 53);

    /// <summary>A number whose square underflows.</summary>
    public static readonly double Tiny = Math.Pow(2, -600);

    /// <summary>A number whose square overflows.</summary>
    public static readonly double Large = Math.Pow(2, 1000);

    /// <summary>A layer from rows of weights, each followed by its bias.</summary>
    public static AffineLayer Layer(WeightPrecision precision, bool last, params double[][] rows) =>
        new([.. rows.SelectMany(static r => r[..^1])], [.. rows.Select(static r => r[^1])], rows.Length, rows[0].Length - 1,
            last ? Activation.Identity : Activation.Relu, precision);

    /// <summary>A hidden layer.</summary>
    public static AffineLayer Hidden(params double[][] rows) => Layer(WeightPrecision.Float32, false, rows);

    /// <summary>An output layer.</summary>
    public static AffineLayer Output(params double[][] rows) => Layer(WeightPrecision.Float32, true, rows);

    /// <summary>A hidden layer of doubles.</summary>
    public static AffineLayer Double(params double[][] rows) => Layer(WeightPrecision.Float64, false, rows);

    /// <summary>An output layer of doubles.</summary>
    public static AffineLayer DoubleOutput(params double[][] rows) => Layer(WeightPrecision.Float64, true, rows);

    /// <summary>
    /// A table from letters, one string for each layer: <c>a</c>ctive, <c>i</c>nactive, <c>u</c>nstable, <c>?</c> undetermined.
    /// </summary>
    public static StabilityTable Table(ReluNetwork network, InputDomain domain, params string[] layers)
    {
        var verdicts = new List<NeuronStability>();
        for (int layer = 1; layer <= layers.Length; layer++)
        {
            for (int neuron = 0; neuron < layers[layer - 1].Length; neuron++)
            {
                NeuronState state = layers[layer - 1][neuron] switch
                {
                    'a' => NeuronState.StablyActive,
                    'i' => NeuronState.StablyInactive,
                    'u' => NeuronState.Unstable,
                    _ => NeuronState.Undetermined,
                };
                verdicts.Add(new() { Layer = layer, Neuron = neuron, State = state });
            }
        }

        return StabilityTable.Found(network, domain, [.. verdicts]);
    }

    /// <summary>LEO++ over the unit box with verdicts from letters.</summary>
    public static CompressionResult Compress(ReluNetwork network, params string[] layers) =>
        LeoCompression.Compress(Table(network, InputDomain.Unit, layers), new(), CancellationToken.None);

    /// <summary>Weights and bias of a layer, rows of weights each followed by its bias.</summary>
    public static double[][] Rows(AffineLayer layer) =>
        [.. Enumerable.Range(0, layer.Outputs).Select(i => (double[])[.. layer.Row(i), layer.Bias.Span[i]])];
}
