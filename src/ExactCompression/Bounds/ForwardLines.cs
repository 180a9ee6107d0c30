using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace ExactCompression.Bounds;

/// <summary>
/// The forward pass of <see cref="AlphaBetaCrown"/>, rectifier by rectifier: the corner where a bound is attained is propagated through the
/// lines that the backward pass chose, and its values there give the derivative of the bound.
/// </summary>
internal static class ForwardLines
{
    /// <summary>The gradient of the bound with respect to each free slope.</summary>
    /// <param name="lines">The layer's lines.</param>
    /// <param name="offset">Where its rectifiers begin in the arrays.</param>
    /// <param name="coefficient">Each rectifier's coefficient in the backward pass.</param>
    /// <param name="slope">The row's slopes.</param>
    /// <param name="z">Pre-activations at the corner, which become the activations that the lines give; with slack.</param>
    /// <param name="gradient">Receives the gradients.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Gradients(
        LayerLines lines, int offset, double[] coefficient, double[] slope, Span<double> z, double[] gradient)
    {
        ref double values = ref MemoryMarshal.GetReference(z);
        ref double coefficients = ref coefficient[offset], slopes = ref slope[offset], gradients = ref gradient[offset];
        ref double above = ref MemoryMarshal.GetArrayDataReference(lines.UpperSlope);
        ref double intercepts = ref MemoryMarshal.GetArrayDataReference(lines.UpperIntercept);
        ref double open = ref MemoryMarshal.GetArrayDataReference(lines.Open);
        Vector512<double> zero = Vector512<double>.Zero;
        for (int i = 0; i < z.Length; i += Vector512<double>.Count)
        {
            nuint at = (nuint)i;
            Vector512<double> mask = BackwardRow.Lanes(z.Length - i), a = Vector512.LoadUnsafe(ref coefficients, at),
                value = Vector512.LoadUnsafe(ref values, at), up = Vector512.GreaterThan(a, zero);
            Vector512<double> free = Vector512.LessThan(a, zero) & Vector512.GreaterThan(Vector512.LoadUnsafe(ref open, at), zero);
            Vector512<double> chosen = Vector512.ConditionalSelect(
                up, Vector512.LoadUnsafe(ref above, at), Vector512.LoadUnsafe(ref slopes, at));
            Vector512<double> line = (chosen * value) + (Vector512.LoadUnsafe(ref intercepts, at) & up);
            Vector512.ConditionalSelect(mask, (a * value) & free, Vector512.LoadUnsafe(ref gradients, at)).StoreUnsafe(ref gradients, at);
            Vector512.ConditionalSelect(mask, line, value).StoreUnsafe(ref values, at);
        }
    }

    /// <summary>Passes a layer of smooth functions: their lines are fixed, and there is nothing to split.</summary>
    /// <param name="lines">The layer's lines.</param>
    /// <param name="offset">Where its functions begin in the arrays.</param>
    /// <param name="coefficient">Each function's coefficient in the backward pass.</param>
    /// <param name="z">Pre-activations at the corner, which become the values that the lines give.</param>
    /// <param name="gradient">Receives zeros.</param>
    public static void Smooth(LayerLines lines, int offset, double[] coefficient, Span<double> z, double[] gradient)
    {
        for (int i = 0; i < z.Length; i++)
        {
            z[i] = coefficient[offset + i] > 0
                ? (lines.UpperSlope[i] * z[i]) + lines.UpperIntercept[i]
                : (lines.LowerSlope[i] * z[i]) + lines.LowerIntercept[i];
        }

        gradient.AsSpan(offset, z.Length).Clear();
    }

    /// <summary>The gap between each open rectifier's line and the rectifier.</summary>
    /// <param name="lines">The layer's lines.</param>
    /// <param name="offset">Where its rectifiers begin in the arrays.</param>
    /// <param name="coefficient">Each rectifier's coefficient in the backward pass.</param>
    /// <param name="slope">The row's slopes.</param>
    /// <param name="z">Pre-activations at the corner, which become the activations that the lines give; with slack.</param>
    /// <param name="gradient">Receives the gaps.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Gaps(
        LayerLines lines, int offset, double[] coefficient, double[] slope, Span<double> z, double[] gradient)
    {
        for (int i = 0; i < z.Length; i++)
        {
            double a = coefficient[offset + i], value = z[i];
            double line = a > 0 ? (lines.UpperSlope[i] * value) + lines.UpperIntercept[i] : slope[offset + i] * value;
            gradient[offset + i] = lines.Open[i] != 0 ? a * (line - Math.Max(0, value)) : 0;
            z[i] = line;
        }
    }
}
