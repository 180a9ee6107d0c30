using ExactCompression.Witnesses;

namespace ExactCompression.Branching;

/// <summary>A part of the input box, and the sides that are open in it.</summary>
/// <param name="Lower">Lower ends.</param>
/// <param name="Upper">Upper ends.</param>
/// <param name="Known">What holds of the rectifiers in it.</param>
/// <param name="Targets">The open sides.</param>
/// <remarks>
/// With one open side only the points matter at which its pre-activation has that sign. <paramref name="Known"/> then holds for those, and
/// <see cref="Half"/> is not negative at any of them.
/// </remarks>
internal sealed record Subdomain(double[] Lower, double[] Upper, SubdomainPhases Known, SignTarget[] Targets)
{
    /// <summary>Coefficients of the linear function above the only open side, padded; empty where there are several.</summary>
    public double[] Half { get; init; } = [];

    /// <summary>The constant of <see cref="Half"/>.</summary>
    public double HalfConstant { get; init; }
}
