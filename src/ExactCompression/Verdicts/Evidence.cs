namespace ExactCompression.Verdicts;

/// <summary>
/// What a verdict stands on: a proof, a MILP solver's claim, or a claim from outside; and beside it the proofs that confirm a solver's
/// claim, and claims that proofs have refuted. Immutable. Its text is made and read by <see cref="EvidenceText"/> alone; evidence of the
/// same text is the same.
/// </summary>
internal sealed class Evidence : IEquatable<Evidence>
{
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

    /// <summary>What the verdict stands on first of all.</summary>
    public EvidenceKind Kind { get; }

    /// <summary>A solver's name; null where it is none's claim, or the text does not say whose.</summary>
    public string? Solver { get; private init; }

    /// <summary>What the solver keeps rows and integers to, as a share of each neuron's range; null as <see cref="Solver"/> is.</summary>
    public double? Tolerance { get; private init; }

    /// <summary>What was stated outside, as a text that nothing here looks into; null where this is no claim from outside.</summary>
    public string? Stated { get; private init; }

    /// <summary>The text of evidence that has no other form here: by a name that is not known, or damaged; null for all else.</summary>
    public string? Label { get; }

    /// <summary>What is noted beside it, in the order in which it came up.</summary>
    public IReadOnlyList<EvidenceNote> Notes { get; }

    /// <summary>Whether this is a claim from outside.</summary>
    public bool IsImported => Kind == EvidenceKind.Imported;

    /// <summary>Whether a proof stands beside a solver's claim.</summary>
    public bool IsConfirmed =>
        Notes.Any(static n => n.Confirms && n.Evidence.Kind is not (EvidenceKind.None or EvidenceKind.Solver or EvidenceKind.Imported));

    /// <summary>Whether this is a solver's claim that no proof confirms.</summary>
    public bool IsSolverAlone => Kind == EvidenceKind.Solver && !IsConfirmed;

    /// <summary>Whether no verdict is left of a claim that a proof has refuted.</summary>
    private bool IsRefuted => Kind == EvidenceKind.None && Notes.Count > 0;

    /// <summary>A solver's claim.</summary>
    /// <param name="solver">The solver's name.</param>
    /// <param name="tolerance">What it keeps rows and integers to, as a share of each neuron's range.</param>
    public static Evidence BySolver(string solver, double tolerance) => new(EvidenceKind.Solver) { Solver = solver, Tolerance = tolerance };

    /// <summary>A claim from outside.</summary>
    /// <param name="stated">The evidence named there; empty for none.</param>
    public static Evidence FromOutside(string stated) => new(EvidenceKind.Imported) { Stated = stated };

    /// <summary>Evidence whose text has no other form here.</summary>
    /// <param name="kind">What it must be taken for.</param>
    /// <param name="label">Its text.</param>
    /// <param name="stated">For a claim from outside, what was stated there.</param>
    public static Evidence Unread(EvidenceKind kind, string label, string? stated = null) => new(kind, label) { Stated = stated };

    /// <inheritdoc cref="EvidenceText.Parse"/>
    public static Evidence Parse(string text) => EvidenceText.Parse(text);

    /// <summary>The same without what is noted beside it.</summary>
    public Evidence Head() => Notes.Count == 0 ? this : new(this, []);

    /// <summary>The same with more noted beside it.</summary>
    public Evidence With(IEnumerable<EvidenceNote> more) => new(this, [.. Notes, .. more]);

    /// <summary>The same as a claim from outside, of which it is what was stated there.</summary>
    public Evidence AsImported() => IsImported ? this : FromOutside(ToString());

    /// <summary>What is left of a claim that a proof refutes, until a proof decides the neuron.</summary>
    public Evidence Refuted() => None.With([new(Confirms: false, Head()), .. Notes]);

    /// <summary>
    /// The evidence of a verdict that this decides, with the claim that was there before it: confirmed, or refuted already.
    /// </summary>
    /// <param name="before">The evidence so far.</param>
    public Evidence After(Evidence before) =>
        before.IsRefuted ? With(before.Notes)
        : before.Kind == EvidenceKind.Solver && Kind != EvidenceKind.Solver ? before.With([new(Confirms: true, Head()), .. Notes])
        : this; // one solver's claim proves no other one's

    /// <inheritdoc/>
    public override string ToString() => EvidenceText.Format(this);

    /// <inheritdoc/>
    public bool Equals(Evidence? other) => other is not null && (ReferenceEquals(this, other) || ToString() == other.ToString());

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Evidence);

    /// <inheritdoc/>
    public override int GetHashCode() => ToString().GetHashCode(StringComparison.Ordinal);
}
