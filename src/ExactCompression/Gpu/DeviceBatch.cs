using ExactCompression.Gpu.Kernels;
using ILGPU;
using ILGPU.Runtime;

namespace ExactCompression.Gpu;

/// <summary>The points of a batch and all that is computed for them, one column per point.</summary>
internal sealed class DeviceBatch : IDisposable
{
    private readonly DeviceMemory memory;
    private readonly DevicePlan plan;
    private readonly DeviceMatrix<float>?[] values;
    private readonly DeviceMatrix<float> momentum;
    private readonly DeviceMatrix<float>[] gradients;
    private readonly DeviceMatrix<RankedPoint> largest;
    private readonly int signTargets;
    private readonly int tileSide;

    /// <summary>Allocates memory for a batch.</summary>
    /// <param name="accelerator">The device.</param>
    /// <param name="plan">What is kept.</param>
    /// <param name="capacity">The most points it can have.</param>
    /// <param name="tileSide">Width of a tile of a product, in points.</param>
    public DeviceBatch(Accelerator accelerator, DevicePlan plan, int capacity, int tileSide)
    {
        this.plan = plan;
        this.tileSide = tileSide;
        signTargets = 2 * plan.Widths[1..].Sum();
        Capacity = capacity;
        memory = new(accelerator);
        try
        {
            values = new DeviceMatrix<float>[plan.Values.Prepend(0).Max() + 1];
            foreach (int value in plan.Values.Prepend(0).Where(plan.IsStored))
                values[value] = memory.Matrix((long)plan.WidthOf(value) * capacity);
            momentum = memory.Matrix((long)plan.Widths[0] * capacity);
            gradients = Array.ConvertAll(plan.GradientWidths, width => memory.Matrix((long)width * capacity));
            largest = memory.Matrix<RankedPoint>((long)signTargets * TilesOf(capacity));
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
    public MatrixView Momentum => momentum.As(plan.Widths[0], Count);

    /// <summary>The largest values of each tile, sign targets x tiles.</summary>
    public RankedView Largest => largest.As(signTargets, TilesOf(Count));

    /// <summary>
    /// The points themselves for value 0, else a layer's pre-activations, elements x points; those of a layer that nothing reads are not
    /// stored where its rows are found one by one.
    /// </summary>
    /// <param name="value">One that is stored.</param>
    public MatrixView Values(int value) => values[value]!.As(plan.WidthOf(value), Count);

    /// <summary>A gradient by a value, elements x points.</summary>
    /// <param name="slot">The buffer, which values take by turns.</param>
    /// <param name="width">Elements of the value.</param>
    public MatrixView Gradient(int slot, int width) => gradients[slot].As(width, Count);

    /// <inheritdoc/>
    public void Dispose() => memory.Dispose();

    private int TilesOf(int points) => (points + tileSide - 1) / tileSide;
}
