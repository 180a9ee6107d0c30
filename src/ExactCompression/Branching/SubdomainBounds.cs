using ExactCompression.Witnesses;

namespace ExactCompression.Branching;

/// <summary>
/// Bounds the open rectifiers in a subdomain of the input box, layer by layer, then the targets, and chooses the children. For one thread;
/// allocates only the result.
/// </summary>
/// <remarks>
/// Where only one target is open, only the points matter at which it is not settled. Its linear bound must not be negative there, so the
/// box is clipped to where that can be, and each bound of a rectifier is taken under this condition.
/// </remarks>
internal sealed class SubdomainBounds : ISubdomainBounds
{
    /// <summary>After each of this many layers, checks whether the only open target is settled already.</summary>
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

    /// <summary>Allocates the arrays.</summary>
    /// <param name="network">The network up to the layer.</param>
    /// <param name="layer">1-based hidden layer of the targets.</param>
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

    /// <inheritdoc/>
    public SubdomainResult Run(Subdomain subdomain)
    {
        Load(subdomain);
        for (int l = 0; l < layer; l++)
        {
            if (!Tighten(l, subdomain) || (subdomain.HalfSpace.Length > 0 && l < EarlyLayers && l + 1 < layer && IsSettledEarly(subdomain)))
                return SubdomainResult.Settled;
        }

        return Conclude(subdomain);
    }

    /// <inheritdoc/>
    public void Dispose() => rows.Dispose();

    private void Load(Subdomain subdomain)
    {
        box.Load(subdomain.Lower, subdomain.Upper);
        SubdomainPhases known = subdomain.Known;
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

    /// <summary>Bounds the open rectifiers of a layer from above and below.</summary>
    /// <returns>False where bounds contradict each other: no point of the subdomain satisfies its condition.</returns>
    private bool Tighten(int l, Subdomain subdomain)
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
            double below = -Bound((2 * k) + 1, function, subdomain), above = Bound(2 * k, functions.AsSpan(n * stride, stride), subdomain);
            if (above < upper[n] && !double.IsNegativeInfinity(above))
                upper[n] = above;
            if (below > lower[n] && !double.IsPositiveInfinity(below))
                lower[n] = below;
            if (lower[n] > upper[n] && subdomain.HalfSpace.Length > 0)
                return false;
            phases[n] = (sbyte)(upper[n] <= 0 ? -1 : lower[n] >= 0 ? 1 : 0);
        }

        Relax(l);
        return true;
    }

    private double Bound(int row, Span<double> into, Subdomain subdomain) =>
        box.MaximumWhere(into, rows.Finish(row, into), subdomain.HalfSpace, subdomain.HalfSpaceConstant);

    /// <summary>
    /// Whether the only target is settled already, with the deeper layers' bounds of the parent: one row, where the layers have a hundred.
    /// If not, the box is clipped.
    /// </summary>
    private bool IsSettledEarly(Subdomain subdomain)
    {
        SignTarget target = subdomain.Targets[0];
        rows.Start(layer, target.Index - count, target.Above, 0);
        rows.Propagate(layer, 1, []);
        double constant = rows.Finish(0, function);
        double bound = box.MaximumWhere(function, constant, subdomain.HalfSpace, subdomain.HalfSpaceConstant);
        if (bound <= 0 && double.IsFinite(bound))
            return true;
        box.Clip(function, box.Maximum(function, constant), clippedLower, clippedUpper);
        box.Load(clippedLower, clippedUpper);
        return false;
    }

    /// <summary>Bounds the targets, and chooses the children for those that stay open.</summary>
    private SubdomainResult Conclude(Subdomain subdomain)
    {
        int targets = subdomain.Targets.Length;
        if (coefficients.Length < targets * count)
            coefficients = new double[targets * count];
        for (int r = 0; r < targets; r++)
            rows.Start(layer, subdomain.Targets[r].Index - count, subdomain.Targets[r].Above, r);
        rows.Propagate(layer, targets, coefficients);
        split.Begin();
        var left = new List<SignTarget>(targets);
        var corners = new List<float>(targets * network.Inputs);
        double worst = 0, constant = 0;
        for (int r = 0; r < targets; r++)
        {
            SignTarget target = subdomain.Targets[r];
            constant = rows.Finish(r, function);
            double bound = box.MaximumWhere(function, constant, subdomain.HalfSpace, subdomain.HalfSpaceConstant);
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
            rest = rest with { HalfSpace = [.. function], HalfSpaceConstant = constant };
        return new([.. left], [.. corners], worst, SplitHeuristic.Halves(rest, split.BestInput(functions)));
    }
}
