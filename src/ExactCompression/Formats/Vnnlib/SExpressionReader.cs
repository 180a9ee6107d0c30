using System.Text;

namespace ExactCompression.Formats;

/// <summary>
/// Reads the s-expressions of a text, without recursion. Comments run from <c>;</c> to the end of the line; text in double quotes or bars
/// is one atom; what is in brackets belongs to the atom before it.
/// </summary>
internal sealed class SExpressionReader
{
    /// <summary>No property's formula is nested more deeply; evaluation may recurse this far.</summary>
    public const int MaximalDepth = 256;

    // Approximate size of such an object, with its place in a list, and of a character of its text.
    private const int ExpressionSize = 120;
    private const int CharacterSize = 2;

    private readonly byte[] text;
    private readonly string path;
    private readonly ImportBudget budget;
    private readonly Stack<(List<SExpression> Items, int Line, int Column)> open = new();
    private readonly List<SExpression> whole = [];
    private int at;
    private int line = 1;
    private int lineStart;

    private SExpressionReader(byte[] text, string path, ImportBudget budget)
    {
        this.text = text;
        this.path = path;
        this.budget = budget;
        if (text.AsSpan().StartsWith("\uFEFF"u8))
            at = lineStart = 3;
    }

    private int Column => at - lineStart + 1;

    private string Place => SExpression.PlaceOf(line, Column);

    private List<SExpression> Siblings => open.Count > 0 ? open.Peek().Items : whole;

    /// <summary>Reads the expressions of a text, one after the other.</summary>
    /// <param name="text">UTF-8.</param>
    /// <param name="path">The file, for messages.</param>
    /// <param name="budget">Counts memory, and is asked for cancellation at every expression.</param>
    /// <exception cref="InvalidFileException">Parentheses, brackets or quotes do not match, or are nested too deeply.</exception>
    public static IReadOnlyList<SExpression> Read(byte[] text, string path, ImportBudget budget) =>
        new SExpressionReader(text, path, budget).Run();

    private List<SExpression> Run()
    {
        while (at < text.Length)
            Step(text[at]);
        if (open.Count > 0)
            throw new InvalidFileException(
                "FileTruncated", path, SExpression.PlaceOf(open.Peek().Line, open.Peek().Column),
                "A parenthesis that is opened here is never closed.", "The file is truncated: get it again.");
        return whole;
    }

    private void Step(byte c)
    {
        switch (c)
        {
            case (byte)'\n':
                NewLine();
                break;
            case <= (byte)' ':
                at++;
                break;
            case (byte)';':
                int end = text.AsSpan(at).IndexOf((byte)'\n');
                at = end < 0 ? text.Length : at + end;
                break;
            case (byte)'(':
                if (open.Count == MaximalDepth)
                    throw Damaged($"Parentheses are nested more than {MaximalDepth} deep.");
                open.Push(([], line, Column));
                at++;
                break;
            case (byte)')':
                if (open.Count == 0)
                    throw Damaged("A parenthesis is closed that was not opened.");
                (List<SExpression> items, int begin, int column) = open.Pop();
                at++;
                Finish(new(null, null, items, begin, column), 0);
                break;
            case (byte)'[':
                ReadIndices();
                break;
            case (byte)'"' or (byte)'|':
                ReadQuoted(c);
                break;
            default:
                ReadAtom();
                break;
        }
    }

    private void NewLine()
    {
        line++;
        lineStart = ++at;
    }

    private void ReadAtom()
    {
        int start = at, column = Column;
        while (at < text.Length && text[at] > (byte)' '
            && text[at] is not ((byte)'(' or (byte)')' or (byte)';' or (byte)'[' or (byte)'"' or (byte)'|'))
            at++;
        Finish(new(Encoding.UTF8.GetString(text, start, at - start), null, [], line, column), at - start);
    }

    /// <summary>Text in quotes, which stay part of the atom; a backslash takes the next character as it is.</summary>
    private void ReadQuoted(byte quote)
    {
        int start = at, column = Column, first = line;
        at++;
        while (at < text.Length && text[at] != quote)
        {
            if (text[at] == (byte)'\\' && quote == (byte)'"')
                at++;
            if (at < text.Length && text[at] == (byte)'\n')
                NewLine();
            else
                at++;
        }

        if (at >= text.Length)
            throw new InvalidFileException(
                "FileTruncated", path, SExpression.PlaceOf(first, column), "A quotation that begins here never ends.",
                "Close it, or get the file again if it is truncated.");
        at++;
        Finish(new(Encoding.UTF8.GetString(text, start, at - start), null, [], first, column), at - start);
    }

    private void ReadIndices()
    {
        List<SExpression> siblings = Siblings;
        if (siblings is not [.., { Atom: not null, Indices: null } named])
            throw Damaged("Brackets follow no name.");
        string place = Place;
        int start = ++at;
        while (at < text.Length && text[at] is >= (byte)'0' and <= (byte)'9' or (byte)',' or (byte)' ' or (byte)'\t' or (byte)'\r'
            or (byte)'\n')
        {
            if (text[at] == (byte)'\n')
                NewLine();
            else
                at++;
        }

        if (at >= text.Length)
            throw new InvalidFileException(
                "FileTruncated", path, place, "A bracket that is opened here is never closed.", "The file is truncated: get it again.");
        if (text[at] != (byte)']')
            throw Damaged("Brackets hold whole numbers with commas between them.");
        budget.Allocate(ExpressionSize + (CharacterSize * (at - start)), place);
        string[] indices = Encoding.ASCII.GetString(text, start, at - start).Split(',', StringSplitOptions.TrimEntries);
        siblings[^1] = named with { Indices = string.Join(',', indices) };
        at++;
    }

    private void Finish(SExpression finished, int length)
    {
        budget.Allocate(ExpressionSize + (CharacterSize * (long)length), finished.Place);
        Siblings.Add(finished);
    }

    private InvalidFileException Damaged(string problem) =>
        new("VnnlibDamaged", path, Place, problem, "Correct the file there, or get it again.");
}
