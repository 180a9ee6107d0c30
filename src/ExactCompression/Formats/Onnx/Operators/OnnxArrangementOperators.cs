using ExactCompression.Networks;

namespace ExactCompression.Formats.Onnx;

/// <summary>Operators that arrange elements: selections along axes, transpositions, concatenations.</summary>
internal static class OnnxArrangementOperators
{
    /// <summary>A permutation of the axes.</summary>
    public static void Transpose(OnnxStep step)
    {
        step.Node.AllowAttributes("perm");
        OnnxValue value = step.Data(0);
        int[] shape = value.Shape!;
        int[] permutation = OnnxShapes.Permutation(step.Node, shape.Length, step.Node.Integers("perm"));
        OnnxStep.KeepBatch(value, shape.Length > 0 && permutation[0] != 0);
        int[] result = [.. permutation.Select(p => shape[p])];
        if (EffectiveNodes.KeepsOrder(shape, permutation))
        {
            step.GiveReshaped(value, result);
            return;
        }

        int lead = OnnxShapes.Lead(shape) == 1 && permutation[0] == 0 ? 1 : 0;
        int number = step.As(value.Number, new(shape.AsSpan(lead)));
        number = step.Add(
            new TransposeOperator([.. permutation.Skip(lead).Select(p => p - lead)]), new(result.AsSpan(lead)), number);
        step.Give(step.Of(number, result, value.IsBatch));
    }

    /// <summary>Values side by side.</summary>
    public static void Concat(OnnxStep step)
    {
        step.Node.AllowAttributes("axis");
        int[] present = [.. Enumerable.Range(0, step.Node.Inputs.Count).Where(i => !(step.Input(i).Constant is { Count: 0 }))];
        OnnxValue[] values = [.. present.Select(step.Data)];
        if (values.Length == 0)
            throw new OnnxNotAnalysedException("It gives no elements.");
        int[] result = [.. values[0].Shape!];
        int axis = OnnxShapes.Axis(step.Node, step.Node.Integer("axis", 1), result.Length);
        bool isBatch = Array.Exists(values, static v => v.IsBatch);
        foreach (OnnxValue value in values)
        {
            int[] shape = value.Shape!;
            if (shape.Length != result.Length || shape.Where((size, i) => i != axis && size != result[i]).Any())
                throw step.Node.ShapeFault($"{OnnxShapes.Show(shape)} does not fit {OnnxShapes.Show(result)} along axis {axis}.");
            if (isBatch && (axis == 0 || shape[0] != 1))
                throw new OnnxNoBatchException();
        }

        result[axis] = checked(values.Sum(v => v.Shape![axis]));
        int lead = axis == 0 ? 0 : OnnxShapes.Lead(result);
        int[] numbers = [.. values.Select(v => step.As(v.Number, new(v.Shape!.AsSpan(lead))))];
        int number = numbers.Length == 1 ? numbers[0] : step.Add(new ConcatOperator(axis - lead), new(result.AsSpan(lead)), numbers);
        step.Give(step.Of(number, result, isBatch));
    }

    /// <summary>Elements of some ranges, in steps.</summary>
    public static void Slice(OnnxStep step)
    {
        OnnxValue value = step.Data(0);
        step.Give(Select(step, value, OnnxIndices.Slice(step, Whole(step, value))));
    }

    /// <summary>One range of an axis after the other.</summary>
    public static void Split(OnnxStep step)
    {
        OnnxValue value = step.Data(0);
        (int axis, int[] sizes) = OnnxIndices.Split(step, Whole(step, value));
        for (int i = 0, start = 0; i < sizes.Length; start += sizes[i++])
        {
            if (i >= step.Node.Outputs.Count || step.Node.Outputs[i].Length == 0 || sizes[i] == 0)
                continue;
            var indices = new int[]?[value.Shape!.Length];
            indices[axis] = [.. Enumerable.Range(start, sizes[i])];
            step.Give(Select(step, value, indices), i);
        }
    }

    /// <summary>Elements of an axis by constant indices.</summary>
    public static void Gather(OnnxStep step)
    {
        OnnxValue value = step.Data(0);
        (int axis, int[] taken, int[] shape) = OnnxIndices.Gather(step, value.Shape!, step.Constant(1));
        OnnxStep.KeepBatch(value, axis == 0);
        var indices = new int[]?[value.Shape!.Length];
        indices[axis] = taken;
        step.GiveReshaped(Select(step, value, indices), shape);
    }

