using ExactCompression.Witnesses;

namespace ExactCompression.Branching;

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
}
