using System.Globalization;

namespace ExactCompression.Plotting;

/// <summary>
/// Positions of values on the horizontal axis: linear, or logarithmic with a separate place for 0; or of names, one beside the other.
/// </summary>
internal sealed class SweepAxis
{
    private const double LogWorthwhile = 20;
    private const double TickWidth = 46;
    private const double NarrowestName = 40;

    private readonly double zeroPlace;
    private readonly double smallest;
    private readonly double[] values;
    private readonly IReadOnlyList<string>? names;

    /// <summary>Makes an axis of names; the value of each is its place, from 0.</summary>
    /// <param name="names">The names.</param>
    public SweepAxis(IReadOnlyList<string> names)
        : this(Enumerable.Range(0, names.Count).Select(static i => (double)i), PlotScale.Linear) => this.names = names;

    /// <summary>Makes an axis.</summary>
    /// <param name="values">All values, at least one.</param>
    /// <param name="scale">The scale.</param>
    /// <exception cref="InvalidInputException">Negative values have no logarithm.</exception>
    public SweepAxis(IEnumerable<double> values, PlotScale scale)
    {
        this.values = [.. values.Distinct().Order()];
        double[] positive = [.. this.values.Where(static v => v > 0)];
        bool isPossible = this.values[0] >= 0 && positive.Length > 0;
        if (scale == PlotScale.Log && !isPossible)
            throw new InvalidInputException(
                "PlotScale",
                FormattableString.Invariant(
                    $"The values on the horizontal axis range from {this.values[0]} to {this.values[^1]}, and have no logarithm."),
                    "Leave -XScale out, or say -XScale Linear.");
        IsLog = scale == PlotScale.Log || scale == PlotScale.Auto && isPossible && positive[^1] >= LogWorthwhile * positive[0];
        if (!IsLog)
            return;
        smallest = Math.Log10(positive[0]);
        zeroPlace = smallest - Math.Max(0.35, 0.14 * (Math.Log10(positive[^1]) - smallest));
    }

    /// <summary>Whether equal factors are equally far apart.</summary>
    public bool IsLog { get; }

    /// <summary>Whether 0 is drawn separately from the rest.</summary>
    public bool HasZero => IsLog && values[0] == 0;

    /// <summary>Halfway between 0 and the smallest value above it.</summary>
    public double Break => (zeroPlace + smallest) / 2;

    /// <summary>The place of a value.</summary>
    public double Place(double value) => !IsLog ? value : value == 0 ? zeroPlace : Math.Log10(value);

    /// <summary>The ends, with a margin.</summary>
    public (double Left, double Right) Limits()
    {
        if (names is not null)
            return (-0.5, names.Count - 0.5);
        double left = Place(values[0]), right = Place(values[^1]);
        double air = right > left ? (right - left) * 0.04 : IsLog ? 0.1 : Math.Max(Math.Abs(left) * 0.1, 1e-6);
        return (left - air, right + air);
    }

    /// <summary>
    /// Ticks at the values themselves, where there is room for the labels of all; else at round numbers, on a logarithmic axis at powers of
    /// ten and their multiples. Names that are too long for their place are shortened.
    /// </summary>
    /// <param name="width">Pixels along the axis.</param>
    public IEnumerable<(double Position, string Label)> Ticks(double width)
    {
        (double left, double right) = Limits();
        double perPixel = (right - left) / width;
        if (names is not null)
        {
            // Every second, or every third, where there is no room for a name in each place.
            int step = (int)Math.Max(1, Math.Ceiling(NarrowestName * perPixel));
            return Enumerable.Range(0, (names.Count + step - 1) / step).Select(i => ((double)i * step, TextLines.Fit(
                names[i * step], PictureFont.Regular, Panels.TickTextSize, (float)(step / perPixel) - 8)));
        }

        if (Enumerable.Range(1, values.Length - 1).All(i => Place(values[i]) - Place(values[i - 1]) >= TickWidth * perPixel))
            return values.Select(value => (Place(value), Panels.Number(value)));
        return IsLog
            ? RoundPowers(perPixel)
            : Panels.RoundTicks(values[0], values[^1], (int)Math.Clamp(width / (TickWidth * 1.5), 2, 10));
    }

    private List<(double Position, string Label)> RoundPowers(double perPixel)
    {
        double first = values.First(static v => v > 0);
        double[] inside = [.. Enumerable.Range(-330, 640).Select(static k => double.Parse($"1e{k}", CultureInfo.InvariantCulture))
            .SelectMany(static power => new[] { power, 2 * power, 5 * power }).Where(v => v >= first * 0.999 && v <= values[^1] * 1.001)];
        // Powers of ten have priority over their multiples.
        var taken = new List<double>(HasZero ? [0] : []);
        foreach (double value in inside.OrderBy(static v => Math.Log10(v) % 1 == 0 ? 0 : 1).ThenBy(static v => v))
        {
            if (taken.TrueForAll(t => Math.Abs(Place(t) - Place(value)) >= TickWidth * perPixel))
                taken.Add(value);
        }

        return [.. taken.Order().Select(value => (Place(value), Panels.Number(value)))];
    }
}
