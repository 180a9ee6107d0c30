using System.Globalization;

namespace ExactCompression.Plotting;

/// <summary>The rows of a sweep, as lines of points: one line per group, several points at an x where seeds differ.</summary>
internal sealed class SweepSeries
{
    private static readonly string[] XColumns = ["L1", "Radius", "DomainWidth"];
    private static readonly string[][] YColumns = [["NeuronsRemovedPercent"], ["ConnectionsRemovedPercent"],
        ["AccuracyAfter", "Accuracy", "AccuracyBefore"]];

    private static readonly string[] DomainColumns = ["Radius", "DomainWidth"];

    /// <summary>Columns of names, of which some may look like numbers: an architecture of one layer.</summary>
    private static readonly string[] NameColumns = ["Architecture", "Method", "Solver", "Preprocess", "Data", "Levels", "Optimizer",
        "L1Mode", "StabilityMode", "Domain", "Network", "File", "Source", "Machine"];

    private readonly PlotRows rows;
    private readonly string[] groupColumns;

    private SweepSeries(PlotRows rows, string x, string[] y, string[] groupColumns)
    {
        this.rows = rows;
        this.groupColumns = groupColumns;
        X = x;
        Y = y;
        Groups = [.. Enumerable.Range(0, rows.Count).Where(row => rows.Text(row, "Error").Length == 0).Select(GroupOf).Distinct(
            StringComparer.Ordinal).Order(NaturalOrder)];
        string[] values = [.. Enumerable.Range(0, rows.Count).Where(row => rows.Text(row, "Error").Length == 0)
            .Select(row => SweepNames.Text(rows, row, x)).Where(static v => v.Length > 0).Distinct(StringComparer.Ordinal)];
        // A few words among numbers are mistakes in a column of numbers; mostly words are names.
        if (values.Length > 0 && (NameColumns.Contains(x, StringComparer.OrdinalIgnoreCase) || 2 * values.Count(IsName) >= values.Length))
            Names = values;
        IsOrdered = Names is null && !(DomainColumns.Contains(x, StringComparer.OrdinalIgnoreCase) && DomainKinds().Skip(1).Any());
    }

    /// <summary>The column on the horizontal axis.</summary>
    public string X { get; }

    /// <summary>The names on the horizontal axis, in the order of the rows; null where it has numbers.</summary>
    public IReadOnlyList<string>? Names { get; }

    /// <summary>
    /// Whether a line from one value to the next means something: not between names, nor between domains of different kinds, such as a ball
    /// and the range of data, whose width does not say which lies in which.
    /// </summary>
    public bool IsOrdered { get; }

    /// <summary>The columns on the vertical axes.</summary>
    public IReadOnlyList<string> Y { get; }

    /// <summary>The lines, in the order of the legend.</summary>
    public IReadOnlyList<string> Groups { get; }

    private static Comparer<string> NaturalOrder { get; } = Comparer<string>.Create(static (a, b) => CompareNaturally(a, b));

    /// <summary>Chooses columns if none are named.</summary>
    /// <exception cref="InvalidInputException">A column is missing, or none can be chosen.</exception>
    public static SweepSeries Of(PlotRows rows, SweepPlotOptions options)
    {
        string x = options.X ?? XColumns.FirstOrDefault(c => rows.Values(c).Count(static v => v.Length > 0) > 1)
            ?? XColumns.FirstOrDefault(c => rows.Values(c).Any(static v => v.Length > 0))
            ?? throw Missing(rows, "L1, Radius or DomainWidth", "-X");
        string[] y = options.Y.Count > 0
            ? [.. options.Y]
            : [.. YColumns.Select(names => names.FirstOrDefault(c => rows.Values(c).Any(static v => v.Length > 0))).OfType<string>()];
        if (y.Length == 0)
            throw Missing(rows, "NeuronsRemovedPercent or ConnectionsRemovedPercent", "-Y");
        foreach ((string column, string parameter) in y.Select(static c => (c, "-Y")).Append((x, "-X")).Concat(
            options.GroupBy.Select(static c => (c, "-GroupBy"))))
        {
            if (!rows.Has(column))
                throw Missing(rows, column, parameter);
        }

        string[] groups = options.GroupBy.Count > 0
            ? [.. options.GroupBy]
            : [.. SweepSettings.Conditions.Where(c => !IsSame(c, x) && rows.Has(c) && SweepNames.Values(rows, c).Count > 1)];
        // A radius and the width that follows from it are one quantity.
        if (options.GroupBy.Count == 0 && groups.Contains(DomainColumns[0]))
            groups = [.. groups.Where(static c => c != DomainColumns[1])];
        if (groups.Length == 0 && rows.Has("Architecture") && !IsSame("Architecture", x))
            groups = ["Architecture"];
        return new(rows, x, y, groups);
    }

    /// <summary>The points of a line, sorted.</summary>
    /// <param name="group">The line.</param>
    /// <param name="y">The column on the vertical axis.</param>
    /// <returns>Pairs of numbers; rows that failed, or lack one of the two, are left out.</returns>
    /// <exception cref="InvalidInputException">A value is no number.</exception>
    public IReadOnlyList<(double X, double Y)> Points(string group, string y)
    {
        var points = new List<(double X, double Y)>();
        for (int row = 0; row < rows.Count; row++)
        {
            if (rows.Text(row, "Error").Length == 0 && GroupOf(row) == group && At(row) is { } at && Number(row, y) is { } value)
                points.Add((at, value));
        }

        points.Sort();
        return points;
    }

