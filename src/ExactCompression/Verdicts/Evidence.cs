using System.Globalization;

namespace ExactCompression.Verdicts;

/// <summary>
/// What a verdict rests on: a proof, a MILP solver's claim, or an imported claim; with notes of the proofs that confirm a solver's claim
/// and of the claims that proofs have refuted. Immutable. Only <see cref="ToString"/> formats it and <see cref="EvidenceText"/> parses it;
/// evidence with equal text is equal.
/// </summary>
internal sealed class Evidence : IEquatable<Evidence>
{
    /// <summary>How the text of a solver's claim begins.</summary>
    public const string MilpText = "Milp";

    /// <summary>How the text of a claim from outside begins.</summary>
    public const string ImportedText = "Imported";

    /// <summary>What is between evidence and its notes.</summary>
    public const string Between = ", ";

    /// <summary>How a note of a refuted claim begins.</summary>
    public const string Against = "against ";

    /// <summary>How a note of a proof that confirms a claim begins.</summary>
    public const string ProvenBy = "proven by ";

    private Evidence(EvidenceKind kind, string? label = null)
    {
        Kind = kind;
        Label = label;
        Notes = [];
    }

    private Evidence(Evidence head, IEnumerable<EvidenceNote> notes)
    {
        (Kind, Label, Solver, Tolerance, Stated) = (head.Kind, head.Label, head.Solver, head.Tolerance, head.Stated);
        Notes = [.. notes];
    }

    /// <summary>None yet.</summary>
    public static Evidence None { get; } = new(EvidenceKind.None);

    /// <inheritdoc cref="EvidenceKind.Interval"/>
    public static Evidence Interval { get; } = new(EvidenceKind.Interval);

    /// <inheritdoc cref="EvidenceKind.Crown"/>
    public static Evidence Crown { get; } = new(EvidenceKind.Crown);

    /// <inheritdoc cref="EvidenceKind.AlphaCrown"/>
    public static Evidence AlphaCrown { get; } = new(EvidenceKind.AlphaCrown);

    /// <inheritdoc cref="EvidenceKind.BranchAndBound"/>
    public static Evidence BranchAndBound { get; } = new(EvidenceKind.BranchAndBound);

    /// <inheritdoc cref="EvidenceKind.InputSplitting"/>
    public static Evidence InputSplitting { get; } = new(EvidenceKind.InputSplitting);

    /// <inheritdoc cref="EvidenceKind.Enumeration"/>
    public static Evidence Enumeration { get; } = new(EvidenceKind.Enumeration);

    /// <inheritdoc cref="EvidenceKind.Witness"/>
    public static Evidence Witness { get; } = new(EvidenceKind.Witness);

    /// <summary>What the verdict primarily rests on.</summary>
    public EvidenceKind Kind { get; }

    /// <summary>A solver's name; null where this is not a solver's claim, or the text does not name the solver.</summary>
    public string? Solver { get; private init; }

    /// <summary>
    /// The solver's feasibility and integrality tolerance, relative to each neuron's range; null where <see cref="Solver"/> is.
    /// </summary>
    public double? Tolerance { get; private init; }

    /// <summary>The imported evidence, as text that is not interpreted; null where this is not an imported claim.</summary>
    public string? Stated { get; private init; }

    /// <summary>
    /// The text of evidence that cannot be represented otherwise, since its name is unknown or the text is damaged; null for all other
    /// evidence.
    /// </summary>
    public string? Label { get; }

    /// <summary>The notes, in the order in which they were added.</summary>
    public IReadOnlyList<EvidenceNote> Notes { get; }

    /// <summary>Whether this is an imported claim.</summary>
    public bool IsImported => Kind == EvidenceKind.Imported;

    /// <summary>Whether a note has a proof that confirms the claim.</summary>
    public bool IsConfirmed =>
        Notes.Any(static n => n.Confirms && n.Evidence.Kind is not (EvidenceKind.None or EvidenceKind.Solver or EvidenceKind.Imported));

