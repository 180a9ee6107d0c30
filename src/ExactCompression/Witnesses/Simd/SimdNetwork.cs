using ExactCompression.Networks;
using ExactCompression.Numerics;

namespace ExactCompression.Witnesses;

/// <summary>The layers of a lowered graph up to its last rectifiers in float32, packed for products in both directions.</summary>
internal sealed class SimdNetwork : IDisposable
{
    private readonly LoweredGraph graph;
    private readonly PackedLayer<float>?[] layers;
    private readonly SimdForward forward;
    private readonly BackwardPlan?[] backward;
    private readonly int[] kept;

    /// <summary>Packs the weights.</summary>
    public SimdNetwork(LoweredGraph graph)
    {
        this.graph = graph;
        forward = new(graph);
        backward = new BackwardPlan[graph.Rectifiers + 1];
        layers = new PackedLayer<float>[graph.Layers.Count + 1];
        foreach (int value in forward.Values)
            layers[value] = new(graph.Layers[value - 1]);
        int[] smooth = [.. forward.Values.Where(value => graph.Layers[value - 1].Smooth is not null)];
        kept = [.. Enumerable.Range(0, graph.Layers.Count + 1).Select(graph.NumberOf)];
        Widths = new int[graph.Rectifiers + smooth.Length + 1];
        Widths[0] = graph.Input.Count;
        for (int k = 0; k < smooth.Length; k++)
        {
            kept[smooth[k]] = graph.Rectifiers + k + 1;
            Widths[kept[smooth[k]]] = graph.ShapeOf(smooth[k]).Count;
        }

        Offsets = new int[graph.Rectifiers + 1];
        for (int number = 1; number <= graph.Rectifiers; number++)
        {
            Widths[number] = graph.Rectifier(number).Width;
            Offsets[number] = Offsets[number - 1] + Widths[number];
        }
    }

    /// <summary>Number of layers with rectifiers.</summary>
    public int Depth => graph.Rectifiers;

    /// <summary>All rectifiers.</summary>
    public int Neurons => Offsets[^1];

    /// <summary>Widths of the input, of the layers with rectifiers, and last of the layers of smooth functions: these are numbered after
    /// those, since their values are kept for gradients, too.</summary>
    public int[] Widths { get; }

    /// <summary>Where each layer's rectifiers begin: element <c>l - 1</c> for layer <c>l</c>.</summary>
    public int[] Offsets { get; }

    /// <summary>1-based layer of a rectifier.</summary>
    public int LayerOf(int neuron)
    {
        int layer = 1;
        while (neuron >= Offsets[layer])
            layer++;
        return layer;
    }

    /// <summary>Computes the pre-activations of rectifiers, points as rows.</summary>
    /// <param name="points">Row-major <paramref name="rows"/> x inputs.</param>
    /// <param name="rows">Number of points.</param>
    /// <param name="deepest">The last layer to compute, 1-based among those with rectifiers.</param>
    /// <param name="scratch">The thread's buffers.</param>
    /// <param name="preActivations">Where a layer's pre-activations go, or the values of its smooth functions, by its number.</param>
    /// <param name="computed">Called with the number of a layer when its pre-activations are there.</param>
    public void Forward(
        ReadOnlySpan<float> points, int rows, int deepest, SimdScratch scratch, Func<int, Memory<float>> preActivations,
        Action<int> computed)
    {
        int last = graph.ValueOf(deepest);
        foreach (int value in forward.Values)
        {
            LoweredLayer layer = graph.Layers[value - 1];
            int slot = forward.Slots[value], number = graph.NumberOf(value), length = rows * layer.Width;
            Span<float> z = layer.IsLinear ? scratch.Of(slot, length) : preActivations(kept[value]).Span;
            for (int k = 0; k < layer.Terms.Count; k++)
            {
                int source = layer.Terms[k].Source;
                layers[value]!.Apply(
                    k, source == 0 ? points : scratch.Of(forward.Slots[source], rows * graph.ShapeOf(source).Count), rows, z);
            }

            if (number > 0)
                computed(number);
            if (value == last)
                return;
            if (layer.IsRectifier && slot >= 0)
                Elementwise.Rectify(z, scratch.Of(slot, length));
            if (layer.Smooth is not { } smooth)
                continue;
            smooth.Apply(z);
            z.CopyTo(scratch.Of(slot, length));
        }
    }

    /// <summary>The gradients by the input of one rectifier's pre-activation at each point, times a sign.</summary>
    /// <param name="layer">1-based layer of all the rectifiers.</param>
    /// <param name="targets">For each point its rectifier of that layer, 0-based.</param>
    /// <param name="signs">For each point the sign.</param>
    /// <param name="scratch">The thread's buffers.</param>
    /// <param name="preActivations">The pre-activations of a layer at the points, or the values of its functions, by its number.</param>
    /// <returns>Row-major points x inputs, in one of the buffers.</returns>
    public Span<float> Gradient(
        int layer, ReadOnlySpan<int> targets, ReadOnlySpan<float> signs, SimdScratch scratch, Func<int, Memory<float>> preActivations)
    {
        int rows = targets.Length;
        BackwardPlan way = backward[layer]!;
        foreach (BackwardPlan.Contribution seed in way.Seeds)
            Seed(way.Target.Terms[seed.Term].Map, seed, targets, signs, scratch.Of(seed.Slot, rows * seed.Width));
        foreach (BackwardPlan.Step step in way.Steps)
        {
            Span<float> gradient = scratch.Of(step.Slot, rows * step.Layer.Width);
            if (step.Layer.IsRectifier)
                Elementwise.MaskDead(gradient, preActivations(kept[step.Value]).Span);
            step.Layer.Smooth?.Differentiate<float>(preActivations(kept[step.Value]).Span, gradient);
            foreach (BackwardPlan.Contribution below in step.Below)
                layers[step.Value]!.ApplyTranspose(
                    below.Term, gradient, rows, scratch.Of(below.Slot, rows * below.Width), add: !below.IsFirst);
        }

        Span<float> byInput = scratch.Of(way.InputSlot, rows * Widths[0]);
        if (!way.ReachesInput)
            byInput.Clear();
        return byInput;
    }

    /// <summary>Plans the way back from a layer, for <see cref="Gradient"/>; not safe for concurrent use.</summary>
    /// <param name="layer">1-based, among those with rectifiers.</param>
    public void Aim(int layer) => backward[layer] ??= new(graph, graph.ValueOf(layer));

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (PackedLayer<float>? layer in layers)
            layer?.Dispose();
    }

    /// <summary>Each point's row of a term, times its sign.</summary>
    private static void Seed(
        ILinearMap map, BackwardPlan.Contribution seed, ReadOnlySpan<int> targets, ReadOnlySpan<float> signs, Span<float> gradients)
    {
        if (seed.IsFirst && map is DenseMap dense)
        {
            for (int r = 0; r < targets.Length; r++)
                KernelValues.Round(dense.Row(targets[r]), gradients.Slice(r * seed.Width, seed.Width), signs[r]);
            return;
        }

        if (seed.IsFirst)
            gradients.Clear();
        var row = new SparseRow();
        for (int r = 0; r < targets.Length; r++)
        {
            map.ReadRow(targets[r], row);
            Span<float> gradient = gradients.Slice(r * seed.Width, seed.Width);
            for (int k = 0; k < row.Count; k++)
                gradient[row.Columns[k]] += signs[r] * (float)row.Weights[k];
        }
    }
}
