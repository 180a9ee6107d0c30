using ExactCompression.Numerics;

namespace ExactCompression.Witnesses;

/// <summary>
/// The input box in float32. Its ends are rounded to nearest: whoever needs a point of the domain itself clips it again, in double
/// precision.
/// </summary>
/// <param name="Lower">Lower ends.</param>
/// <param name="Upper">Upper ends.</param>
/// <param name="Width">Widths: step lengths are relative to them.</param>
internal sealed record SimdBox(float[] Lower, float[] Upper, float[] Width)
{
    /// <summary>Rounds a box.</summary>
    public static SimdBox Of(InputDomain domain)
    {
        float[] lower = KernelValues.Convert<float>(domain.Lower.Span).ToArray();
        float[] upper = KernelValues.Convert<float>(domain.Upper.Span).ToArray();
        var width = new float[lower.Length];
        for (int i = 0; i < width.Length; i++)
            width[i] = upper[i] - lower[i];
        return new(lower, upper, width);
    }
}