    /// <summary>Whether this is a solver's claim that no proof confirms.</summary>
    public bool IsSolverAlone => Kind == EvidenceKind.Solver && !IsConfirmed;

    /// <summary>The text without notes.</summary>
    internal string HeadText => Label ?? Kind switch
    {
        EvidenceKind.None => "",
        EvidenceKind.Solver => $"{MilpText} ({Solver}, {Tolerance!.Value.ToString("0e+00", CultureInfo.InvariantCulture)})",
        EvidenceKind.Imported => Stated is { Length: > 0 } stated ? $"{ImportedText} ({stated})" : ImportedText,
        _ => Kind.ToString(),
    };

    /// <summary>Whether a proof has refuted the claim, so that no verdict is left.</summary>
    private bool IsRefuted => Kind == EvidenceKind.None && Notes.Count > 0;

    /// <summary>A solver's claim.</summary>
    /// <param name="solver">The solver's name.</param>
    /// <param name="tolerance">Its feasibility and integrality tolerance, relative to each neuron's range.</param>
    public static Evidence BySolver(string solver, double tolerance) => new(EvidenceKind.Solver) { Solver = solver, Tolerance = tolerance };

    /// <summary>An imported claim.</summary>
    /// <param name="stated">The evidence named there; empty for none.</param>
    public static Evidence Imported(string stated) => new(EvidenceKind.Imported) { Stated = stated };

    /// <summary>Evidence that can only be represented by its text.</summary>
    /// <param name="kind">The kind that it is treated as.</param>
    /// <param name="label">Its text.</param>
    /// <param name="stated">For an imported claim, the evidence stated there.</param>
    public static Evidence Unread(EvidenceKind kind, string label, string? stated = null) => new(kind, label) { Stated = stated };

    /// <summary>The same evidence without notes.</summary>
    public Evidence Head() => Notes.Count == 0 ? this : new(this, []);

    /// <summary>The same evidence with additional notes.</summary>
    public Evidence With(IEnumerable<EvidenceNote> more) => new(this, [.. Notes, .. more]);

    /// <summary>The same evidence as an imported claim that states it.</summary>
    public Evidence AsImported() => IsImported ? this : Imported(ToString());

    /// <summary>The evidence that is left when a proof refutes this claim, until a proof decides the neuron.</summary>
    public Evidence Refuted() => None.With([new(Confirms: false, Head()), .. Notes]);

    /// <summary>
    /// The evidence of a verdict that this evidence decides, with the earlier claim noted as confirmed or as refuted.
    /// </summary>
    /// <param name="before">The evidence so far.</param>
    public Evidence After(Evidence before) =>
        before.IsRefuted ? With(before.Notes)
        : before.Kind == EvidenceKind.Solver && Kind != EvidenceKind.Solver ? before.With([new(Confirms: true, Head()), .. Notes])
        : this; // one solver's claim does not prove another's

    /// <summary>The text, as views show it and files have it; <see cref="EvidenceText"/> parses it.</summary>
    public override string ToString() => Notes.Count == 0
        ? HeadText
        : string.Join(Between, Notes.Select(static n => n.ToString()).Prepend(HeadText).Where(static piece => piece.Length > 0));

    /// <inheritdoc/>
    public bool Equals(Evidence? other) => other is not null && (ReferenceEquals(this, other) || ToString() == other.ToString());

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Evidence);

    /// <inheritdoc/>
    public override int GetHashCode() => ToString().GetHashCode(StringComparison.Ordinal);
}

/// <summary>A note on the evidence of a verdict.</summary>
/// <param name="Confirms">Whether <paramref name="Evidence"/> is a proof that confirms a solver's claim; otherwise it is a claim that a
/// proof has refuted.</param>
/// <param name="Evidence">The proof or the claim, without notes of its own.</param>
internal readonly record struct EvidenceNote(bool Confirms, Evidence Evidence)
{
    /// <inheritdoc/>
    public override string ToString() => (Confirms ? Evidence.ProvenBy : Evidence.Against) + Evidence.HeadText;
}
