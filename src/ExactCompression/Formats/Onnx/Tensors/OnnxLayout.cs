namespace ExactCompression.Formats.Onnx;

/// <summary>Copies the elements of tensors into another row-major order: transposed, or repeated along new dimensions.</summary>
internal static class OnnxLayout
{
    // Elements copied between two checks of the token.
    private const int Piece = 1 << 20;

    /// <summary>Expands an operand's values to a shape that it broadcasts to, row-major.</summary>
    /// <param name="values">The operand, row-major.</param>
    /// <param name="shape">Its dimensions.</param>
    /// <param name="target">Dimensions of the result, at least as many.</param>
    /// <param name="budget">The import's limits.</param>
    public static T[] Expand<T>(T[] values, int[] shape, int[] target, ImportBudget budget)
    {
        int[] strides = Strides(shape), repeated = new int[target.Length];
        for (int back = 1; back <= shape.Length; back++)
            repeated[^back] = shape[^back] == 1 ? 0 : strides[^back];
        return Gather<T>(values, target, repeated, budget);
    }

    /// <summary>Moves values to the places that a permutation of the dimensions gives them.</summary>
    /// <param name="values">The values, row-major.</param>
    /// <param name="shape">Their dimensions.</param>
    /// <param name="permutation">The old dimension at each new one.</param>
    /// <param name="budget">The import's limits.</param>
    public static T[] Transpose<T>(T[] values, int[] shape, int[] permutation, ImportBudget budget)
    {
        int[] strides = Strides(shape);
        return Gather<T>(values, [.. permutation.Select(p => shape[p])], [.. permutation.Select(p => strides[p])], budget);
    }

    private static int[] Strides(int[] shape)
    {
        var strides = new int[shape.Length];
        for (int axis = shape.Length - 1, stride = 1; axis >= 0; stride *= shape[axis--])
            strides[axis] = stride;
        return strides;
    }

    /// <summary>
    /// The element at each coordinate is the one at the sum of coordinates times strides. Linear in the result, whatever the dimensions.
    /// </summary>
    private static T[] Gather<T>(ReadOnlySpan<T> values, int[] sizes, int[] strides, ImportBudget budget)
    {
        var result = new T[OnnxShapes.Count(sizes)];
        if (result.Length == 0)
            return result;
        (int[] counts, int[] steps) = Merged(sizes, strides);
        int inner = counts[^1], step = steps[^1], from = 0;
        var at = new int[counts.Length];
        for (int to = 0, next = Piece; to < result.Length; to += inner)
        {
            for (int i = 0, source = from; i < inner; i++, source += step)
                result[to + i] = values[source];
            for (int axis = counts.Length - 2; axis >= 0; axis--)
            {
                from += steps[axis];
                if (++at[axis] < counts[axis])
                    break;
                from -= steps[axis] * counts[axis];
                at[axis] = 0;
            }

            if (to >= next)
            {
                budget.ThrowIfCancelled();
                next = to + Piece;
            }
        }

        return result;
    }

    /// <summary>
    /// The same iteration in fewer dimensions: those of size 1 are dropped, and adjacent ones that are contiguous in the source are merged.
    /// </summary>
    private static (int[] Sizes, int[] Strides) Merged(int[] sizes, int[] strides)
    {
        (List<int> size, List<int> stride) = ([1], [0]);
        for (int axis = 0; axis < sizes.Length; axis++)
        {
            if (sizes[axis] == 1)
                continue;
            if (size[^1] != 1 && stride[^1] == (long)strides[axis] * sizes[axis])
            {
                size[^1] *= sizes[axis];
                stride[^1] = strides[axis];
            }
            else if (size[^1] == 1)
            {
                (size[^1], stride[^1]) = (sizes[axis], strides[axis]);
            }
            else
            {
                size.Add(sizes[axis]);
                stride.Add(strides[axis]);
            }
        }

        return ([.. size], [.. stride]);
    }
}
