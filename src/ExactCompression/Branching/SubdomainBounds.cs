using ExactCompression.Witnesses;

namespace ExactCompression.Branching;

/// <summary>
/// Bounds the rectifiers in a part of the input box, layer by layer and only those that are open, then the sides that are asked for, and
/// says where to go on. For one thread; allocates nothing but the result.
/// </summary>
/// <remarks>
/// Where only one side is open, only the points count at which it is not settled. Its linear bound must not be negative there, so the box
/// is cut to where that can be, and each bound of a rectifier is taken under this condition.
/// </remarks>
internal sealed class SubdomainBounds : IDisposable
{
    /// <summary>After each of so many layers, a look whether the only open side is settled already.</summary>
    private const int EarlyLayers = 2;

    private readonly SubdomainNetwork network;
    private readonly int layer;
    private readonly int count;
    private readonly int stride;
    private readonly SubdomainRelaxation[] relaxations;
    private readonly SubdomainRows rows;
    private readonly SubdomainBox box;
    private readonly SplitHeuristic split;
    private readonly sbyte[] phases;
    private readonly double[] lower;
    private readonly double[] upper;
    private readonly double[] function;
    private readonly double[] functions;
    private readonly int[] open;
    private readonly double[] clippedLower;
    private readonly double[] clippedUpper;
    private double[] coefficients = [];

    /// <summary>Makes room for parts.</summary>
    /// <param name="network">The network up to the layer.</param>
    /// <param name="layer">1-based hidden layer of the sides in question.</param>
    public SubdomainBounds(SubdomainNetwork network, int layer)
    {
        this.network = network;
        this.layer = layer - 1;
        count = network.Offsets[layer - 1];
        stride = network.Layers[0].Weights.Stride;
        relaxations = [.. network.Layers.Take(this.layer).Select(static l => new SubdomainRelaxation(l))];
        int widest = network.Layers.Max(static l => l.Weights.Layer.Outputs);
        rows = new(network, relaxations, 2 * widest);
        box = new(network.Inputs);
        split = new(network.Inputs, count);
        phases = new sbyte[count];
        lower = new double[count];
        upper = new double[count];
        function = new double[stride];
        functions = new double[count * stride];
        open = new int[widest];
        clippedLower = new double[network.Inputs];
        clippedUpper = new double[network.Inputs];
    }

    /// <summary>Bounds a part.</summary>
    /// <param name="part">The part.</param>
    public SubdomainResult Run(Subdomain part)
    {
        Load(part);
        for (int l = 0; l < layer; l++)
        {
            if (!Tighten(l, part) || (part.Half.Length > 0 && l < EarlyLayers && l + 1 < layer && IsSettledEarly(part)))
                return SubdomainResult.Settled;
        }

        return Conclude(part);
    }

    /// <inheritdoc/>
    public void Dispose() => rows.Dispose();

    private void Load(Subdomain part)
    {
        box.Load(part.Lower, part.Upper);
        SubdomainPhases known = part.Known;
        known.Phases.CopyTo(phases, 0);
        for (int o = 0; o < known.Open.Length; o++)
            (lower[known.Open[o]], upper[known.Open[o]]) = (known.Lower[o], known.Upper[o]);
        for (int l = 0; l < layer; l++)
            Relax(l);
    }

    private void Relax(int l)
    {
        int first = network.Offsets[l], width = network.Offsets[l + 1] - first;
        relaxations[l].Relax(phases.AsSpan(first, width), lower.AsSpan(first, width), upper.AsSpan(first, width));
    }

