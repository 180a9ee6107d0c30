using System.Management.Automation.Host;

namespace ExactCompression.Cmdlets.Views;

/// <summary>The widths of networks in tables.</summary>
public static class ArchitectureText
{
    /// <summary>
    /// Widths from input to output for a column: of deep networks as many of the first and the last ones as there is room for, and how
    /// many layers there are.
    /// </summary>
    /// <param name="architecture">All of them.</param>
    /// <param name="host">The session's host, for its width.</param>
    /// <param name="taken">What the other columns take, with the spaces between all columns.</param>
    /// <param name="parts">How many columns share the rest.</param>
    public static string Short(string architecture, PSHost? host, int taken, double parts)
    {
        const int Most = 60, Least = 14;
        return Short(architecture, Math.Clamp(ColumnText.Room(host, taken, parts), Least, Most));
    }

    /// <summary>Widths from input to output in at most so many characters, if that can be.</summary>
    internal static string Short(string architecture, int room)
    {
        string[] widths = architecture.Split('-');
        if (architecture.Length <= room)
            return architecture;
        string count = $" ({Units.Count(widths.Length - 1)} layers)";
        string[] shorter = [.. Enumerable.Range(2, Math.Max(0, widths.Length - 2)).Reverse()
            .Select(kept => $"{string.Join('-', widths[..((kept + 1) / 2)])}-...-{string.Join('-', widths[^(kept / 2)..])}")];
        // The count is worth more than a fifth width, and less than a fourth.
        return shorter.SkipLast(2).Select(text => text + count).FirstOrDefault(text => text.Length <= room)
            ?? shorter.FirstOrDefault(text => text.Length <= room) ?? shorter.LastOrDefault(architecture);
    }
}
