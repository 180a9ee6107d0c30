using System.Numerics;

namespace ExactCompression.Numerics;

/// <summary>
/// A polytope of full dimension in exact arithmetic: the points of a box at which some affine functions are not negative. Immutable.
/// </summary>
/// <remarks>
/// It is held at one of its vertices. The maximum of a function is found from there by the simplex method, and a function cuts at a
/// vertex where it is above 0, which stays a vertex; so there is never a first phase. A polytope of full dimension is the closure
/// of its interior: where a function is above 0 at a vertex, it is above 0 at inner points too, and the part where it is not
/// negative has full dimension again.
/// </remarks>
internal sealed class ExactPolytope
{
    private readonly ExactDictionary dictionary;
    private readonly Dyadic[] widths;
    private readonly int constraints;

    private ExactPolytope(ExactDictionary dictionary, Dyadic[] widths, int constraints)
    {
        this.dictionary = dictionary;
        this.widths = widths;
        this.constraints = constraints;
    }

    /// <summary>A box, at its lower corner.</summary>
    /// <param name="lower">Lower ends.</param>
    /// <param name="upper">Upper ends, each above its lower end.</param>
    public static ExactPolytope Box(ReadOnlySpan<double> lower, ReadOnlySpan<double> upper)
    {
        int n = lower.Length;
        var (inputs, rows, ranges, widths) = (new ExactRow[n], new ExactRow[n], new BigInteger[n], new Dyadic[n]);
        for (int k = 0; k < n; k++)
        {
            widths[k] = (Dyadic)upper[k] - lower[k];
            if (widths[k].Sign <= 0)
                throw new ArgumentException("The box must have full dimension.", nameof(upper));

            // With s = scale (x - l): x = (scale l + s) / scale, and scale (u - x) = width - s.
            BigInteger[] ends = Dyadic.ToIntegers([lower[k], upper[k], 1]);
            ranges[k] = ends[1] - ends[0];
            inputs[k] = ExactRow.Of(n, k, 1, ends[0], ends[2], -1);
            rows[k] = ExactRow.Of(n, k, -1, ranges[k], ranges[k], n + k);
        }

        return new(new([.. Enumerable.Range(0, n)], ranges, inputs, rows), widths, 2 * n);
    }

    /// <summary>The part where a function is not negative.</summary>
    /// <param name="function">Coefficients of the inputs, then the constant; not constant.</param>
    /// <param name="cancellation">Throws <see cref="OperationCanceledException"/>.</param>
    /// <returns>The part; null where the function is nowhere above 0, so that the part has no interior.</returns>
    public ExactPolytope? Above(ReadOnlySpan<Dyadic> function, CancellationToken cancellation)
    {
        Dyadic range = default;
        for (int k = 0; k < widths.Length; k++)
            range += Dyadic.Abs(function[k]) * widths[k];
        BigInteger[] integers = Dyadic.ToIntegers([.. function, range]);
        ExactDictionary copy = dictionary.Copy();
        ExactRow Express(ExactDictionary at) => at.Express(integers[..^2], integers[^2], integers[^1], constraints);
        return copy.Maximize(Express(copy), untilAboveZero: true, cancellation)
            ? new(copy.With(Express(copy)), widths, constraints + 1)
            : null;
    }

    /// <summary>The inner point whose least distance from the constraints, each as a share of its range over the box, is largest.</summary>
    /// <param name="cancellation">Throws <see cref="OperationCanceledException"/>.</param>
    /// <returns>Numerator and positive denominator of each input.</returns>
    public (BigInteger Numerator, BigInteger Denominator)[] Middle(CancellationToken cancellation)
    {
        ExactDictionary shrinking = dictionary.Shrinking(constraints);
        shrinking.Maximize(ExactRow.Of(shrinking.Dimension, shrinking.Dimension - 1, 1, 0, 1, -1), untilAboveZero: false, cancellation);
        return [.. shrinking.Inputs.Select(static r => (r.Constant, r.Unit))];
    }
}
