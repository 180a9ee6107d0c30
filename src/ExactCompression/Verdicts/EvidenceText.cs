using System.Globalization;

namespace ExactCompression.Verdicts;

/// <summary>
/// Parses the text of evidence, as shown in views and written to files: <c>Crown</c>; <c>Milp (Scip, 1e-06), proven by Crown</c>;
/// <c>Imported (Crown)</c>; <c>Witness, against Milp (Scip, 1e-06)</c>; <c>against Milp (Scip, 1e-06)</c> where the neuron is open. Every
/// text can be parsed and is formatted unchanged: text that is not understood is kept, and treated as no stronger evidence than it can be.
/// </summary>
internal static class EvidenceText
{
    private static readonly Dictionary<string, Evidence> Plain = new Evidence[]
    {
        Evidence.None, Evidence.Interval, Evidence.Crown, Evidence.AlphaCrown, Evidence.BranchAndBound, Evidence.InputSplitting,
        Evidence.Enumeration, Evidence.Witness, Evidence.Imported(""),
    }.ToDictionary(static e => e.ToString(), StringComparer.Ordinal);

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
            if (piece.StartsWith(Evidence.Against, StringComparison.Ordinal))
                notes.Add(new(Confirms: false, Single(piece[Evidence.Against.Length..])));
            else if (piece.StartsWith(Evidence.ProvenBy, StringComparison.Ordinal) && evidence.Kind != EvidenceKind.None)
                notes.Add(new(Confirms: true, Single(piece[Evidence.ProvenBy.Length..])));
            else
                evidence = Single(piece); // the first piece
        }

        evidence = notes.Count == 0 ? evidence : evidence.With(notes);
        return evidence.ToString() == text ? evidence : Unread(text);
    }

    /// <summary>Evidence without notes.</summary>
    private static Evidence Single(string text)
    {
        if (Plain.TryGetValue(text, out Evidence? plain))
            return plain;
        if (IsImported(text))
        {
            string stated = text.EndsWith(')') ? text[(Evidence.ImportedText.Length + 2)..^1] : text;
            return Evidence.Imported(stated) is var import && import.ToString() == text
                ? import
                : Evidence.Unread(EvidenceKind.Imported, text, stated);
        }

        if (text.StartsWith(Evidence.MilpText + " (", StringComparison.Ordinal) && text.EndsWith(')')
            && text.LastIndexOf(Evidence.Between, StringComparison.Ordinal) is > 0 and var comma
            && double.TryParse(
                text[(comma + Evidence.Between.Length)..^1], NumberStyles.Float, CultureInfo.InvariantCulture, out double tolerance))
        {
            var claim = Evidence.BySolver(text[(Evidence.MilpText.Length + 2)..comma], tolerance);
            if (claim.ToString() == text)
                return claim;
        }

        return Unread(text);
    }

    /// <summary>Whatever looks like a solver's claim is treated as one: it must not pass for a proof.</summary>
    private static Evidence Unread(string text) =>
        Evidence.Unread(text.StartsWith(Evidence.MilpText, StringComparison.Ordinal) ? EvidenceKind.Solver : EvidenceKind.Other, text);

    private static bool IsImported(string text) =>
        text == Evidence.ImportedText || text.StartsWith(Evidence.ImportedText + " (", StringComparison.Ordinal);

    /// <summary>The evidence and its notes, split at separators outside parentheses.</summary>
    private static IEnumerable<string> Pieces(string text)
    {
        int start = 0, depth = 0;
        for (int i = 0; i < text.Length; i++)
        {
            depth += text[i] == '(' ? 1 : text[i] == ')' ? -1 : 0;
            ReadOnlySpan<char> rest = text.AsSpan(i);
            if (depth != 0 || !rest.StartsWith(Evidence.Between, StringComparison.Ordinal))
                continue;
            rest = rest[Evidence.Between.Length..];
            if (!rest.StartsWith(Evidence.Against, StringComparison.Ordinal)
                && !rest.StartsWith(Evidence.ProvenBy, StringComparison.Ordinal))
                continue;
            yield return text[start..i];
            start = i + Evidence.Between.Length;
        }

        yield return text[start..];
    }
}
