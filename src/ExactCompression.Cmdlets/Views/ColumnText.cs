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
    /// <param name="parts">How many columns share the rest.</param>
    public static string Fit(string? text, PSHost? host, int taken, int parts) =>
        Shorten(PrintableText.Of(text ?? ""), Math.Max(Least, (ScreenWidth(host) - taken) / parts));

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
