namespace ExactCompression.Bounds.Deployed;

/// <summary>The rounding of float32 arithmetic, IEEE 754 binary32 with round to nearest, whether or not it flushes subnormal numbers to
/// 0.</summary>
internal static class SingleArithmetic
{
    /// <summary>Unit roundoff, <c>u = 2^-24</c>.</summary>
    public const double Unit = 1.0 / (1 << 24);

    /// <summary>What an operation can lose beyond its relative error where results or operands are subnormal: <c>2^-126</c>.</summary>
    public const double Underflow = 1.1754943508222875e-38;

    /// <summary>Sums whose terms stay below this in magnitude, all together, do not overflow in any order.</summary>
    public const double Largest = 3.4e38;

    /// <summary>More roundings than this, one after another, are not bounded: their relative error is no longer small.</summary>
    public const int MostRoundings = 1 << 20;

    /// <summary>
    /// A bound on the relative error of a number that was rounded several times, <c>gamma_n = n u / (1 - n u)</c> (Higham, <em>Accuracy and
    /// Stability of Numerical Algorithms</em>, lemma 3.1), with room for its own evaluation in double.
    /// </summary>
    /// <param name="roundings">Their number; infinity follows from more than <see cref="MostRoundings"/>.</param>
    public static double Gamma(double roundings) => roundings > MostRoundings
        ? double.PositiveInfinity : roundings * Unit / (1 - (roundings * Unit)) * (1 + 1e-12);

    /// <summary>Whether a float32 is exactly a number.</summary>
    /// <param name="value">The number.</param>
    public static bool Holds(double value) => (float)value == value;

    /// <summary>How far the nearest float32 can be from a number of normal size; 0 where it is the number.</summary>
    /// <param name="value">The number.</param>
    public static double ErrorOf(double value) => Holds(value) ? 0 : Unit * Math.Abs(value) * (1 + 1e-12);
}
