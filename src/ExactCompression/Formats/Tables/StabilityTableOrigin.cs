using System.Globalization;
using System.Text.RegularExpressions;

namespace ExactCompression.Formats;

/// <summary>Which network and which domain a table's rows are for; rows that disagree, or that are for others, are refused.</summary>
internal static partial class StabilityTableOrigin
{
    /// <summary>The file of a network as a table in another file names it: relative to the table's folder; null where there is
    /// none.</summary>
    public static string? NetworkFile(ReluNetwork network, string path) => network.Path is null
        ? null
        : Path.GetRelativePath(Path.GetDirectoryName(Path.GetFullPath(path))!, network.Path).Replace(Path.DirectorySeparatorChar, '/');

    /// <summary>The ends that all inputs share, or null.</summary>
    public static (double Lower, double Upper)? UniformRange(InputDomain domain)
    {
        ReadOnlySpan<double> lower = domain.Lower.Span, upper = domain.Upper.Span;
        return lower.IndexOfAnyExcept(lower[0]) < 0 && upper.IndexOfAnyExcept(upper[0]) < 0 ? (lower[0], upper[0]) : null;
    }

    /// <summary>Ends as text.</summary>
    public static string Show(ReadOnlySpan<double> values) => string.Join(' ', values.ToArray().Select(Show));

