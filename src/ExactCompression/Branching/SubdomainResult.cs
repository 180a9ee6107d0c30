using ExactCompression.Witnesses;

namespace ExactCompression.Branching;

/// <summary>What bounding a part has left.</summary>
/// <param name="Open">Sides that are not settled in the part.</param>
/// <param name="Corners">For each of them, the corner of the part where its linear bound is reached, row-major.</param>
/// <param name="Worst">The largest bound of such a side, relative to its bound on the whole box.</param>
/// <param name="Pieces">The parts to go on with; none where the part has no input left to halve.</param>
internal sealed record SubdomainResult(SignTarget[] Open, float[] Corners, double Worst, Subdomain[] Pieces)
{
    /// <summary>Every side is settled in the part.</summary>
    public static SubdomainResult Settled { get; } = new([], [], 0, []);
}
