using System.Globalization;

namespace ExactCompression.Verdicts;

/// <summary>
/// The text of evidence, as shown in views and written to files: <c>Crown</c>; <c>Milp (Scip, 1e-06), proven by Crown</c>; <c>Imported
/// (Crown)</c>; <c>Witness, against Milp (Scip, 1e-06)</c>; <c>against Milp (Scip, 1e-06)</c> where the neuron is open. Every text can be
/// parsed and is formatted unchanged: text that is not understood is kept, and treated as no stronger evidence than it can be.
/// </summary>
internal static class EvidenceText
{
    private const string Milp = "Milp", Imported = "Imported";
    private const string Against = "against ", ProvenBy = "proven by ";
    private const string Between = ", ";

    private static readonly Dictionary<string, Evidence> Plain = new Evidence[]
    {
        Evidence.None, Evidence.Interval, Evidence.Crown, Evidence.AlphaCrown, Evidence.BranchAndBound, Evidence.InputSplitting,
        Evidence.Enumeration, Evidence.Witness, Evidence.Imported(""),
    }.ToDictionary(Format, StringComparer.Ordinal);

    /// <summary>The text of evidence.</summary>
    public static string Format(Evidence evidence)
    {
        string head = Head(evidence);
        return evidence.Notes.Count == 0
            ? head
            : string.Join(Between, evidence.Notes.Select(Note).Prepend(head).Where(static piece => piece.Length > 0));
    }

    /// <summary>The evidence of a text.</summary>
    /// <param name="text">Any text; empty for none.</param>
    public static Evidence Parse(string text)
    {
        // Imported evidence may be any text, and is not interpreted.
        if (Plain.TryGetValue(text, out Evidence? plain))
            return plain;
        if (IsImported(text))
            return Single(text);
        var evidence = Evidence.None;
        var notes = new List<EvidenceNote>();
        foreach (string piece in Pieces(text))
        {
            if (piece.StartsWith(Against, StringComparison.Ordinal))
                notes.Add(new(Confirms: false, Single(piece[Against.Length..])));
            else if (piece.StartsWith(ProvenBy, StringComparison.Ordinal) && evidence.Kind != EvidenceKind.None)
                notes.Add(new(Confirms: true, Single(piece[ProvenBy.Length..])));
            else
                evidence = Single(piece); // the first piece
        }

        evidence = notes.Count == 0 ? evidence : evidence.With(notes);
        return Format(evidence) == text ? evidence : Unread(text);
    }

    private static string Note(EvidenceNote note) => (note.Confirms ? ProvenBy : Against) + Head(note.Evidence);

    private static string Head(Evidence evidence) => evidence.Label ?? evidence.Kind switch
    {
        EvidenceKind.None => "",
        EvidenceKind.Solver =>
            $"{Milp} ({evidence.Solver}, {evidence.Tolerance!.Value.ToString("0e+00", CultureInfo.InvariantCulture)})",
        EvidenceKind.Imported => evidence.Stated is { Length: > 0 } stated ? $"{Imported} ({stated})" : Imported,
        _ => evidence.Kind.ToString(),
    };

    /// <summary>Evidence without notes.</summary>
    private static Evidence Single(string text)
    {
        if (Plain.TryGetValue(text, out Evidence? plain))
            return plain;
        if (IsImported(text))
        {
            string stated = text.EndsWith(')') ? text[(Imported.Length + 2)..^1] : text;
            return Evidence.Imported(stated) is var import && Format(import) == text
                ? import
                : Evidence.Unread(EvidenceKind.Imported, text, stated);
        }

        if (text.StartsWith(Milp + " (", StringComparison.Ordinal) && text.EndsWith(')')
            && text.LastIndexOf(Between, StringComparison.Ordinal) is > 0 and var comma
            && double.TryParse(text[(comma + Between.Length)..^1], NumberStyles.Float, CultureInfo.InvariantCulture, out double tolerance))
        {
            var claim = Evidence.BySolver(text[(Milp.Length + 2)..comma], tolerance);
            if (Format(claim) == text)
                return claim;
        }

        return Unread(text);
    }

    /// <summary>Whatever looks like a solver's claim is treated as one: it must not pass for a proof.</summary>
    private static Evidence Unread(string text) =>
        Evidence.Unread(text.StartsWith(Milp, StringComparison.Ordinal) ? EvidenceKind.Solver : EvidenceKind.Other, text);

    private static bool IsImported(string text) =>
        text == Imported || text.StartsWith(Imported + " (", StringComparison.Ordinal);

    /// <summary>The evidence and its notes, split at separators outside parentheses.</summary>
    private static IEnumerable<string> Pieces(string text)
    {
        int start = 0, depth = 0;
        for (int i = 0; i < text.Length; i++)
        {
            depth += text[i] == '(' ? 1 : text[i] == ')' ? -1 : 0;
            ReadOnlySpan<char> rest = text.AsSpan(i);
            if (depth != 0 || !rest.StartsWith(Between, StringComparison.Ordinal))
                continue;
            rest = rest[Between.Length..];
            if (!rest.StartsWith(Against, StringComparison.Ordinal) && !rest.StartsWith(ProvenBy, StringComparison.Ordinal))
                continue;
            yield return text[start..i];
            start = i + Between.Length;
        }

        yield return text[start..];
    }
}
