namespace ExactCompression.Branching.Regions;

/// <summary>Compares affine functions up to a factor, without rounding.</summary>
internal static class Multiples
{
    /// <summary>Below this magnitude the residual of a product may be rounded.</summary>
    private const double Least = 1e-140, Most = 1e140;

    /// <summary>Whether two functions, taken as they are in double, are multiples of each other and not 0; false where in doubt.</summary>
    /// <param name="first">Coefficients, constant, zeros.</param>
    /// <param name="second">Coefficients, constant, zeros.</param>
    /// <param name="dimension">Number of coefficients.</param>
    public static bool AreProportional(ReadOnlySpan<double> first, ReadOnlySpan<double> second, int dimension)
    {
        int pivot = 0;
        for (int k = 0; k <= dimension; k++)
        {
            double size = Math.Abs(second[k]);
            if (!(size <= Most) || !(Math.Abs(first[k]) <= Most))
                return false;
            if (size > Math.Abs(second[pivot]))
                pivot = k;
        }

        (double p, double q) = (first[pivot], second[pivot]);
        if (!(Math.Abs(p) >= Least) || !(Math.Abs(q) >= Least))
            return false;
        for (int k = 0; k <= dimension; k++)
        {
            if (!AreEqual(first[k], q, second[k], p))
                return false;
        }

        return true;
    }

    /// <summary>Whether two products are equal; false where in doubt.</summary>
    private static bool AreEqual(double a, double b, double c, double d)
    {
        double left = a * b, right = c * d;
        if (left != right)
            return false;
        bool isTiny = Math.Abs(left) < Least * Least;
        return isTiny
            ? (a == 0 || b == 0) && (c == 0 || d == 0)
            : Math.FusedMultiplyAdd(a, b, -left) == Math.FusedMultiplyAdd(c, d, -right);
    }
}
