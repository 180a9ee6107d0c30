using ScottPlot;

namespace ExactCompression.Plotting;

/// <summary>The rows of a sweep: a plot for each quantity, a line for each architecture, through the means over the seeds.</summary>
internal static class SweepFigure
{
    private static readonly MarkerShape[] Markers = [MarkerShape.FilledCircle, MarkerShape.FilledSquare, MarkerShape.FilledTriangleUp,
        MarkerShape.FilledDiamond, MarkerShape.FilledTriangleDown, MarkerShape.OpenCircle, MarkerShape.OpenSquare];
    private static readonly (float Dash, float Gap)?[] Patterns = [null, (8, 4), (2, 3)];
    private static readonly (float Dash, float Gap) Dotted = (2, 3);

    /// <summary>Pixels from the middle of a point to what would cut it.</summary>
    private const double PointRoom = 7;

    public static Figure Of(PlotRows rows, SweepPlotOptions options)
    {
        SweepSeries series = SweepSeries.Of(rows, options);
        double[] places = [.. series.Y.SelectMany(y => series.Groups.SelectMany(g => series.Points(g, y))).Select(static p => p.X)];
        if (places.Length == 0)
            throw new InvalidInputException(
                "PlotHasNoPoints", $"{rows.Source}: no row has numbers in {series.X} and in {string.Join(" or ", series.Y)}.",
                "Name other columns with -X and -Y.");
        SweepAxis axis = series.Names is { } names ? new(names) : new(places, options.XScale);
        bool repeats = series.Groups.Any(g => series.Points(g, series.Y[0]).GroupBy(static p => p.X).Any(static same => same.Count() > 1));
        IReadOnlyList<string> averaged = repeats ? series.Averaged() : [];
        string[] unasked = [.. averaged.Where(static column => column is not "Seed")];
        int leftOut = series.LeftOut();
        return new()
        {
            Title = $"{string.Join(", ", series.Y.Select(static (y, at) => SweepLabels.InSentence(y, at == 0)))} by "
                + SweepLabels.InSentence(series.X),
            Subtitle = string.Join(". ", new[] { repeats ? Means(averaged, series.IsOrdered) : "", AccuracyRows(series) }.Where(
                static t => t.Length > 0)),
            Legend = series.Groups.Count == 1 && series.Groups[0].Length == 0
                ? []
                : [.. series.Groups.Select((g, at) => new LegendEntry(g, ColorOf(at), MarkerOf(at))
                {
                    Dashes = PatternOf(at), HasLine = series.IsOrdered,
                })],
            Notes =
            [
                .. leftOut == 0 ? Array.Empty<string>()
                    : [$"{Panels.Counted(leftOut, "row has", "rows have")} an error, or no number in {series.X} or in what is shown, and "
                        + $"{(leftOut == 1 ? "is" : "are")} left out."],
                .. unasked.Length == 0 ? Array.Empty<string>()
                    : [$"Rows that differ in {Listed(unasked)} are drawn as their mean: -GroupBy {string.Join(", ", unasked)} gives each a "
                        + "line of its own."],
            ],
            Panels = width => [.. series.Y.Select(y => Panel(series, y, axis, width, y == series.Y[^1]))],
        };
    }

    private static string Means(IReadOnlyList<string> averaged, bool hasLines)
    {
        string what = hasLines ? "Lines go through" : "Large dots are";
        string rows = hasLines ? "dots are the rows" : "small ones the rows";
        return averaged switch
        {
            [] => $"{what} the means of repeated rows; {rows}",
            ["Seed"] => $"{what} the means of rows that differ in nothing shown but the seed; {rows}",
            _ => $"{what} the means of rows that differ in {Listed(averaged)}; {rows}",
        };
    }

    private static string Listed(IReadOnlyList<string> columns) =>
        columns.Count == 1 ? columns[0] : $"{string.Join(", ", columns.Take(columns.Count - 1))} and {columns[^1]}";

    /// <summary>Which rows an accuracy is of, where not all lie in the domain.</summary>
    private static string AccuracyRows(SweepSeries series)
    {
        if (!series.Y.Any(SweepLabels.IsShare) || series.RowsInside() is not { } inside)
            return "";
        if (series.Y.All(static y => !SweepLabels.IsShare(y) || y.EndsWith("All", StringComparison.OrdinalIgnoreCase)))
            return "Accuracy is that of all rows, those outside the domain too, where nothing is proven";
        string count = FormattableString.Invariant($"{inside.Least:N0}")
            + (inside.Least == inside.Most ? "" : FormattableString.Invariant($" to {inside.Most:N0}"));
        return FormattableString.Invariant($"Accuracy is that of the rows in the domain: {count} of {inside.All:N0}");
    }