    /// <summary>Bounds the open rectifiers of a layer from both sides.</summary>
    /// <returns>False where bounds exclude each other: no point of the part fulfils its condition.</returns>
    private bool Tighten(int l, Subdomain part)
    {
        int first = network.Offsets[l], end = network.Offsets[l + 1], opens = 0;
        for (int n = first; n < end; n++)
        {
            if (phases[n] == 0)
                open[opens++] = n;
        }

        if (opens == 0)
            return true;
        for (int k = 0; k < opens; k++)
        {
            rows.Start(l, open[k] - first, true, 2 * k);
            rows.Start(l, open[k] - first, false, (2 * k) + 1);
        }

        rows.Propagate(l, 2 * opens, []);
        for (int k = 0; k < opens; k++)
        {
            int n = open[k];
            double below = -Bound((2 * k) + 1, function, part), above = Bound(2 * k, functions.AsSpan(n * stride, stride), part);
            if (above < upper[n] && !double.IsNegativeInfinity(above))
                upper[n] = above;
            if (below > lower[n] && !double.IsPositiveInfinity(below))
                lower[n] = below;
            if (lower[n] > upper[n] && part.Half.Length > 0)
                return false;
            phases[n] = (sbyte)(upper[n] <= 0 ? -1 : lower[n] >= 0 ? 1 : 0);
        }

        Relax(l);
        return true;
    }

    private double Bound(int row, Span<double> into, Subdomain part) =>
        box.MaximumWhere(into, rows.Finish(row, into), part.Half, part.HalfConstant);

    /// <summary>
    /// Whether the only side is settled already, with the bounds of the deeper layers as they were in the part before: one row, where the
    /// layers have a hundred. If not, the box is cut.
    /// </summary>
    private bool IsSettledEarly(Subdomain part)
    {
        SignTarget target = part.Targets[0];
        rows.Start(layer, target.Index - count, target.Above, 0);
        rows.Propagate(layer, 1, []);
        double constant = rows.Finish(0, function);
        if (box.MaximumWhere(function, constant, part.Half, part.HalfConstant) is var bound && bound <= 0 && double.IsFinite(bound))
            return true;
        box.Clip(function, box.Maximum(function, constant), clippedLower, clippedUpper);
        box.Load(clippedLower, clippedUpper);
        return false;
    }

    /// <summary>Bounds the sides in question, and says where to go on with those that stay open.</summary>
    private SubdomainResult Conclude(Subdomain part)
    {
        int targets = part.Targets.Length;
        if (coefficients.Length < targets * count)
            coefficients = new double[targets * count];
        for (int r = 0; r < targets; r++)
            rows.Start(layer, part.Targets[r].Index - count, part.Targets[r].Above, r);
        rows.Propagate(layer, targets, coefficients);
        split.Begin();
        var left = new List<SignTarget>(targets);
        var corners = new List<float>(targets * network.Inputs);
        double worst = 0, constant = 0;
        for (int r = 0; r < targets; r++)
        {
            SignTarget target = part.Targets[r];
            constant = rows.Finish(r, function);
            double bound = box.MaximumWhere(function, constant, part.Half, part.HalfConstant);
            if (bound <= 0 && double.IsFinite(bound))
                continue;
            left.Add(target);
            for (int i = 0; i < network.Inputs; i++)
                corners.Add((float)(function[i] > 0 ? box.Upper[i] : box.Lower[i]));
            double whole = target.Above ? network.Upper[target.Index] : -network.Lower[target.Index];
            worst = Math.Max(worst, bound / whole);
            box.Clip(function, box.Maximum(function, constant), clippedLower, clippedUpper);
            split.Add(clippedLower, clippedUpper, coefficients.AsSpan(r * count, count), phases, lower, upper, 1 / whole);
        }

        if (left.Count == 0)
            return SubdomainResult.Settled;
        var rest = new Subdomain(split.Lower.ToArray(), split.Upper.ToArray(), SubdomainPhases.Of(phases, lower, upper), [.. left]);
        if (targets == 1)
            rest = rest with { Half = [.. function], HalfConstant = constant };
        return new([.. left], [.. corners], worst, SplitHeuristic.Halves(rest, split.BestInput(functions)));
    }
}
