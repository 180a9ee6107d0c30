using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ExactCompression.Bounds;

/// <summary>
/// Adam's running moments of the gradients of a row's slopes (Kingma, Ba, ICLR 2015). Arrays have slack, as <see cref="BackwardRow"/> asks.
/// </summary>
/// <param name="length">Number of slopes, with slack.</param>
internal sealed class AdamMoments(int length)
{
    private const double First = 0.9, Second = 0.999;

    private readonly double[] mean = new double[length];
    private readonly double[] square = new double[length];

    /// <summary>Resets the moments.</summary>
    public void Clear()
    {
        mean.AsSpan().Clear();
        square.AsSpan().Clear();
    }

    /// <summary>The bias corrections for the moments' start from 0: factors for the mean and for the square.</summary>
    /// <param name="step">0-based number of the step.</param>
    public static (double Mean, double Square) Corrections(int step) =>
        (1 / (1 - Math.Pow(First, step + 1)), 1 / (1 - Math.Pow(Second, step + 1)));

    /// <summary>Updates given moments with one gradient.</summary>
    /// <param name="mean">The first moment.</param>
    /// <param name="square">The second moment.</param>
    /// <param name="gradient">The gradient.</param>
    /// <returns>The updated moments.</returns>
    public static (double Mean, double Square) With(double mean, double square, double gradient) =>
        ((First * mean) + ((1 - First) * gradient), (Second * square) + ((1 - Second) * gradient * gradient));

    /// <summary>One step against the gradients, kept between 0 and 1.</summary>
    /// <param name="slopes">The slopes.</param>
    /// <param name="gradients">Their gradients.</param>
    /// <param name="count">How many there are.</param>
    /// <param name="rate">Length of the step, with the mean's correction.</param>
    /// <param name="correctSquare">The square's correction.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Step(double[] slopes, double[] gradients, int count, double rate, double correctSquare)
    {
        Vector512<double> zero = Vector512<double>.Zero, one = Vector512<double>.One, tiny = Vector512.Create(1e-12);
        for (int n = 0; n < count; n += Vector512<double>.Count)
        {
            // Lanes behind the last rectifier are slack: they are never read.
            nuint at = (nuint)n;
            ref double means = ref mean[0], squares = ref square[0], slope = ref slopes[0];
            Vector512<double> g = Vector512.LoadUnsafe(ref gradients[0], at);
            Vector512<double> m = (Vector512.LoadUnsafe(ref means, at) * First) + (g * (1 - First));
            Vector512<double> v = (Vector512.LoadUnsafe(ref squares, at) * Second) + (g * g * (1 - Second));
            m.StoreUnsafe(ref means, at);
            v.StoreUnsafe(ref squares, at);
            Vector512<double> moved = Vector512.LoadUnsafe(ref slope, at) - (m * rate / (Vector512.Sqrt(v * correctSquare) + tiny));
            Vector512.Min(Vector512.Max(moved, zero), one).StoreUnsafe(ref slope, at);
        }
    }
}
