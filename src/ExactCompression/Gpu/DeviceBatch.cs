using ILGPU;
using ILGPU.Runtime;

namespace ExactCompression.Gpu;

/// <summary>The points of a batch and all that is computed for them, one column a point.</summary>
internal sealed class DeviceBatch : IDisposable
{
    private readonly DeviceMemory memory;
    private readonly DeviceMatrix[] values;
    private readonly DeviceMatrix momentum;
    private readonly DeviceMatrix[] gradients;
    private readonly int[] widths;

    /// <summary>Takes memory for a batch.</summary>
    /// <param name="accelerator">The device.</param>
    /// <param name="widths">Widths, the input's first.</param>
    /// <param name="capacity">The most points it can have.</param>
    public DeviceBatch(Accelerator accelerator, ReadOnlySpan<int> widths, int capacity)
    {
        this.widths = widths.ToArray();
        Capacity = capacity;
        memory = new(accelerator);
        try
        {
            values = Array.ConvertAll(this.widths, width => memory.Matrix((long)width * capacity));
            momentum = memory.Matrix((long)this.widths[0] * capacity);
            long widest = this.widths.Max();
            gradients = [memory.Matrix(widest * capacity), memory.Matrix(widest * capacity)];
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

    /// <summary>Points it has now.</summary>
    public int Count { get; set; }

    /// <summary>The mean magnitude of each point's gradient.</summary>
    public ArrayView<float> Mean { get; }

    /// <summary>The neuron that each point aims at.</summary>
    public ArrayView<int> Targets { get; }

    /// <summary>Which way each point pushes its neuron.</summary>
    public ArrayView<float> Signs { get; }

    /// <summary>Momentum, inputs x points.</summary>
    public MatrixView Momentum => momentum.As(widths[0], Count);

    /// <summary>The points themselves for layer 0, else a hidden layer's pre-activations; neurons x points.</summary>
    /// <param name="layer">0 to the number of hidden layers.</param>
    public MatrixView Values(int layer) => values[layer].As(widths[layer], Count);

    /// <summary>What those values are cut off at when they are read: the rectifier's 0, or nothing for the points.</summary>
    /// <param name="layer">0 to the number of hidden layers.</param>
    public static float Floor(int layer) => layer == 0 ? float.NegativeInfinity : 0f;

    /// <summary>The gradient for those values. Layers take turns in two matrices, so a layer's gradient lasts until the next but one is written.</summary>
    /// <param name="layer">0 to the number of hidden layers.</param>
    public MatrixView Gradient(int layer) => gradients[layer % 2].As(widths[layer], Count);

    /// <summary>Memory for points as rows, lent until the next gradient is written.</summary>
    /// <param name="columns">At most the widest layer's or the input's width.</param>
    public MatrixView Rows(int columns) => gradients[0].As(Count, columns);

    /// <summary>Floats that a point needs.</summary>
    /// <param name="widths">Widths, the input's first.</param>
    public static long FloatsPerPoint(ReadOnlySpan<int> widths)
    {
        long floats = widths[0] + 3;
        int widest = 0;
        foreach (int width in widths)
        {
            floats += width;
            widest = Math.Max(widest, width);
        }

        return floats + (2L * widest);
    }

    /// <inheritdoc/>
    public void Dispose() => memory.Dispose();
}
