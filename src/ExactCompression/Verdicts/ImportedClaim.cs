namespace ExactCompression.Verdicts;

/// <summary>
/// The evidence of a verdict that came from outside: a file, a copy from another process, a caller's own list. It is what was stated there,
/// marked as such, until a proof here decides the neuron; it is no premise of any proof.
/// </summary>
internal static class ImportedClaim
{
    /// <summary>What such evidence begins with.</summary>
    public const string Kind = "Imported";

    private const string Open = Kind + " (";

    /// <summary>The evidence for what was stated: <c>Imported (Crown)</c>, or <c>Imported</c> where nothing was.</summary>
    /// <param name="stated">The evidence named there, or nothing.</param>
    public static string Of(string? stated) => string.IsNullOrEmpty(stated) ? Kind : Is(stated) ? stated : $"{Open}{stated})";

    /// <summary>Whether evidence is a verdict from outside.</summary>
    public static bool Is(string evidence) => evidence == Kind || evidence.StartsWith(Open, StringComparison.Ordinal);

    /// <summary>What was stated there; other evidence as it is.</summary>
    public static string Stated(string evidence) =>
        evidence == Kind ? "" : Is(evidence) && evidence.EndsWith(')') ? evidence[Open.Length..^1] : evidence;

    /// <summary>A verdict as one from outside; bounds and witnesses stay as stated.</summary>
    public static NeuronStability Of(NeuronStability verdict) => verdict.State == NeuronState.Undetermined || Is(verdict.Evidence)
        ? verdict
        : new()
        {
            Layer = verdict.Layer,
            Neuron = verdict.Neuron,
            State = verdict.State,
            LowerBound = verdict.LowerBound,
            UpperBound = verdict.UpperBound,
            Evidence = Of(verdict.Evidence),
            PositiveWitness = verdict.PositiveWitness,
            NegativeWitness = verdict.NegativeWitness,
        };
}
