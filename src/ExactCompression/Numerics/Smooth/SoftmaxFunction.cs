using System.Numerics;

namespace ExactCompression.Numerics;

/// <summary>
/// Softmax, <c>exp(x_i) / sum_j exp(x_j)</c> over groups of elements, or its logarithm. Networks that end with one are evaluated and
/// compared with it; nothing is searched behind it.
/// </summary>
/// <remarks>
/// With <c>p</c> the softmax of <c>x</c>, the derivatives of <c>p_i</c> are <c>p_i (1 - p_i)</c> and <c>-p_i p_j</c>, in all at most
/// <c>2 p_i (1 - p_i) &lt;= 1/2</c>; those of <c>log p_i</c> are <c>1 - p_i</c> and <c>-p_j</c>, in all less than 2. By so much moves a
/// result at most, times the largest move of an element of its group.
/// </remarks>
/// <param name="shape">Which elements belong together, and whether it is the logarithm.</param>
internal sealed class SoftmaxFunction(SoftmaxShape shape)
{
    /// <summary>
    /// More than the relative error of an exponential, of its reciprocal, and of what little is computed with them besides sums.
    /// </summary>
    private const double Error = 64 * Rounding.Unit;

    /// <summary>More than what is lost where exponentials underflow.</summary>
    private const double Tail = 1e-300;

    /// <summary>A bound on the move of a result where no element of its group moves by more than 1.</summary>
    public double Steepest => shape.IsLogarithm ? 2 : 0.5;

    /// <summary>Replaces elements by what the function gives, without a bound on the error.</summary>
    /// <typeparam name="T">What they are held in; it is computed in double.</typeparam>
    /// <param name="values">Rows of elements, one after another.</param>
    public void Apply<T>(Span<T> values)
        where T : INumber<T>
    {
        for (int e = 0; e < values.Length; e++)
        {
            if (shape.FirstOf(e) != e)
                continue;
            double most = double.NegativeInfinity, sum = 0;
            for (int k = 0; k < shape.Count; k++)
                most = Math.Max(most, double.CreateTruncating(values[e + (k * shape.Step)]));
            for (int k = 0; k < shape.Count; k++)
                sum += Math.Exp(double.CreateTruncating(values[e + (k * shape.Step)]) - most);
            double logarithm = Math.Log(sum);
            for (int k = 0; k < shape.Count; k++)
            {
                double x = double.CreateTruncating(values[e + (k * shape.Step)]) - most;
                values[e + (k * shape.Step)] = T.CreateTruncating(shape.IsLogarithm ? x - logarithm : Math.Exp(x) / sum);
            }
        }
    }

    /// <summary>Turns gradients by results into those by the elements that they are of, without a bound on the error.</summary>
    /// <typeparam name="T">What they are held in.</typeparam>
    /// <param name="results">What the function gives.</param>
    /// <param name="gradient">Gradients by the results, which become those by the elements.</param>
    public void Differentiate<T>(ReadOnlySpan<T> results, Span<T> gradient)
        where T : INumber<T>
    {
        for (int e = 0; e < results.Length; e++)
        {
            if (shape.FirstOf(e) != e)
                continue;
            double sum = 0;
            for (int k = 0; k < shape.Count; k++)
            {
                int i = e + (k * shape.Step);
                double g = double.CreateTruncating(gradient[i]);
                sum += shape.IsLogarithm ? g : g * double.CreateTruncating(results[i]);
            }

            for (int k = 0; k < shape.Count; k++)
            {
                int i = e + (k * shape.Step);
                double result = double.CreateTruncating(results[i]), g = double.CreateTruncating(gradient[i]);
                gradient[i] = T.CreateTruncating(shape.IsLogarithm ? g - (Math.Exp(result) * sum) : result * (g - sum));
            }
        }
    }

    /// <summary>Proven bounds of what the function gives.</summary>
    /// <param name="lower">Lower bounds of the elements.</param>
    /// <param name="upper">Upper bounds of the elements.</param>
    /// <returns>Bounds of the results: as far as they are known at all, from 0 to 1, or up to 0.</returns>
    public (double[] Lower, double[] Upper) Enclose(IReadOnlyList<double> lower, IReadOnlyList<double> upper)
    {
        double[] least = new double[lower.Count], most = new double[lower.Count];
        for (int i = 0; i < least.Length; i++)
            (least[i], most[i]) = (Enclose(i, lower[i], upper).Lower, Enclose(i, upper[i], lower).Upper);

        return (least, most);
    }

    /// <summary>
    /// Bounds of what an element at one end gives, the others of its group being at the other: <c>1 / (1 + s)</c> with
    /// <c>s = sum_j exp(x_j - x_i)</c>, or <c>-log(1 + s)</c>.
    /// </summary>
    private (double Lower, double Upper) Enclose(int element, double end, IReadOnlyList<double> others)
    {
        double low = 0, high = 0;
        int first = shape.FirstOf(element);
        for (int k = 0; k < shape.Count; k++)
        {
            int j = first + (k * shape.Step);
            if (j == element)
                continue;
            low += Exponential(Rounding.SumDown(others[j], -end)).Lower;
            high += Exponential(Rounding.SumUp(others[j], -end)).Upper;
        }

        // Sums of non-negative numbers err by less than their number of units, relatively.
        double error = Error + (2 * shape.Count * Rounding.Unit);
        (low, high) = (Math.Max(0, low * (1 - error)), high * (1 + error));
        (double least, double greatest) = shape.IsLogarithm ? (double.NegativeInfinity, 0) : (0.0, 1.0);
        if (double.IsNaN(low) || double.IsNaN(high))
            return (least, greatest);
        if (!shape.IsLogarithm)
            return (Math.Max(0, ((1 - error) / (1 + high)) - Tail), Math.Min(1, ((1 + error) / (1 + low)) + Tail));

        // The runtime promises nothing of its logarithm: it is only where to try, and exp tells whether it is beyond.
        return (-Logarithm(high, error).Upper, -Logarithm(low, error).Lower);
    }

    /// <summary>Bounds of <c>exp(x)</c>.</summary>
    private static (double Lower, double Upper) Exponential(double x) => x switch
    {
        double.NaN => (double.NaN, double.NaN),
        > 700 => (SmoothFunction.Exponential(-700) is var e ? (1 - Error) / e : 0, double.PositiveInfinity),
        > 0 => ((1 - Error) / SmoothFunction.Exponential(-x), (1 + Error) / SmoothFunction.Exponential(-x)),
        _ => (Math.Max(0, (SmoothFunction.Exponential(x) * (1 - Error)) - Tail), (SmoothFunction.Exponential(x) * (1 + Error)) + Tail),
    };

    /// <summary>Bounds of <c>log(1 + s)</c>.</summary>
    private static (double Lower, double Upper) Logarithm(double s, double error)
    {
        const double Far = 1e300, FarLogarithm = 690;
        if (s > Far)
            return (FarLogarithm, double.PositiveInfinity);
        double near = Math.Log(1 + s), reach = (near * 16 * error) + error;
        double lower = Math.Max(0, near - reach), upper = near + reach;
        while (lower > 0 && Exponential(lower).Upper > Math.BitDecrement(1 + s))
            (lower, reach) = (Math.Max(0, lower - reach), 2 * reach);
        while (Exponential(upper).Lower < Math.BitIncrement(1 + s))
            (upper, reach) = (upper + reach, 2 * reach);
        return (lower, upper);
    }
}
