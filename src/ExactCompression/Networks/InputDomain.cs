using System.Globalization;
using System.Numerics.Tensors;
using ExactCompression.Numerics;

namespace ExactCompression;

/// <summary>
/// The box <c>D</c> of possible inputs of a network: <c>lower &lt;= x &lt;= upper</c>, component by component, both ends included.
/// Immutable.
/// </summary>
/// <remarks>A domain made from two numbers alone fits a network of any input size (<see cref="Size"/> is null).</remarks>
public sealed class InputDomain
{
    private readonly double[] lower;
    private readonly double[] upper;

    /// <summary>Makes a box from its ends; it keeps the arrays, so the caller must not change them afterwards.</summary>
    /// <param name="lower">Lower ends, one per input.</param>
    /// <param name="upper">Upper ends, one per input.</param>
    /// <param name="name">Where it comes from, such as a file's name, or null; <see cref="Description"/> has it before the ends, whatever
    /// it says about them.</param>
    /// <exception cref="InvalidInputException">An end is not finite, or a lower end is above its upper end.</exception>
    public InputDomain(double[] lower, double[] upper, string? name = null)
        : this([.. lower], [.. upper], lower.Length, name)
    {
    }

    private InputDomain(double[] lower, double[] upper, int? size, string? name)
    {
        if (lower.Length != upper.Length)
            throw new InvalidInputException(
                "DomainLengthMismatch", $"The domain has {lower.Length} lower ends but {upper.Length} upper ends.",
                "Give both the same length.");
        if (lower.Length == 0)
            throw new InvalidInputException("DomainEmpty", "The domain has no components.", "Give at least one lower and one upper end.");
        for (int i = 0; i < lower.Length; i++)
        {
            if (!double.IsFinite(lower[i]) || !double.IsFinite(upper[i]))
                throw new InvalidInputException(
                    "DomainNotFinite", $"Input {i} ranges from {Show(lower[i])} to {Show(upper[i])}, which is not finite.",
                    "Give finite ends: an unbounded domain has no bounds to prove.");
            if (lower[i] > upper[i])
                throw new InvalidInputException(
                    "DomainEndsReversed", $"Input {i} has its lower end {Show(lower[i])} above its upper end {Show(upper[i])}.",
                    "Swap the ends.");
        }

        this.lower = lower;
        this.upper = upper;
        Size = size;
        Name = string.IsNullOrEmpty(name) ? null : name;
        Ends = $"[{Show(Lowest)},{Show(Highest)}]^{Size?.ToString(CultureInfo.InvariantCulture) ?? "n"}";
        Description = Name is null && IsUniform() ? Ends : $"{Name ?? "box"} in {Ends}";
    }

    /// <summary>The box <c>[0,1]^n</c> for any <c>n</c>: the default where a file states no range of its own.</summary>
    public static InputDomain Unit { get; } = Uniform(0, 1);

    /// <summary>Number of inputs, or null where the same two ends serve any number.</summary>
    public int? Size { get; }

    /// <summary>Lower ends; one element where <see cref="Size"/> is null.</summary>
    public ReadOnlyMemory<double> Lower => lower;

    /// <summary>Upper ends; one element where <see cref="Size"/> is null.</summary>
    public ReadOnlyMemory<double> Upper => upper;

    /// <summary>The lowest value that any input can have.</summary>
    public double Lowest => TensorPrimitives.Min<double>(lower);

    /// <summary>The highest value that any input can have.</summary>
    public double Highest => TensorPrimitives.Max<double>(upper);

    /// <summary>
    /// What it is called in tables: <c>[0,1]^64</c> where all inputs have the same ends, else <c>box in [-2,3]^64</c>, with the smallest
    /// range that holds those of all inputs; a name is put in front, as in <c>range of digits in [0,16]^64</c>. The ends in the description
    /// are always the domain's own.
    /// </summary>
    public string Description { get; }

    /// <summary>
    /// The same in short, where there is little room: the name alone if there is one, such as <c>ball 0.1 round row 0 of digits</c>; with
    /// the ends where the name states others.
    /// </summary>
    public string ShortDescription =>
        Name is { } name && !name.Contains('[', StringComparison.Ordinal) && Origin is not null ? name : Description;

    /// <summary>
    /// Where the domain came from: the data, row and radius, or the file; null for plain ends, and for a name that calls the domain a ball
    /// in which it does not fit.
    /// </summary>
    public DomainOrigin? Origin => DomainOrigin.Of(Name) is { } origin && (origin.Radius is not { } radius || Fits(radius)) ? origin : null;

    /// <summary>The radius, if it was made as a ball, clipped or not; null for other domains.</summary>
    public double? Radius => Origin?.Radius;

    /// <summary>The name that its creator gave it, or null; it proves nothing about the ends.</summary>
    internal string? Name { get; }

    /// <summary>The smallest range that holds those of all inputs, as <see cref="Description"/> has it at its end.</summary>
    internal string Ends { get; }

