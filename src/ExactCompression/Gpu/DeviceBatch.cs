using ExactCompression.Gpu.Kernels;
using ILGPU;
using ILGPU.Runtime;

namespace ExactCompression.Gpu;

/// <summary>The points of a batch and all that is computed for them, one column per point.</summary>
internal sealed class DeviceBatch : IDisposable
{
    private readonly DeviceMemory memory;
    private readonly DeviceMatrix<float>[] values;
    private readonly DeviceMatrix<float> momentum;
    private readonly DeviceMatrix<float>[] gradients;
    private readonly DeviceMatrix<RankedPoint> largest;
    private readonly int[] widths;
    private readonly int tileSide;

    /// <summary>Allocates memory for a batch.</summary>
    /// <param name="accelerator">The device.</param>
    /// <param name="widths">Widths, the input's first.</param>
    /// <param name="capacity">The most points it can have.</param>
    /// <param name="tileSide">Width of a tile of a product, in points.</param>
    public DeviceBatch(Accelerator accelerator, ReadOnlySpan<int> widths, int capacity, int tileSide)
    {
        this.widths = widths.ToArray();
        this.tileSide = tileSide;
        Capacity = capacity;
        memory = new(accelerator);
        try
        {
            int[] stored = this.widths[..^1];
            values = Array.ConvertAll(stored, width => memory.Matrix((long)width * capacity));
            momentum = memory.Matrix((long)this.widths[0] * capacity);
            long widest = stored.Max();
            gradients = [memory.Matrix(widest * capacity), memory.Matrix(widest * capacity)];
            largest = memory.Matrix<RankedPoint>(2L * this.widths[1..].Sum() * TilesOf(capacity));
            Mean = memory.Vector<float>(capacity);
            Targets = memory.Vector<int>(capacity);
            Signs = memory.Vector<float>(capacity);
        }
        catch
        {
            memory.Dispose();
            throw;
        }
    }

    /// <summary>The most points it can have.</summary>
    public int Capacity { get; }

    /// <summary>The current number of points.</summary>
    public int Count { get; set; }

    /// <summary>The mean magnitude of each point's gradient.</summary>
    public ArrayView<float> Mean { get; }

    /// <summary>The neuron that each point aims at.</summary>
    public ArrayView<int> Targets { get; }

    /// <summary>Which way each point pushes its neuron.</summary>
    public ArrayView<float> Signs { get; }

    /// <summary>Momentum, inputs x points.</summary>
    public MatrixView Momentum => momentum.As(widths[0], Count);

    /// <summary>The largest values of each tile, sign targets x tiles.</summary>
    public RankedView Largest => largest.As(2 * widths[1..].Sum(), TilesOf(Count));

    /// <summary>
    /// The points themselves for layer 0, else a hidden layer's pre-activations, neurons x points; those of the last layer are never
    /// stored.
    /// </summary>
    /// <param name="layer">0 to the number of hidden layers less one.</param>
    public MatrixView Values(int layer) => values[layer].As(widths[layer], Count);

    /// <summary>What those values are clipped at from below when they are read: the ReLU's 0, or nothing for the points.</summary>
    /// <param name="layer">0 to the number of hidden layers.</param>
    public static float Floor(int layer) => layer == 0 ? float.NegativeInfinity : 0f;

    /// <summary>
    /// The gradient for those values. Layers alternate between two matrices, so a layer's gradient is valid until the next but one is
    /// written.
    /// </summary>
    /// <param name="layer">0 to the number of hidden layers less one.</param>
    public MatrixView Gradient(int layer) => gradients[layer % 2].As(widths[layer], Count);

    /// <summary>Bytes that a point needs, staging included.</summary>
    /// <param name="widths">Widths, the input's first.</param>
    /// <param name="tileSide">Width of a tile of a product, in points.</param>
    public static long BytesPerPoint(ReadOnlySpan<int> widths, int tileSide)
    {
        long stored = 0, neurons = 0;
        int widest = 0;
        for (int layer = 0; layer < widths.Length; layer++)
        {
            if (layer > 0)
                neurons += widths[layer];
            if (layer == widths.Length - 1)
                continue;
            stored += widths[layer];
            widest = Math.Max(widest, widths[layer]);
        }

        long floats = stored + widths[0] + (2L * widest) + 3 + (DeviceStaging.Buffers * (long)widths[0]);
        return (sizeof(float) * floats) + (2 * Interop.SizeOf<RankedPoint>() * ((neurons / tileSide) + 1));
    }

    /// <inheritdoc/>
    public void Dispose() => memory.Dispose();

    private int TilesOf(int points) => (points + tileSide - 1) / tileSide;
}
