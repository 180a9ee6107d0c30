using System.Numerics;

namespace ExactCompression.Tests.Oracles;

/// <summary>
/// A convex part of the input box by its corners, exact: whole homogeneous coordinates, the last one above 0. Parts of lower dimension,
/// points among them, are as good as others.
/// </summary>
internal sealed class ExactCell
{
    /// <summary>A corner.</summary>
    /// <param name="Coordinates">The coordinates, then what they are divided by.</param>
    /// <param name="Tight">The constraints that hold with equality, a bit each.</param>
    private sealed record Corner(BigInteger[] Coordinates, UInt128 Tight);

    private readonly List<Corner> corners;
    private readonly int constraints;

    private ExactCell(List<Corner> corners, int constraints) => (this.corners, this.constraints) = (corners, constraints);

    public IEnumerable<BigInteger[]> Corners => corners.Select(static c => c.Coordinates);

    /// <summary>A box.</summary>
    public static ExactCell Box(ReadOnlySpan<double> lower, ReadOnlySpan<double> upper)
    {
        int size = lower.Length, places = 0;
        for (int i = 0; i < size; i++)
            places = Math.Max(places, Math.Max(DyadicLayers.Fraction(lower[i]), DyadicLayers.Fraction(upper[i])));
        var corners = new List<Corner>();
        for (int mask = 0; mask < 1 << size; mask++)
        {
            var at = new BigInteger[size + 1];
            UInt128 tight = 0;
            bool repeated = false;
            for (int i = 0; i < size; i++)
            {
                bool high = (mask >> i & 1) != 0, point = lower[i] == upper[i];
                repeated |= high && point;
                at[i] = DyadicLayers.Scaled(high ? upper[i] : lower[i], places);
                tight |= (point ? (UInt128)3 : high ? 2 : (UInt128)1) << (2 * i);
            }

            at[size] = BigInteger.One << places;
            if (!repeated)
                corners.Add(new(at, tight));
        }

        return new(corners, 2 * size);
    }

    /// <summary>The value of an affine function at a corner, times the corner's last coordinate.</summary>
    public static BigInteger At(BigInteger[] form, BigInteger[] corner)
    {
        BigInteger sum = BigInteger.Zero;
        for (int k = 0; k < form.Length; k++)
            sum += form[k] * corner[k];
        return sum;
    }

    /// <summary>
    /// The parts where an affine function is at least 0 and at most 0; null where it is nowhere above, or below. A part in which it is 0
    /// everywhere counts as below.
    /// </summary>
    public (ExactCell? Above, ExactCell? Below) Split(BigInteger[] form)
    {
        BigInteger[] values = [.. corners.Select(c => At(form, c.Coordinates))];
        bool above = values.Any(static v => v.Sign > 0), below = values.Any(static v => v.Sign < 0);
        if (!above || !below)
            return above ? (this, null) : (null, this);
        if (constraints >= 128)
            throw new InvalidOperationException("The network is too large for this oracle.");
        UInt128 bit = UInt128.One << constraints;
        List<Corner> high = [], low = [];
        for (int p = 0; p < values.Length; p++)
        {
            if (values[p].Sign > 0)
                high.Add(corners[p]);
            else if (values[p].Sign < 0)
                low.Add(corners[p]);
            else
                AddToBoth(corners[p] with { Tight = corners[p].Tight | bit });
            for (int q = 0; q < values.Length && values[p].Sign > 0; q++)
            {
                if (values[q].Sign < 0 && IsEdge(p, q))
                    AddToBoth(new(Crossing(p, q), (corners[p].Tight & corners[q].Tight) | bit));
            }
        }

        return (new(high, constraints + 1), new(low, constraints + 1));

        void AddToBoth(Corner corner)
        {
            high.Add(corner);
            low.Add(corner);
        }

        BigInteger[] Crossing(int p, int q)
        {
            BigInteger[] first = corners[p].Coordinates, second = corners[q].Coordinates;
            var at = new BigInteger[first.Length];
            BigInteger divisor = BigInteger.Zero;
            for (int k = 0; k < at.Length; k++)
            {
                at[k] = (values[p] * second[k]) - (values[q] * first[k]);
                divisor = BigInteger.GreatestCommonDivisor(divisor, at[k]);
            }

            return Array.ConvertAll(at, c => c / divisor);
        }
    }

    /// <summary>Whether two corners are the ends of an edge: no other lies on all that both lie on.</summary>
    private bool IsEdge(int p, int q)
    {
        UInt128 common = corners[p].Tight & corners[q].Tight;
        for (int r = 0; r < corners.Count; r++)
        {
            if (r != p && r != q && (corners[r].Tight & common) == common)
                return false;
        }

        return true;
    }
}
