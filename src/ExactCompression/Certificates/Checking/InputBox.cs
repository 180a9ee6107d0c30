using System.Runtime.CompilerServices;

namespace ExactCompression.Certificates.Checking;

/// <summary>The box of a layer's inputs: the domain itself, or the outputs of ReLUs.</summary>
internal sealed class InputBox
{
    /// <summary>Makes a box.</summary>
    public InputBox(double[] lower, double[] upper)
    {
        (Lower, Upper) = (lower, upper);
        (Sizes, Centre) = (new double[lower.Length], new double[lower.Length]);
        for (int i = 0; i < Sizes.Length; i++)
        {
            Sizes[i] = Math.Max(Math.Abs(lower[i]), Math.Abs(upper[i]));
            Centre[i] = (0.5 * lower[i]) + (0.5 * upper[i]);
            Loss += Outward.Tiny * Sizes[i];
        }
    }

    public double[] Lower { get; }

    public double[] Upper { get; }

    /// <summary>Largest magnitudes.</summary>
    public double[] Sizes { get; }

    /// <summary>Midpoints, approximately.</summary>
    public double[] Centre { get; }

    /// <summary>More than the error by underflow of coefficients, and of products with them, in a linear function on the box.</summary>
    public double Loss { get; } = Outward.Tiny;

    public int Size => Lower.Length;

    /// <summary>The outputs of ReLUs behind pre-activations with these bounds.</summary>
    public static InputBox OfRectified(double[] lower, double[] upper) =>
        new(Array.ConvertAll(lower, static z => Math.Max(0, z)), Array.ConvertAll(upper, static z => Math.Max(0, z)));

    /// <summary>The domain that a certificate states.</summary>
    /// <param name="lower">Its lower ends.</param>
    /// <param name="upper">Its upper ends.</param>
    /// <param name="hash">Their hash.</param>
    /// <param name="domain">The domain that the certificate must hold over; null for the one that it states.</param>
    /// <param name="inputs">Number of the network's inputs.</param>
    /// <exception cref="Refusal">It is none of that size, or another than is asked for.</exception>
    public static InputBox OfDomain(double[] lower, double[] upper, string hash, InputDomain? domain, int inputs)
    {
        if (lower.Length != inputs || upper.Length != inputs)
            throw new Refusal("domain", $"It has {lower.Length} and {upper.Length} ends, the network {inputs} inputs.");
        if (ContentHash.Of(lower, upper) != hash)
            throw new Refusal("domain, sha256", "The ends are not those that the certificate is for.");
        for (int i = 0; i < inputs; i++)
        {
            if (!(lower[i] <= upper[i]) || !double.IsFinite(upper[i] - lower[i]))
                throw new Refusal($"domain, input {i}", "Its ends are not a range.");
        }

        if (domain?.For(inputs) is { } given && ContentHash.Of(given.Lower.Span, given.Upper.Span) != hash)
            throw new Refusal("domain", "The certificate holds over another domain.");
        return new(lower, upper);
    }

    /// <summary>Refuses points that are not in the box.</summary>
    /// <param name="points">The points.</param>
    /// <exception cref="Refusal">One is not.</exception>
    public void RequireInside(double[][] points)
    {
        for (int p = 0; p < points.Length; p++)
        {
            bool isInside = points[p].Length == Size;
            for (int i = 0; i < Size && isInside; i++)
                isInside = points[p][i] >= Lower[i] && points[p][i] <= Upper[i];
            if (!isInside)
                throw new Refusal($"points, {p}", "It is not in the domain.");
        }
    }

    /// <summary>Adds the largest value of a linear function, and the sizes of its terms.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void AddMaximum(ReadOnlySpan<double> row, ref double constant, ref double size)
    {
        double sum = 0, sizes = 0;
        for (int i = 0; i < row.Length; i++)
        {
            double term = row[i] * (row[i] > 0 ? Upper[i] : Lower[i]);
            sum += term;
            sizes += Math.Abs(term);
        }

        constant += sum;
        size += sizes;
    }

    /// <summary>
    /// Bounds of a layer's pre-activations by interval arithmetic; minus and plus infinity if something overflowed. Exact if every product
    /// is 0, so that ties at 0 are decided.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public (double[] Lower, double[] Upper) Intervals(AffineLayer layer)
    {
        double[] low = new double[layer.Outputs], high = new double[layer.Outputs];
        double gamma = Outward.Gamma(layer.Inputs + 1);
        for (int i = 0; i < low.Length; i++)
        {
            ReadOnlySpan<double> row = layer.Row(i);
            double bias = layer.Bias.Span[i], least = bias, most = bias, leastSize = 0, mostSize = 0;
            bool leastRounds = false, mostRounds = false;
            for (int j = 0; j < row.Length; j++)
            {
                double w = row[j];
                if (w == 0)
                    continue;
                double from = w > 0 ? Lower[j] : Upper[j], to = w > 0 ? Upper[j] : Lower[j];
                leastRounds |= from != 0;
                mostRounds |= to != 0;
                least += w * from;
                most += w * to;
                leastSize += Math.Abs(w * from);
                mostSize += Math.Abs(w * to);
            }

            double radius = BoundedLayer.RadiusOf(layer, i, Sizes) * (1 + 1e-9);
            double leastError = leastRounds ? (gamma * (leastSize + Math.Abs(bias))) + Outward.Tiny : 0,
                mostError = mostRounds ? (gamma * (mostSize + Math.Abs(bias))) + Outward.Tiny : 0;
            low[i] = Down(least, leastError + radius);
            high[i] = -Down(-most, mostError + radius);
        }

        return (low, high);
    }

    /// <summary>
    /// A bound of <c>|d . x + c|</c> over the box, if coefficients and constant are accurate to a few units in the last place.
    /// </summary>
    /// <param name="coefficients"><c>d</c>.</param>
    /// <param name="constant"><c>c</c>.</param>
    /// <param name="error">The further error of the true value.</param>
    public double Largest(ReadOnlySpan<double> coefficients, double constant, double error)
    {
        double middle = constant, spread = 0, size = Math.Abs(constant);
        bool any = constant != 0;
        for (int i = 0; i < coefficients.Length; i++)
        {
            // Any centre is valid as long as the radius reaches both ends.
            double d = coefficients[i], centre = Centre[i];
            middle += d * centre;
            spread += Math.Abs(d) * Math.Max(Upper[i] - centre, centre - Lower[i]);
            size += Math.Abs(d) * Sizes[i];
            any |= d != 0 && Sizes[i] != 0;
        }

        return !any ? error : Math.BitIncrement(Math.Abs(middle) + spread + (Outward.Gamma(coefficients.Length + 4) * size) + error) + Loss;
    }

    private static double Down(double value, double error) =>
        !double.IsFinite(value) || !double.IsFinite(error)
            ? double.NegativeInfinity
            : error == 0
            ? value : Math.BitDecrement(value - error);
}
