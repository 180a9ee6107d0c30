using ExactCompression.Networks;
using ExactCompression.Numerics;

namespace ExactCompression.Bounds;

/// <summary>
/// A block of problems of <see cref="AlphaBetaCrown"/> on one thread: bounds them all, and differentiates the bounds. Reused for one block
/// after another.
/// </summary>
internal sealed class AlphaBetaCrownBlock : IBackwardRows
{
    private readonly BackwardPaths paths;
    private readonly BackwardBlock backward;
    private readonly AlphaBetaCrownRow[] all;
    private readonly RowBuffers buffers = new();
    private readonly double[]?[] values;
    private readonly int[] readers;

    /// <summary>Allocates what all blocks need.</summary>
    /// <param name="paths">What the problems' layer depends on.</param>
    /// <param name="most">The maximum number of problems.</param>
    public AlphaBetaCrownBlock(BackwardPaths paths, int most)
    {
        this.paths = paths;
        backward = new(paths, most);
        all = [.. Enumerable.Range(0, most).Select(_ => new AlphaBetaCrownRow(paths, backward.Plan))];
        values = new double[paths.Layers.Length + 1][];
        readers = new int[paths.Layers.Length + 1];
    }

    /// <summary>The problems' rows; those that are removed take part no more.</summary>
    public List<AlphaBetaCrownRow> Rows { get; } = [];

    /// <summary>Takes problems.</summary>
    /// <param name="problems">All problems.</param>
    /// <param name="places">Which of them to take.</param>
    /// <param name="window">The smallest window with all their neurons.</param>
    public void Take(CrownSubproblem[] problems, ReadOnlySpan<int> places, Window window)
    {
        backward.Plan.Prepare(window);
        Rows.Clear();
        foreach (int place in places)
        {
            all[Rows.Count].Take(problems[place]);
            Rows.Add(all[Rows.Count]);
        }
    }

    /// <inheritdoc/>
    public (int Neuron, bool Above) Target(int row) => (Rows[row].Problem.Neuron, Rows[row].Problem.Above);

    /// <inheritdoc/>
    public void PassUnits(
        int row, int layer, LayerLines lines, Span<double> coefficients, Span<double> envelope, ref BackwardRow sums) =>
        Rows[row].PassUnits(layer, lines, coefficients, envelope, ref sums);

    /// <summary>Bounds every problem with the slopes and multipliers that its row has.</summary>
    public void Bound()
    {
        backward.Run(this, Rows.Count);
        for (int r = 0; r < Rows.Count; r++)
        {
            Rows[r].Place = r;
            ref BackwardRow sums = ref backward.Sums[r];
            sums.Concretise(backward.InputRow(r), backward.Plan.Lower, backward.Plan.Upper);
            Rows[r].Compare(sums.Bound(paths.Gamma, paths.Loss));
        }
    }

    /// <summary>
    /// Runs the corner where each row's bound is attained forward, through the lines that the backward pass chose; the rows take their
    /// gradients from its values.
    /// </summary>
    /// <param name="step">0-based number of the step.</param>
    /// <param name="last">Whether to measure gaps, in place of gradients, and to keep the corners.</param>
    public void Differentiate(int step, bool last)
    {
        int count = Rows.Count, inputs = paths.ShapeOf(0).Count;
        double[] corners = values[0] = buffers.Rent(count * inputs);
        for (int r = 0; r < count; r++)
        {
            Span<double> corner = corners.AsSpan(r * inputs, inputs);
            Corner(backward.InputRow(Rows[r].Place), corner);
            Rows[r].Meet(corner, step);
            if (last)
                Rows[r].Problem.Corner = Array.ConvertAll(corner.ToArray(), static v => (float)v);
        }

        CountReaders();
        for (int l = 0; l < paths.Layers.Length; l++)
        {
            if (!backward.Plan.IsReached(l + 1))
                continue;
            double[] z = values[l + 1] = buffers.Rent(count * paths.Layers[l].Layer.Width);
            double[] above = ApplyEnvelope(paths.Layers[l], count);
            Apply(paths.Layers[l], z, count);
            if (!paths.Layers[l].Layer.IsLinear)
                PassLines(l, z, above, last);
            if (above.Length > 0)
                buffers.Return(above);
            Release(l + 1);
        }

        Release(0);
    }

