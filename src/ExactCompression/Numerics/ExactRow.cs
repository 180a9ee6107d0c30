using System.Numerics;

namespace ExactCompression.Numerics;

/// <summary>
/// An affine function of the free variables of an <see cref="ExactDictionary"/>, in integers without a common factor: a coefficient
/// for each variable, the constant, then a positive number that is scaled with the rest. For an input that number is the
/// denominator; for a constraint it is the constraint's range over the box. A constraint counts up to a positive factor.
/// </summary>
/// <param name="Entries">Coefficients, constant, positive number.</param>
/// <param name="Constraint">The constraint's number; below 0 for what is none.</param>
internal readonly record struct ExactRow(BigInteger[] Entries, int Constraint)
{
    /// <summary>Value where all free variables are 0.</summary>
    public BigInteger Constant => Entries[^2];

    /// <summary>Denominator or range.</summary>
    public BigInteger Unit => Entries[^1];

    /// <summary>Whether it cannot be negative where the free variables are not.</summary>
    public bool IsImplied => !Array.Exists(Entries, static e => e.Sign < 0);

    /// <summary>Coefficient of a variable.</summary>
    public BigInteger this[int variable] => Entries[variable];

    /// <summary>A constant and one variable.</summary>
    public static ExactRow Of(int variables, int variable, int coefficient, BigInteger constant, BigInteger unit, int constraint)
    {
        var entries = new BigInteger[variables + 2];
        entries[variable] = coefficient;
        entries[variables] = constant;
        entries[variables + 1] = unit;
        return new(entries, constraint);
    }

    /// <summary>The same with one more variable, the last.</summary>
    public ExactRow With(BigInteger coefficient) => this with { Entries = [.. Entries[..^2], coefficient, Constant, Unit] };

    /// <summary>The same without a common factor.</summary>
    public ExactRow Reduced()
    {
        BigInteger divisor = BigInteger.Zero;
        foreach (BigInteger entry in Entries)
        {
            if (!entry.IsZero)
                divisor = BigInteger.GreatestCommonDivisor(divisor, entry);
            if (divisor.IsOne)
                return this;
        }

        return divisor.IsZero ? this : this with { Entries = Array.ConvertAll(Entries, e => e / divisor) };
    }

    /// <summary>
    /// What it becomes when a variable gives way to another: <c>p v = pivot</c>, where the pivot has the new variable in place of
    /// <c>v</c>, and <c>p</c> is positive.
    /// </summary>
    public ExactRow Substituted(int variable, ExactRow pivot, BigInteger p)
    {
        BigInteger factor = Entries[variable];
        if (factor.IsZero)
            return this;
        var entries = new BigInteger[Entries.Length];
        for (int k = 0; k < entries.Length - 1; k++)
            entries[k] = (k == variable ? BigInteger.Zero : p * Entries[k]) + (factor * pivot.Entries[k]);
        entries[^1] = p * Unit;
        return (this with { Entries = entries }).Reduced();
    }
}
