using System.Numerics;
using ExactCompression.Numerics;

namespace ExactCompression.Branching.Regions;

/// <summary>
/// A vertex of a polytope: in double, with a bound on the error of each coordinate, and exact where that is needed: as the point of the
/// edge between two older vertices at which the function that cut the edge is 0.
/// </summary>
internal sealed class RegionVertex
{
    /// <summary>The most older vertices in a row that are not known exactly: it bounds a recursion.</summary>
    private const int MostDepth = 64;

    /// <summary>A larger error than this share of the box's width is not worth carrying on.</summary>
    private const double MostError = 1e-9;

    /// <summary>As many functions that are 0 at a vertex are remembered.</summary>
    private const int MostZeros = 16;

    private BigInteger[]? exact;
    private Edge? edge;
    private double[][] zeros = [];

    private RegionVertex(double[] at, double[] error, int depth) => (At, Error, Depth) = (at, error, depth);

    /// <summary>Coordinates, then 1.</summary>
    public double[] At { get; }

    /// <summary>A bound on the error of each coordinate; 0 for the last number.</summary>
    public double[] Error { get; }

    /// <summary>How many vertices in a row have to be computed, at most, before this one is known exactly.</summary>
    private int Depth { get; }

    /// <summary>A corner of the box.</summary>
    /// <param name="network">The network, with the box.</param>
    /// <param name="upper">Whether it is at the upper end, for each input.</param>
    public static RegionVertex Corner(RegionNetwork network, Func<int, bool> upper)
    {
        int size = network.Inputs.Length;
        Dyadic[] coordinates = [.. Enumerable.Range(0, size).Select(k => upper(k) ? network.Widths[k] : default), 1.0];
        return Of(Dyadic.ToIntegers(coordinates), network.Stride);
    }

    /// <summary>A vertex that cuts an edge, where a function is 0.</summary>
    /// <param name="first">The end of the edge where the function is above 0.</param>
    /// <param name="second">The end where it is below 0.</param>
    /// <param name="values">The function's values there, in double.</param>
    /// <param name="error">A bound on the error of both.</param>
    /// <param name="place">The place of the element whose pre-activation the function is.</param>
    /// <param name="functions">The functions on the current path.</param>
    public static RegionVertex Cut(
        RegionVertex first, RegionVertex second, (double First, double Second) values, double error, int place, RegionFunctions functions)
    {
        (double p, double q) = (values.First, -values.Second);
        int size = functions.Network.Inputs.Length;
        var cut = new RegionVertex(new double[first.At.Length], new double[first.At.Length], Math.Max(first.Depth, second.Depth) + 1);
        cut.edge = new(first, second, place);
        bool isClose = p > error && q > error && cut.Depth < MostDepth;
        if (isClose)
        {
            double share = p / (p + q);
            double least = (p - error) / (p - error + q + error), most = (p + error) / (p + error + (q - error));
            double doubt = Math.Max(most - share, share - least) + (16 * Rounding.Unit);
            for (int k = 0; k < size; k++)
            {
                (double a, double b) = (first.At[k], second.At[k]);
                cut.At[k] = a + (share * (b - a));
                double slack = Math.Max(first.Error[k], second.Error[k])
                    + (doubt * (Math.Abs(b - a) + first.Error[k] + second.Error[k]))
                    + (8 * Rounding.Unit * (Math.Abs(a) + Math.Abs(b)));
                cut.Error[k] = (slack * (1 + (16 * Rounding.Unit))) + Rounding.Underflow;
                isClose &= cut.Error[k] <= MostError * functions.Network.WidthOf(k);
            }

            cut.At[size] = 1;
        }

        return isClose ? cut : Of(cut.Exact(functions), first.At.Length);
    }

    /// <summary>The coordinates without any rounding: integers, then what they are divided by, which is above 0.</summary>
    /// <param name="functions">The functions on the current path, which leads to this vertex.</param>
    public BigInteger[] Exact(RegionFunctions functions)
    {
        // Threads that share the vertex may both compute it; both find the same.
        Edge? from = Volatile.Read(ref edge);
        if (Volatile.Read(ref exact) is { } known)
            return known;
        (RegionVertex p, RegionVertex q, int place) = from!;
        BigInteger[] first = p.Exact(functions), second = q.Exact(functions), function = functions.Exact(place);
        BigInteger above = RegionFunctions.At(function, first), below = RegionFunctions.At(function, second);
        var at = new BigInteger[first.Length];
        BigInteger divisor = BigInteger.Zero;
        for (int k = 0; k < at.Length; k++)
        {
            at[k] = (above * second[k]) - (below * first[k]);
            divisor = BigInteger.GreatestCommonDivisor(divisor, at[k]);
        }

        BigInteger[] reduced = divisor.IsOne ? at : Array.ConvertAll(at, c => c / divisor);
        Volatile.Write(ref exact, reduced);
        Volatile.Write(ref edge, null);
        return reduced;
    }

    /// <summary>Whether a function is a multiple of one that is known to be 0 here.</summary>
    /// <param name="function">Coefficients without error, constant, zeros.</param>
    public bool IsKnownZero(ReadOnlySpan<double> function)
    {
        foreach (double[] zero in Volatile.Read(ref zeros))
        {
            if (Multiples.AreProportional(function, zero, zero.Length - 1))
                return true;
        }

        return false;
    }

    /// <summary>Remembers that a function is 0 here.</summary>
    /// <param name="function">Coefficients without error, constant, zeros.</param>
    /// <param name="dimension">Number of coefficients.</param>
    public void Remember(ReadOnlySpan<double> function, int dimension)
    {
        // Of two threads that do this at once, one may forget what the other remembers.
        double[][] known = Volatile.Read(ref zeros);
        if (known.Length < MostZeros)
            Volatile.Write(ref zeros, [.. known, function[..(dimension + 1)].ToArray()]);
    }

    private static RegionVertex Of(BigInteger[] exact, int stride)
    {
        var vertex = new RegionVertex(new double[stride], new double[stride], 0) { exact = exact };
        for (int k = 0; k < exact.Length - 1; k++)
        {
            var coordinate = new ExactRational(exact[k], exact[^1]);
            double low = coordinate.Down(), high = coordinate.Up();
            vertex.At[k] = low;
            vertex.Error[k] = high - low;
        }

        vertex.At[exact.Length - 1] = 1;
        return vertex;
    }

    /// <summary>Where a vertex comes from.</summary>
    private sealed record Edge(RegionVertex First, RegionVertex Second, int Place);
}
