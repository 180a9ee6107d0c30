using System.Runtime.Intrinsics;
using ExactCompression.Bounds;
using ExactCompression.Numerics;

namespace ExactCompression.Branching.InputSplitting;

/// <summary>
/// Backward linear bounds of some pre-activations over a subdomain of the input box: the passes of <see cref="CrownBounds"/>, with the same
/// charges, without any allocation. For one thread.
/// </summary>
internal sealed unsafe class SubdomainRows
{
    private const int Lanes = 8;

    private readonly SubdomainNetwork network;
    private readonly SubdomainRelaxation[] relaxations;
    private readonly SubdomainWeights[] weights;
    private readonly AlignedValues sums;
    private readonly AlignedValues points;
    private AlignedValues rows;
    private AlignedValues next;

    /// <summary>Allocates the rows.</summary>
    /// <param name="network">The network.</param>
    /// <param name="relaxations">The rectifiers of its layers in the subdomain.</param>
    /// <param name="most">The maximum number of rows.</param>
    public SubdomainRows(SubdomainNetwork network, SubdomainRelaxation[] relaxations, int most)
    {
        this.network = network;
        this.relaxations = relaxations;
        weights = [.. relaxations.Select((r, l) => new SubdomainWeights(network.Layers[l], r, l == 0 ? null : relaxations[l - 1]))];
        most = (most + SubdomainProduct.RowGroup - 1) / SubdomainProduct.RowGroup * SubdomainProduct.RowGroup;
        int widest = SubdomainProduct.Pad(Math.Max(network.Inputs, network.Layers.Max(static l => l.Map.Outputs)));
        sums = new(most * 2 * Lanes);
        points = new(most * network.Inputs);
        rows = new(most * widest);
        next = new(most * widest);
    }

    /// <summary>Initialises the row that bounds a pre-activation: <c>z</c> or <c>-z</c> from above.</summary>
    /// <param name="layer">0-based layer of the neuron; the same for all rows.</param>
    /// <param name="neuron">0-based neuron.</param>
    /// <param name="above">True for <c>z</c>, false for <c>-z</c>.</param>
    /// <param name="point">Where the row is largest, as far as is known.</param>
    /// <param name="row">0-based row.</param>
    public void Start(int layer, int neuron, bool above, ReadOnlySpan<double> point, int row)
    {
        SubdomainLayer map = network.Layers[layer];
        SubdomainRelaxation? below = layer == 0 ? null : relaxations[layer - 1];
        int stride = below?.Width ?? SubdomainProduct.Pad(network.Inputs);
        double* to = rows.At(row * stride);
        SubdomainWeights.Gather(map, neuron, below, new(to, stride));
        double sign = above ? 1 : -1;
        for (int i = 0; i < stride; i += Lanes)
            (Vector512.Load(to + i) * sign).Store(to + i);
        Vector512.CreateScalar(sign * map.Bias[neuron]).Store(Constant(row));
        Vector512.CreateScalar(map.Start[neuron]).Store(Error(row));
        point.CopyTo(new(points.At(row * network.Inputs), network.Inputs));
    }

    /// <summary>Propagates all rows back to the network's inputs.</summary>
    /// <param name="layer">0-based layer of their neurons.</param>
    /// <param name="count">How many rows.</param>
    /// <param name="coefficients">
    /// Receives the rows' coefficients over the rectifiers below that are not off, row after row; empty if not needed.
    /// </param>
    public void Propagate(int layer, int count, Span<double> coefficients)
    {
        int all = network.Offsets[layer];
        for (int j = layer - 1; j >= 0; j--)
        {
            SubdomainRelaxation relaxation = relaxations[j];
            int width = relaxation.Width;
            for (int r = 0; r < count; r++)
            {
                double* row = rows.At(r * width);
                if (!coefficients.IsEmpty)
                    Scatter(row, relaxation.Live, coefficients[((r * all) + network.Offsets[j])..]);
                relaxation.Pass(row, Constant(r), points.At(r * network.Inputs));
            }

            double* packed = weights[j].Pack();
            SubdomainProduct.Multiply(rows.At(0), width, count, relaxation.Live.Length, packed, weights[j].Stride, next.At(0));
            (rows, next) = (next, rows);
        }
    }

    /// <summary>Reads the function of the inputs that a row has become.</summary>
    /// <param name="row">0-based row.</param>
    /// <param name="function">Receives its coefficients, padded.</param>
    /// <returns>Its constant, with the charge for rounding errors.</returns>
    public double Finish(int row, Span<double> function)
    {
        new ReadOnlySpan<double>(rows.At(row * function.Length), function.Length).CopyTo(function);
        return Math.BitIncrement(
            Vector512.Sum(Vector512.Load(Constant(row))) + ((Vector512.Sum(Vector512.Load(Error(row))) * (1 + 1e-9)) + Rounding.Underflow));
    }

    private static void Scatter(double* row, ReadOnlySpan<int> order, Span<double> into)
    {
        for (int k = 0; k < order.Length; k++)
            into[order[k]] = row[k];
    }

    /// <summary>A row's constant, as a vector of sums; its charges follow.</summary>
    private double* Constant(int row) => sums.At(row * 2 * Lanes);

    private double* Error(int row) => Constant(row) + Lanes;
}
