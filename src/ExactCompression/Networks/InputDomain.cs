using System.Globalization;

namespace ExactCompression;

/// <summary>
/// The box <c>D</c> of inputs that a network can get: <c>lower &lt;= x &lt;= upper</c>, component by component, both ends included. Immutable.
/// </summary>
/// <remarks>A domain made from two numbers alone fits a network of any input size (<see cref="Size"/> is null).</remarks>
public sealed class InputDomain
{
    private readonly double[] lower;
    private readonly double[] upper;

    /// <summary>Makes a box from its ends; it keeps the arrays, so the caller must not change them afterwards.</summary>
    /// <param name="lower">Lower ends, one an input.</param>
    /// <param name="upper">Upper ends, one an input.</param>
    /// <param name="description">How to call it in tables; by default made from the ends.</param>
    /// <exception cref="InvalidInputException">An end is not finite, or a lower end is above its upper end.</exception>
    public InputDomain(double[] lower, double[] upper, string? description = null)
        : this(lower, upper, lower.Length, description)
    {
    }

    private InputDomain(double[] lower, double[] upper, int? size, string? description)
    {
        if (lower.Length != upper.Length)
            throw new InvalidInputException("DomainLengthMismatch", $"The domain has {lower.Length} lower ends but {upper.Length} upper ends.", "Give both the same length.");
        if (lower.Length == 0)
            throw new InvalidInputException("DomainEmpty", "The domain has no components.", "Give at least one lower and one upper end.");
        for (int i = 0; i < lower.Length; i++)
        {
            if (!double.IsFinite(lower[i]) || !double.IsFinite(upper[i]))
                throw new InvalidInputException("DomainNotFinite", $"Input {i} ranges from {Show(lower[i])} to {Show(upper[i])}, which is not finite.", "Give finite ends: an unbounded domain has no bounds to prove.");
            if (lower[i] > upper[i])
                throw new InvalidInputException("DomainEndsReversed", $"Input {i} has its lower end {Show(lower[i])} above its upper end {Show(upper[i])}.", "Swap the ends.");
        }

        this.lower = lower;
        this.upper = upper;
        Size = size;
        Description = description ?? Describe(lower, upper, size);
    }

    /// <summary>The box <c>[0,1]^n</c> for any <c>n</c>: the default where a file states no range of its own.</summary>
    public static InputDomain Unit { get; } = Uniform(0, 1);

    /// <summary>Number of inputs, or null where the same two ends serve any number.</summary>
    public int? Size { get; }

    /// <summary>Lower ends; one element where <see cref="Size"/> is null.</summary>
    public ReadOnlyMemory<double> Lower => lower;

    /// <summary>Upper ends; one element where <see cref="Size"/> is null.</summary>
    public ReadOnlyMemory<double> Upper => upper;

    /// <summary>What it is called in tables, such as <c>[0,1]^64</c>.</summary>
    public string Description { get; }

    /// <summary>The same range for every input, whatever their number.</summary>
    /// <param name="lower">Lower end of every input.</param>
    /// <param name="upper">Upper end of every input.</param>
    /// <exception cref="InvalidInputException">An end is not finite, or the lower end is above the upper.</exception>
    public static InputDomain Uniform(double lower, double upper) => new([lower], [upper], null, null);

    /// <summary>The ball of the maximum norm round a point, clipped to a range if asked.</summary>
    /// <param name="center">The point, one value an input.</param>
    /// <param name="radius">How far each input may move; 0 or more.</param>
    /// <param name="clipLower">No lower end goes below this.</param>
    /// <param name="clipUpper">No upper end goes above this.</param>
    /// <remarks>The ends are <c>center - radius</c> and <c>center + radius</c> rounded to the nearest double, then clipped: the domain is the box of these ends.</remarks>
    /// <exception cref="InvalidInputException">The radius is negative, an end is not finite, or the clipping range leaves nothing of an input's range.</exception>
    public static InputDomain Ball(ReadOnlySpan<double> center, double radius, double clipLower = double.NegativeInfinity, double clipUpper = double.PositiveInfinity)
    {
        if (!(radius >= 0) || double.IsInfinity(radius))
            throw new InvalidInputException("DomainRadiusInvalid", $"The radius {Show(radius)} is no distance.", "Give a finite radius of 0 or more.");
        if (clipLower > clipUpper)
            throw new InvalidInputException("DomainClipReversed", $"The ball is clipped from {Show(clipLower)} to {Show(clipUpper)}, which is no range.", "Swap -ClipLower and -ClipUpper.");
        (double[] lower, double[] upper) = (new double[center.Length], new double[center.Length]);
        for (int i = 0; i < center.Length; i++)
        {
            if (center[i] + radius < clipLower || center[i] - radius > clipUpper)
            {
                throw new InvalidInputException(
                    "DomainClipEmpty",
                    $"Input {i} ranges from {Show(center[i] - radius)} to {Show(center[i] + radius)}, all of it outside the clipping range from {Show(clipLower)} to {Show(clipUpper)}.",
                    "Give a centre in the range that is clipped to, or a larger radius.");
            }

            lower[i] = Math.Max(center[i] - radius, clipLower);
            upper[i] = Math.Min(center[i] + radius, clipUpper);
        }

        return new(lower, upper, center.Length, null);
    }

    /// <summary>The box for a network with a given number of inputs.</summary>
    /// <param name="inputs">The network's input size.</param>
    /// <returns>A domain with <see cref="Size"/> equal to <paramref name="inputs"/>.</returns>
    /// <exception cref="InvalidInputException">The domain has another length.</exception>
    public InputDomain For(int inputs)
    {
        if (Size is null)
            return new(Filled(lower[0], inputs), Filled(upper[0], inputs), inputs, null);
        if (Size != inputs)
            throw new InvalidInputException("DomainSizeMismatch", $"The domain has {Size} inputs, the network {inputs}.", "Make the domain for this network: New-InputDomain with arrays of that length, or with two numbers.");
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
    public override string ToString() => Description;

    private static string Describe(double[] lower, double[] upper, int? size)
    {
        bool uniform = lower.AsSpan().IndexOfAnyExcept(lower[0]) < 0 && upper.AsSpan().IndexOfAnyExcept(upper[0]) < 0;
        string exponent = size is { } n ? n.ToString(CultureInfo.InvariantCulture) : "n";
        return uniform ? $"[{Show(lower[0])},{Show(upper[0])}]^{exponent}" : $"box in R^{exponent}";
    }

    private static double[] Filled(double value, int count)
    {
        var values = new double[count];
        Array.Fill(values, value);
        return values;
    }

    private static string Show(double value) => value.ToString("R", CultureInfo.InvariantCulture);
}
