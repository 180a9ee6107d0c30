using ExactCompression.Witnesses;

namespace ExactCompression.Branching.InputSplitting;

/// <summary>What is left open after a subdomain has been bounded.</summary>
/// <param name="Open">Targets that are not settled in the subdomain.</param>
/// <param name="Corners">For each of them, the corner of the subdomain where its linear bound is attained, row-major.</param>
/// <param name="Worst">The largest bound of such a target, relative to its bound on the whole box.</param>
/// <param name="Children">The subdomains to continue with; none where the subdomain has no input left to halve.</param>
internal sealed record SubdomainResult(SignTarget[] Open, float[] Corners, double Worst, Subdomain[] Children)
{
    /// <summary>Every target is settled in the subdomain.</summary>
    public static SubdomainResult Settled { get; } = new([], [], 0, []);
}
