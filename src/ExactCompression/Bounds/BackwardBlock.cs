using System.Runtime.CompilerServices;
using ExactCompression.Networks;
using ExactCompression.Numerics;

namespace ExactCompression.Bounds;

/// <summary>
/// The backward pass of a block of rows through a graph, on one thread: from neurons of one layer to the network's input. The rows hold
/// coefficients within windows that all of them share. Reused for one block after another.
/// </summary>
/// <param name="paths">What the neurons' layer depends on.</param>
/// <param name="most">The maximum number of rows.</param>
internal sealed class BackwardBlock(BackwardPaths paths, int most)
{
    private readonly RowBuffers buffers = new();
    private readonly double[]?[] rows = new double[paths.Layers.Length + 1][];
    private readonly SparseRow entries = new();

    /// <summary>What the neurons' layer depends on.</summary>
    public BackwardPaths Paths => paths;

    /// <summary>The windows, of the last block.</summary>
    public WindowPlan Plan { get; } = new(paths);

    /// <summary>The constants of the rows.</summary>
    public BackwardRow[] Sums { get; } = new BackwardRow[most];

    /// <summary>The coefficients of a row over the input's window, after <see cref="Run"/>; with slack.</summary>
    /// <param name="row">0-based row.</param>
    public Span<double> InputRow(int row)
    {
        int count = Plan.CountOf(0);
        return rows[0].AsSpan(row * count, count);
    }

    /// <summary>Propagates rows back to the input; <see cref="WindowPlan.Prepare"/> comes before.</summary>
    /// <typeparam name="T">Type of the rows.</typeparam>
    /// <param name="block">The rows.</param>
    /// <param name="count">Their number.</param>
    public void Run<T>(T block, int count)
        where T : IBackwardRows
    {
        if (rows[0] is { } last)
            buffers.Return(last);
        rows[0] = null;
        Start(block, count);
        for (int l = paths.Layers.Length - 1; l >= 0; l--)
        {
            if (Plan.IsReached(l + 1))
                Pass(block, count, l);
        }

        if (Plan.CountOf(0) == 0)
            rows[0] = buffers.Rent(0);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Start<T>(T block, int count)
        where T : IBackwardRows
    {
        LoweredLayer start = paths.Start;
        for (int r = 0; r < count; r++)
        {
            (int neuron, bool above) = block.Target(r);
            double error = start.BiasRadius.IsEmpty ? 0 : start.BiasRadius.Span[neuron];
            foreach (LinearTerm term in start.Terms)
            {
                SourceRange source = paths.SourceOf(term.Source);
                error = source.Range.PlusRadius(error, term.Map.Radius, neuron, entries);

                // Sums with what other layers add are rounded; a copy is not.
                if (paths.IsCopied(term.Source))
                    continue;
                double size = source.Range.SizeOf(term.Map, neuron, entries);
                term.Map.ReadRow(neuron, entries);
                if (entries.Weights.IndexOfAnyExcept(0.0) >= 0)
                    error += (source.Gamma * size * (1 + 1e-9)) + Rounding.Underflow;
            }

            Sums[r] = BackwardRow.Start(start.Bias.Span[neuron], above, error);
        }

        foreach (LinearTerm term in start.Terms)
        {
            if (!Plan.IsReached(term.Source))
                continue;
            bool isFirst = rows[term.Source] is null;
            int width = Plan.CountOf(term.Source);
            double[] to = rows[term.Source] ??= buffers.Rent(count * width);
            for (int r = 0; r < count; r++)
            {
                (int neuron, bool above) = block.Target(r);
                StartRow(term, neuron, above, to.AsSpan(r * width, width), isFirst);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void StartRow(LinearTerm term, int neuron, bool above, Span<double> row, bool isFirst)
    {
        MapShape shape = paths.ShapeOf(term.Source);
        Window window = Plan.WindowOf(term.Source);
        if (isFirst && term.Map is DenseMap dense)
        {
            if (above)
                dense.Row(neuron).CopyTo(row);
            else
                Elementwise.Scale(dense.Row(neuron), -1, row);
            return;
        }

        if (isFirst)
            row.Clear();
        term.Map.ReadRow(neuron, entries);
        ReadOnlySpan<int> columns = entries.Columns;
        ReadOnlySpan<double> weights = entries.Weights;
        bool isWhole = window.IsWhole(shape);
        for (int k = 0; k < columns.Length; k++)
            row[isWhole ? columns[k] : WindowElements.PlaceOf(columns[k], shape, window)] += above ? weights[k] : -weights[k];
    }

    private void Pass<T>(T block, int count, int l)
        where T : IBackwardRows
    {
        LayerRelaxation relaxation = paths.Layers[l];
        LayerLines lines = Plan.LinesOf(l);
        double[] from = rows[l + 1]!;
        int width = Plan.CountOf(l + 1);
        double[] above = relaxation.Envelope is null ? [] : buffers.Rent(count * width);
        Array.Clear(above);
        for (int r = 0; r < count; r++)
        {
            Span<double> row = from.AsSpan(r * width, width);
            if (relaxation.Layer.IsLinear)
                Sums[r].PassLinear(lines, row);
            else
                block.PassUnits(r, l, lines, row, above.Length > 0 ? above.AsSpan(r * width, width) : [], ref Sums[r]);
        }

        MapShape shape = relaxation.Layer.Shape;
        for (int k = 0; k < relaxation.Layer.Terms.Count; k++)
        {
            (int source, ILinearMap map) = relaxation.Layer.Terms[k];
            if (!Plan.IsReached(source))
                continue;

            // A map that arranges its elements in another way than the layer sees them in windows that are whole.
            Window output = map.Output == shape ? Plan.WindowOf(l + 1) : Window.Whole(map.Output),
                input = map.Input == paths.ShapeOf(source) ? Plan.WindowOf(source) : Window.Whole(map.Input);
            bool add = rows[source] is not null;
            int length = count * Plan.CountOf(source);
            double[] to = rows[source] ??= buffers.Rent(length);
            relaxation.KernelOf(k).ApplyTranspose(from.AsSpan(0, count * width), output, count, to.AsSpan(0, length), input, add);
            relaxation.Envelope?.KernelOf(k).ApplyTranspose(
                above.AsSpan(0, count * width), output, count, to.AsSpan(0, length), input, add: true);
        }

        if (above.Length > 0)
            buffers.Return(above);
        buffers.Return(from);
        rows[l + 1] = null;
    }
}

/// <summary>The rows of a <see cref="BackwardBlock"/>.</summary>
internal interface IBackwardRows
{
    /// <summary>The neuron that a row starts from, and whether it bounds <c>z</c> from above, else <c>-z</c>.</summary>
    /// <param name="row">0-based row.</param>
    (int Neuron, bool Above) Target(int row);

    /// <summary>Replaces each unit of a layer by a line, and adds the layer's bias.</summary>
    /// <param name="row">0-based row.</param>
    /// <param name="layer">0-based layer.</param>
    /// <param name="lines">Its lines, over its window.</param>
    /// <param name="coefficients">Coefficients over the units' outputs, which become those over the pre-activations; with
    /// slack.</param>
    /// <param name="envelope">Receives coefficients over the functions of the layer's <see cref="LayerEnvelope"/>, which are 0 before;
    /// empty where it has none.</param>
    /// <param name="sums">The row's constant.</param>
    void PassUnits(int row, int layer, LayerLines lines, Span<double> coefficients, Span<double> envelope, ref BackwardRow sums);
}
