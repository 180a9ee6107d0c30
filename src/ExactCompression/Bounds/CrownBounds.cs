using ExactCompression.Numerics;

namespace ExactCompression.Bounds;

/// <summary>
/// Backward linear bound propagation (CROWN, DeepPoly): the pre-activations of some neurons are bounded by linear functions of the
/// network's input, and these over the input box. Every bound holds in real arithmetic: see <see cref="BackwardRow"/>.
/// </summary>
internal sealed class CrownBounds
{
    /// <summary>Rows that are propagated together on one thread: enough to use the weights while they are in cache.</summary>
    private const int RowBlock = 16;

    private readonly InputDomain domain;
    private readonly ReluRelaxation[] below;
    private readonly double[] lower;
    private readonly double[] upper;
    private readonly int widest;
    private readonly double gamma;
    private readonly double loss;

    /// <summary>Prepares for rows over the outputs of the last of some hidden layers.</summary>
    /// <param name="network">The hidden layers below; at least one.</param>
    public CrownBounds(RelaxedNetwork network)
    {
        domain = network.Domain;
        below = [.. network.Layers];
        lower = RowPadding.Padded(domain.Lower.Span);
        upper = RowPadding.Padded(domain.Upper.Span);
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
    /// <param name="coefficients">Receives, for each neuron, the linear function of the input that bounds it, <c>z</c> or <c>-z</c> from
    /// above: neurons x inputs; empty if not needed.</param>
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
                BoundBlock(
                    layer, neurons.AsSpan(first, rows), above, bounds.AsSpan(first, rows),
                    coefficients.Length == 0 ? [] : coefficients.AsSpan(first * domain.Size!.Value, rows * domain.Size!.Value), work);
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

    private void BoundBlock(
        AffineLayer layer, ReadOnlySpan<int> neurons, bool above, Span<double> bounds, Span<double> coefficients, Workspace work)
    {
        int rows = neurons.Length, width = layer.Inputs;
        ActivationRange input = below[^1].Output;
        for (int r = 0; r < rows; r++)
            work.Sums[r] = BackwardRow.Start(layer, neurons[r], above, input, work.Rows.AsSpan(r * width, width));

        for (int j = below.Length - 1; j >= 0; j--)
        {
            ReluRelaxation relaxation = below[j];
            int from = relaxation.Layer.Outputs, to = relaxation.Layer.Inputs;
            for (int r = 0; r < rows; r++)
                work.Sums[r].PassRectifiers(relaxation, relaxation.LowerSlope, work.Rows.AsSpan(r * from, from));
            MatrixProduct.Multiply(work.Rows.AsSpan(0, rows * from), rows, relaxation.Packed, [], work.Next.AsSpan(0, rows * to));
            work.Swap();
        }

        int inputs = domain.Size!.Value;
        for (int r = 0; r < rows; r++)
        {
            Span<double> row = work.Rows.AsSpan(r * inputs, inputs);
            if (!coefficients.IsEmpty)
                row.CopyTo(coefficients[(r * inputs)..]);
            (double bound, double least) = Concretise(row, ref work.Sums[r]);
            if (bound > 0 && least <= 0 && double.IsFinite(bound) && ExactCrown.ProvesSign(domain, below, layer, neurons[r], above))
                bound = 0;
            bounds[r] = above ? bound : -bound;
        }
    }

    /// <summary>Largest value of a row over the box: with the charge for rounding errors added, and with it subtracted.</summary>
    private (double Bound, double Least) Concretise(ReadOnlySpan<double> row, ref BackwardRow sums)
    {
        sums.Concretise(row, lower, upper);

        // Without any charge the row passed only rectifiers that are off: the pre-activation is its bias.
        return sums.Error == 0 ? (sums.Constant, sums.Constant) : (sums.Bound(gamma, loss), sums.Constant - sums.Charge(gamma, loss));
    }

    private sealed class Workspace(int widest)
    {
        public double[] Rows { get; private set; } = new double[(RowBlock * widest) + RowPadding.Length];

        public double[] Next { get; private set; } = new double[(RowBlock * widest) + RowPadding.Length];

        public BackwardRow[] Sums { get; } = new BackwardRow[RowBlock];

        public void Swap() => (Rows, Next) = (Next, Rows);
    }
}
