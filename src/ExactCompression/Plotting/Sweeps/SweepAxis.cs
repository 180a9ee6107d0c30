using ScottPlot;

namespace ExactCompression.Plotting;

/// <summary>Positions of values on the horizontal axis: linear, or logarithmic with a separate place for 0.</summary>
internal sealed class SweepAxis
{
    private const double LogWorthwhile = 20;
    private const double TickWidth = 46;

    private readonly double zeroPlace;
    private readonly double smallest;
    private readonly double[] values;

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
        double left = Place(values[0]), right = Place(values[^1]);
        double air = right > left ? (right - left) * 0.04 : IsLog ? 0.1 : Math.Max(Math.Abs(left) * 0.1, 1e-6);
        return (left - air, right + air);
    }

    /// <summary>Ticks at the values themselves, as far as there is room for their labels, the first and the last with priority.</summary>
    /// <param name="width">Pixels along the axis.</param>
    public ITickGenerator Ticks(double width)
    {
        (double left, double right) = Limits();
        double perPixel = (right - left) / width;
        var taken = new List<double>();
        foreach (double value in values.Take(1).Concat(values.Reverse().Take(1)).Concat(values))
        {
            if (taken.TrueForAll(t => Math.Abs(Place(t) - Place(value)) >= TickWidth * perPixel))
                taken.Add(value);
        }

        return Panels.Ticks(taken.Order().Select(value => (Place(value), Panels.Number(value))));
    }
}
