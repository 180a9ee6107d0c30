using CsCheck;

namespace ExactCompression.Tests.Compression;

/// <summary>Random small networks with many stable and dependent neurons, some with weights of very different magnitudes.</summary>
internal static class StableNetworks
{
    /// <summary>Weights of ordinary and extreme magnitudes; a third of them 0 as after l1 training.</summary>
    private static readonly Gen<double> Weight = Gen.Frequency(
        (3, Gen.Const(0.0)),
        (3, Gen.Int[-3, 3].Select(static i => (double)i)),
        (5, Gen.Double[-1, 1]),
        (1, Gen.Select(Gen.Double[-1, 1], Gen.Int[-20, 20], static (m, e) => m * Math.Pow(2, 3 * e))));

    public static Gen<ReluNetwork> Any { get; } =
        from precision in Gen.Enum<WeightPrecision>()
        from inputs in Gen.Int[1, 4]
        from hidden in Gen.Int[1, 6].Array[0, 3]
        from outputs in Gen.Int[1, 3]
        from seeds in Gen.Int.Array[hidden.Length + 1]
        from layers in Layers(precision, [inputs, .. hidden, outputs])
        select new ReluNetwork(layers);

    public static Gen<InputDomain> Domain(int size) =>
        Gen.Select(Gen.Double[-2, 2], Gen.Frequency((1, Gen.Const(0.0)), (4, Gen.Double[0, 2])))
            .Array[size]
            .Select(static ends => new InputDomain([.. ends.Select(static e => e.Item1)], [.. ends.Select(static e => e.Item1 + e.Item2)]));

    /// <summary>Points of a domain, including its corners.</summary>
    public static Gen<double[][]> Points(InputDomain domain, int count) =>
        Gen.Frequency((1, Gen.Const(0.0)), (1, Gen.Const(1.0)), (2, Gen.Double[0, 1])).Array[domain.Lower.Length].Array[count]
            .Select(all => Array.ConvertAll(all, at => at.Select((t, i) => At(domain, i, t)).ToArray()));

    private static double At(InputDomain domain, int i, double t)
    {
        double low = domain.Lower.Span[i], high = domain.Upper.Span[i];
        return t == 1 ? high : Math.Clamp(low + (t * (high - low)), low, high);
    }

    private static Gen<AffineLayer[]> Layers(WeightPrecision precision, int[] widths)
    {
        Gen<AffineLayer[]> all = Gen.Const(Array.Empty<AffineLayer>());
        for (int i = 1; i < widths.Length; i++)
        {
            Gen<AffineLayer> next = Layer(precision, widths[i - 1], widths[i], i == widths.Length - 1);
            all = Gen.Select(all, next, static (before, layer) => (AffineLayer[])[.. before, layer]);
        }

        return all;
    }

    private static Gen<AffineLayer> Layer(WeightPrecision precision, int inputs, int outputs, bool last) =>
        from weights in Weight.Array[inputs].Array[outputs]
        from biases in Gen.Frequency(
            (2, Gen.Double[-1, 1]), (2, Gen.Double[2, 12]), (1, Gen.Double[-12, -2]), (1, Gen.Const(0.0))).Array[outputs]
        from copies in Gen.Select(Gen.Int[0, 3], Gen.Int[0, outputs - 1], Gen.Int[0, outputs - 1], Gen.Int[-2, 2]).Array[outputs]
        select Made(precision, weights, biases, copies, last);

    /// <summary>Some rows become multiples or sums of earlier ones.</summary>
    private static AffineLayer Made(
        WeightPrecision precision, double[][] weights, double[] biases, (int Kind, int From, int Other, int Factor)[] copies, bool last)
    {
        double Store(double value) => precision == WeightPrecision.Float32 ? (float)value : value;
        for (int i = 1; i < weights.Length; i++)
        {
            (int kind, int from, int other, int factor) = copies[i];
            if (kind >= 2)
                weights[i] = [.. weights[from % i].Zip(
                    weights[other % i], (a, b) => kind == 2 ? factor * a : Store(a) + (factor * Store(b)))];
        }

        return new(
            [.. weights.SelectMany(static w => w).Select(Store)],
            [.. biases.Select(Store)],
            weights.Length,
            weights[0].Length,
            last ? Activation.Identity : Activation.Relu,
            precision);
    }
}
