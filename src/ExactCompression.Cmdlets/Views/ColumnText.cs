using System.Management.Automation.Host;

namespace ExactCompression.Cmdlets.Views;

/// <summary>
/// Names in tables. PowerShell gives columns of text what their longest text needs, at the cost of the columns behind them, whose figures
/// it then breaks into single digits: so names are shortened to what the screen has room for.
/// </summary>
public static class ColumnText
{
    private const int DefaultWidth = 120;
    private const int Least = 12;

    /// <summary>A text that fits its column: shortened in the middle, since names of networks often differ at their ends.</summary>
    /// <param name="text">The text.</param>
    /// <param name="host">The session's host, for its width.</param>
    /// <param name="taken">What the other columns take, with the spaces between all columns.</param>
    /// <param name="parts">How many columns share the rest: 2.5 for two fifths of it.</param>
    public static string Fit(string? text, PSHost? host, int taken, double parts) =>
        Shorten(PrintableText.Of(text ?? ""), Room(host, taken, parts));

    /// <summary>A text that fits its column: cut off at the end, since what matters in the names of domains comes first.</summary>
    /// <inheritdoc cref="Fit"/>
    public static string FitStart(string? text, PSHost? host, int taken, double parts)
    {
        string printable = PrintableText.Of(text ?? "");
        int room = Room(host, taken, parts);
        return printable.Length <= room ? printable : $"{printable[..(room - 1)]}\u2026";
    }

    /// <summary>A sentence in lines that fit its column and end between words, which PowerShell would break within them.</summary>
    /// <param name="text">The sentence.</param>
    /// <param name="host">The session's host, for its width.</param>
    /// <param name="taken">What the other columns take, with the spaces between all columns, and one at the end.</param>
    public static string Wrap(string? text, PSHost? host, int taken) =>
        string.Join(Environment.NewLine, Lines(PrintableText.Of(text ?? ""), Math.Max(Least, ScreenWidth(host) - taken)));

    /// <summary>A text in lines that end between words where they can.</summary>
    internal static IEnumerable<string> Lines(string text, int width)
    {
        while (text.Length > width)
        {
            int end = text.LastIndexOf(' ', width);
            if (end <= 0)
                end = width;
            yield return text[..end];
            text = text[end..].TrimStart(' ');
        }

        yield return text;
    }

    /// <summary>The characters of a column.</summary>
    internal static int Room(PSHost? host, int taken, double parts) => Math.Max(Least, (int)((ScreenWidth(host) - taken) / parts));

    /// <summary>A text of at most so many characters.</summary>
    internal static string Shorten(string text, int length)
    {
        if (text.Length <= length)
            return text;
        int end = (length - 1) / 2, start = length - 1 - end;
        return $"{text[..start]}\u2026{text[^end..]}";
    }

    /// <summary>The width of a host's screen, or of a usual one where it has none.</summary>
    internal static int ScreenWidth(PSHost? host)
    {
        try
        {
            return host?.UI?.RawUI?.BufferSize.Width is > 0 and var width ? width : DefaultWidth;
        }
        catch (Exception e) when (e is NotImplementedException or NotSupportedException or HostException or IOException)
        {
            return DefaultWidth; // a host without a screen
        }
    }
}