    /// <summary>
    /// The columns in which rows that are drawn as one point, their mean, differ: as few as tell them apart, the seed before all others.
    /// </summary>
    public IReadOnlyList<string> Averaged()
    {
        int[][] points = [.. Enumerable.Range(0, rows.Count)
            .Where(row => rows.Text(row, "Error").Length == 0 && At(row) is not null && Y.Any(y => Number(row, y) is not null))
            .GroupBy(row => (GroupOf(row), At(row))).Select(static same => same.ToArray())];
        var named = new List<string>();
        foreach (string column in SweepSettings.Of(rows).Where(c => !IsSame(c, X) && !Y.Contains(c, StringComparer.OrdinalIgnoreCase)))
        {
            string Named(int row) => string.Join('\n', named.Select(c => SweepNames.Text(rows, row, c)));
            if (points.SelectMany(point => point.GroupBy(Named)).Any(
                same => same.Select(row => SweepNames.Text(rows, row, column)).Distinct(StringComparer.Ordinal).Skip(1).Any()))
                named.Add(column);
        }

        return named;
    }

    /// <summary>How many rows failed or lack the number on the horizontal axis.</summary>
    public int LeftOut() =>
        Enumerable.Range(0, rows.Count).Count(
            row => rows.Text(row, "Error").Length > 0 || At(row) is null || Y.All(y => Number(row, y) is null));

    /// <summary>
    /// How many of the rows that accuracy was to be measured on lie in the domains: the least and the most of those that are shown, and how
    /// many there are in all; null where all lie inside, or where the rows do not say.
    /// </summary>
    public (double Least, double Most, double All)? RowsInside()
    {
        (double Inside, double All)[] counts = [.. Enumerable.Range(0, rows.Count)
            .Where(row => rows.Text(row, "Error").Length == 0 && At(row) is not null)
            .Select(row => (Number(row, "TestRowsInside"), Number(row, "TestRows")))
            .Where(static c => c is ({ }, { })).Select(static c => (c.Item1!.Value, c.Item2!.Value))];
        return counts.Any(static c => c.Inside < c.All)
            ? (counts.Min(static c => c.Inside), counts.Max(static c => c.Inside), counts.Max(static c => c.All))
            : null;
    }

    private static bool IsSame(string column, string x) =>
        column.Equals(x, StringComparison.OrdinalIgnoreCase)
            || DomainColumns.Contains(column) && DomainColumns.Contains(x, StringComparer.OrdinalIgnoreCase);

    private static InvalidInputException Missing(PlotRows rows, string column, string parameter) =>
        new("PlotColumnMissing", $"{rows.Source}: the rows have no column {column}.",
            $"{parameter} names one of these: {string.Join(", ", rows.Columns)}.");

    private static int CompareNaturally(string a, string b)
    {
        double[] left = Numbers(a), right = Numbers(b);
        for (int i = 0; i < Math.Min(left.Length, right.Length); i++)
        {
            if (left[i] != right[i])
                return left[i].CompareTo(right[i]);
        }

        return left.Length != right.Length ? left.Length.CompareTo(right.Length) : string.CompareOrdinal(a, b);
    }

    private static double[] Numbers(string text) =>
        [.. text.Split(['-', ' ', ','], StringSplitOptions.RemoveEmptyEntries).Select(
            static part => double.TryParse(part, NumberStyles.Float, CultureInfo.InvariantCulture, out double n) ? n : double.NaN).Where(
                static n => !double.IsNaN(n))];

    private string GroupOf(int row) =>
        string.Join(", ", groupColumns.Select(column => Described(column, SweepNames.Text(rows, row, column))).Where(
            static text => text.Length > 0));

    /// <summary>A value that is not self-explanatory, with its column's name.</summary>
    private static string Described(string column, string value) =>
        value.Length > 0 && double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out double number)
            ? $"{column} {Panels.Number(number)}"
            : value;

    /// <summary>What kinds of domain the rows are over.</summary>
    private IEnumerable<string> DomainKinds() => Enumerable.Range(0, rows.Count)
        .Where(row => rows.Text(row, "Error").Length == 0 && Number(row, X) is not null).Select(row => rows.Text(row, "Domain"))
        .Select(static text => text switch
        {
            _ when text.StartsWith("ball ", StringComparison.Ordinal) => "ball",
            _ when text.StartsWith("range of ", StringComparison.Ordinal) => "range",
            _ when text.StartsWith('[') => "ends",
            _ => text,
        }).Distinct(StringComparer.Ordinal);

    private static bool IsName(string text) => !double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out _);

    /// <summary>The place of a row on the horizontal axis: its number, or that of its name.</summary>
    private double? At(int row)
    {
        if (Names is null)
            return Number(row, X);
        int at = Names.ToList().IndexOf(SweepNames.Text(rows, row, X));
        return at < 0 ? null : at;
    }

    private double? Number(int row, string column)
    {
        string text = rows.Text(row, column);
        if (text.Length == 0)
            return null;
        if (!double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value))
            throw new InvalidInputException(
                "PlotValueNotANumber", $"{rows.Source}: row {row + 1}, column {column}: '{text}' is not a number.",
                "Name a column of numbers with -X and -Y; they have a decimal point, whatever the culture.");
        return double.IsFinite(value) ? value : null;
    }
}
