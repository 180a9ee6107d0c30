using System.Management.Automation.Host;
using System.Text.RegularExpressions;

namespace ExactCompression.Cmdlets.Views;

/// <summary>Domains in tables: what tells one from another comes first, and is kept where there is little room.</summary>
public static partial class DomainText
{
    /// <summary>What a domain is called, without the ends behind a name; of balls, if need be, radius and row alone.</summary>
    /// <param name="description">The domain's description.</param>
    /// <param name="host">The session's host, for its width.</param>
    /// <param name="taken">What the other columns take, with the spaces between all columns.</param>
    /// <param name="parts">How many columns share the rest.</param>
    public static string Short(string description, PSHost? host, int taken, double parts)
    {
        int ends = description.LastIndexOf(" in [", StringComparison.Ordinal);
        bool isNamed = ends > 0 && !description.StartsWith("box in", StringComparison.Ordinal)
            && !description[..ends].Contains('[', StringComparison.Ordinal);
        string name = isNamed ? description[..ends] : description;
        return ColumnText.FitStart(
            name.Length <= ColumnText.Room(host, taken, parts) ? name : Ball().Replace(name, "${ball}, row ${row}"), host, taken, parts);
    }

    [GeneratedRegex("^(?<ball>ball [0-9.E+-]+) round row (?<row>[0-9]+) of .*$", RegexOptions.CultureInvariant | RegexOptions.Singleline)]
    private static partial Regex Ball();
}
