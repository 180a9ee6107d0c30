using System.Globalization;
using System.Text;

namespace ExactCompression.Formats;

/// <summary>An s-expression: an atom, or a list in parentheses. Comments run from <c>;</c> to the end of the line.</summary>
/// <param name="Atom">The text of an atom, or null for a list.</param>
/// <param name="Items">The items of a list; empty for an atom.</param>
/// <param name="Line">1-based line where it begins.</param>
/// <param name="NamesInput">Whether an atom <c>X_n</c> is in it; computed once, since formulas are queried at every level.</param>
internal sealed record SExpression(string? Atom, IReadOnlyList<SExpression> Items, int Line, bool NamesInput)
{
    private const string InputPrefix = "X_";

    // Approximate size of such an object, with its text and its place in a list.
    private const int ExpressionSize = 100;

    /// <summary>No property's formula is nested more deeply; evaluation may recurse this far.</summary>
    public const int MaximalDepth = 256;

    public string Place => $"line {Line.ToString(CultureInfo.InvariantCulture)}";

    /// <summary>The number of the input that an atom names, or null.</summary>
    public int? InputIndex => IndexOf(Atom);

    /// <summary>The head of a list, if it is an atom.</summary>
    public string? Operator => Items.Count > 0 ? Items[0].Atom : null;

    /// <summary>Reads the expressions of a text, one after the other, without recursion.</summary>
    public static IEnumerable<SExpression> Parse(byte[] text, string path, ImportBudget budget)
    {
        var open = new Stack<(List<SExpression> Items, int Line)>();
        int line = 1;
        for (int at = 0; at < text.Length;)
        {
            byte c = text[at];
            SExpression? finished = null;
            if (c == (byte)'\n')
            {
                line++;
                at++;
            }
            else if (c <= (byte)' ' || c >= 0xef && at < 3)
            {
                // White space, or a byte order mark at the beginning.
                at++;
            }
            else if (c == (byte)';')
            {
                int end = text.AsSpan(at).IndexOf((byte)'\n');
                at = end < 0 ? text.Length : at + end;
            }
            else if (c == (byte)'(')
            {
                if (open.Count == MaximalDepth)
                    throw new InvalidFileException(
                        "VnnlibDamaged", path, Show(line), $"Parentheses are nested more than {MaximalDepth} deep.");
                open.Push(([], line));
                at++;
            }
            else if (c == (byte)')')
            {
                if (open.Count == 0)
                    throw new InvalidFileException("VnnlibDamaged", path, Show(line), "A parenthesis is closed that was not opened.");
                (List<SExpression> items, int begin) = open.Pop();
                finished = new(null, items, begin, items.Exists(static item => item.NamesInput));
                at++;
            }
            else
            {
                int start = at;
                while (at < text.Length && text[at] > (byte)' ' && text[at] is not ((byte)'(' or (byte)')' or (byte)';'))
                    at++;
                string atom = Encoding.UTF8.GetString(text, start, at - start);
                finished = new(atom, [], line, IndexOf(atom) is not null);
            }

            if (finished is null)
                continue;
            budget.Allocate(ExpressionSize, Show(line));
            if (open.Count > 0)
                open.Peek().Items.Add(finished);
            else
                yield return finished;
        }

        if (open.Count > 0)
            throw new InvalidFileException(
                "FileTruncated", path, Show(open.Peek().Line), "A parenthesis that is opened here is never closed.",
                "The file is truncated: get it again.");
    }

    private static int? IndexOf(string? atom) =>
        atom is not null && atom.StartsWith(InputPrefix, StringComparison.Ordinal)
            && int.TryParse(atom.AsSpan(InputPrefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out int index)
            ? index
            : null;

    private static string Show(int line) => $"line {line.ToString(CultureInfo.InvariantCulture)}";
}
