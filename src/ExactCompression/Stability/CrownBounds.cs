using System.Runtime.CompilerServices;
using ExactCompression.Numerics;

namespace ExactCompression.Stability;

/// <summary>
/// Backward linear bound propagation (CROWN, DeepPoly): the pre-activations of some neurons are bounded by linear functions of the network's input, and these over the input box.
/// Every bound is a statement about real arithmetic: see the remarks.
/// </summary>
/// <remarks>
/// Going back through layer <c>j</c>, a row <c>A</c> over the layer's outputs becomes <c>D = A * slope</c> over its pre-activations and <c>A' = D W_j</c> over its inputs. What floating point makes of
/// <c>D</c> and <c>A'</c> is taken as it is; the difference to the real ones is charged to the bound: <c>|D| . Error</c> of <see cref="ReluRelaxation"/>. The constant collects
/// intercepts and biases, and its size, so that the rounding of that sum is charged at the end. <see cref="Rounding.Gamma"/> is twice what the theory asks, which covers the rounding of the charges' own sums.
/// Infinite or NaN bounds come out where something overflows, and prove nothing; an overflown coefficient may even have the wrong sign, so none is dropped without looking whether it is finite.
/// </remarks>
internal sealed class CrownBounds
{
    /// <summary>Rows that go back together on one thread: enough to use the weights while they are in cache.</summary>
    private const int RowBlock = 16;

    private readonly InputDomain domain;
    private readonly IReadOnlyList<ReluRelaxation> below;
    private readonly int widest;
    private readonly double gamma;
    private readonly double loss;

    /// <summary>Prepares for rows over the outputs of the last of some hidden layers.</summary>
    /// <param name="domain">The input box.</param>
    /// <param name="below">The hidden layers below, first to last; at least one.</param>
    public CrownBounds(InputDomain domain, IReadOnlyList<ReluRelaxation> below)
    {
        this.domain = domain;
        this.below = below;
        int inputs = below[0].Layer.Inputs;
        widest = Math.Max(inputs, below.Max(static r => r.Layer.Outputs));
        gamma = Rounding.Gamma((2L * below.Sum(static r => r.Layer.Outputs)) + inputs + 2);
        loss = below.Sum(static r => r.Loss);
    }

    /// <summary>Bounds pre-activations of the layer above from one side.</summary>
    /// <param name="layer">The layer above.</param>
    /// <param name="neurons">0-based neurons of that layer.</param>
    /// <param name="above">True for upper bounds, false for lower bounds.</param>
    /// <param name="bounds">Receives one bound a neuron.</param>
    /// <param name="coefficients">Receives, for each neuron, the linear function of the input that bounds it, <c>z</c> or <c>-z</c> from above: neurons x inputs; empty if not wanted.</param>
    /// <param name="parallel">Threads, and the token to stop on.</param>
    public void Bound(AffineLayer layer, int[] neurons, bool above, double[] bounds, double[] coefficients, ParallelOptions parallel)
    {
        int blocks = (neurons.Length + RowBlock - 1) / RowBlock;
        Parallel.For(
            0,
            blocks,
            parallel,
            () => new Workspace(widest),
            (block, _, work) =>
            {
                int first = block * RowBlock, rows = Math.Min(RowBlock, neurons.Length - first);
                BoundBlock(layer, neurons.AsSpan(first, rows), above, bounds.AsSpan(first, rows), coefficients.Length == 0 ? [] : coefficients.AsSpan(first * domain.Size!.Value, rows * domain.Size!.Value), work);
                return work;
            },
            static _ => { });
    }

    /// <summary>The corner of a box where a linear function is largest.</summary>
    /// <param name="domain">The box.</param>
    /// <param name="coefficients">The function's coefficients.</param>
    public static float[] Corner(InputDomain domain, ReadOnlySpan<double> coefficients)
    {
        var corner = new float[coefficients.Length];
        for (int i = 0; i < corner.Length; i++)
            corner[i] = (float)(coefficients[i] > 0 ? domain.Upper.Span[i] : domain.Lower.Span[i]);
        return corner;
    }

