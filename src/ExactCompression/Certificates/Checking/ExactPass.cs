namespace ExactCompression.Certificates.Checking;

/// <summary>
/// Interval arithmetic and the pass of <see cref="BackwardPass"/>, both without rounding: for neurons whose largest or smallest value is 0,
/// or nearly 0.
/// </summary>
internal static class ExactPass
{
    /// <summary>
    /// Whether one of the two shows that <c>z &lt;= 0</c> (above), or that <c>z &gt;= 0</c>. Never for layers with radii, nor if a bound or
    /// a slope is not finite.
    /// </summary>
    /// <param name="domain">The network's input.</param>
    /// <param name="input">The inputs of the neuron's layer.</param>
    /// <param name="below">The layers below.</param>
    /// <param name="layer">The neuron's layer.</param>
    /// <param name="side">The side, with its slopes and assumptions.</param>
    /// <param name="budget">Its budget.</param>
    public static bool ProvesSign(
        InputBox domain, InputBox input, IReadOnlyList<BoundedLayer> below, AffineLayer layer, BoundedSide side, CheckBudget budget)
    {
        budget.Spend(4.0 * below.Sum(static l => l.Map.Outputs));
        if (!layer.IsExact || below.Any(static l => !l.Map.IsExact || !l.Lower.Concat(l.Upper).All(double.IsFinite)))
            return false;
        if (side.Slopes?.All(float.IsFinite) == false || side.Phases?.All(static p => double.IsFinite(p.Multiplier)) == false)
            return false;
        double sign = side.Above ? 1 : -1;
        Exact[] row = [.. layer.Row(side.Neuron).ToArray().Select(w => new Exact(sign * w))];
        var bias = new Exact(sign * layer.Bias.Span[side.Neuron]);
        if (Maximum(input, row, bias, budget).Sign <= 0)
            return true;
        for (int j = below.Count - 1; j >= 0; j--)
            (row, bias) = Pass(below[j], BackwardPass.SlopesBelow(below, j, side), Phases(side, j, row.Length), row, bias, budget);
        return Maximum(domain, row, bias, budget).Sign <= 0;
    }

    /// <summary>The assumptions on a layer's ReLUs, by neuron.</summary>
    private static FixedPhase?[] Phases(BoundedSide side, int layer, int width)
    {
        var phases = new FixedPhase?[width];
        foreach (FixedPhase phase in side.Phases ?? [])
        {
            if (phase.Layer == layer)
                phases[phase.Neuron] = phase;
        }

        return phases;
    }

    private static Exact Maximum(InputBox box, Exact[] row, Exact constant, CheckBudget budget)
    {
        for (int i = 0; i < row.Length; i++)
        {
            if (row[i].Sign == 0)
                continue;
            budget.SpendExact(1, row[i].Words);
            constant += row[i] * new Exact(row[i].Sign > 0 ? box.Upper[i] : box.Lower[i]);
        }

        return constant;
    }

    private static (Exact[] Row, Exact Constant) Pass(
        BoundedLayer layer, double[] slopes, FixedPhase?[] phases, Exact[] row, Exact constant, CheckBudget budget)
    {
        var next = new Exact[layer.Map.Inputs];
        var left = new Exact[row.Length]; // what each pre-activation is multiplied by below 0
        foreach ((int first, int second, double factor) in layer.Pairs)
        {
            if (phases[second] is null && row[first].Sign * row[second].Sign < 0)
                (left[first], row[second]) = (-row[second] * new Exact(factor), default);
        }

        for (int i = 0; i < row.Length; i++)
        {
            Exact a = row[i], l = left[i], d = l + ((a - l) * new Exact((a - l).Sign > 0 ? layer.SlopeAbove[i] : slopes[i]));
            Exact high = (a - d) * new Exact(layer.High[i]), low = (l - d) * new Exact(layer.Low[i]);
            if (phases[i] is { } phase)
            {
                d = phase.On ? a + new Exact(phase.Multiplier) : l - new Exact(phase.Multiplier);
                high = phase.On ? (a - d) * new Exact(layer.High[i]) : default;
                low = phase.On ? default : (l - d) * new Exact(layer.Low[i]);
            }

            constant += Exact.Max(default, Exact.Max(high, low)) + (d * new Exact(layer.Map.Bias.Span[i]));
            ReadOnlySpan<double> weights = layer.Map.Row(i);
            budget.SpendExact(d.Sign == 0 ? 4 : weights.Length + 4, d.Words);
            for (int j = 0; d.Sign != 0 && j < weights.Length; j++)
            {
                if (weights[j] != 0)
                    next[j] += d * new Exact(weights[j]);
            }
        }

        return (next, constant);
    }
}
