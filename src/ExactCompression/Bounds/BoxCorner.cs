using System.Runtime.CompilerServices;
using ExactCompression.Numerics;

namespace ExactCompression.Bounds;

/// <summary>
/// A corner of an input box in a window of its inputs, where a linear function that depends on no others is largest: a bit an input. What
/// lies outside of the window may be anything. Immutable.
/// </summary>
internal sealed class BoxCorner
{
    private readonly InputDomain domain;
    private readonly MapShape shape;
    private readonly ulong[] isUpper;

    /// <summary>The corner where a linear function is largest.</summary>
    /// <param name="domain">The box.</param>
    /// <param name="shape">Arrangement of the inputs.</param>
    /// <param name="window">A window that holds all inputs with coefficients.</param>
    /// <param name="coefficients">The coefficients in the window.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public BoxCorner(InputDomain domain, MapShape shape, Window window, ReadOnlySpan<double> coefficients)
    {
        (this.domain, this.shape, Window) = (domain, shape, window);
        isUpper = new ulong[(coefficients.Length + 63) / 64];
        for (int i = 0; i < coefficients.Length; i++)
        {
            if (coefficients[i] > 0)
                isUpper[i / 64] |= 1UL << (i % 64);
        }
    }

    /// <summary>The window.</summary>
    public Window Window { get; }

    /// <summary>Whether the window has all inputs.</summary>
    public bool IsWhole => Window.IsWhole(shape);

    /// <summary>Moves a point to the corner.</summary>
    /// <param name="point">The point; inputs outside of the window are not changed.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void CopyTo(Span<float> point)
    {
        ReadOnlySpan<double> lower = domain.Lower.Span, upper = domain.Upper.Span;
        for (int at = 0, c = 0; c < shape.Channels; c++)
        {
            for (int h = 0; h < Window.Height; h++)
            {
                int i = shape.IndexOf(c, Window.Top + h, Window.Left);
                for (int w = 0; w < Window.Width; w++, i++, at++)
                    point[i] = (float)((isUpper[at / 64] >> (at % 64) & 1) != 0 ? upper[i] : lower[i]);
            }
        }
    }
}
