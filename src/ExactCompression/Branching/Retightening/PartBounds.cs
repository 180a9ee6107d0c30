using ExactCompression.Bounds;
using ExactCompression.Networks;

namespace ExactCompression.Branching;

/// <summary>
/// Bounds all layers below a neuron anew over a <see cref="DomainPart"/>: where some rectifiers have given phases, those of the layers
/// above reach less far, and their relaxations are tighter.
/// </summary>
/// <remarks>
/// Fixed phases enter twice: as ends of the rectifiers' ranges, and with multipliers (<see cref="AlphaBetaCrown"/>), which carry them to
/// the other rectifiers of their own layer, since all are functions of the same input.
/// </remarks>
internal sealed class PartBounds
{
    /// <summary>Gradient steps for the bounds of a rectifier between: the first few gain most.</summary>
    private static readonly AdamSchedule Descent = new(8, 0.25, 0.1, 0.93);

    private readonly RelaxedGraph whole;
    private readonly int[] firsts;

    /// <summary>Prepares for parts of a network's domain.</summary>
    /// <param name="whole">The layers below the neuron, with their bounds over the whole domain.</param>
    public PartBounds(RelaxedGraph whole)
    {
        this.whole = whole;
        firsts = new int[whole.Layers.Count + 1];
        for (int l = 0; l < whole.Layers.Count; l++)
            firsts[l + 1] = firsts[l] + (whole.Layers[l].Layer.IsLinear ? 0 : whole.Layers[l].Layer.Width);
    }

    /// <summary>Number of units below.</summary>
    public int Units => firsts[^1];

    /// <summary>How many passes through all weights bounding the whole domain anew takes at most.</summary>
    public long Passes => 2L * (Descent.Steps + 1) * whole.Layers.Skip(1).Sum(
        static r => Enumerable.Range(0, r.Layer.Width).Count(r.IsOpen));

    /// <summary>The whole domain as a part of itself.</summary>
    public DomainPart Whole()
    {
        double[] lower = new double[Units], upper = new double[Units];
        for (int l = 0; l < whole.Layers.Count; l++)
        {
            if (whole.Layers[l].Layer.IsLinear)
                continue;
            whole.Layers[l].Lower.CopyTo(lower, firsts[l]);
            whole.Layers[l].Upper.CopyTo(upper, firsts[l]);
        }

        return DomainPart.Whole(lower, upper);
    }

    /// <summary>Bounds all layers over a part, whose bounds are tightened.</summary>
    /// <param name="part">The part.</param>
    /// <param name="parallel">Threads, and the token to stop on.</param>
    /// <returns>The layers below the neuron, to be disposed of; null where the part is empty, since bounds contradict each other.</returns>
    public RelaxedGraph? Tighten(DomainPart part, ParallelOptions parallel)
    {
        var below = new RelaxedGraph(whole.Domain, whole.Graph);
        try
        {
            for (int number = 1; ; number++)
            {
                LoweredLayer layer = CrownBounds.Advance(below, number, parallel);
                if (below.Layers.Count >= whole.Layers.Count)
                    return below;
                int first = firsts[below.Layers.Count];
                if (!Tighten(layer, first, below, part, parallel))
                    break;
                below.Add(part.Lower.AsSpan(first, layer.Width), part.Upper.AsSpan(first, layer.Width));
            }

            below.Dispose();
            return null;
        }
        catch
        {
            below.Dispose();
            throw;
        }
    }

    /// <summary>Bounds the open rectifiers of a layer.</summary>
    /// <returns>Whether there can be any point in the part.</returns>
    private static bool Tighten(LoweredLayer layer, int first, RelaxedGraph below, DomainPart part, ParallelOptions parallel)
    {
        if (below.Layers.Count == 0 || part.Rectifiers.Length == 0)
            return true; // phases of rectifiers right above the input change no bounds but their own
        var bounds = new AlphaBetaCrown(layer, below);
        float[] slopes = bounds.PlainSlopes();
        var problems = new List<CrownSubproblem>();
        for (int i = 0; i < layer.Width; i++)
        {
            if (part.Lower[first + i] >= 0 || part.Upper[first + i] <= 0)
                continue;
            foreach (bool above in (bool[])[true, false])
                problems.Add(part.Assume(CrownSubproblem.Root(i, above, slopes), first));
        }

        bounds.Optimize([.. problems], Descent, parallel);
        foreach (CrownSubproblem problem in problems)
        {
            int unit = first + problem.Neuron;
            if (problem.Above)
                part.Upper[unit] = Math.Min(part.Upper[unit], problem.Bound);
            else
                part.Lower[unit] = Math.Max(part.Lower[unit], -problem.Bound);
            if (part.Lower[unit] > part.Upper[unit])
                return false;
        }

        return true;
    }
}
