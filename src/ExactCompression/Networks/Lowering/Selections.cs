using ExactCompression.Numerics;

namespace ExactCompression.Networks;

/// <summary>The linear maps of operators that arrange elements, or add some of them up.</summary>
internal static class Selections
{
    /// <summary>A selection axis by axis.</summary>
    /// <param name="select">The operator.</param>
    /// <param name="input">Shape of what it takes.</param>
    /// <param name="output">Shape of what it gives.</param>
    public static ILinearMap Of(SelectOperator select, TensorShape input, TensorShape output)
    {
        if (input.Count is >= 1 and <= 3)
        {
            MapShape shape = MapShapes.Of(input);
            int[] Axis(int axis) => select.Indices[axis] ?? [.. Enumerable.Range(0, input[axis])];
            return input.Count switch
            {
                1 => new SelectionMap(shape, Axis(0), [0], [0]),
                2 => new SelectionMap(shape, Axis(0), [0], Axis(1)),
                _ => new SelectionMap(shape, Axis(0), Axis(1), Axis(2)),
            };
        }

        return SparseMap.Of(MapShapes.Of(output), MapShapes.Of(input), Sources(select, input, output));
    }

    /// <summary>For each element of a selection, which of the input's it is; -1 for 0.</summary>
    /// <param name="select">The operator.</param>
    /// <param name="input">Shape of what it takes.</param>
    /// <param name="output">Shape of what it gives.</param>
    public static int[] Sources(SelectOperator select, TensorShape input, TensorShape output)
    {
        int[] strides = Strides(input), sources = new int[output.Elements];
        ForEach(output, (at, index) =>
        {
            int from = 0;
            for (int a = 0; a < index.Length && from >= 0; a++)
            {
                int i = select.Indices[a] is { } indices ? indices[index[a]] : index[a];
                from = i >= 0 ? from + (i * strides[a]) : -1;
            }

            sources[at] = from;
        });
        return sources;
    }

    /// <summary>A permutation of axes.</summary>
    /// <param name="transpose">The operator.</param>
    /// <param name="input">Shape of what it takes.</param>
    /// <param name="output">Shape of what it gives.</param>
    public static ILinearMap Of(TransposeOperator transpose, TensorShape input, TensorShape output) =>
        SparseMap.Of(MapShapes.Of(output), MapShapes.Of(input), Sources(transpose, input, output));

    /// <summary>For each element of a permutation, which of the input's it is.</summary>
    /// <param name="transpose">The operator.</param>
    /// <param name="input">Shape of what it takes.</param>
    /// <param name="output">Shape of what it gives.</param>
    public static int[] Sources(TransposeOperator transpose, TensorShape input, TensorShape output)
    {
        int[] strides = Strides(input);
        var sources = new int[output.Elements];
        ForEach(output, (at, index) =>
        {
            for (int a = 0; a < index.Length; a++)
                sources[at] += index[a] * strides[transpose.Permutation[a]];
        });
        return sources;
    }

    /// <summary>The sums over some axes.</summary>
    /// <param name="reduction">The operator.</param>
    /// <param name="input">Shape of what it takes.</param>
    /// <param name="output">Shape of what it gives.</param>
    public static ILinearMap Of(ReductionOperator reduction, TensorShape input, TensorShape output)
    {
        var columns = new List<int>[output.Elements];
        for (int i = 0; i < columns.Length; i++)
            columns[i] = [];
        ForEach(input, (at, index) =>
        {
            int to = 0;
            for (int a = 0; a < index.Length; a++)
                to = reduction.Axes.Contains(a) ? to : (to * input[a]) + index[a];
            columns[to].Add(at);
        });
        var starts = new int[columns.Length + 1];
        for (int i = 0; i < columns.Length; i++)
            starts[i + 1] = starts[i] + columns[i].Count;
        var ones = new double[input.Elements];
        Array.Fill(ones, 1);
        return new SparseMap(MapShapes.Of(output), MapShapes.Of(input), starts, [.. columns.SelectMany(static c => c)], ones);
    }

    /// <summary>The map that puts a value at its place in a concatenation, with 0 elsewhere.</summary>
    /// <param name="part">Shape of the value.</param>
    /// <param name="whole">Shape of the concatenation.</param>
    /// <param name="axis">The axis.</param>
    /// <param name="start">Where the value begins along it.</param>
    public static ILinearMap Embedding(TensorShape part, TensorShape whole, int axis, int start)
    {
        var indices = new int[]?[whole.Count];
        indices[axis] = [.. Enumerable.Range(0, whole[axis]).Select(i => i >= start && i < start + part[axis] ? i - start : -1)];
        return Of(new SelectOperator(indices), part, whole);
    }

    /// <summary>A matrix along the last of several axes.</summary>
    /// <param name="dense">The matrix.</param>
    /// <param name="output">Arrangement of the result.</param>
    /// <param name="input">Arrangement of the input.</param>
    /// <param name="repeats">How often the matrix is applied.</param>
    public static ILinearMap AlongLastAxis(DenseOperator dense, MapShape output, MapShape input, int repeats)
    {
        int rows = checked(repeats * dense.Outputs), entries = checked(rows * dense.Inputs);
        int[] starts = [.. Enumerable.Range(0, rows + 1).Select(i => i * dense.Inputs)], columns = new int[entries];
        var weights = new double[entries];
        double[]? radii = dense.WeightRadius is null ? null : new double[entries];
        for (int at = 0, r = 0; r < repeats; r++)
        {
            dense.Weights.CopyTo(weights, r * dense.Weights.Length);
            dense.WeightRadius?.CopyTo(radii!, r * dense.Weights.Length);
            for (int o = 0; o < dense.Outputs; o++)
            {
                for (int i = 0; i < dense.Inputs; i++)
                    columns[at++] = (r * dense.Inputs) + i;
            }
        }

        return new SparseMap(output, input, starts, columns, weights, radii);
    }

    private static int[] Strides(TensorShape shape)
    {
        var strides = new int[shape.Count];
        for (int a = shape.Count - 1, step = 1; a >= 0; step *= shape[a--])
            strides[a] = step;
        return strides;
    }

    private static void ForEach(TensorShape shape, Action<int, int[]> visit)
    {
        var index = new int[shape.Count];
        for (int at = 0; at < shape.Elements; at++)
        {
            visit(at, index);
            for (int a = shape.Count - 1; a >= 0 && ++index[a] == shape[a]; a--)
                index[a] = 0;
        }
    }
}
