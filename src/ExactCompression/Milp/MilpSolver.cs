namespace ExactCompression.Milp;

/// <summary>A mathematical-programming solver that OR-Tools offers, and whether it works on this machine.</summary>
/// <param name="Name">The name by which a solver is chosen, such as <c>Scip</c>.</param>
/// <param name="Problems">What it solves: <c>MILP</c>, or <c>LP</c> alone.</param>
/// <param name="Available">Whether it solved a small program here and now, rightly.</param>
/// <param name="Version">What it calls itself, or null where it does not say.</param>
/// <param name="Elapsed">How long the small program took, loading included.</param>
/// <param name="Detail">Why it is not available, or empty.</param>
public sealed record MilpSolver(string Name, string Problems, bool Available, string? Version, TimeSpan Elapsed, string Detail);