    private static Panel Panel(SweepSeries series, string y, SweepAxis axis, float width, bool isLast)
    {
        float height = series.Y.Count == 1 ? 380 : 220;
        Plot plot = Panels.Create(
            new PixelPadding(Panels.Left, Panels.Right, isLast ? Panels.Bottom : Panels.BottomUnlabelled, Panels.Top));
        double factor = SweepLabels.IsShare(y) ? 100 : 1;
        double low = double.PositiveInfinity, high = double.NegativeInfinity;
        for (int g = 0; g < series.Groups.Count; g++)
        {
            IReadOnlyList<(double X, double Y)> points = [.. series.Points(series.Groups[g], y).Select(p => (p.X, p.Y * factor))];
            if (points.Count == 0)
                continue;
            low = Math.Min(low, points.Min(static p => p.Y));
            high = Math.Max(high, points.Max(static p => p.Y));
            DrawSeries(plot, points, axis, g, series.IsOrdered);
        }

        (double left, double right) = axis.Limits();
        float room = height - Panels.Top - (isLast ? Panels.Bottom : Panels.BottomUnlabelled);
        (double bottom, double top, double lowest, double highest) = Limits(low, high, y, room);
        plot.Axes.SetLimits(left, right, bottom, top);
        if (axis.HasZero)
            Line(plot, [new(axis.Break, bottom), new(axis.Break, top)], 1, PlotColors.Grey, Dotted);
        plot.Axes.Left.TickGenerator = Panels.Ticks(Panels.RoundTicks(lowest, highest, (int)Math.Clamp(room / 30, 2, 8)));
        (double Position, string Label)[] ticks = [.. axis.Ticks(width - Panels.Left - Panels.Right)];
        plot.Axes.Bottom.TickGenerator = Panels.Ticks(ticks);
        Panels.TickFont(plot.Axes.Bottom, string.Concat(ticks.Select(static t => t.Label)));
        if (isLast)
            Panels.Label(plot.Axes.Bottom, SweepLabels.InSentence(series.X) + (axis.IsLog ? " (logarithmic)" : ""), width);
        return new(plot, height, SweepLabels.Heading(y));
    }

    private static void DrawSeries(Plot plot, IReadOnlyList<(double X, double Y)> points, SweepAxis axis, int group, bool isOrdered)
    {
        (double X, double Y,
            int Count)[] means = [.. points.GroupBy(static p => p.X).Select(
                static same => (same.Key, same.Average(static p => p.Y), same.Count()))];
        Color color = ColorOf(group);
        if (means.Any(static m => m.Count > 1))
            Dots(plot, [.. points.Select(p => new Coordinates(axis.Place(p.X), p.Y))], MarkerShape.FilledCircle, 5, color.WithAlpha(0.4));
        // Nothing was measured between 0 and the rest, on a scale that never reaches 0.
        int first = axis.HasZero && means[0].X == 0 ? 1 : 0;
        if (isOrdered && first == 1 && means.Length > 1)
            Line(plot, [.. means[..2].Select(m => new Coordinates(axis.Place(m.X), m.Y))], 1.2f, color.WithAlpha(0.7), Dotted);
        if (isOrdered)
            Line(plot, [.. means[first..].Select(m => new Coordinates(axis.Place(m.X), m.Y))], 2, color, PatternOf(group));
        Dots(plot, [.. means.Select(m => new Coordinates(axis.Place(m.X), m.Y))], MarkerOf(group), 8, color);
    }

    private static void Line(Plot plot, Coordinates[] points, float width, Color color, (float Dash, float Gap)? dashes)
    {
        if (points.Length > 1)
            plot.Add.Plottable(new PointLine(points, width, color, dashes));
    }

    private static void Dots(Plot plot, Coordinates[] points, MarkerShape shape, float size, Color color)
    {
        ScottPlot.Plottables.Scatter dots = plot.Add.ScatterPoints(points, color);
        dots.MarkerShape = shape;
        dots.MarkerSize = size;
    }

    /// <summary>
    /// The ends of the vertical axis, and those of its ticks. Percentages of what was removed begin at 0, anything else has its own range;
    /// no percentage goes above 100, and no count below 0. Points at an end stay clear of the axis.
    /// </summary>
    private static (double Bottom, double Top, double Lowest, double Highest) Limits(double low, double high, string y, double height)
    {
        if (!double.IsFinite(low))
            return (0, 1, 0, 1);
        bool isPercent = SweepLabels.IsPercent(y) || SweepLabels.IsShare(y);
        double least = low >= 0 ? 0 : double.NegativeInfinity;
        double most = isPercent && high <= 100 ? 100 : double.PositiveInfinity;
        double air = high > low ? (high - low) * 0.1 : Math.Max(Math.Abs(high) * 0.05, isPercent ? 0.5 : 1e-6);
        double lowest = SweepLabels.IsPercent(y) && low >= 0 ? 0 : Math.Max(least, low - air);
        double highest = Math.Min(most, SweepLabels.IsPercent(y) && low >= 0 ? Math.Max(1, high * 1.08) : high + air);
        double clear = (highest - lowest) * PointRoom / height;
        return (low - lowest < clear ? lowest - clear : lowest, highest - high < clear ? highest + clear : highest, lowest, highest);
    }

    private static Color ColorOf(int group) => PlotColors.Series[group % PlotColors.Series.Count];

    private static MarkerShape MarkerOf(int group) => Markers[group % Markers.Length];

    private static (float Dash, float Gap)? PatternOf(int group) => Patterns[group / PlotColors.Series.Count % Patterns.Length];
}
