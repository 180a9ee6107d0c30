namespace ExactCompression.Tests.Oracles;

/// <summary>Networks without any rounding: values at a point, and intervals over a box.</summary>
internal static class ExactNetwork
{
    /// <summary>Outputs at a point.</summary>
    public static Dyadic[] Evaluate(ReluNetwork network, double[] point)
    {
        Dyadic[] values = Array.ConvertAll(point, static x => (Dyadic)x);
        foreach (AffineLayer layer in network.Layers)
        {
            var next = new Dyadic[layer.Outputs];
            for (int i = 0; i < next.Length; i++)
            {
                Dyadic sum = layer.Bias.Span[i];
                for (int j = 0; j < values.Length; j++)
                    sum += layer.Row(i)[j] * values[j];
                next[i] = layer.Activation == Activation.Relu ? Dyadic.Max(sum, Dyadic.Zero) : sum;
            }

            values = next;
        }

        return values;
    }

    /// <summary>The largest difference of any output at a point.</summary>
    public static Dyadic Difference(ReluNetwork first, ReluNetwork second, double[] point)
    {
        Dyadic[] a = Evaluate(first, point), b = Evaluate(second, point);
        return a.Zip(b, static (x, y) => Dyadic.Abs(x - y)).Aggregate(Dyadic.Max);
    }

    /// <summary>Exact interval arithmetic: bounds of every hidden pre-activation that hold over the domain.</summary>
    public static (Dyadic Lower, Dyadic Upper)[][] Intervals(ReluNetwork network, InputDomain domain)
    {
        InputDomain box = domain.For(network.InputSize);
        (Dyadic Lower, Dyadic Upper)[] values = [.. Enumerable.Range(0, network.InputSize).Select(i => ((Dyadic)box.Lower.Span[i], (Dyadic)box.Upper.Span[i]))];
        var all = new List<(Dyadic, Dyadic)[]>();
        foreach (AffineLayer layer in network.Layers.Take(network.Depth))
        {
            (Dyadic Lower, Dyadic Upper)[] next = [.. Enumerable.Range(0, layer.Outputs).Select(i => Range(layer, i, values))];
            all.Add(next);
            values = Array.ConvertAll(next, static z => (Dyadic.Max(z.Lower, Dyadic.Zero), Dyadic.Max(z.Upper, Dyadic.Zero)));
        }

        return [.. all];
    }

    /// <summary>Verdicts that exact interval arithmetic gives, without bounds: what it leaves open stays undetermined.</summary>
    public static StabilityTable Table(ReluNetwork network, InputDomain domain)
    {
        (Dyadic Lower, Dyadic Upper)[][] intervals = Intervals(network, domain);
        var verdicts = new List<NeuronStability>();
        for (int layer = 1; layer <= network.Depth; layer++)
        {
            for (int neuron = 0; neuron < network.WidthOf(layer); neuron++)
            {
                (Dyadic lower, Dyadic upper) = intervals[layer - 1][neuron];
                NeuronState state = upper.Sign <= 0 ? NeuronState.StablyInactive : lower.Sign >= 0 ? NeuronState.StablyActive : NeuronState.Undetermined;
                verdicts.Add(new() { Layer = layer, Neuron = neuron, State = state });
            }
        }

        return new(network, domain, verdicts);
    }

    private static (Dyadic Lower, Dyadic Upper) Range(AffineLayer layer, int neuron, (Dyadic Lower, Dyadic Upper)[] values)
    {
        Dyadic lower = layer.Bias.Span[neuron], upper = lower;
        for (int j = 0; j < values.Length; j++)
        {
            Dyadic weight = layer.Row(neuron)[j];
            lower += weight * (weight.Sign >= 0 ? values[j].Lower : values[j].Upper);
            upper += weight * (weight.Sign >= 0 ? values[j].Upper : values[j].Lower);
        }

        return (lower, upper);
    }
}
