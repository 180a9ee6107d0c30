using ExactCompression.Networks;
using ExactCompression.Numerics;
using ILGPU;

namespace ExactCompression.Gpu;

/// <summary>What passes over a lowered graph compute and keep on a device, up to its last rectifiers.</summary>
internal sealed class DevicePlan
{
    private readonly LoweredGraph graph;
    private readonly ForwardOrder order;
    private readonly BackwardPlan[] backward;

    /// <summary>Plans the passes.</summary>
    /// <param name="graph">The graph.</param>
    public DevicePlan(LoweredGraph graph)
    {
        this.graph = graph;
        order = ForwardOrder.OfRectifiers(graph);
        backward = [.. Enumerable.Range(1, graph.Rectifiers).Select(number => new BackwardPlan(graph, graph.ValueOf(number)))];
        Widths = [graph.Input.Count, .. Enumerable.Range(1, graph.Rectifiers).Select(number => graph.Rectifier(number).Width)];
        Widest = Values.Prepend(0).Max(WidthOf);
        var gradients = new SortedDictionary<int, int>();
        foreach (BackwardPlan way in backward)
        {
            Grow(way.InputSlot, graph.Input.Count);
            foreach (BackwardPlan.Contribution share in way.Seeds.Concat(way.Steps.SelectMany(static s => s.Below)))
                Grow(share.Slot, share.Width);
        }

        GradientWidths = [.. gradients.Values];

        void Grow(int slot, int width) => gradients[slot] = Math.Max(gradients.GetValueOrDefault(slot), width);
    }

    /// <summary>The values to compute, each after those that it takes; the input is none of them.</summary>
    public IReadOnlyList<int> Values => order.Values;

    /// <summary>Number of layers with rectifiers.</summary>
    public int Depth => graph.Rectifiers;

    /// <summary>Widths of the layers with rectifiers, the input's first.</summary>
    public int[] Widths { get; }

    /// <summary>Elements of the largest value.</summary>
    public int Widest { get; }

    /// <summary>Elements of the buffers that gradients alternate between.</summary>
    public int[] GradientWidths { get; }

    /// <summary>Bytes of all weights and biases on the device, about.</summary>
    public long WeightBytes => Values.Sum(value => (sizeof(float) * (long)WidthOf(value)) + LayerOf(value).Terms.Sum(t => BytesOf(t.Map)));

    private long Neurons => Widths.Skip(1).Sum(static w => (long)w);

    /// <summary>The layer that gives a value.</summary>
    /// <param name="value">The value, from 1.</param>
    public LoweredLayer LayerOf(int value) => graph.Layers[value - 1];

    /// <summary>Elements of a value.</summary>
    /// <param name="value">0 for the input.</param>
    public int WidthOf(int value) => graph.ShapeOf(value).Count;

    /// <summary>The number of the layer whose rectifiers give a value, 1-based; 0 where none do.</summary>
    /// <param name="value">The value.</param>
    public int NumberOf(int value) => graph.NumberOf(value);

    /// <summary>The value that the rectifiers of a layer give.</summary>
    /// <param name="number">1-based.</param>
    public int ValueOf(int number) => graph.ValueOf(number);

    /// <summary>What a value is clipped at from below when it is read: the ReLU's 0, or nothing.</summary>
    /// <param name="value">0 for the input.</param>
    public float FloorOf(int value) => value > 0 && LayerOf(value).IsRectifier ? 0f : float.NegativeInfinity;

    /// <summary>Whether single rows of a layer can be computed without keeping them: one product with a matrix.</summary>
    /// <param name="value">The value that it gives.</param>
    public bool HasFreeRows(int value) => LayerOf(value).Terms is [{ Map: DenseMap }];

    /// <summary>Whether anything reads a value in memory.</summary>
    /// <param name="value">0 for the input.</param>
    public bool IsStored(int value) => value == 0 || order.IsRead(value) || !HasFreeRows(value);

    /// <summary>The way back from a layer with rectifiers.</summary>
    /// <param name="number">1-based.</param>
    public BackwardPlan Backward(int number) => backward[number - 1];

    /// <summary>Bytes that a point needs, staging included.</summary>
    /// <param name="tileSide">Width of a tile of a product, in points.</param>
    public long BytesPerPoint(int tileSide)
    {
        long stored = Values.Prepend(0).Where(IsStored).Sum(value => (long)WidthOf(value));
        long floats = stored + Widths[0] + GradientWidths.Sum(static w => (long)w) + 3 + (DeviceStaging.Buffers * (long)Widths[0]);
        return (sizeof(float) * floats) + (2 * Interop.SizeOf<Kernels.RankedPoint>() * ((Neurons / tileSide) + 1));
    }

    private static long BytesOf(ILinearMap map) => map switch
    {
        DenseMap dense => sizeof(float) * (long)dense.Weights.Length,
        ConvolutionMap convolution => 2 * sizeof(float) * (long)convolution.Filters.Length,
        _ => 2 * (sizeof(int) + sizeof(float)) * Math.Min((long)map.FanIn * map.Output.Count, (long)map.FanOut * map.Input.Count),
    };
}
