namespace ExactCompression.Certificates.Checking;

/// <summary>An upper bound of a sum of products of numbers that are not negative: 0 only if every product is.</summary>
internal struct ErrorSum
{
    private double sum;
    private long terms;

    /// <summary>At least the exact sum; plus infinity where something is not known.</summary>
    public readonly double Bound => terms == 0 ? 0
        : double.IsNaN(sum) ? double.PositiveInfinity
        : (sum * (1 + Outward.Gamma(terms))) + Outward.Tiny;

    /// <summary>Adds a number that is not negative.</summary>
    public void Add(double a) => Add(a, 1);

    /// <summary>Adds a product; 0 times infinity is 0.</summary>
    public void Add(double a, double b)
    {
        if (a == 0 || b == 0)
            return;
        sum += a * b;
        terms++;
    }

    /// <summary>Adds a product of three.</summary>
    public void Add(double a, double b, double c) => Add(Outward.Multiply(a, b), c);
}