    /// <summary>A number as text, from which it can be read again.</summary>
    public static string Show(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    /// <summary>Reads the network file that the rows name, relative to the table's own folder.</summary>
    public static ReluNetwork FindNetwork(List<StabilityTableRow> rows, string path, ImportOptions options)
    {
        if (Common(rows, static r => r.NetworkFile, path, "NetworkFile") is not { } file)
            throw NeedsNetwork(path);
        if (file.Contains('\0', StringComparison.Ordinal))
            throw new InvalidFileException(
                "TableValueInvalid", path, Place(rows, "NetworkFile"), "No file can have the name that is stated.",
                "Give the network that the table was made for.");
        string full = Path.GetFullPath(file, Path.GetDirectoryName(Path.GetFullPath(path))!);
        return File.Exists(full)
            ? NetworkFormats.Read(full, options: options)
            : throw new InvalidInputException(
                "TableNeedsNetwork", $"The network file '{full}' that '{path}' names does not exist.",
                "Give the network that the table was made for.");
    }

    /// <summary>The error of a table that names no network.</summary>
    public static InvalidInputException NeedsNetwork(string path) =>
        new("TableNeedsNetwork", $"'{path}' does not say where its network is.", "Give the network that the table was made for.");

    public static void RequireNetwork(List<StabilityTableRow> rows, ReluNetwork network, string path)
    {
        if (Common(rows, static r => r.NetworkFingerprint, path, "NetworkFingerprint") is { } stated && stated != Fingerprint.Of(network))
            throw new InvalidFileException(
                "TableNetworkMismatch", path, Place(rows, "NetworkFingerprint"),
                $"The table was made for other weights than those of '{network.Name}'.",
                "Give the network that the table was made for.");
    }

    /// <summary>The domain that the rows hold over, with the name that they give it.</summary>
    public static InputDomain FindDomain(
        List<StabilityTableRow> rows, ReluNetwork network, InputDomain? given, string path, ImportBudget budget)
    {
        InputDomain found = Domain(rows, network, given, path, budget);
        if (given is null && rows.Count > 0 && NameIn(rows[0].Domain, found) is { } name)
            found = new(found.Lower.ToArray(), found.Upper.ToArray(), name);

        // People read these columns: they must not state other ends, or another radius.
        (string? text, string? radius) before = (null, null);
        foreach (StabilityTableRow row in rows)
        {
            if (row.Domain is { } text && text != before.text && DescribedEnds().Match(text) is { Success: true } match
                && match.Value != found.Ends)
                throw new InvalidFileException(
                    "TableDomainMismatch", path, row.PlaceOfCell("Domain"),
                    $"The cell says '{NameText.Short(text)}', but the domain is {found}.",
                    "Find the stable neurons again over the intended domain.");
            if (row.Radius is { } radius && radius != before.radius && found.Radius is { } own
                && !(double.TryParse(radius, NumberStyles.Float, CultureInfo.InvariantCulture, out double stated) && stated == own))
                throw new InvalidFileException(
                    "TableDomainMismatch", path, row.PlaceOfCell("Radius"),
                    $"The cell says '{NameText.Short(radius)}', but the domain is {found}.",
                    "Find the stable neurons again over the intended domain.");
            before = (row.Domain, row.Radius);
        }

        return found;
    }

    /// <summary>The name before the ends, as in <c>ball 0.1 round row 0 of digits in [0,1]^64</c>; null if there is none.</summary>
    private static string? NameIn(string? description, InputDomain domain)
    {
        string end = " in " + domain.Ends;
        return description is not null && description.EndsWith(end, StringComparison.Ordinal) && description != "box" + end
            ? description[..^end.Length]
            : null;
    }

    private static string Place(List<StabilityTableRow> rows, string column) => rows.Count > 0 ? rows[0].PlaceOfColumn(column) : column;

    [GeneratedRegex(@"\[[^\[\],]+,[^\[\],]+\]\^[0-9]+$", RegexOptions.CultureInvariant)]
    private static partial Regex DescribedEnds();

    private static InputDomain Domain(
        List<StabilityTableRow> rows, ReluNetwork network, InputDomain? given, string path, ImportBudget budget)
    {
        string? fingerprint = Common(rows, static r => r.DomainFingerprint, path, "DomainFingerprint");
        InputDomain? stated = StatedRange(rows, network, path, budget);
        if (stated is not null && fingerprint is not null && Fingerprint.Of(stated) != fingerprint)
            throw new InvalidFileException(
                "TableDomainMismatch", path, Place(rows, "DomainFingerprint"), "The ends of the domain were changed.",
                "Find the stable neurons again over the intended domain.");
        if (given is not null)
        {
            InputDomain bound = given.For(network.InputSize);
            string? expected = fingerprint ?? (stated is null ? null : Fingerprint.Of(stated));
            return expected is null || Fingerprint.Of(bound) == expected
                ? bound
                : throw new InvalidFileException(
                    "TableDomainMismatch", path, Place(rows, "DomainFingerprint"),
                    $"The table's verdicts hold over another domain than {bound}.",
                    "Give the domain that the table was made for, or none.");
        }

        if (stated is not null)
            return stated;
        if (fingerprint is not null && network.StatedDomain?.For(network.InputSize) is { } own && Fingerprint.Of(own) == fingerprint)
            return own;
        throw new InvalidInputException(
            "TableNeedsDomain", $"'{path}' does not hold the ends of its domain.",
            "Give the domain that the table was made for; another one is recognised and refused.");
    }

    private static InputDomain? StatedRange(List<StabilityTableRow> rows, ReluNetwork network, string path, ImportBudget budget)
    {
        string? lower = Ends(rows, static r => r.DomainLower, path, "DomainLower"),
            upper = Ends(rows, static r => r.DomainUpper, path, "DomainUpper");
        if (lower is null && upper is null)
            return null;
        if (Numbers(lower, budget) is not { Length: > 0 } from || Numbers(upper, budget) is not { Length: > 0 } to)
            throw new InvalidFileException(
                "TableValueInvalid", path, Place(rows, "DomainLower, DomainUpper"),
                $"'{CsvFile.Shortened(lower ?? "")}' and '{CsvFile.Shortened(upper ?? "")}' are not the ends of a range.",
                "Give both as numbers: one for all inputs, or one for each, separated by spaces.");
        try
        {
            InputDomain range = from.Length == 1 && to.Length == 1 ? InputDomain.Uniform(from[0], to[0]) : new InputDomain(from, to);
            return range.For(network.InputSize);
        }
        catch (InvalidInputException e)
        {
            throw new InvalidFileException(e.ErrorId, path, Place(rows, "DomainLower, DomainUpper"), e.Message, inner: e);
        }
    }

    /// <summary>Numbers separated by spaces; null if one cannot be read.</summary>
    private static double[]? Numbers(string? text, ImportBudget budget)
    {
        if (text is null)
            return null;
        budget.AllocateValues(text.AsSpan().Count(' ') + 1L, "DomainLower, DomainUpper");
        var values = new List<double>();
        foreach (Range part in text.AsSpan().Split(' '))
        {
            if (!double.TryParse(text.AsSpan(part), NumberStyles.Float, CultureInfo.InvariantCulture, out double value))
                return null;
            values.Add(value);
        }

        return [.. values];
    }

    // Ends of each input are in one row, or in several that agree; a single end is in every row.
    private static string? Ends(List<StabilityTableRow> rows, Func<StabilityTableRow, string?> column, string path, string name)
    {
        string? first = rows.Select(column).FirstOrDefault(static value => value is not null);
        return first?.Contains(' ', StringComparison.Ordinal) == true
            ? Common([.. rows.Where(row => column(row) is not null)], column, path, name)
            : Common(rows, column, path, name);
    }

    // The same value in every row, or null if the column is empty throughout.
    private static string? Common(List<StabilityTableRow> rows, Func<StabilityTableRow, string?> column, string path, string name)
    {
        string? first = rows.Count > 0 ? column(rows[0]) : null;
        foreach (StabilityTableRow row in rows)
        {
            if (column(row) != first)
                throw new InvalidFileException(
                    "TableMixed", path, row.Place, $"The rows disagree in {name}: they come from more than one table.",
                    "Keep one table per file.");
        }

        return first;
    }
}