    private void BoundBlock(AffineLayer layer, ReadOnlySpan<int> neurons, bool above, Span<double> bounds, Span<double> coefficients, Workspace work)
    {
        int rows = neurons.Length, width = layer.Inputs;
        ActivationRange input = below[^1].Output;
        Span<double> constant = work.Constant, size = work.Size, error = work.Error;
        for (int r = 0; r < rows; r++)
        {
            Span<double> a = work.Rows.AsSpan(r * width, width);
            layer.Row(neurons[r]).CopyTo(a);
            double bias = layer.Bias.Span[neurons[r]];
            if (!above)
            {
                Elementwise.Scale(a, -1, a);
                bias = -bias;
            }

            constant[r] = bias;
            size[r] = Math.Abs(bias);
            error[r] = input.RadiusOf(layer, neurons[r]);
        }

        for (int j = below.Count - 1; j >= 0; j--)
        {
            ReluRelaxation relaxation = below[j];
            int from = relaxation.Layer.Outputs, to = relaxation.Layer.Inputs;
            for (int r = 0; r < rows; r++)
                PassRectifiers(relaxation, work.Rows.AsSpan(r * from, from), ref constant[r], ref size[r], ref error[r]);
            MatrixProduct.Multiply(work.Rows.AsSpan(0, rows * from), rows, relaxation.Packed, [], work.Next.AsSpan(0, rows * to));
            work.Swap();
        }

        int inputs = domain.Size!.Value;
        for (int r = 0; r < rows; r++)
        {
            Span<double> row = work.Rows.AsSpan(r * inputs, inputs);
            if (!coefficients.IsEmpty)
                row.CopyTo(coefficients[(r * inputs)..]);
            (double bound, double least) = Concretise(row, constant[r], size[r], error[r]);
            if (bound > 0 && least <= 0 && double.IsFinite(bound) && ExactCrown.ProvesSign(domain, below, layer, neurons[r], above))
                bound = 0;
            bounds[r] = above ? bound : -bound;
        }
    }

    /// <summary>Replaces each rectifier by the line that keeps the row an upper bound, and adds the layer's bias.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void PassRectifiers(ReluRelaxation relaxation, Span<double> row, ref double constant, ref double size, ref double error)
    {
        ReadOnlySpan<double> bias = relaxation.Layer.Bias.Span;
        double[] upperSlope = relaxation.UpperSlope, intercept = relaxation.UpperIntercept, lowerSlope = relaxation.LowerSlope, rounding = relaxation.Error;
        double sum = 0, total = 0, charge = 0;
        for (int i = 0; i < row.Length; i++)
        {
            double a = row[i];
            if (a == 0)
                continue;
            double slope = a > 0 ? upperSlope[i] : lowerSlope[i];
            double t = a > 0 ? intercept[i] : 0;
            if (slope == 0 && t == 0 && double.IsFinite(a)) // an overflown coefficient may have the wrong sign: it makes a NaN below
            {
                row[i] = 0;
                continue;
            }

            double d = a * slope, b = d * bias[i];
            row[i] = d;
            t *= a;
            sum += t + b;
            total += t + Math.Abs(b);
            charge += (Math.Abs(d) * rounding[i]) + Rounding.Underflow;
        }

        constant += sum;
        size += total;
        error += charge;
    }

    /// <summary>Largest value of a linear function over the box: with everything that rounding may have cost on top, and with it taken off.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private (double Bound, double Least) Concretise(ReadOnlySpan<double> row, double constant, double size, double error)
    {
        ReadOnlySpan<double> lower = domain.Lower.Span, upper = domain.Upper.Span;
        double sum = 0, total = 0;
        for (int i = 0; i < row.Length; i++)
        {
            double at = row[i] > 0 ? upper[i] : lower[i];
            double t = row[i] * at;
            sum += t;
            total += Math.Abs(t);
        }

        size += total;
        bool constantRow = error == 0;
        error = (error * (1 + 1e-9)) + (constantRow ? 0 : (gamma * size) + loss);
        // Without any charge the row met only rectifiers that are off: the pre-activation is its bias.
        return constantRow ? (constant + sum, constant + sum) : (Math.BitIncrement(constant + sum + error), constant + sum - error);
    }

    private sealed class Workspace(int widest)
    {
        public double[] Rows { get; private set; } = new double[RowBlock * widest];

        public double[] Next { get; private set; } = new double[RowBlock * widest];

        public double[] Constant { get; } = new double[RowBlock];

        public double[] Size { get; } = new double[RowBlock];

        public double[] Error { get; } = new double[RowBlock];

        public void Swap() => (Rows, Next) = (Next, Rows);
    }
}