    /// <summary>The same range for every input, whatever their number.</summary>
    /// <param name="lower">Lower end of every input.</param>
    /// <param name="upper">Upper end of every input.</param>
    /// <exception cref="InvalidInputException">An end is not finite, or the lower end is above the upper.</exception>
    public static InputDomain Uniform(double lower, double upper) => new([lower], [upper], null, null);

    /// <summary>The ball in the maximum norm around a point, optionally clipped to a range.</summary>
    /// <param name="center">The point, one value per input.</param>
    /// <param name="radius">How far each input may move; 0 or more.</param>
    /// <param name="clipLower">No lower end goes below this.</param>
    /// <param name="clipUpper">No upper end goes above this.</param>
    /// <param name="centerName">What the point is called in the domain's name, such as <c>row 0 of digits</c>.</param>
    /// <remarks>
    /// The ends are <c>center - radius</c> and <c>center + radius</c> rounded outward where they are not doubles, then clipped: the box
    /// contains the ball around the point.
    /// </remarks>
    /// <exception cref="InvalidInputException">The radius is negative, an end is not finite, or the clipping range leaves nothing of an
    /// input's range.</exception>
    public static InputDomain Ball(
        ReadOnlySpan<double> center, double radius, double clipLower = double.NegativeInfinity,
        double clipUpper = double.PositiveInfinity, string centerName = "a point")
    {
        if (!(radius >= 0) || double.IsInfinity(radius))
            throw new InvalidInputException(
                "DomainRadiusInvalid", string.Create(CultureInfo.InvariantCulture, $"The radius {radius:G15} is not a distance."),
                "Give a finite radius of 0 or more.");
        RequireRange(clipLower, clipUpper);
        (double[] lower, double[] upper) = (new double[center.Length], new double[center.Length]);
        for (int i = 0; i < center.Length; i++)
        {
            if (center[i] + radius < clipLower || center[i] - radius > clipUpper)
            {
                throw new InvalidInputException(
                    "DomainClipEmpty",
                    $"Input {i} ranges from {Show(center[i] - radius)} to {Show(center[i] + radius)}, all of it outside the clipping "
                        + $"range from {Show(clipLower)} to {Show(clipUpper)}.",
                    "Give a centre in the range that is clipped to, or a larger radius.");
            }

            lower[i] = Math.Max(Rounding.SumDown(center[i], -radius), clipLower);
            upper[i] = Math.Min(Rounding.SumUp(center[i], radius), clipUpper);
        }

        return new(lower, upper, center.Length, DomainOrigin.Ball(radius, centerName));
    }

    /// <summary>The ball around a row of data, optionally clipped to a range.</summary>
    /// <param name="data">The data.</param>
    /// <param name="row">The row, from 0.</param>
    /// <param name="radius">How far each input may move; 0 or more.</param>
    /// <param name="clipLower">No lower end goes below this.</param>
    /// <param name="clipUpper">No upper end goes above this.</param>
    /// <exception cref="InvalidInputException">There is no such row, the radius is negative, an end is not finite, or the clipping range
    /// leaves nothing of an input's range.</exception>
    public static InputDomain Ball(
        InputData data, int row, double radius, double clipLower = double.NegativeInfinity, double clipUpper = double.PositiveInfinity)
    {
        if (row < 0 || row >= data.Rows)
            throw new InvalidInputException(
                "DataRowMissing", $"The data '{data.Name}' has no row {row}.", $"Its rows are 0 to {data.Rows - 1}.");
        double[] center = [.. data.Row(row).ToArray().Select(static value => (double)value)];
        return Ball(center, radius, clipLower, clipUpper, DomainOrigin.RowOf(data.Name, row));
    }