    private void CountReaders()
    {
        Array.Clear(readers);
        for (int l = 0; l < paths.Layers.Length; l++)
        {
            foreach (LinearTerm term in paths.Layers[l].Layer.Terms)
                readers[term.Source] += backward.Plan.IsReached(l + 1) ? 1 : 0;
        }
    }

    /// <summary>Gives an array back where nothing reads it any more.</summary>
    private void Release(int value)
    {
        if (readers[value] > 0 || values[value] is not { } array)
            return;
        buffers.Return(array);
        values[value] = null;
    }

    /// <summary>
    /// A layer's pre-activations. Outside of the windows they are any numbers, which nothing inside depends on.
    /// </summary>
    private void Apply(LayerRelaxation relaxation, double[] z, int count)
    {
        LoweredLayer layer = relaxation.Layer;
        Span<double> to = z.AsSpan(0, count * layer.Width);
        bool isFirst = true;
        for (int k = 0; k < layer.Terms.Count; k++)
        {
            (int source, _) = layer.Terms[k];
            readers[source]--;
            if (values[source] is not { } from)
                continue;
            ReadOnlySpan<double> rows = from.AsSpan(0, count * paths.ShapeOf(source).Count);
            relaxation.KernelOf(k).Apply(rows, count, isFirst ? layer.Bias.Span : [], to, add: !isFirst);
            isFirst = false;
            Release(source);
        }

        for (int r = 0; isFirst && r < count; r++)
            layer.Bias.Span.CopyTo(to[(r * layer.Width)..]);
    }

    /// <summary>The values of the functions above a layer's rectifiers; empty where it has none.</summary>
    private double[] ApplyEnvelope(LayerRelaxation relaxation, int count)
    {
        if (relaxation.Envelope is not { } envelope)
            return [];
        int width = relaxation.Layer.Width;
        double[] to = buffers.Rent(count * width);
        for (int r = 0; r < count; r++)
            envelope.Intercepts.CopyTo(to.AsSpan(r * width));
        for (int k = 0; k < relaxation.Layer.Terms.Count; k++)
        {
            int source = relaxation.Layer.Terms[k].Source;
            if (values[source] is { } from)
                envelope.KernelOf(k).Apply(from.AsSpan(0, count * paths.ShapeOf(source).Count), count, [], to, add: true);
        }

        return to;
    }

    private void PassLines(int l, double[] z, double[] above, bool last)
    {
        MapShape shape = paths.Layers[l].Layer.Shape;
        Window window = backward.Plan.WindowOf(l + 1);
        int width = shape.Count, part = window.CountIn(shape);
        if (window.IsWhole(shape))
        {
            for (int r = 0; r < Rows.Count; r++)
                Rows[r].Differentiate(
                    l, z.AsSpan(r * width, width), above.Length > 0 ? above.AsSpan(r * width, width) : [], gaps: last);
            return;
        }

        double[] inside = buffers.Rent(part);
        for (int r = 0; r < Rows.Count; r++)
        {
            Span<double> row = z.AsSpan(r * width, width);
            WindowElements.Gather<double>(row, shape, window, inside);
            Rows[r].Differentiate(l, inside.AsSpan(0, part), [], gaps: last);
            row.Clear(); // what lies outside must stay finite
            WindowElements.Scatter<double>(inside, shape, window, row);
        }

        buffers.Return(inside);
    }

    /// <summary>The corner of the box where a row is largest; the middle where nothing depends on the input.</summary>
    private void Corner(ReadOnlySpan<double> coefficients, Span<double> corner)
    {
        MapShape shape = paths.ShapeOf(0);
        Window window = backward.Plan.WindowOf(0);
        double[] lower = backward.Plan.Lower, upper = backward.Plan.Upper;
        if (window.IsWhole(shape))
        {
            for (int i = 0; i < corner.Length; i++)
                corner[i] = coefficients[i] > 0 ? upper[i] : lower[i];
            return;
        }

        for (int i = 0; i < corner.Length; i++)
            corner[i] = paths.Lower[i] + (0.5 * (paths.Upper[i] - paths.Lower[i]));
        for (int i = 0; i < coefficients.Length; i++)
            corner[WindowElements.ElementAt(i, shape, window)] = coefficients[i] > 0 ? upper[i] : lower[i];
    }
}
