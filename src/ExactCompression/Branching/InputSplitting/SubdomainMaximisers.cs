namespace ExactCompression.Branching.InputSplitting;

/// <summary>
/// Where the bounds of pre-activations are attained in a subdomain of the input box: the points by which rows choose their lower lines.
/// For one thread.
/// </summary>
/// <remarks>
/// A point follows each new maximiser a part of the way, as the averages of fictitious play do, and the children of a subdomain continue
/// from its points: so a row's slopes approach the best ones on the way down the partition, at one pass for each subdomain.
/// </remarks>
internal sealed class SubdomainMaximisers
{
    /// <summary>How far towards a new maximiser a point moves.</summary>
    private const double Rate = 0.4;

    private readonly SubdomainBox box;
    private readonly int inputs;
    private readonly double[] ofRectifiers;
    private double[] ofTargets = [];

    /// <summary>Allocates the points.</summary>
    /// <param name="box">The subdomain.</param>
    /// <param name="inputs">Number of inputs.</param>
    /// <param name="count">How many rectifiers lie below the targets.</param>
    public SubdomainMaximisers(SubdomainBox box, int inputs, int count)
    {
        (this.box, this.inputs) = (box, inputs);
        ofRectifiers = new double[2 * count * inputs];
    }

    /// <summary>Continues from the points of the subdomain that a new one is part of; from the middle where there are none.</summary>
    /// <param name="subdomain">The new one, which the box holds.</param>
    public void Load(Subdomain subdomain)
    {
        SubdomainPhases known = subdomain.Known;
        for (int o = 0; o < known.Open.Length; o++)
        {
            Take(known.Maximisers, 2 * o, Of(known.Open[o], above: true));
            Take(known.Maximisers, (2 * o) + 1, Of(known.Open[o], above: false));
        }

        if (ofTargets.Length < subdomain.Targets.Length * inputs)
            ofTargets = new double[subdomain.Targets.Length * inputs];
        for (int t = 0; t < subdomain.Targets.Length; t++)
            Take(subdomain.Maximisers, t, OfTarget(t));
    }

    /// <summary>The point of a rectifier's bound.</summary>
    /// <param name="rectifier">0-based, over all neurons.</param>
    /// <param name="above">True for the upper bound, false for the lower one.</param>
    public Span<double> Of(int rectifier, bool above) => ofRectifiers.AsSpan(((2 * rectifier) + (above ? 0 : 1)) * inputs, inputs);

    /// <summary>The point of a target's bound.</summary>
    /// <param name="target">0-based, in the order of the subdomain.</param>
    public Span<double> OfTarget(int target) => ofTargets.AsSpan(target * inputs, inputs);

    /// <summary>Moves a point towards where the box has just found a maximum.</summary>
    /// <param name="point">The point.</param>
    public void Follow(Span<double> point)
    {
        for (int i = 0; i < inputs; i++)
            point[i] += Rate * (box.Maximiser[i] - point[i]);
    }

    /// <summary>The points of some rectifiers, for <see cref="SubdomainPhases.Maximisers"/>.</summary>
    /// <param name="rectifiers">Their indices.</param>
    public double[] OfAll(int[] rectifiers)
    {
        var all = new double[rectifiers.Length * 2 * inputs];
        for (int o = 0; o < rectifiers.Length; o++)
            ofRectifiers.AsSpan(rectifiers[o] * 2 * inputs, 2 * inputs).CopyTo(all.AsSpan(o * 2 * inputs));
        return all;
    }

    private void Take(double[] from, int place, Span<double> point)
    {
        for (int i = 0; i < inputs; i++)
        {
            point[i] = from.Length == 0
                ? (0.5 * box.Lower[i]) + (0.5 * box.Upper[i])
                : Math.Clamp(from[(place * inputs) + i], box.Lower[i], box.Upper[i]);
        }
    }
}
