namespace ExactCompression.Certificates;

/// <summary>Finds elements that are multiples of one another at the sampled points.</summary>
internal sealed class SampleIndex
{
    private const double Tolerance = 1e-4;
    private const int MostTried = 256;
    private const int Points = ValueSamples.Points;

    private readonly bool isCentred;
    private readonly int[] elements;
    private readonly double[] keys; // the first number of each direction, increasing
    private readonly double[][] directions;
    private readonly double[] scales;

    /// <summary>Makes an index.</summary>
    /// <param name="samples">Elements, each with its samples.</param>
    /// <param name="isCentred">Whether constants make no difference.</param>
    public SampleIndex(IEnumerable<(int Element, double[] Samples)> samples, bool isCentred)
    {
        this.isCentred = isCentred;
        var found = samples.Select(s => (s.Element, Direction: Normalised(s.Samples, isCentred, out double scale), Scale: scale))
            .Where(static s => s.Direction is not null).OrderBy(static s => s.Direction![0]).ToArray();
        elements = Array.ConvertAll(found, static s => s.Element);
        directions = Array.ConvertAll(found, static s => s.Direction!);
        keys = Array.ConvertAll(directions, static d => d[0]);
        scales = Array.ConvertAll(found, static s => s.Scale);
    }

    /// <summary>The element that suits best; -1 for none.</summary>
    /// <param name="samples">What it must be a multiple of.</param>
    /// <param name="sign">1 or -1: the sign of the factor.</param>
    /// <param name="expected">Which one is likely, among several that suit alike.</param>
    /// <param name="accepts">Which may be chosen.</param>
    /// <returns>The element, and by what to multiply it.</returns>
    public (int Element, double Factor) Find(ReadOnlySpan<double> samples, int sign, int expected, Func<int, bool>? accepts = null)
    {
        if (elements.Length == 0 || Normalised(samples, isCentred, out double scale) is not { } direction)
            return (-1, 0);
        if (sign < 0)
        {
            for (int p = 0; p < direction.Length; p++)
                direction[p] = -direction[p];
        }

        int from = Array.BinarySearch(keys, direction[0] - Tolerance);
        from = from < 0 ? ~from : from;
        (int Element, double Factor) best = (-1, 0);
        (double Far, int Multiple, int Place) least = (double.PositiveInfinity, 0, 0);
        for (int k = from, tried = 0; k < keys.Length && keys[k] <= direction[0] + Tolerance && tried < MostTried; k++)
        {
            double far = Distance(directions[k], direction);
            if (!(far <= Tolerance) || accepts?.Invoke(elements[k]) == false)
                continue;
            tried++;
            double factor = scale / scales[k];
            bool isCopy = Math.Abs(factor - 1) < 1e-5;
            (double Far, int Multiple, int Place) cost = (far < 1e-6 ? 0 : far, isCopy ? 0 : 1, Math.Abs(elements[k] - expected));
            if (cost.CompareTo(least) < 0)
                (best, least) = ((elements[k], sign * (isCopy ? 1 : Rounded(factor))), cost);
        }

        return best;
    }

    /// <summary>Whether samples are all alike, so that there is no direction to find them by.</summary>
    public static bool IsConstant(ReadOnlySpan<double> samples) => Normalised(samples, true, out _) is null;

    /// <summary>Factors are mostly meant to be short numbers.</summary>
    private static double Rounded(double factor)
    {
        double shorter = (float)factor;
        return Math.Abs(shorter - factor) < 1e-6 * factor && shorter != 0 ? shorter : factor;
    }

    private static double Distance(double[] a, double[] b)
    {
        double far = 0;
        for (int p = 0; p < a.Length; p++)
            far = Math.Max(far, Math.Abs(a[p] - b[p]));
        return far;
    }

    /// <summary>The samples divided by the largest magnitude; null for a constant.</summary>
    private static double[]? Normalised(ReadOnlySpan<double> samples, bool isCentred, out double scale)
    {
        double mean = 0, size = 0;
        scale = 0;
        for (int p = 0; p < Points; p++)
            (mean, size) = (mean + (samples[p] / Points), Math.Max(size, Math.Abs(samples[p])));
        var direction = new double[Points];
        for (int p = 0; p < Points; p++)
        {
            direction[p] = samples[p] - (isCentred ? mean : 0);
            scale = Math.Max(scale, Math.Abs(direction[p]));
        }

        if (!double.IsFinite(size) || scale <= 1e-9 * size || scale == 0)
            return null;
        for (int p = 0; p < Points; p++)
            direction[p] /= scale;
        return direction;
    }
}
