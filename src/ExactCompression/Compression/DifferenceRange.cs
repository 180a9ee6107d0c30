namespace ExactCompression;

/// <summary>
/// The range of the difference of one output, second network minus first, that counts as equal. Its ends may be numbers that no double can
/// hold, so that each is held twice: what lies within the inner ends is equal for sure, what lies beyond the outer ones is not.
/// </summary>
/// <param name="Lower">The lower end, 0 or less, rounded up; minus infinity for no limit.</param>
/// <param name="Upper">The upper end, 0 or more, rounded down; infinity for no limit. Below the true end where that does not count.</param>
/// <param name="OuterLower">The lower end rounded down.</param>
/// <param name="OuterUpper">The upper end rounded up.</param>
public readonly record struct DifferenceRange(double Lower, double Upper, double OuterLower, double OuterUpper)
{
    /// <summary>Up to a tolerance in either direction.</summary>
    /// <param name="tolerance">The tolerance.</param>
    public static DifferenceRange Of(double tolerance) => new(-tolerance, tolerance, -tolerance, tolerance);

    /// <summary>The largest magnitude that is within it in both directions.</summary>
    internal double Least => Math.Min(-Lower, Upper);
}
