using System.Globalization;

namespace ExactCompression.Verdicts;

/// <summary>
/// The evidence of a verdict that a MILP solver gave: it holds within the solver's tolerance, and is never passed off as a proof. Proofs of
/// the same neuron are named beside it, for or against.
/// </summary>
internal static class MilpClaim
{
    /// <summary>What such evidence begins with.</summary>
    public const string Kind = "Milp";

    private const string ProvenBy = ", proven by ";
    private const string Against = "against ";

    /// <summary>The evidence for a solver's word.</summary>
    /// <param name="solver">The solver's name.</param>
    /// <param name="tolerance">What it keeps rows and integers to, as a share of each neuron's range.</param>
    public static string Of(string solver, double tolerance) =>
        $"{Kind} ({solver}, {tolerance.ToString("0e+00", CultureInfo.InvariantCulture)})";

    /// <summary>Whether evidence is a solver's word, proven or not.</summary>
    public static bool Is(string? evidence) => evidence?.StartsWith(Kind, StringComparison.Ordinal) == true;

    /// <summary>Whether a proof stands beside a solver's word.</summary>
    public static bool IsProven(string evidence) => evidence.Contains(ProvenBy, StringComparison.Ordinal);

    /// <summary>Whether evidence is a solver's word that no proof confirms.</summary>
    public static bool StandsAlone(string evidence) => Is(evidence) && !IsProven(evidence);

    /// <summary>What is left of a claim that a proof refutes, until a proof decides the neuron.</summary>
    public static string Refuted(string claim) => Against + claim;

    /// <summary>The evidence of a verdict, with the claim that was there before it.</summary>
    /// <param name="before">The evidence so far, or null.</param>
    /// <param name="kind">What decides now.</param>
    public static string Join(string? before, string kind) =>
        before?.StartsWith(Against, StringComparison.Ordinal) == true ? $"{kind}, {before}"
        : Is(before) && !Is(kind) ? before + ProvenBy + kind
        : kind; // a solver's word proves no other one
}
