using ExactCompression.Formats.Onnx.Schema;

namespace ExactCompression.Formats.Onnx;

/// <summary>What the operators that only change a shape do to it. Sizes are concrete: the batch counts as 1.</summary>
internal static class OnnxShapes
{
    /// <summary>The most dimensions a tensor may have, as in NumPy: more would only make every element slow.</summary>
    public const int MostDimensions = 64;

    /// <summary>Number of elements of a shape that is known to be small enough.</summary>
    /// <param name="shape">Dimensions.</param>
    public static int Count(ReadOnlySpan<int> shape)
    {
        int count = 1;
        foreach (int size in shape)
            count = checked(count * size);
        return count;
    }

    /// <summary>The dimensions of a shape that stand for the batch: the first, where it is 1 and there are others.</summary>
    /// <param name="shape">Dimensions.</param>
    public static int Lead(int[] shape) => shape.Length >= 2 && shape[0] == 1 ? 1 : 0;

    /// <summary>The shape for one row of input: without the batch.</summary>
    /// <param name="shape">Dimensions.</param>
    public static TensorShape Row(int[] shape) => new(shape.AsSpan(Lead(shape)));

    /// <summary>A shape with ones before it.</summary>
    /// <param name="shape">Dimensions.</param>
    /// <param name="rank">How many it is to have.</param>
    public static int[] Padded(int[] shape, int rank) => [.. Enumerable.Repeat(1, rank - shape.Length), .. shape];

    /// <summary>The index of an axis that may be counted from the end.</summary>
    /// <param name="node">The node.</param>
    /// <param name="axis">The axis.</param>
    /// <param name="rank">Number of dimensions.</param>
    public static int Axis(OnnxNode node, long axis, int rank) => axis >= -rank && axis < rank
        ? (int)(axis < 0 ? axis + rank : axis)
        : throw node.ShapeFault($"The axis {axis} does not exist in {rank} dimensions.");

    /// <summary>A shape for messages, such as <c>[1,28,28]</c>.</summary>
    /// <param name="shape">Dimensions.</param>
    public static string Show(IEnumerable<int> shape) => $"[{string.Join(',', shape)}]";

    /// <summary>A declared shape for messages, such as <c>[?,28,28]</c>, where the first size is open.</summary>
    /// <param name="declared">The shape.</param>
    public static string Show(TensorShapeProto declared) =>
        $"[{string.Join(',', declared.Dim.Select(static d => d.DimValue > 0 ? $"{d.DimValue}" : "?"))}]";

    /// <summary>Flatten: a matrix of everything before the axis by everything from it on.</summary>
    public static int[] Flatten(OnnxNode node, int[] shape, long axis)
    {
        long at = axis < 0 ? axis + shape.Length : axis;
        if (at < 0 || at > shape.Length)
            throw node.ShapeFault($"The axis {axis} does not exist in the shape {Show(shape)}.");
        return [Count(shape.AsSpan(0, (int)at)), Count(shape.AsSpan((int)at))];
    }

    /// <summary>Reshape: 0 keeps a dimension (unless <paramref name="zeroIsZero"/>), one -1 takes the rest.</summary>
    public static int[] Reshape(OnnxNode node, int[] shape, long[] target, bool zeroIsZero)
    {
        RequireRank(node, target.Length);
        int count = Count(shape), inferred = Array.IndexOf(target, -1L);
        var result = new int[target.Length];
        long known = 1;
        for (int i = 0; i < target.Length; i++)
        {
            long size = i == inferred ? 1 : target[i] != 0 || zeroIsZero ? target[i] : i < shape.Length ? shape[i] : -1;
            if (size < 0 || size > int.MaxValue || (known *= size) > int.MaxValue)
                throw Misfit();
            result[i] = (int)size;
        }

        if (inferred >= 0 && known > 0 && count % known == 0)
            result[inferred] = (int)(count / known);
        else if (inferred >= 0 || known != count)
            throw Misfit();
        return result;

        InvalidFileException Misfit() =>
            node.ShapeFault($"The shape {Show(shape)} cannot become [{string.Join(',', target)}]; the batch size counts as 1.");
    }

    /// <summary>Squeeze: removes dimensions of size 1, all of them if no axes are given.</summary>
    public static int[] Squeeze(OnnxNode node, int[] shape, long[]? axes)
    {
        if (axes is null)
            return [.. shape.Where(static size => size != 1)];
        bool[] removed = Axes(node, axes, shape.Length);
        for (int i = 0; i < shape.Length; i++)
        {
            if (removed[i] && shape[i] != 1)
                throw node.ShapeFault($"Dimension {i} of the shape {Show(shape)} is not 1.");
        }

        return [.. shape.Where((_, i) => !removed[i])];
    }

    /// <summary>Unsqueeze: inserts dimensions of size 1 at the axes of the result.</summary>
    public static int[] Unsqueeze(OnnxNode node, int[] shape, long[] axes)
    {
        RequireRank(node, shape.Length + axes.Length);
        bool[] inserted = Axes(node, axes, shape.Length + axes.Length);
        int from = 0;
        return [.. inserted.Select(isNew => isNew ? 1 : shape[from++])];
    }

    /// <summary>The permutation of a Transpose, checked; by default it reverses.</summary>
    public static int[] Permutation(OnnxNode node, int rank, long[]? permutation)
    {
        if (permutation is null)
            return [.. Enumerable.Range(0, rank).Reverse()];
        if (permutation.Length != rank || permutation.Distinct().Count() != rank || permutation.Any(p => p < 0 || p >= rank))
            throw node.ShapeFault($"[{string.Join(',', permutation)}] is not a permutation of {rank} dimensions.");
        return [.. permutation.Select(static p => (int)p)];
    }

    /// <summary>The common shape of two operands, by the broadcasting rules of NumPy.</summary>
    public static int[] Broadcast(OnnxNode node, int[] a, int[] b)
    {
        var result = new int[Math.Max(a.Length, b.Length)];
        for (int back = 1; back <= result.Length; back++)
        {
            int sizeA = back <= a.Length ? a[^back] : 1, sizeB = back <= b.Length ? b[^back] : 1;
            if (sizeA != sizeB && sizeA != 1 && sizeB != 1)
                throw node.ShapeFault($"The shapes {Show(a)} and {Show(b)} do not fit together.");
            result[^back] = sizeA == 1 ? sizeB : sizeA;
        }

        return result;
    }

    /// <summary>Refuses shapes of very many dimensions.</summary>
    /// <param name="node">The node that makes it.</param>
    /// <param name="rank">How many dimensions it has.</param>
    public static void RequireRank(OnnxNode node, int rank)
    {
        if (rank > MostDimensions)
            throw node.Fault(
                "OnnxTooManyDimensions", $"It produces a value of {rank} dimensions; at most {MostDimensions} are supported.",
                "Export the network again.", unsupported: true);
    }

    /// <summary>Which dimensions some axes name; each at most once.</summary>
    public static bool[] Axes(OnnxNode node, long[] axes, int rank)
    {
        var named = new bool[rank];
        foreach (long axis in axes)
        {
            long at = axis < 0 ? axis + rank : axis;
            if (at < 0 || at >= rank || named[at])
                throw node.ShapeFault($"The axes [{string.Join(',', axes)}] do not fit {rank} dimensions.");
            named[at] = true;
        }

        return named;
    }
}
