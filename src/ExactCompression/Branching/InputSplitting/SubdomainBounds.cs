using ExactCompression.Witnesses;

namespace ExactCompression.Branching.InputSplitting;

/// <summary>
/// Bounds the open rectifiers in a subdomain of the input box, layer by layer, then the targets, and chooses the children. For one thread;
/// allocates only the result.
/// </summary>
/// <remarks>
/// Where only one target is open, only the points matter at which it is not settled. Its linear bound must not be negative there, so the
/// box is clipped to where that can be, and each bound of a rectifier is taken under this condition.
/// <para>Each row chooses its lower lines by the point where it was largest in the subdomain that this one is part of.</para>
/// <para>Where no point satisfies the condition, phases taken under it can be those of no point at all, and the network that they describe
/// may be positive there, or 0 along a surface that would be split down to single points. It is then further from what the neuron is
/// where the bound is attained than the lines around open rectifiers explain. In that case nothing is passed on: the children bound all
/// rectifiers again.</para>
/// </remarks>
internal sealed class SubdomainBounds : ISubdomainBounds
{
    /// <summary>After each of this many layers, checks whether the only open target is settled already.</summary>
    private const int EarlyLayers = 2;

    /// <summary>A bound is further above its neuron than lines can put it where it is by this many times their estimate.</summary>
    private const double Unexplained = 8;

    private readonly SubdomainNetwork network;
    private readonly int layer;
    private readonly int count;
    private readonly int stride;
    private readonly SubdomainRelaxation[] relaxations;
    private readonly SubdomainRows rows;
    private readonly SubdomainBox box;
    private readonly SubdomainMaximisers maximisers;
    private readonly SplitHeuristic split;
    private readonly SubdomainEvaluation evaluation;
    private readonly sbyte[] phases;
    private readonly double[] lower;
    private readonly double[] upper;
    private readonly double[] function;
    private readonly double[] below;
    private readonly double[] belowConstants;
    private readonly double[] above;
    private readonly double[] aboveConstants;
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
        stride = SubdomainProduct.Pad(network.Inputs);
        relaxations = [.. network.Layers.Take(this.layer).Select(l => new SubdomainRelaxation(l, network.Inputs))];
        int widest = network.Layers.Max(static l => l.Map.Outputs);
        rows = new(network, relaxations, 2 * widest);
        box = new(network.Inputs);
        maximisers = new(box, network.Inputs, count);
        split = new(network.Inputs, count);
        evaluation = new(network);
        phases = new sbyte[count];
        lower = new double[count];
        upper = new double[count];
        function = new double[stride];
        below = new double[count * stride];
        belowConstants = new double[count];
        above = new double[count * stride];
        aboveConstants = new double[count];
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

    private void Load(Subdomain subdomain)
    {
        box.Load(subdomain.Lower, subdomain.Upper);
        maximisers.Load(subdomain);
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
            rows.Start(l, open[k] - first, true, maximisers.Of(open[k], true), 2 * k);
            rows.Start(l, open[k] - first, false, maximisers.Of(open[k], false), (2 * k) + 1);
        }

        rows.Propagate(l, 2 * opens, []);
        for (int k = 0; k < opens; k++)
        {
            int n = open[k];
            double high = Bound(2 * k, above.AsSpan(n * stride, stride), out aboveConstants[n], maximisers.Of(n, true), subdomain);
            double low = -Bound((2 * k) + 1, below.AsSpan(n * stride, stride), out belowConstants[n], maximisers.Of(n, false), subdomain);
            if (high < upper[n] && !double.IsNegativeInfinity(high))
                upper[n] = high;
            if (low > lower[n] && !double.IsPositiveInfinity(low))
                lower[n] = low;
            if (lower[n] > upper[n] && subdomain.HalfSpace.Length > 0)
                return false;
            phases[n] = (sbyte)(upper[n] <= 0 ? -1 : lower[n] >= 0 ? 1 : 0);
        }

