using static ExactCompression.Stability.WitnessSearch;

namespace ExactCompression.Stability;

/// <summary>
/// Bounds the rectifiers in a part of the input box, layer by layer and only those that are open, then the sides that are asked for, and says where to go on. For one thread; allocates nothing
/// but the result.
/// </summary>
/// <remarks>
/// Where only one side is open, only the points count at which it is not settled. Its linear bound must not be negative there, so the box is cut to where that can be, and each bound of a
/// rectifier is taken under this condition.
/// </remarks>
internal sealed class PartBounder : IDisposable
{
    /// <summary>After each of so many layers, a look whether the only open side is settled already.</summary>
    private const int EarlyLayers = 2;

    private readonly PartNetwork network;
    private readonly int layer;
    private readonly int count;
    private readonly int stride;
    private readonly PartRelaxation[] relaxations;
    private readonly PartRows rows;
    private readonly PartBox box;
    private readonly PartSplit split;
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
    public PartBounder(PartNetwork network, int layer)
    {
        this.network = network;
        this.layer = layer - 1;
        count = network.Offsets[layer - 1];
        stride = network.Layers[0].Weights.Stride;
        relaxations = [.. network.Layers.Take(this.layer).Select(static l => new PartRelaxation(l))];
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
    public PartOutcome Run(BoxPart part)
    {
        Load(part);
        for (int l = 0; l < layer; l++)
        {
            if (!Tighten(l, part) || (part.Half.Length > 0 && l < EarlyLayers && l + 1 < layer && IsSettledEarly(part)))
                return PartOutcome.Settled;
        }

        return Conclude(part);
    }

    /// <inheritdoc/>
    public void Dispose() => rows.Dispose();

    private void Load(BoxPart part)
    {
        box.Load(part.Lower, part.Upper);
        PartKnowledge known = part.Known;
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
    private bool Tighten(int l, BoxPart part)
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

    private double Bound(int row, Span<double> into, BoxPart part) => box.MaximumWhere(into, rows.Finish(row, into), part.Half, part.HalfConstant);

    /// <summary>Whether the only side is settled already, with the bounds of the deeper layers as they were in the part before: one row, where the layers have a hundred. If not, the box is cut.</summary>
    private bool IsSettledEarly(BoxPart part)
    {
        Aim aim = part.Aims[0];
        rows.Start(layer, aim.Index - count, aim.Above, 0);
        rows.Propagate(layer, 1, []);
        double constant = rows.Finish(0, function);
        if (box.MaximumWhere(function, constant, part.Half, part.HalfConstant) is var bound && bound <= 0 && double.IsFinite(bound))
            return true;
        box.Clip(function, box.Maximum(function, constant), clippedLower, clippedUpper);
        box.Load(clippedLower, clippedUpper);
        return false;
    }

    /// <summary>Bounds the sides in question, and says where to go on with those that stay open.</summary>
    private PartOutcome Conclude(BoxPart part)
    {
        int aims = part.Aims.Length;
        if (coefficients.Length < aims * count)
            coefficients = new double[aims * count];
        for (int r = 0; r < aims; r++)
            rows.Start(layer, part.Aims[r].Index - count, part.Aims[r].Above, r);
        rows.Propagate(layer, aims, coefficients);
        split.Begin();
        var left = new List<Aim>(aims);
        var corners = new List<float>(aims * network.Inputs);
        double worst = 0, constant = 0;
        for (int r = 0; r < aims; r++)
        {
            Aim aim = part.Aims[r];
            constant = rows.Finish(r, function);
            double bound = box.MaximumWhere(function, constant, part.Half, part.HalfConstant);
            if (bound <= 0 && double.IsFinite(bound))
                continue;
            left.Add(aim);
            for (int i = 0; i < network.Inputs; i++)
                corners.Add((float)(function[i] > 0 ? box.Upper[i] : box.Lower[i]));
            double whole = aim.Above ? network.Upper[aim.Index] : -network.Lower[aim.Index];
            worst = Math.Max(worst, bound / whole);
            box.Clip(function, box.Maximum(function, constant), clippedLower, clippedUpper);
            split.Add(clippedLower, clippedUpper, coefficients.AsSpan(r * count, count), phases, lower, upper, 1 / whole);
        }

        if (left.Count == 0)
            return PartOutcome.Settled;
        var rest = new BoxPart(split.Lower.ToArray(), split.Upper.ToArray(), PartKnowledge.Of(phases, lower, upper), [.. left]);
        if (aims == 1)
            rest = rest with { Half = [.. function], HalfConstant = constant };
        return new([.. left], [.. corners], worst, PartSplit.Halves(rest, split.BestInput(functions)));
    }
}
