using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using ExactCompression.Bounds;
using ExactCompression.Numerics;

namespace ExactCompression.Branching;

/// <summary>
/// The rectifiers of one layer in a subdomain of the input box: lines above and below each, as in <see cref="LayerRelaxation"/>, in arrays
/// padded with zeros that are refilled for each subdomain.
/// </summary>
internal sealed class SubdomainRelaxation
{
    private static readonly int Lanes = Vector512<double>.Count;

    private readonly SubdomainLayer layer;
    private readonly double[] upperSlope;
    private readonly double[] intercept;
    private readonly double[] lowerSlope;
    private readonly int[] live;
    private int lives;

    /// <summary>Allocates the arrays for a layer's rectifiers.</summary>
    /// <param name="layer">The layer.</param>
    public SubdomainRelaxation(SubdomainLayer layer)
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

                // More than the least intercept, by the possible rounding error of its share in the sum of a row's constants.
                intercept[i] = Math.Max(Rounding.MultiplyUp(slope, -lower[i]), Rounding.MultiplyUp(Math.BitIncrement(1 - slope), upper[i]))
                    * (1 + layer.Gamma);
            }

            if (phases[i] >= 0)
                live[lives++] = i;
        }
    }

    /// <summary>Replaces each rectifier by the line that keeps a row an upper bound, and adds the layer's bias.</summary>
    /// <param name="row">Coefficients over the rectifiers' outputs, padded; then those over their pre-activations.</param>
    /// <param name="sums">The row's constant and its charges so far, as vectors of partial sums: two vectors, which are added to.</param>
    /// <remarks>
    /// An infinite or NaN coefficient makes the constant infinite or NaN, whatever its rectifier, since it is multiplied by the intercept
    /// even where that is not used, and <c>0 x infinity</c> is NaN; nothing is proven then.
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public unsafe void Pass(double* row, double* sums)
    {
        fixed (double* above = upperSlope, add = intercept, below = lowerSlope, bias = layer.Bias, charge = layer.Charge)
        {
            Vector512<double> constant = Vector512.Load(sums), error = Vector512.Load(sums + Lanes), zero = default;
            for (int i = 0; i < upperSlope.Length; i += Lanes)
            {
                Vector512<double> a = Vector512.Load(row + i), isAbove = Vector512.GreaterThan(a, zero);
                Vector512<double> d = a * Vector512.ConditionalSelect(isAbove, Vector512.Load(above + i), Vector512.Load(below + i));
                d.Store(row + i);
                constant = Vector512.FusedMultiplyAdd(a, Vector512.ConditionalSelect(isAbove, Vector512.Load(add + i), zero), constant);
                constant = Vector512.FusedMultiplyAdd(d, Vector512.Load(bias + i), constant);
                error = Vector512.FusedMultiplyAdd(Vector512.Abs(d), Vector512.Load(charge + i), error);
            }

            constant.Store(sums);
            (error + Vector512.Create(upperSlope.Length * Rounding.Underflow)).Store(sums + Lanes);
        }
    }
}
