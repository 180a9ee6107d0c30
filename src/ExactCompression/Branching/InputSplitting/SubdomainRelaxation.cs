using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using ExactCompression.Bounds;
using ExactCompression.Numerics;

namespace ExactCompression.Branching.InputSplitting;

/// <summary>
/// The rectifiers of one layer that are not off in a subdomain of the input box, the open ones first: lines above and below each, as in
/// <see cref="LayerRelaxation"/>, in arrays padded with zeros that are refilled for each subdomain. For one thread.
/// </summary>
/// <remarks>
/// Any slope between 0 and 1 makes a valid line below an open rectifier. Once the layer is bounded itself in the subdomain, each row that
/// passes chooses its own slopes by the point where it is largest: where the rectifier is on there, 1 is best, where it is off, 0. This is
/// the optimality condition of the linear program whose dual alpha-CROWN maximises (K. Xu et al., <em>Fast and Complete</em>, ICLR 2021,
/// section 3), at the price of a small product instead of a gradient. Near its bend a rectifier gets a slope between, so that the point
/// that the next row finds does not jump.
/// </remarks>
internal sealed class SubdomainRelaxation
{
    private const int Lanes = 8;

    /// <summary>A slope rises from 0 to 1 over this part of the rectifier's range in the subdomain, with the bend in the middle.</summary>
    private const double Softness = 0.5;

    /// <summary>
    /// What the line below a pre-activation weighs in the estimate of its value; the line above has the rest. Rows that use a rectifier's
    /// lower line see its pre-activation from below.
    /// </summary>
    private const double WeightOfLower = 0.75;

    private readonly SubdomainLayer layer;
    private readonly int inputs;
    private readonly int most;
    private readonly double[] upperSlope;
    private readonly double[] intercept;
    private readonly double[] lowerSlope;
    private readonly double[] bias;
    private readonly double[] charge;
    private readonly double[] slopes;
    private readonly int[] live;
    private int lives;
    private int opens;
    private bool guided;

    /// <summary>Allocates the arrays for a layer's rectifiers.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="inputs">Number of the network's inputs.</param>
    public SubdomainRelaxation(SubdomainLayer layer, int inputs)
    {
        this.layer = layer;
        this.inputs = inputs;
        most = SubdomainProduct.Pad(layer.Map.Outputs);
        upperSlope = new double[most];
        intercept = new double[most];
        lowerSlope = new double[most];
        bias = new double[most];
        charge = new double[most];
        slopes = new double[(inputs + 1) * most];
        live = new int[layer.Map.Outputs];
    }

    /// <summary>The rectifiers that are not off, 0-based: rows have their coefficients in this order.</summary>
    public ReadOnlySpan<int> Live => live.AsSpan(0, lives);

    /// <summary>The length of a row: the number of rectifiers that are not off, padded to whole vectors.</summary>
    public int Width => SubdomainProduct.Pad(lives);

    /// <summary>Changes whenever <see cref="Live"/> may.</summary>
    public long Version { get; private set; }

    /// <summary>Relaxes the rectifiers.</summary>
    /// <param name="phases">1 where a rectifier is on, -1 where it is off, 0 where it is open.</param>
    /// <param name="lower">Lower bounds of the open ones.</param>
    /// <param name="upper">Upper bounds of the open ones.</param>
    public void Relax(ReadOnlySpan<sbyte> phases, ReadOnlySpan<double> lower, ReadOnlySpan<double> upper)
    {
        Version++;
        guided = false;
        Order(phases);
        for (int k = 0; k < lives; k++)
        {
            int i = live[k];
            (bias[k], charge[k]) = (layer.Bias[i], layer.Charge[i]);
            if (k >= opens)
            {
                (upperSlope[k], lowerSlope[k], intercept[k]) = (1, 1, 0);
                continue;
            }

            double slope = Math.Min(1, upper[i] / (upper[i] - lower[i]));
            upperSlope[k] = slope;
            lowerSlope[k] = upper[i] > -lower[i] ? 1 : 0;

            // More than the least intercept, by the possible rounding error of its share in the sum of a row's constants.
            intercept[k] = Math.Max(Rounding.MultiplyUp(slope, -lower[i]), Rounding.MultiplyUp(Math.BitIncrement(1 - slope), upper[i]))
                * (1 + layer.Gamma);
        }

        for (int k = lives; k < Width; k++)
            upperSlope[k] = lowerSlope[k] = intercept[k] = bias[k] = charge[k] = 0;
    }

