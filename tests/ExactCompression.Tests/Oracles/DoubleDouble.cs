namespace ExactCompression.Tests.Oracles;

/// <summary>A sum of two doubles: about 32 digits (Dekker, Knuth). For magnitudes far from the ends of double.</summary>
internal readonly record struct DoubleDouble(double High, double Low = 0)
{
    /// <summary>The nearest double.</summary>
    public double Value => High + Low;

    public static implicit operator DoubleDouble(double value) => new(value);

    public static DoubleDouble operator +(DoubleDouble a, DoubleDouble b)
    {
        double sum = a.High + b.High, back = sum - a.High;
        return Normal(sum, (a.High - (sum - back)) + (b.High - back) + a.Low + b.Low);
    }

    public static DoubleDouble operator -(DoubleDouble a) => new(-a.High, -a.Low);

    public static DoubleDouble operator -(DoubleDouble a, DoubleDouble b) => a + -b;

    public static DoubleDouble operator *(DoubleDouble a, DoubleDouble b)
    {
        double product = a.High * b.High;
        return Normal(product, Math.FusedMultiplyAdd(a.High, b.High, -product) + (a.High * b.Low) + (a.Low * b.High));
    }

    public static DoubleDouble operator /(DoubleDouble a, DoubleDouble b)
    {
        double quotient = a.High / b.High;
        return Normal(quotient, (a - (quotient * b)).Value / b.High);
    }

    public static DoubleDouble Sqrt(DoubleDouble a)
    {
        double root = Math.Sqrt(a.High);
        return root == 0 ? 0 : Normal(root, (a - ((DoubleDouble)root * root)).Value / (2 * root));
    }

    private static DoubleDouble Normal(double high, double low)
    {
        double sum = high + low;
        return new(sum, low - (sum - high));
    }
}