        Relax(l);
        relaxations[l].Guide(
            below.AsSpan(first * stride), belowConstants.AsSpan(first), above.AsSpan(first * stride), aboveConstants.AsSpan(first), box);
        return true;
    }

    private double Bound(int row, Span<double> into, out double constant, Span<double> maximiser, Subdomain subdomain)
    {
        constant = rows.Finish(row, into);
        double bound = box.MaximumWhere(into, constant, subdomain.HalfSpace, subdomain.HalfSpaceConstant);
        maximisers.Follow(maximiser);
        return bound;
    }

    /// <summary>
    /// Whether the only target is settled already, with the deeper layers' bounds of the parent: one row, where the layers have a hundred.
    /// If not, the box is clipped.
    /// </summary>
    private bool IsSettledEarly(Subdomain subdomain)
    {
        StartTargets(subdomain);
        rows.Propagate(layer, 1, []);
        double constant = rows.Finish(0, function);
        double bound = box.MaximumWhere(function, constant, subdomain.HalfSpace, subdomain.HalfSpaceConstant);
        if (bound <= 0 && double.IsFinite(bound))
            return true;
        box.Clip(function, box.Maximum(function, constant), clippedLower, clippedUpper);
        box.Load(clippedLower, clippedUpper);
        return false;
    }

    private void StartTargets(Subdomain subdomain)
    {
        for (int r = 0; r < subdomain.Targets.Length; r++)
        {
            SignTarget target = subdomain.Targets[r];
            rows.Start(layer, target.Index - count, target.Above, maximisers.OfTarget(r), r);
        }
    }

    /// <summary>Bounds the targets, and chooses the children for those that stay open.</summary>
    private SubdomainResult Conclude(Subdomain subdomain)
    {
        int targets = subdomain.Targets.Length;
        if (coefficients.Length < targets * count)
            coefficients = new double[targets * count];
        StartTargets(subdomain);
        rows.Propagate(layer, targets, coefficients);
        split.Begin();
        var left = new List<SignTarget>(targets);
        var corners = new List<float>(targets * network.Inputs);
        var points = new List<double>(targets * network.Inputs);
        double worst = 0, constant = 0;
        for (int r = 0; r < targets; r++)
        {
            SignTarget target = subdomain.Targets[r];
            double bound = Bound(r, function, out constant, maximisers.OfTarget(r), subdomain);
            if (bound <= 0 && double.IsFinite(bound))
                continue;
            left.Add(target);
            points.AddRange(maximisers.OfTarget(r));
            for (int i = 0; i < network.Inputs; i++)
                corners.Add((float)(function[i] > 0 ? box.Upper[i] : box.Lower[i]));
            double whole = target.Above ? network.Upper[target.Index] : -network.Lower[target.Index];
            worst = Math.Max(worst, bound / whole);
            box.Clip(function, box.Maximum(function, constant), clippedLower, clippedUpper);
            split.Add(clippedLower, clippedUpper, coefficients.AsSpan(r * count, count), phases, lower, upper, 1 / whole);
        }

        if (left.Count == 0)
            return SubdomainResult.Settled;
        SubdomainPhases known = targets == 1 && worst - evaluation.Relative(left[0], box.Maximiser) > Unexplained * split.Looseness
            ? SubdomainPhases.OfWholeBox(network, count) : Known();
        var rest = new Subdomain(split.Lower.ToArray(), split.Upper.ToArray(), known, [.. left]) { Maximisers = [.. points] };
        if (targets == 1)
            rest = rest with { HalfSpace = [.. function], HalfSpaceConstant = constant };
        return new([.. left], [.. corners], worst, SplitHeuristic.Halves(rest, split.BestInput(above)));
    }

    /// <summary>What the children start from.</summary>
    private SubdomainPhases Known()
    {
        var known = SubdomainPhases.Of(phases, lower, upper);
        return known with { Maximisers = maximisers.OfAll(known.Open) };
    }
}