    /// <summary>
    /// Lets each row choose its lower lines from now on: their slopes become linear functions of a point, clamped to [0, 1].
    /// </summary>
    /// <param name="below">Linear functions of the inputs below the rectifiers' pre-activations, negated; row-major over the layer.</param>
    /// <param name="belowConstants">Their constants, negated.</param>
    /// <param name="above">Functions above.</param>
    /// <param name="aboveConstants">Their constants.</param>
    /// <param name="box">The subdomain.</param>
    public void Guide(
        ReadOnlySpan<double> below, ReadOnlySpan<double> belowConstants, ReadOnlySpan<double> above, ReadOnlySpan<double> aboveConstants,
        SubdomainBox box)
    {
        int stride = SubdomainProduct.Pad(inputs);
        Array.Clear(slopes);
        for (int k = 0; k < lives; k++)
        {
            int i = live[k];
            ReadOnlySpan<double> low = below.Slice(i * stride, inputs), high = above.Slice(i * stride, inputs);
            double range = 0;
            for (int j = 0; j < inputs; j++)
                range += Math.Abs(high[j] - low[j]) * (box.Upper[j] - box.Lower[j]) / 2;
            double scale = 1 / (Softness * range), ofLower = WeightOfLower * scale, ofUpper = (1 - WeightOfLower) * scale;
            if (k >= opens || !double.IsFinite(scale))
            {
                slopes[k] = lowerSlope[k];
                continue;
            }

            slopes[k] = 0.5 + (ofUpper * aboveConstants[i]) - (ofLower * belowConstants[i]);
            for (int j = 0; j < inputs; j++)
                slopes[((j + 1) * most) + k] = (ofUpper * high[j]) - (ofLower * low[j]);
        }

        guided = true;
    }

    /// <summary>Replaces each rectifier by the line that keeps a row an upper bound, and adds the layer's bias.</summary>
    /// <param name="row">Coefficients over the rectifiers' outputs, padded; then those over their pre-activations.</param>
    /// <param name="sums">The row's constant and its charges so far, as vectors of partial sums: two vectors, which are added to.</param>
    /// <param name="point">Where the row is largest, as far as is known.</param>
    /// <remarks>
    /// An infinite or NaN coefficient makes the charges infinite or NaN, since they are multiplied by it, and nothing is proven then.
    /// </remarks>
    public unsafe void Pass(double* row, double* sums, double* point)
    {
        int end = SubdomainProduct.Pad(opens), width = Width;
        fixed (double* offsets = bias, charges = charge)
        {
            if (guided)
                PassOpen<Guided>(row, sums, end, point);
            else
                PassOpen<Fixed>(row, sums, end, point);
            Vector512<double> constant = Vector512.Load(sums), error = Vector512.Load(sums + Lanes);
            for (int k = 0; k < width; k += Lanes)
            {
                Vector512<double> d = Vector512.Load(row + k);
                constant = Vector512.FusedMultiplyAdd(d, Vector512.Load(offsets + k), constant);
                error = Vector512.FusedMultiplyAdd(Vector512.Abs(d), Vector512.Load(charges + k), error);
            }

            constant.Store(sums);
            (error + Vector512.Create(width * Rounding.Underflow)).Store(sums + Lanes);
        }
    }

    /// <summary>
    /// Applies the lines; those of rectifiers that are on, of slope 1, are left out where no open one shares their vector.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private unsafe void PassOpen<TSlopes>(double* row, double* sums, int end, double* point)
        where TSlopes : struct, ISlopes
    {
        fixed (double* above = upperSlope, add = intercept, below = TSlopes.OfPoint ? slopes : lowerSlope)
        {
            Vector512<double> constant = Vector512.Load(sums), zero = default, one = Vector512.Create(1.0);
            for (int k = 0; k < end; k += Lanes)
            {
                Vector512<double> a = Vector512.Load(row + k), isAbove = Vector512.GreaterThan(a, zero);
                Vector512<double> slope = Vector512.Load(below + k);
                if (TSlopes.OfPoint)
                {
                    double* line = below + k + most;
                    for (int j = 0; j < inputs; j++, line += most)
                        slope = Vector512.FusedMultiplyAdd(Vector512.Create(point[j]), Vector512.Load(line), slope);

                    // Whatever a NaN becomes here, it is a slope between 0 and 1.
                    slope = Vector512.MaxNative(Vector512.MinNative(slope, one), zero);
                }

                (a * Vector512.ConditionalSelect(isAbove, Vector512.Load(above + k), slope)).Store(row + k);
                constant = Vector512.FusedMultiplyAdd(a, Vector512.ConditionalSelect(isAbove, Vector512.Load(add + k), zero), constant);
            }

            constant.Store(sums);
        }
    }

    /// <summary>Lists the open rectifiers, then those that are on.</summary>
    private void Order(ReadOnlySpan<sbyte> phases)
    {
        lives = 0;
        for (int i = 0; i < phases.Length; i++)
        {
            if (phases[i] == 0)
                live[lives++] = i;
        }

        opens = lives;
        for (int i = 0; i < phases.Length; i++)
        {
            if (phases[i] > 0)
                live[lives++] = i;
        }
    }

    /// <summary>Where slopes of lower lines come from: known when it is compiled.</summary>
    private interface ISlopes
    {
        static abstract bool OfPoint { get; }
    }

    private readonly struct Guided : ISlopes
    {
        public static bool OfPoint => true;
    }

    private readonly struct Fixed : ISlopes
    {
        public static bool OfPoint => false;
    }
}
