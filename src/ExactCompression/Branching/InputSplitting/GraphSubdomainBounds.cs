using ExactCompression.Bounds;
using ExactCompression.Networks;
using ExactCompression.Numerics;
using ExactCompression.Verdicts;
using ExactCompression.Witnesses;

namespace ExactCompression.Branching.InputSplitting;

/// <summary>
/// Bounds the open rectifiers of a graph in a subdomain of the input box, layer by layer, then the targets, with <see cref="CrownBounds"/>;
/// and splits at the input that the bounds depend on most.
/// </summary>
/// <param name="ledger">What is known on the whole box; not modified.</param>
/// <param name="layer">1-based layer of the targets, among those with rectifiers.</param>
/// <param name="cancellation">Ends long bounds with <see cref="OperationCanceledException"/>.</param>
internal sealed class GraphSubdomainBounds(VerdictLedger ledger, int layer, CancellationToken cancellation) : ISubdomainBounds
{
    /// <summary>What the width of an input counts beside its influence on the bounds, so that each is split in the end.</summary>
    private const double ShareOfWidth = 0.1;

    private readonly ParallelOptions parallel = new() { MaxDegreeOfParallelism = 1, CancellationToken = cancellation };
    private readonly int count = ledger.Offsets[layer - 1];
    private readonly double[] lower = new double[ledger.Offsets[layer - 1]];
    private readonly double[] upper = new double[ledger.Offsets[layer - 1]];

    /// <inheritdoc/>
    public SubdomainResult Run(Subdomain subdomain)
    {
        Load(subdomain.Known);
        var box = new InputDomain(subdomain.Lower, subdomain.Upper);
        using var below = new RelaxedGraph(box, ledger.Graph);
        for (int number = 1; number < layer; number++)
        {
            LoweredLayer map = CrownBounds.Advance(below, number, parallel);
            int first = ledger.Offsets[number - 1];
            Tighten(below, map, first);
            below.Add(lower.AsSpan(first, map.Width), upper.AsSpan(first, map.Width));
        }

        return Conclude(subdomain, box, below);
    }

    private void Load(SubdomainPhases known)
    {
        for (int n = 0; n < count; n++)
        {
            lower[n] = known.Phases[n] > 0 ? Math.Max(0, ledger.Lower[n]) : ledger.Lower[n];
            upper[n] = known.Phases[n] < 0 ? Math.Min(0, ledger.Upper[n]) : ledger.Upper[n];
        }

        for (int o = 0; o < known.Open.Length; o++)
            (lower[known.Open[o]], upper[known.Open[o]]) = (known.Lower[o], known.Upper[o]);
    }

    private void Tighten(RelaxedGraph below, LoweredLayer map, int first)
    {
        double[] low = new double[map.Width], high = new double[map.Width];
        IntervalBounds.Propagate(map, below.SourcesOf(map), low, high);
        int[] all = [.. Enumerable.Range(0, map.Width)];
        Keep(first, all, low, high);
        int[] open = Array.FindAll(all, i => lower[first + i] < 0 && upper[first + i] > 0);
        if (open.Length == 0 || below.Layers.Count == 0)
            return;
        var bounds = new CrownBounds(below);
        bounds.Bound(map, open, above: true, high, null, parallel);
        bounds.Bound(map, open, above: false, low, null, parallel);
        Keep(first, open, low, high);
    }

    /// <summary>Keeps the tighter bounds; a NaN, or an infinity that overflow has given the wrong sign, proves nothing.</summary>
    private void Keep(int first, int[] neurons, double[] low, double[] high)
    {
        for (int k = 0; k < neurons.Length; k++)
        {
            int n = first + neurons[k];
            if (low[k] > lower[n] && !double.IsPositiveInfinity(low[k]))
                lower[n] = low[k];
            if (high[k] < upper[n] && !double.IsNegativeInfinity(high[k]))
                upper[n] = high[k];
        }
    }

    /// <summary>Bounds the targets, and chooses the children for those that stay open.</summary>
    private SubdomainResult Conclude(Subdomain subdomain, InputDomain box, RelaxedGraph below)
    {
        LoweredLayer map = CrownBounds.Advance(below, layer, parallel);
        var crown = new CrownBounds(below);
        var left = new List<SignTarget>();
        var corners = new List<float>();
        var influence = new double[box.Lower.Length];
        double worst = 0;
        foreach (bool above in (bool[])[true, false])
        {
            SignTarget[] targets = Array.FindAll(subdomain.Targets, t => t.Above == above);
            var bounds = new double[targets.Length];
            var functions = new double[targets.Length][];
            var ends = new BoxCorner[targets.Length];
            crown.Bound(map, Array.ConvertAll(targets, t => t.Index - count), above, bounds, (place, window, coefficients) =>
            {
                ends[place] = new(box, ledger.Graph.Input, window, coefficients);
                functions[place] = Whole(window, coefficients);
            }, parallel);
            for (int k = 0; k < targets.Length; k++)
            {
                double bound = above ? bounds[k] : -bounds[k];
                if (bound <= 0 && double.IsFinite(bound))
                    continue;
                left.Add(targets[k]);
                worst = Math.Max(worst, bound / (above ? ledger.Upper[targets[k].Index] : -ledger.Lower[targets[k].Index]));
                float[] corner = [.. box.Lower.ToArray().Select(static v => (float)v)];
                ends[k].CopyTo(corner);
                corners.AddRange(corner);
                AddInfluence(functions[k], box, influence);
            }
        }

        if (left.Count == 0)
            return SubdomainResult.Settled;
        sbyte[] phases = [.. Enumerable.Range(0, count).Select(n => (sbyte)(upper[n] <= 0 ? -1 : lower[n] >= 0 ? 1 : 0))];
        var rest = new Subdomain(subdomain.Lower, subdomain.Upper, SubdomainPhases.Of(phases, lower, upper), [.. left]);
        return new([.. left], [.. corners], worst, SplitHeuristic.Halves(rest, BestInput(box, influence)));
    }

    /// <summary>The coefficients of all inputs.</summary>
    private double[] Whole(Window window, ReadOnlySpan<double> coefficients)
    {
        MapShape shape = ledger.Graph.Input;
        var whole = new double[shape.Count];
        WindowElements.Scatter(coefficients, shape, window, whole);
        return whole;
    }

    private static void AddInfluence(double[] function, InputDomain box, double[] influence)
    {
        ReadOnlySpan<double> low = box.Lower.Span, high = box.Upper.Span;
        double total = 0;
        for (int i = 0; i < function.Length; i++)
            total += Math.Abs(function[i]) * (high[i] - low[i]);
        for (int i = 0; i < function.Length && total > 0 && double.IsFinite(total); i++)
            influence[i] += Math.Abs(function[i]) * (high[i] - low[i]) / total;
    }

    /// <summary>The input to halve; -1 where none can be.</summary>
    private int BestInput(InputDomain box, double[] influence)
    {
        ReadOnlySpan<double> low = box.Lower.Span, high = box.Upper.Span;
        double total = influence.Sum(), most = double.NegativeInfinity;
        int best = -1;
        for (int i = 0; i < influence.Length; i++)
        {
            double middle = (0.5 * low[i]) + (0.5 * high[i]), width = ledger.Domain.Upper.Span[i] - ledger.Domain.Lower.Span[i];
            double score = (total > 0 ? influence[i] / total : 0) + (ShareOfWidth * (high[i] - low[i]) / width);
            if (middle > low[i] && middle < high[i] && !(score <= most))
                (best, most) = (i, score);
        }

        return best;
    }
}
