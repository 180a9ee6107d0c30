using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using ExactCompression.Numerics;

namespace ExactCompression.Stability;

/// <summary>The rectifiers of one layer in a part of the input box: lines above and below each, as in <see cref="ReluRelaxation"/>, in arrays padded with zeros that are filled anew for each part.</summary>
internal sealed class PartRelaxation
{
    private static readonly int Lanes = Vector512<double>.Count;

    private readonly PartLayer layer;
    private readonly double[] upperSlope;
    private readonly double[] intercept;
    private readonly double[] lowerSlope;
    private readonly int[] live;
    private int lives;

    /// <summary>Makes room for a layer's rectifiers.</summary>
    /// <param name="layer">The layer.</param>
    public PartRelaxation(PartLayer layer)
    {
        this.layer = layer;
        upperSlope = new double[layer.Width];
        intercept = new double[layer.Width];
        lowerSlope = new double[layer.Width];
        live = new int[layer.Weights.Layer.Outputs];
    }

    /// <summary>The rectifiers that are not off.</summary>
    public ReadOnlySpan<int> Live => live.AsSpan(0, lives);

    /// <summary>Relaxes the rectifiers.</summary>
    /// <param name="phases">1 where a rectifier is on, -1 where it is off, 0 where it is open.</param>
    /// <param name="lower">Lower bounds of the open ones.</param>
    /// <param name="upper">Upper bounds of the open ones.</param>
    public void Relax(ReadOnlySpan<sbyte> phases, ReadOnlySpan<double> lower, ReadOnlySpan<double> upper)
    {
        lives = 0;
        for (int i = 0; i < phases.Length; i++)
        {
            upperSlope[i] = lowerSlope[i] = phases[i] > 0 ? 1 : 0;
            intercept[i] = 0;
            if (phases[i] == 0)
            {
                double slope = Math.Min(1, upper[i] / (upper[i] - lower[i]));
                upperSlope[i] = slope;
                lowerSlope[i] = upper[i] > -lower[i] ? 1 : 0;

                // More than the least intercept, by what its share in the sum of a row's constants can be rounded.
                intercept[i] = Math.Max(Rounding.MultiplyUp(slope, -lower[i]), Rounding.MultiplyUp(Math.BitIncrement(1 - slope), upper[i])) * (1 + layer.Gamma);
            }

            if (phases[i] >= 0)
                live[lives++] = i;
        }
    }

    /// <summary>Replaces each rectifier by the line that keeps a row an upper bound, and adds the layer's bias.</summary>
    /// <param name="row">Coefficients over the rectifiers' outputs, padded; then those over their pre-activations.</param>
    /// <returns>What the row's constant grows by, and what rounding can cost.</returns>
    /// <remarks>An infinite coefficient makes the constant infinite or NaN, whatever its rectifier, since <c>0 x infinity</c> is NaN; nothing is proven then.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public unsafe (double Constant, double Error) Pass(double* row)
    {
        fixed (double* above = upperSlope, add = intercept, below = lowerSlope, bias = layer.Bias, charge = layer.Charge)
        {
            Vector512<double> constant = default, error = default, zero = default;
            for (int i = 0; i < upperSlope.Length; i += Lanes)
            {
                Vector512<double> a = Vector512.Load(row + i), positive = Vector512.Max(a, zero);
                Vector512<double> d = Vector512.FusedMultiplyAdd(Vector512.Min(a, zero), Vector512.Load(below + i), positive * Vector512.Load(above + i));
                d.Store(row + i);
                constant = Vector512.FusedMultiplyAdd(positive, Vector512.Load(add + i), constant);
                constant = Vector512.FusedMultiplyAdd(d, Vector512.Load(bias + i), constant);
                error = Vector512.FusedMultiplyAdd(Vector512.Abs(d), Vector512.Load(charge + i), error);
            }

            return (Vector512.Sum(constant), Vector512.Sum(error) + (upperSlope.Length * Rounding.Underflow));
        }
    }
}
