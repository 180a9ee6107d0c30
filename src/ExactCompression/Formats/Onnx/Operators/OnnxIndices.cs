namespace ExactCompression.Formats.Onnx;

/// <summary>Which elements of each axis the operators that select take: for values and for constants alike.</summary>
internal static class OnnxIndices
{
    private const long SliceInputs = 10, SplitInputs = 13, PadInputs = 11;

    /// <summary>The elements of a Slice: for each axis their indices, or null for all.</summary>
    public static int[]?[] Slice(OnnxStep step, int[] shape)
    {
        OnnxNode node = step.Node;
        long[]? axes, steps = null;
        long[] starts, ends;
        if (step.Opset < SliceInputs)
        {
            node.AllowAttributes("axes", "ends", "starts");
            starts = node.Integers("starts") ?? throw node.Fault("OnnxInvalidAttribute", "It states no 'starts'.");
            ends = node.Integers("ends") ?? throw node.Fault("OnnxInvalidAttribute", "It states no 'ends'.");
            axes = node.Integers("axes");
        }
        else
        {
            node.AllowAttributes();
            (starts, ends) = (step.Constant(1).Integers, step.Constant(2).Integers);
            (axes, steps) = (step.OptionalConstant(3)?.Integers, step.OptionalConstant(4)?.Integers);
        }

        axes ??= [.. Enumerable.Range(0, starts.Length).Select(static i => (long)i)];
        steps ??= [.. starts.Select(static _ => 1L)];
        if (ends.Length != starts.Length || axes.Length != starts.Length || steps.Length != starts.Length || starts.Length > shape.Length)
            throw node.ShapeFault($"It states {starts.Length} starts, {ends.Length} ends, {axes.Length} axes and {steps.Length} steps.");
        OnnxShapes.Axes(node, axes, shape.Length);
        var indices = new int[]?[shape.Length];
        for (int i = 0; i < starts.Length; i++)
        {
            int axis = OnnxShapes.Axis(node, axes[i], shape.Length);
            indices[axis] = Range(step, shape[axis], starts[i], ends[i], steps[i]);
        }

        return indices;
    }

    /// <summary>The axis of a Split and the sizes of its ranges.</summary>
    public static (int Axis, int[] Sizes) Split(OnnxStep step, int[] shape)
    {
        OnnxNode node = step.Node;
        long[]? stated;
        if (step.Opset < SplitInputs && !node.HasInput(1))
        {
            node.AllowAttributes("axis", "split");
            stated = node.Integers("split");
        }
        else
        {
            node.AllowAttributes("axis", "num_outputs");
            stated = step.OptionalConstant(1)?.Integers;
        }

        int axis = OnnxShapes.Axis(node, node.Integer("axis", 0), shape.Length), outputs = node.Outputs.Count;
        int[] sizes;
        if (stated is not null)
        {
            sizes = Sizes(step, stated);
        }
        else
        {
            int size = (shape[axis] + outputs - 1) / outputs;
            sizes = [.. Enumerable.Range(0, outputs).Select(i => Math.Clamp(shape[axis] - (i * size), 0, size))];
        }

        return sizes.Sum(static s => (long)s) == shape[axis]
            ? (axis, sizes)
            : throw node.ShapeFault($"Its parts [{string.Join(',', sizes)}] are not the {shape[axis]} elements of axis {axis}.");
    }

    /// <summary>The axis of a Gather, the indices along it, and the shape of what it gives.</summary>
    public static (int Axis, int[] Indices, int[] Shape) Gather(OnnxStep step, int[] shape, OnnxTensor indices)
    {
        step.Node.AllowAttributes("axis");
        int axis = OnnxShapes.Axis(step.Node, step.Node.Integer("axis", 0), shape.Length);
        int size = shape[axis];
        step.Budget.AllocateValues(indices.Count, step.Node.Place);
        int[] taken = Array.ConvertAll(indices.Integers, index => index >= -size && index < size
            ? (int)(index < 0 ? index + size : index)
            : throw step.Node.ShapeFault($"The index {index} does not exist along axis {axis} of {OnnxShapes.Show(shape)}."));
        OnnxShapes.RequireRank(step.Node, shape.Length - 1 + indices.Shape.Length);
        return (axis, taken, [.. shape[..axis], .. indices.Shape, .. shape[(axis + 1)..]]);
    }

