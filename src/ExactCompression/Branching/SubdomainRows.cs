using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using ExactCompression.Bounds;
using ExactCompression.Numerics;

namespace ExactCompression.Branching;

/// <summary>
/// Backward linear bounds of some pre-activations over a subdomain of the input box: the passes of <see cref="CrownBounds"/>, with the same
/// charges, without any allocation. For one thread.
/// </summary>
internal sealed unsafe class SubdomainRows : IDisposable
{
    private static readonly int Lanes = Vector512<double>.Count;

    private readonly SubdomainNetwork network;
    private readonly SubdomainRelaxation[] relaxations;
    private double* sums;
    private double* rows;
    private double* next;

    /// <summary>Allocates the rows.</summary>
    /// <param name="network">The network.</param>
    /// <param name="relaxations">The rectifiers of its layers in the subdomain.</param>
    /// <param name="most">The maximum number of rows.</param>
    public SubdomainRows(SubdomainNetwork network, SubdomainRelaxation[] relaxations, int most)
    {
        this.network = network;
        this.relaxations = relaxations;
        most = (most + SubdomainWeights.RowGroup - 1) / SubdomainWeights.RowGroup * SubdomainWeights.RowGroup;
        sums = Allocate((nuint)most * 2 * (nuint)Lanes * sizeof(double));
        nuint bytes = (nuint)most * (nuint)network.Layers.Max(static l => Math.Max(l.Width, l.Weights.Stride)) * sizeof(double);
        rows = Allocate(bytes);
        next = Allocate(bytes);
    }

    /// <summary>Releases the memory where <see cref="Dispose"/> was not called.</summary>
    ~SubdomainRows() => Release();

    /// <summary>Initialises the row that bounds a pre-activation: <c>z</c> or <c>-z</c> from above.</summary>
    /// <param name="layer">0-based layer of the neuron; the same for all rows.</param>
    /// <param name="neuron">0-based neuron.</param>
    /// <param name="above">True for <c>z</c>, false for <c>-z</c>.</param>
    /// <param name="row">0-based row.</param>
    public void Start(int layer, int neuron, bool above, int row)
    {
        SubdomainLayer map = network.Layers[layer];
        int stride = map.Weights.Stride;
        double* from = map.Weights.Row(neuron), to = rows + ((nint)row * stride);
        double sign = above ? 1 : -1;
        for (int i = 0; i < stride; i += Lanes)
            (Vector512.Load(from + i) * sign).Store(to + i);
        Vector512.CreateScalar(sign * map.Bias[neuron]).Store(Constant(row));
        Vector512.CreateScalar(map.Start[neuron]).Store(Error(row));
    }

    /// <summary>Propagates all rows back to the network's inputs.</summary>
    /// <param name="layer">0-based layer of their neurons.</param>
    /// <param name="count">How many rows.</param>
    /// <param name="coefficients">Receives the rows' coefficients over all rectifiers below, row after row; empty if not needed.</param>
    public void Propagate(int layer, int count, Span<double> coefficients)
    {
        int all = network.Offsets[layer];
        for (int j = layer - 1; j >= 0; j--)
        {
            SubdomainLayer map = network.Layers[j];
            for (int r = 0; r < count; r++)
            {
                double* row = rows + ((nint)r * map.Width);
                if (!coefficients.IsEmpty)
                    new ReadOnlySpan<double>(row, map.Weights.Layer.Outputs).CopyTo(coefficients[((r * all) + network.Offsets[j])..]);
                relaxations[j].Pass(row, Constant(r));
            }

            map.Weights.Multiply(rows, map.Width, count, relaxations[j].Live, next);
            double* swap = rows;
            rows = next;
            next = swap;
        }
    }

    /// <summary>Reads the function of the inputs that a row has become.</summary>
    /// <param name="row">0-based row.</param>
    /// <param name="function">Receives its coefficients, padded.</param>
    /// <returns>Its constant, with the charge for rounding errors.</returns>
    public double Finish(int row, Span<double> function)
    {
        new ReadOnlySpan<double>(rows + ((nint)row * function.Length), function.Length).CopyTo(function);
        return Math.BitIncrement(
            Vector512.Sum(Vector512.Load(Constant(row))) + ((Vector512.Sum(Vector512.Load(Error(row))) * (1 + 1e-9)) + Rounding.Underflow));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Release();
        GC.SuppressFinalize(this);
    }

    private static double* Allocate(nuint bytes)
    {
        double* memory = (double*)NativeMemory.AlignedAlloc(bytes, 64);
        NativeMemory.Clear(memory, bytes);
        return memory;
    }

    /// <summary>A row's constant, as a vector of sums; its charges follow.</summary>
    private double* Constant(int row) => sums + ((nint)row * 2 * Lanes);

    private double* Error(int row) => Constant(row) + Lanes;

    private void Release()
    {
        NativeMemory.AlignedFree(sums);
        NativeMemory.AlignedFree(rows);
        NativeMemory.AlignedFree(next);
        sums = rows = next = null;
    }
}
