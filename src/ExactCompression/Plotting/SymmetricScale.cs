namespace ExactCompression.Plotting;

/// <summary>
/// A vertical axis that is logarithmic on both sides of 0: where a few values are large, the small ones still have a height. Or a linear
/// one, where all can be seen.
/// </summary>
internal sealed class SymmetricScale
{
    /// <summary>Bars of fewer pixels are too flat to compare.</summary>
    private const double Flat = 3;

    private const double MostDecades = 5;
    private const double TickHeight = 15;

    /// <summary>Values below this, on both sides of 0, are nearly linear; 0 where all are.</summary>
    private readonly double unit;

    private SymmetricScale(double unit) => this.unit = unit;

    /// <summary>A scale on which places are the values themselves.</summary>
    public static SymmetricScale Linear { get; } = new(0);

    /// <summary>Whether the scale is logarithmic.</summary>
    public bool IsLogarithmic => unit > 0;

    /// <summary>A logarithmic scale for some bars.</summary>
    /// <param name="sizes">How far each bar goes from 0 at most.</param>
    public static SymmetricScale Logarithmic(IEnumerable<double> sizes)
    {
        double[] positive = [.. sizes.Where(static s => double.IsFinite(s) && s > 0).Order()];
        if (positive.Length == 0)
            return Linear;
        double small = Math.Max(positive[positive.Length / 10], positive[^1] / Math.Pow(10, MostDecades));
        return new(Math.Pow(10, Math.Floor(Math.Log10(small))));
    }

    /// <summary>Whether a linear axis would hide many bars: a quarter of those that are not 0 would be flat.</summary>
    /// <param name="sizes">How far each bar goes from 0 at most.</param>
    /// <param name="height">Pixels that the largest takes.</param>
    public static bool IsNeeded(IReadOnlyCollection<double> sizes, double height)
    {
        double[] positive = [.. sizes.Where(static s => double.IsFinite(s) && s > 0)];
        return positive.Length > 0 && positive.Count(s => s / positive.Max() * height < Flat) * 4 >= positive.Length;
    }

    /// <summary>The place of a value.</summary>
    public double Place(double value) => IsLogarithmic ? Math.Sign(value) * Math.Log10(1 + Math.Abs(value) / unit) : value;

    /// <summary>Ticks at 0 and at powers of ten; of a linear scale, at round numbers.</summary>
    /// <param name="bottom">The place of the lower end.</param>
    /// <param name="top">The place of the upper end.</param>
    /// <param name="height">Pixels between them.</param>
    public IEnumerable<(double Position, string Label)> Ticks(double bottom, double top, double height)
    {
        if (!IsLogarithmic)
            return Panels.RoundTicks(bottom, top, (int)(height / (2.2 * TickHeight))).Select(
                static tick => (tick.Position, Panels.TickNumber(tick.Position)));
        double least = TickHeight * (top - bottom) / height;
        var ticks = new List<(double Position, string Label)> { (0, "0") };
        foreach (int sign in new[] { 1, -1 })
        {
            double last = 0;
            for (double size = unit; Place(size) <= Math.Max(top, -bottom); size *= 10)
            {
                double place = sign * Place(size);
                if (place < bottom || place > top || Math.Abs(place - last) < least)
                    continue;
                ticks.Add((place, Panels.TickNumber(Panels.Decimal12(sign * size))));
                last = place;
            }
        }

        return ticks;
    }
}