    /// <summary>
    /// The smallest box that holds all rows of some data, extended on each side by a margin, and optionally clipped to a range.
    /// </summary>
    /// <param name="data">The rows.</param>
    /// <param name="margin">How far each input may go beyond the data; 0 or more.</param>
    /// <param name="clipLower">No lower end goes below this.</param>
    /// <param name="clipUpper">No upper end goes above this.</param>
    /// <remarks>
    /// The box contains the rows and, if they were read from a file, also the numbers that the file states, times the scale, before they
    /// were rounded to float32; ends that no double can hold are rounded outward. With a margin it contains every point that is no further
    /// than that from these.
    /// </remarks>
    /// <exception cref="InvalidInputException">There are no rows, the margin is negative, or the clipping range leaves nothing of an
    /// input's range.</exception>
    public static InputDomain OfData(
        InputData data, double margin = 0, double clipLower = double.NegativeInfinity, double clipUpper = double.PositiveInfinity)
    {
        if (data.Rows == 0)
            throw new InvalidInputException(
                "DataEmpty", $"The data '{data.Name}' has no rows to take a range from.", "Import data with rows.");
        if (!(margin >= 0) || double.IsInfinity(margin))
            throw new InvalidInputException(
                "DomainMarginInvalid", $"The margin {Show(margin)} is not a distance.", "Give a finite margin of 0 or more.");
        RequireRange(clipLower, clipUpper);
        (double[] lower, double[] upper) = (Filled(double.PositiveInfinity, data.Columns), Filled(double.NegativeInfinity, data.Columns));
        for (int row = 0; row < data.Rows; row++)
        {
            ReadOnlySpan<float> values = data.Row(row);
            for (int i = 0; i < values.Length; i++)
            {
                lower[i] = Math.Min(lower[i], values[i]);
                upper[i] = Math.Max(upper[i], values[i]);
            }
        }

        if (data.Ranges is { } stated)
        {
            for (int i = 0; i < lower.Length; i++)
                (lower[i], upper[i]) = (Math.Min(lower[i], stated.Lower.Span[i]), Math.Max(upper[i], stated.Upper.Span[i]));
        }

        for (int i = 0; i < lower.Length; i++)
        {
            if (margin > 0)
                (lower[i], upper[i]) = (Rounding.AddDown(lower[i], -margin), Rounding.AddUp(upper[i], margin));
            if (upper[i] < clipLower || lower[i] > clipUpper)
            {
                throw new InvalidInputException(
                    "DomainClipEmpty",
                    $"Input {i} ranges from {Show(lower[i])} to {Show(upper[i])}, all of it outside the clipping range from "
                        + $"{Show(clipLower)} to {Show(clipUpper)}.",
                    "Clip to a range that the data lies in, or import the data at the scale that the network takes.");
            }

            lower[i] = Math.Max(lower[i], clipLower);
            upper[i] = Math.Min(upper[i], clipUpper);
        }

        return new(lower, upper, lower.Length, $"range of {data.Name}{(margin > 0 ? $" +/- {Show(margin)}" : "")}");
    }

    /// <summary>The inputs whose range has a width; of a domain for any number of inputs, as if there were one.</summary>
    internal int[] VaryingInputs() => [.. Enumerable.Range(0, lower.Length).Where(i => lower[i] < upper[i])];

    /// <summary>The box for a network with a given number of inputs.</summary>
    /// <param name="inputs">The network's input size.</param>
    /// <returns>A domain with <see cref="Size"/> equal to <paramref name="inputs"/>.</returns>
    /// <exception cref="InvalidInputException">The domain has another length.</exception>
    public InputDomain For(int inputs)
    {
        if (Size is null)
            return new(Filled(lower[0], inputs), Filled(upper[0], inputs), inputs, null);
        if (Size != inputs)
            throw new InvalidInputException(
                "DomainSizeMismatch", $"The domain has {Size} inputs, the network {inputs}.",
                "Make the domain for this network: New-InputDomain with arrays of that length, or with two numbers.");
        return this;
    }

    /// <summary>Whether a point lies in the box.</summary>
    /// <param name="point">Length <see cref="Size"/>.</param>
    public bool Contains(ReadOnlySpan<double> point)
    {
        if (Size is { } size && point.Length != size)
            return false;
        for (int i = 0; i < point.Length; i++)
        {
            int k = Size is null ? 0 : i;
            if (!(point[i] >= lower[k] && point[i] <= upper[k]))
                return false;
        }

        return true;
    }

    /// <inheritdoc/>
    public override string ToString() => PrintableText.Of(Description);

    /// <summary>The corner of the box, bound to a number of inputs, where a linear function has an extreme.</summary>
    /// <param name="slopes">The function's coefficients, one per input.</param>
    /// <param name="above">True for its maximum, false for its minimum.</param>
    internal double[] Corner(ReadOnlySpan<double> slopes, bool above)
    {
        var corner = new double[lower.Length];
        for (int i = 0; i < corner.Length; i++)
            corner[i] = slopes[i] > 0 == above ? upper[i] : lower[i];
        return corner;
    }

    private static void RequireRange(double clipLower, double clipUpper)
    {
        if (!(clipLower <= clipUpper))
            throw new InvalidInputException(
                "DomainClipReversed", $"The domain is clipped from {Show(clipLower)} to {Show(clipUpper)}, which is not a range.",
                "Swap -ClipLower and -ClipUpper.");
    }

    /// <summary>Whether no input's range is wider than that of a ball, whose ends are rounded outward.</summary>
    private bool Fits(double radius)
    {
        for (int i = 0; i < lower.Length; i++)
        {
            if (upper[i] - lower[i] > (2 * radius) + (1e-14 * (Math.Abs(lower[i]) + Math.Abs(upper[i]) + radius)))
                return false;
        }

        return true;
    }

    private bool IsUniform() => lower.AsSpan().IndexOfAnyExcept(lower[0]) < 0 && upper.AsSpan().IndexOfAnyExcept(upper[0]) < 0;

    private static double[] Filled(double value, int count)
    {
        var values = new double[count];
        Array.Fill(values, value);
        return values;
    }

    private static string Show(double value) => value.ToString("R", CultureInfo.InvariantCulture);
}
