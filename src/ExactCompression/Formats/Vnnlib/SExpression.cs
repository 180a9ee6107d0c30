using System.Globalization;

namespace ExactCompression.Formats;

/// <summary>An s-expression: an atom, perhaps with indices in brackets, or a list in parentheses.</summary>
/// <param name="Atom">The text of an atom, or null for a list.</param>
/// <param name="Indices">What is in brackets after an atom, without spaces: <c>0,2</c> of <c>X[0, 2]</c>; null without brackets.</param>
/// <param name="Items">The items of a list; empty for an atom.</param>
/// <param name="Line">1-based line where it begins.</param>
/// <param name="Column">1-based column where it begins, in bytes.</param>
internal sealed record SExpression(string? Atom, string? Indices, IReadOnlyList<SExpression> Items, int Line, int Column)
{
    /// <summary>Where it begins, for messages.</summary>
    public string Place => PlaceOf(Line, Column);

    /// <summary>As it is written, for messages: an atom with its indices, or the head of a list.</summary>
    public string Text => Atom is null ? $"({Operator}{(Items.Count > 1 ? " ..." : "")})" : Indices is null ? Atom : $"{Atom}[{Indices}]";

    /// <summary>The head of a list, if it is an atom without indices.</summary>
    public string? Operator => Items.Count > 0 && Items[0] is { Indices: null, Atom: { } atom } ? atom : null;

    /// <summary>A position in a text, for messages.</summary>
    /// <param name="line">1-based line.</param>
    /// <param name="column">1-based column.</param>
    public static string PlaceOf(int line, int column) =>
        string.Create(CultureInfo.InvariantCulture, $"line {line}, column {column}");
}