    /// <summary>The elements of a Pad, -1 for what it adds, and the number that it adds.</summary>
    public static (int[]?[] Indices, double Filling) Pad(OnnxStep step, int[] shape)
    {
        OnnxNode node = step.Node;
        long[] pads;
        long[]? axes = null;
        double filling;
        if (step.Opset < PadInputs)
        {
            node.AllowAttributes("mode", "pads", "paddings", "value");
            pads = node.Integers("pads") ?? node.Integers("paddings") ?? throw node.Fault("OnnxInvalidAttribute", "It states no 'pads'.");
            filling = node.Float("value", 0);
        }
        else
        {
            node.AllowAttributes("mode");
            pads = step.Constant(1).Integers;
            filling = step.OptionalConstant(2) is { Count: > 0 } constant
                ? constant.IsFloat ? constant.Floats[0] : constant.Integers[0] : 0;
            axes = step.OptionalConstant(3)?.Integers;
        }

        axes ??= [.. Enumerable.Range(0, shape.Length).Select(static i => (long)i)];
        if (pads.Length != 2 * axes.Length)
            throw node.ShapeFault($"It states {pads.Length} paddings for {axes.Length} axes of {OnnxShapes.Show(shape)}.");
        if (!double.IsFinite(filling))
            throw new OnnxNotAnalysedException("It pads with a number that is not finite.");
        OnnxShapes.Axes(node, axes, shape.Length);
        string mode = node.Text("mode") ?? "constant";
        var indices = new int[]?[shape.Length];
        for (int i = 0; i < axes.Length; i++)
        {
            int axis = OnnxShapes.Axis(node, axes[i], shape.Length), size = shape[axis];
            (long before, long after) = (pads[i], pads[i + axes.Length]);
            if ((before, after) == (0, 0))
                continue;
            if (Math.Abs((decimal)before) > int.MaxValue || Math.Abs((decimal)after) > int.MaxValue
                || before + after + size is < 0 or > int.MaxValue)
                throw node.ShapeFault($"Its padding {before} and {after} does not fit axis {axis} of {OnnxShapes.Show(shape)}.");
            int count = (int)(before + after + size);
            step.Budget.AllocateValues(count, node.Place);
            indices[axis] = [.. Enumerable.Range(0, count).Select(at => Padded(node, mode, (int)(at - before), size))];
        }

        return (indices, mode == "constant" ? filling : 0);
    }

    /// <summary>The indices of an axis, repeated.</summary>
    public static int[] Repeated(OnnxStep step, int size, int repeats)
    {
        step.Budget.AllocateValues((long)size * repeats, step.Node.Place);
        return [.. Enumerable.Range(0, checked(size * repeats)).Select(i => i % size)];
    }

    /// <summary>Sizes that a constant states, each from 0 on.</summary>
    public static int[] Sizes(OnnxStep step, long[] sizes)
    {
        OnnxShapes.RequireRank(step.Node, sizes.Length);
        return Array.TrueForAll(sizes, static s => s is >= 0 and <= int.MaxValue)
            ? Array.ConvertAll(sizes, static s => (int)s)
            : throw step.Node.ShapeFault($"It states the sizes [{string.Join(',', sizes)}].");
    }

    private static int[] Range(OnnxStep step, int size, long start, long end, long stride)
    {
        if (stride == 0)
            throw step.Node.ShapeFault("Its step is 0.");
        long At(long index, long least, long most) => Math.Clamp(index < 0 ? index + size : index, least, most);
        (long first, long last) = stride > 0 ? (At(start, 0, size), At(end, 0, size)) : (At(start, 0, size - 1), At(end, -1, size - 1));
        if (size == 0)
            return [];
        long distance = stride > 0 ? last - first : first - last;
        ulong width = stride > 0 ? (ulong)stride : (ulong)-(stride + 1) + 1;
        int count = distance <= 0 ? 0 : (int)(((ulong)distance + width - 1) / width);
        step.Budget.AllocateValues(count, step.Node.Place);
        return [.. Enumerable.Range(0, count).Select(i => (int)(first + (i * stride)))];
    }

    private static int Padded(OnnxNode node, string mode, int index, int size)
    {
        if (index >= 0 && index < size)
            return index;
        switch (mode)
        {
            case "constant":
                return -1;
            case "edge" when size > 0:
                return Math.Clamp(index, 0, size - 1);
            case "wrap" when size > 0:
                return ((index % size) + size) % size;
            case "reflect" when size > 1:
                int period = 2 * (size - 1), place = ((index % period) + period) % period;
                return place < size ? place : period - place;
            default:
                throw new OnnxNotAnalysedException($"It pads in the mode {OnnxFault.Quote(mode)}.");
        }
    }
}