    /// <summary>More elements at the ends of axes, or fewer.</summary>
    public static void Pad(OnnxStep step)
    {
        OnnxValue value = step.Data(0);
        (int[]?[] indices, double filling) = OnnxIndices.Pad(step, value.Shape!);
        OnnxValue padded = Select(step, value, indices);
        if (filling == 0)
        {
            step.Give(padded);
            return;
        }

        int[] shape = padded.Shape!;
        var shifts = new double[OnnxShapes.Count(shape)];
        step.Budget.AllocateValues(shifts.Length, step.Node.Place);
        for (int i = 0; i < shifts.Length; i++)
        {
            for (int axis = shape.Length - 1, rest = i; axis >= 0; rest /= shape[axis--])
                shifts[i] = indices[axis]?[rest % shape[axis]] < 0 ? filling : shifts[i];
        }

        var part = AffinePart.Of(AffineMap.Shift(shifts), WeightPrecision.Float32)!;
        step.Give(step.Of(step.Add(new ScaleShiftOperator(part), OnnxShapes.Row(shape), padded.Number), shape, value.IsBatch));
    }

    /// <summary>A value repeated as a shape requires.</summary>
    public static void Expand(OnnxStep step)
    {
        step.Node.AllowAttributes();
        OnnxValue value = step.Data(0);
        int[] target = OnnxIndices.Sizes(step, step.Constant(1).Integers);
        if (value.IsBatch && target.Length == value.Shape!.Length && target[0] == step.Reading.Batch)
            target[0] = 1;
        int[] common = OnnxBroadcast.Common(step, [value.Shape!, target], value);
        step.Give(step.Of(OnnxBroadcast.Spread(step, value, value.Shape!, common), common, value.IsBatch));
    }

    /// <summary>A value repeated whole along axes.</summary>
    public static void Tile(OnnxStep step)
    {
        step.Node.AllowAttributes();
        if (step.Node.Inputs.Count != 2)
            throw new OnnxNotAnalysedException("It is of the first version.");
        OnnxValue value = step.Data(0);
        int[] repeats = OnnxIndices.Sizes(step, step.Constant(1).Integers), shape = value.Shape!;
        if (repeats.Length != shape.Length)
            throw step.Node.ShapeFault($"It states {repeats.Length} repetitions for the shape {OnnxShapes.Show(shape)}.");
        step.Give(Select(
            step, value, [.. shape.Select((size, axis) => repeats[axis] == 1 ? null : OnnxIndices.Repeated(step, size, repeats[axis]))]));
    }

    /// <summary>Elements of a value axis by axis.</summary>
    /// <param name="step">The node.</param>
    /// <param name="value">The value.</param>
    /// <param name="indices">For each axis, the index of each element in the value, or -1 for 0; null for an axis that stays.</param>
    private static OnnxValue Select(OnnxStep step, OnnxValue value, int[]?[] indices)
    {
        int[] shape = value.Shape!;
        int[] whole = Whole(step, value);
        int[]?[] moved = [.. indices.Select((list, axis) => list is null || IsAll(list, whole[axis]) ? null : list)];
        if (Array.TrueForAll(moved, static m => m is null))
            return value;
        OnnxStep.KeepBatch(value, moved[0] is not null);
        int[] result = [.. shape.Select((size, axis) => moved[axis]?.Length ?? size)];
        int lead = moved[0] is null ? OnnxShapes.Lead(shape) : 0;
        int number = step.As(value.Number, new(shape.AsSpan(lead)));
        return step.Of(step.Add(new SelectOperator(moved[lead..]), new(result.AsSpan(lead)), number), result, value.IsBatch);
    }

    /// <summary>The shape of a value with the batch that the graph fixes: a node that selects one row of it does not keep it.</summary>
    private static int[] Whole(OnnxStep step, OnnxValue value) =>
        value.IsBatch ? [step.Reading.Batch, .. value.Shape![1..]] : value.Shape!;

    private static bool IsAll(int[] indices, int size)
    {
        if (indices.Length != size)
            return false;
        for (int i = 0; i < size; i++)
        {
            if (indices[i] != i)
                return false;
        }

        return true;
    }
}
