using ExactCompression.Numerics;
using static ExactCompression.Stability.InputSplitting;
using static ExactCompression.Stability.WitnessSearch;

namespace ExactCompression.Stability;

/// <summary>Bounds all layers over a part of the input box, as far as open neurons need them, and notes what stays open.</summary>
internal sealed class PartBounds
{
    private readonly VerdictBoard board;
    private readonly Part part;
    private readonly HashSet<Aim> aims;
    private readonly InputDomain domain;
    private readonly ParallelOptions parallel;
    private readonly List<Aim> open = [];
    private readonly Dictionary<Aim, double[]> functions = [];
    private readonly double[] influence;
    private readonly Dictionary<Aim, double> bounds = [];

    private PartBounds(VerdictBoard board, Part part, ParallelOptions parallel)
    {
        this.board = board;
        this.part = part;
        this.parallel = parallel;
        aims = [.. part.Aims];
        domain = new(part.Lower, part.Upper);
        influence = new double[part.Lower.Length];
    }

    /// <summary>Bounds a part.</summary>
    /// <param name="board">What is known on the whole box; only read.</param>
    /// <param name="part">The part.</param>
    /// <param name="parallel">One thread: parts run side by side.</param>
    public static Outcome Run(VerdictBoard board, Part part, ParallelOptions parallel)
    {
        var bounds = new PartBounds(board, part, parallel);
        bounds.Propagate();
        return bounds.Summarise();
    }

    private void Propagate()
    {
        var relaxations = new List<ReluRelaxation>();
        ActivationRange input = ActivationRange.OfInput(domain);
        int deepest = part.Aims.Max(a => board.Place(a.Index).Layer);
        try
        {
            for (int layer = 1; layer <= deepest; layer++)
            {
                AffineLayer map = board.Network.HiddenLayer(layer);
                int first = board.Offsets[layer - 1];
                double[] lower = new double[map.Outputs], upper = new double[map.Outputs];
                IntervalBounds.Propagate(map, input, lower, upper);
                for (int i = 0; i < map.Outputs; i++)
                {
                    // What holds on the whole box holds here; a NaN proves nothing and is replaced.
                    lower[i] = lower[i] > board.Lower[first + i] ? lower[i] : board.Lower[first + i];
                    upper[i] = upper[i] < board.Upper[first + i] ? upper[i] : board.Upper[first + i];
                }

                foreach (bool above in (bool[])[true, false])
                    Tighten(map, first, relaxations, lower, upper, above);
                if (layer > 1)
                    Optimize(map, first, relaxations);
                if (layer == deepest)
                    return;
                relaxations.Add(ReluRelaxation.Of(map, input, lower, upper));
                input = relaxations[^1].Output;
            }
        }
        finally
        {
            foreach (ReluRelaxation relaxation in relaxations)
                relaxation.Packed.Dispose();
        }
    }

    /// <summary>Bounds one side of the neurons for which it matters backwards, and notes the sides asked for that stay open. The first layer's intervals are as good as any bound.</summary>
    private void Tighten(AffineLayer map, int first, List<ReluRelaxation> below, double[] lower, double[] upper, bool above)
    {
        int inputs = influence.Length;
        int[] neurons = [.. Enumerable.Range(0, map.Outputs).Where(i => (lower[i] < 0 && upper[i] > 0) || aims.Contains(new(first + i, above)))];
        var ends = new double[neurons.Length];
        var coefficients = new double[neurons.Length * inputs];
        if (below.Count > 0 && neurons.Length > 0)
            new CrownBounds(domain, below).Bound(map, neurons, above, ends, coefficients, parallel);
        for (int k = 0; k < neurons.Length; k++)
        {
            int i = neurons[k];
            Span<double> function = coefficients.AsSpan(k * inputs, inputs);
            if (below.Count == 0)
                Elementwise.Scale(map.Row(i), above ? 1 : -1, function);
            else if (above && ends[k] < upper[i])
                upper[i] = ends[k];
            else if (!above && ends[k] > lower[i])
                lower[i] = ends[k];
            Note(new(first + i, above), above ? upper[i] : -lower[i], function);
        }
    }

    /// <summary>Optimised slopes for the sides of this layer that are open in the part.</summary>
    private void Optimize(AffineLayer map, int first, List<ReluRelaxation> below)
    {
        Aim[] left = [.. open.Where(a => a.Index >= first && a.Index < first + map.Outputs)];
        if (left.Length == 0)
            return;
        using var optimized = new OptimizedBounds(domain, map, below);
        float[] slopes = optimized.PlainSlopes();
        BoundProblem[] problems = [.. left.Select(a => BoundProblem.Root(a.Index - first, a.Above, slopes))];
        optimized.Optimize(problems, Descent.FromPlainSlopes, parallel);
        for (int k = 0; k < left.Length; k++)
        {
            if (problems[k].Bound <= 0)
                open.Remove(left[k]);
        }
    }

    /// <summary>Keeps a side that is still open, with the linear function that bounds it.</summary>
    private void Note(Aim aim, double bound, ReadOnlySpan<double> coefficients)
    {
        if (!aims.Contains(aim) || bound <= 0)
            return;
        open.Add(aim);
        functions[aim] = coefficients.ToArray();
        bounds[aim] = bound;
    }

    /// <summary>What is left open, and the input whose width contributes most to its bounds.</summary>
    private Outcome Summarise()
    {
        double worst = 0;
        foreach (Aim aim in open)
        {
            double whole = aim.Above ? board.Upper[aim.Index] : -board.Lower[aim.Index];
            worst = Math.Max(worst, bounds[aim] / whole);
            for (int i = 0; i < influence.Length; i++)
                influence[i] += Math.Abs(functions[aim][i]) * (part.Upper[i] - part.Lower[i]) / whole;
        }

        return new([.. open], [.. open.SelectMany(a => CrownBounds.Corner(domain, functions[a]))], Array.IndexOf(influence, influence.Max()), worst);
    }
}
