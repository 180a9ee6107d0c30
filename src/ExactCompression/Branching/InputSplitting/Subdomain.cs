using ExactCompression.Witnesses;

namespace ExactCompression.Branching.InputSplitting;

/// <summary>A subdomain of the input box, and the targets that are open in it.</summary>
/// <param name="Lower">Lower ends.</param>
/// <param name="Upper">Upper ends.</param>
/// <param name="Known">What is known about the rectifiers in it.</param>
/// <param name="Targets">The open targets.</param>
/// <remarks>
/// With one open target only the points matter at which its pre-activation has that sign. <paramref name="Known"/> then holds for those,
/// and <see cref="HalfSpace"/> is not negative at any of them.
/// </remarks>
internal sealed record Subdomain(double[] Lower, double[] Upper, SubdomainPhases Known, SignTarget[] Targets)
{
    /// <summary>
    /// Coefficients of the linear function that bounds the only open target from above, padded; empty where there are several.
    /// </summary>
    public double[] HalfSpace { get; init; } = [];

    /// <summary>The constant of <see cref="HalfSpace"/>.</summary>
    public double HalfSpaceConstant { get; init; }

    /// <summary>
    /// Where the bounds of the targets are attained, as far as is known, one point after another; empty where nothing is known.
    /// </summary>
    public double[] Maximisers { get; init; } = [];

    /// <summary>The same subdomain for some of its targets, in the same order.</summary>
    /// <param name="targets">Those that are open still.</param>
    public Subdomain For(SignTarget[] targets)
    {
        if (targets.Length == Targets.Length)
            return this;
        int inputs = Lower.Length;
        double[] points = Maximisers.Length == 0
            ? []
            : [.. targets.SelectMany(t => Maximisers.AsSpan(Array.IndexOf(Targets, t) * inputs, inputs).ToArray())];
        return this with { Targets = targets, Maximisers = points };
    }
}
