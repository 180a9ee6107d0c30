namespace ExactCompression.Milp;

/// <summary>A mathematical-programming solver that OR-Tools offers, and whether it works on this machine.</summary>
/// <param name="Name">The name by which a solver is chosen, such as <c>Scip</c>.</param>
/// <param name="Problems">What it solves: <c>MILP</c>, or only <c>LP</c>.</param>
/// <param name="Available">Whether it solved a small program correctly on this machine.</param>
/// <param name="Version">The name and version that it reports, or null if it reports none.</param>
/// <param name="Elapsed">How long the small program took, including loading.</param>
/// <param name="Detail">Why it is not available, or empty.</param>
public sealed record MilpSolver(string Name, string Problems, bool Available, string? Version, TimeSpan Elapsed, string Detail)
{
    /// <inheritdoc/>
    public override string ToString() => PrintableText.Of(Available ? $"{Name} ({Version ?? Problems})" : $"{Name} (not available)");
}
