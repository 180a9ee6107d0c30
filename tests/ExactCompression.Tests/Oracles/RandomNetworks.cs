using CsCheck;

namespace ExactCompression.Tests.Oracles;

/// <summary>
/// Small random networks with everything that trips verifiers: ties at 0, zero and duplicate rows, opposite rows, huge and tiny weights,
/// one neuron, no hidden layer, boxes that are a point.
/// </summary>
internal static class RandomNetworks
{
    /// <summary>A network with its input box.</summary>
    public sealed record Case(ReluNetwork Network, double[] Lower, double[] Upper)
    {
        public InputDomain Domain => new(Lower, Upper);

        public override string ToString() =>
            $"box [{string.Join(' ', Lower)}] [{string.Join(' ', Upper)}] " +
            string.Join(
                " | ", Network.DenseLayers.Select(
                    l => $"W {string.Join(' ', l.Weights.ToArray())} b {string.Join(' ', l.Bias.ToArray())}"));
    }

    /// <summary>Weights that make ties likely: small integers and halves.</summary>
    private static readonly Gen<double> Simple = Gen.Int[-4, 4].Select(i => i / 2.0);

    private static readonly Gen<double> Ordinary = Gen.Double[-2, 2].Select(d => (double)(float)d);

    private static readonly Gen<double> Extreme = Gen.Select(Gen.Double[-1, 1], Gen.Int[-20, 20]).Select((m, e) => m * Math.Pow(10, e));

    /// <summary>Networks of any of these kinds.</summary>
    /// <param name="mostInputs">At most this many inputs.</param>
    /// <param name="mostLayers">At most this many hidden layers.</param>
    /// <param name="mostWidth">At most this many neurons a layer.</param>
    public static Gen<Case> Cases(int mostInputs = 2, int mostLayers = 2, int mostWidth = 3) =>
        from kind in Gen.Int[0, 9]
        from depth in Gen.Int[0, mostLayers]
        from widths in Gen.Int[1, mostWidth].Array[depth + 1]
        from inputs in Gen.Int[1, mostInputs]
        let weight = kind < 5 ? Simple : kind < 8 ? Ordinary : Extreme
        from layers in Layers(inputs, widths, weight)
        from ends in Gen.Select(kind < 5 ? Simple : Ordinary, kind < 5 ? Simple : Ordinary).Array[inputs]
        from unit in Gen.Bool
        select new Case(
            new ReluNetwork(layers),
            [.. ends.Select(e => unit ? 0 : Math.Min(e.Item1, e.Item2))],
            [.. ends.Select(e => unit ? 1 : Math.Max(e.Item1, e.Item2))]);

    private static Gen<AffineLayer[]> Layers(int inputs, int[] widths, Gen<double> weight)
    {
        Gen<List<AffineLayer>> layers = Gen.Const(() => new List<AffineLayer>());
        for (int l = 0; l < widths.Length; l++)
        {
            int from = l == 0 ? inputs : widths[l - 1], to = widths[l];
            Activation activation = l == widths.Length - 1 ? Activation.Identity : Activation.Relu;
            layers = Gen.Select(layers, Layer(from, to, activation, weight), (before, layer) => (List<AffineLayer>)[.. before, layer]);
        }

        return layers.Select(l => l.ToArray());
    }

    private static Gen<AffineLayer> Layer(int inputs, int outputs, Activation activation, Gen<double> weight) =>
        from rows in weight.Array[inputs].Array[outputs]
        from bias in weight.Array[outputs]
        from twists in Gen.Int[0, 9].Array[outputs]
        select Twist(rows, bias, twists, inputs, outputs, activation);

    /// <summary>Makes some rows zero, equal to the first, or its opposite.</summary>
    private static AffineLayer Twist(double[][] rows, double[] bias, int[] twists, int inputs, int outputs, Activation activation)
    {
        for (int i = 0; i < outputs; i++)
        {
            (rows[i], bias[i]) = twists[i] switch
            {
                0 => (new double[inputs], bias[i]),
                1 => (new double[inputs], 0),
                2 => ([.. rows[0]], bias[0]),
                3 => ([.. rows[0].Select(w => -w)], -bias[0]),
                4 => ([.. rows[i].Select(Math.Abs)], 0),
                _ => (rows[i], bias[i]),
            };
        }

        return new([.. rows.SelectMany(r => r)], bias, outputs, inputs, activation, WeightPrecision.Float64);
    }
}
