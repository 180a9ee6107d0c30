using ExactCompression.Tests.Oracles;

namespace ExactCompression.Tests.Compression;

/// <summary>Differences of networks at a point, and verdicts by interval arithmetic, all without rounding.</summary>
internal static class ExactDifference
{
    /// <summary>The largest difference of any output at a point.</summary>
    public static Rational At(ReluNetwork first, ReluNetwork second, double[] point)
    {
        Rational[] exact = Array.ConvertAll(point, static x => (Rational)x);
        return new ExactNetwork(first).Evaluate(exact).Zip(new ExactNetwork(second).Evaluate(exact), static (x, y) => Abs(x - y)).Aggregate(
            Rational.Max);
    }

    /// <summary>The magnitude of a number.</summary>
    public static Rational Abs(Rational x) => Rational.Max(x, -x);

    /// <summary>Verdicts by exact interval arithmetic, without bounds: what it leaves open stays undetermined.</summary>
    public static StabilityTable Table(ReluNetwork network, InputDomain domain)
    {
        InputDomain box = domain.For(network.InputSize);
        (Rational Lower,
            Rational Upper)[] values = [.. Enumerable.Range(0, network.InputSize).Select(
                i => ((Rational)box.Lower.Span[i], (Rational)box.Upper.Span[i]))];
        var verdicts = new List<NeuronStability>();
        for (int layer = 1; layer <= network.Depth; layer++)
        {
            AffineLayer map = network.HiddenLayer(layer);
            (Rational Lower, Rational Upper)[] next = [.. Enumerable.Range(0, map.Outputs).Select(i => Range(map, i, values))];
            verdicts.AddRange(
                next.Select((z, neuron) => new NeuronStability { Layer = layer, Neuron = neuron, State = StateOf(z.Lower, z.Upper) }));
            values = Array.ConvertAll(next, static z => (Rational.Max(z.Lower, Rational.Zero), Rational.Max(z.Upper, Rational.Zero)));
        }

        return StabilityTable.Found(network, domain, [.. verdicts]);
    }

    /// <summary>Stable or not by exact ends of the pre-activation; what may be unstable is left undetermined.</summary>
    public static NeuronState StateOf(Rational lower, Rational upper) =>
        upper.Sign <= 0 ? NeuronState.StablyInactive : lower.Sign >= 0 ? NeuronState.StablyActive : NeuronState.Undetermined;

    private static (Rational Lower, Rational Upper) Range(AffineLayer layer, int neuron, (Rational Lower, Rational Upper)[] values)
    {
        Rational lower = layer.Bias.Span[neuron], upper = lower;
        for (int j = 0; j < values.Length; j++)
        {
            Rational weight = layer.Row(neuron)[j];
            lower += weight * (weight.Sign >= 0 ? values[j].Lower : values[j].Upper);
            upper += weight * (weight.Sign >= 0 ? values[j].Upper : values[j].Lower);
        }

        return (lower, upper);
    }
}
