using System.Collections.Frozen;
using DataType = ExactCompression.Formats.Onnx.Schema.TensorProto.Types.DataType;

namespace ExactCompression.Formats.Onnx;

/// <summary>
/// What nodes make of constants alone. Weights are moved, retyped, and computed with where that is exact; integers, such as shapes, are
/// computed with. A runtime would round other arithmetic, in a way that cannot be known here: that is left to the network's graph.
/// </summary>
internal static class OnnxFolding
{
    private static readonly FrozenDictionary<string, Func<OnnxStep, OnnxTensor?>> Known =
        new Dictionary<string, Func<OnnxStep, OnnxTensor?>>
    {
        ["Constant"] = FromAttribute,
        ["ConstantOfShape"] = OfShape,
        ["Cast"] = Cast,
        ["Transpose"] = Transpose,
        ["Gather"] = Gather,
        ["Slice"] = static step => Select(step, step.Constant(0), OnnxIndices.Slice(step, step.ShapeOf(0))),
        ["Concat"] = Concat,
        ["Expand"] = Expand,
        ["Tile"] = Tile,
        ["Range"] = OnnxFoldedArithmetic.Range,
        ["Add"] = static step => OnnxFoldedArithmetic.Binary(step),
        ["Sub"] = static step => OnnxFoldedArithmetic.Binary(step),
        ["Mul"] = static step => OnnxFoldedArithmetic.Binary(step),
        ["Div"] = static step => OnnxFoldedArithmetic.Binary(step),
        ["Mod"] = static step => OnnxFoldedArithmetic.Binary(step),
        ["Min"] = static step => OnnxFoldedArithmetic.Binary(step),
        ["Max"] = static step => OnnxFoldedArithmetic.Binary(step),
        ["Equal"] = static step => OnnxFoldedArithmetic.Binary(step),
        ["Greater"] = static step => OnnxFoldedArithmetic.Binary(step),
        ["Less"] = static step => OnnxFoldedArithmetic.Binary(step),
        ["Neg"] = static step => OnnxFoldedArithmetic.Unary(step, static v => -v, static v => -v),
        ["Abs"] = static step => OnnxFoldedArithmetic.Unary(step, Math.Abs, static v => v == long.MinValue ? null : Math.Abs(v)),
        ["Floor"] = static step => OnnxFoldedArithmetic.Unary(step, Math.Floor, null),
        ["Ceil"] = static step => OnnxFoldedArithmetic.Unary(step, Math.Ceiling, null),
        ["Not"] = static step => OnnxFoldedArithmetic.Unary(step, null, static v => v == 0 ? 1 : 0),
        ["Where"] = OnnxFoldedArithmetic.Where,
        ["ReduceProd"] = OnnxFoldedArithmetic.Product,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Gives what a node makes of constants, if it is known.</summary>
    /// <param name="step">A node whose inputs are constants.</param>
    /// <returns>Whether it is known.</returns>
    /// <exception cref="InvalidFileException">The node is damaged, or the import would take more than it may.</exception>
    public static bool TryGive(OnnxStep step)
    {
        if (step.Node.Operator == "Split")
        {
            GiveParts(step);
            return true;
        }

        OnnxTensor? result = OnnxShapeOperators.IsReshape(step.Node.Operator) && step.IsConstant(0)
            ? step.Constant(0).Reshaped(OnnxShapeOperators.Result(step, step.ShapeOf(0), isBatch: false))
            : Known.GetValueOrDefault(step.Node.Operator)?.Invoke(step);
        if (result is null)
            return false;
        step.Give(result);
        return true;
    }

    private static OnnxTensor FromAttribute(OnnxStep step)
    {
        OnnxNode node = step.Node;
        node.AllowAttributes("value", "value_float", "value_floats", "value_int", "value_ints");
        (string name, OnnxFault fault) = (node.Outputs[0], step.Reading.Fault);
        if (node.Tensor("value") is { } tensor)
            return step.Reading.Decode(tensor, name);
        if (node.Floats("value_floats") is { } floats)
            return OnnxTensor.OfFloats(name, [floats.Length], [.. floats.Select(static v => (double)v)], WeightPrecision.Float32, fault);
        if (node.Integers("value_ints") is { } integers)
            return OnnxTensor.OfIntegers(name, [integers.Length], integers, fault);
        if (node.HasAttribute("value_float"))
            return OnnxTensor.OfFloats(name, [], [node.Float("value_float", 0)], WeightPrecision.Float32, fault);
        if (node.HasAttribute("value_int"))
            return OnnxTensor.OfIntegers(name, [], [node.Integer("value_int", 0)], fault);
        throw node.Fault("OnnxInvalidAttribute", "It has no value.");
    }

    private static OnnxTensor OfShape(OnnxStep step)
    {
        step.Node.AllowAttributes("value");
        int[] shape = OnnxIndices.Sizes(step, step.Constant(0).Integers);
        OnnxTensor? value = step.Node.Tensor("value") is { } tensor ? step.Reading.Decode(tensor, step.Node.Outputs[0]) : null;
        if (value is not null && value.Count != 1)
            throw step.Node.ShapeFault($"Its value has {value.Count} elements, not 1.");
        value ??= OnnxTensor.OfFloats(step.Node.Outputs[0], [1], [0], WeightPrecision.Float32, step.Reading.Fault);
        return Gathered(step, value, shape, [.. shape.Select(static size => new int[size])]);
    }

    /// <summary>A cast of stored values really rounds them, unlike a cast of values that depend on the input.</summary>
    private static OnnxTensor? Cast(OnnxStep step)
    {
        OnnxTensor tensor = step.Constant(0);
        DataType to = OnnxShapeOperators.CastTarget(step);
        step.Budget.AllocateValues(tensor.Count, step.Node.Place);
        string name = tensor.Name;
        if (OnnxShapeOperators.IsFloat(to))
        {
            double[] values = tensor.IsFloat ? tensor.Floats : Array.ConvertAll(tensor.Integers, static v => (double)v);
            values = Array.ConvertAll(values, v => to switch
            {
                DataType.Double => v,
                DataType.Float => (float)v,
                DataType.Bfloat16 => ToBfloat16((float)v),
                _ => (double)(Half)v,
            });
            WeightPrecision precision = to == DataType.Double ? WeightPrecision.Float64 : WeightPrecision.Float32;
            return OnnxTensor.OfFloats(name, tensor.Shape, values, precision, step.Reading.Fault);
        }

        if (to is not (DataType.Int64 or DataType.Int32 or DataType.Bool))
            return null;
        if (tensor.IsFloat && Array.Exists(tensor.Floats, static v => !(Math.Abs(v) < int.MaxValue)))
            return null;
        long[] integers = tensor.IsFloat
            ? Array.ConvertAll(tensor.Floats, v => to == DataType.Bool ? v != 0 ? 1 : 0 : (long)Math.Truncate(v))
            : Array.ConvertAll(tensor.Integers, v => to switch
            {
                DataType.Bool => v != 0 ? 1 : 0,
                DataType.Int32 => unchecked((int)v), // as runtimes do, the upper half is dropped
                _ => v,
            });
        return OnnxTensor.OfIntegers(name, tensor.Shape, integers, step.Reading.Fault);
    }

    /// <summary>The nearest number that has the upper half of a single's bits, and among two the even one.</summary>
    private static double ToBfloat16(float value)
    {
        if (!float.IsFinite(value))
            return value;
        uint bits = BitConverter.SingleToUInt32Bits(value);
        return BitConverter.UInt32BitsToSingle((bits + 0x7FFF + ((bits >> 16) & 1)) & 0xFFFF0000);
    }

    private static OnnxTensor Transpose(OnnxStep step)
    {
        step.Node.AllowAttributes("perm");
        OnnxTensor tensor = step.Constant(0);
        int[] permutation = OnnxShapes.Permutation(step.Node, tensor.Shape.Length, step.Node.Integers("perm"));
        int[] shape = [.. permutation.Select(p => tensor.Shape[p])];
        step.Budget.AllocateValues(tensor.Count, step.Node.Place);
        return tensor.IsFloat
            ? OnnxTensor.OfFloats(
                tensor.Name, shape, OnnxLayout.Transpose(tensor.Floats, tensor.Shape, permutation, step.Budget), tensor.Precision,
                step.Reading.Fault)
            : OnnxTensor.OfIntegers(
                tensor.Name, shape, OnnxLayout.Transpose(tensor.Integers, tensor.Shape, permutation, step.Budget), step.Reading.Fault);
    }

    private static OnnxTensor Gather(OnnxStep step)
    {
        OnnxTensor tensor = step.Constant(0);
        (int axis, int[] taken, int[] shape) = OnnxIndices.Gather(step, tensor.Shape, step.Constant(1));
        var indices = new int[]?[tensor.Shape.Length];
        indices[axis] = taken;
        return Select(step, tensor, indices).Reshaped(shape);
    }

    private static OnnxTensor Expand(OnnxStep step)
    {
        OnnxTensor tensor = step.Constant(0);
        int[] common = OnnxShapes.Broadcast(step.Node, tensor.Shape, OnnxIndices.Sizes(step, step.Constant(1).Integers));
        int[] padded = OnnxShapes.Padded(tensor.Shape, common.Length);
        int[]?[] indices = [.. padded.Select((size, axis) => size == common[axis] ? null : new int[common[axis]])];
        return Select(step, tensor.Reshaped(padded), indices);
    }

    private static OnnxTensor? Tile(OnnxStep step)
    {
        OnnxTensor tensor = step.Constant(0);
        if (step.Node.Inputs.Count != 2)
            return null;
        int[] repeats = OnnxIndices.Sizes(step, step.Constant(1).Integers);
        return repeats.Length != tensor.Shape.Length
            ? null
            : Select(step, tensor, [.. tensor.Shape.Select((size, axis) => OnnxIndices.Repeated(step, size, repeats[axis]))]);
    }

    private static OnnxTensor Concat(OnnxStep step)
    {
        step.Node.AllowAttributes("axis");
        OnnxTensor[] parts = [.. step.Node.Inputs.Select((_, i) => step.Constant(i))];
        int[] shape = [.. parts[0].Shape];
        int axis = OnnxShapes.Axis(step.Node, step.Node.Integer("axis", 1), shape.Length);
        foreach (OnnxTensor part in parts)
        {
            if (part.Shape.Length != shape.Length || part.Shape.Where((size, i) => i != axis && size != shape[i]).Any())
                throw step.Node.ShapeFault($"{OnnxShapes.Show(part.Shape)} does not fit {OnnxShapes.Show(shape)} along axis {axis}.");
        }

        shape[axis] = checked(parts.Sum(part => part.Shape[axis]));
        step.Budget.AllocateValues(OnnxShapes.Count(shape), step.Node.Place);
        int outer = OnnxShapes.Count(shape.AsSpan(0, axis));
        T[] Joined<T>(Func<OnnxTensor, T[]> values)
        {
            var joined = new List<T>(OnnxShapes.Count(shape));
            for (int row = 0; row < outer; row++)
            {
                foreach (OnnxTensor part in parts)
                    joined.AddRange(values(part).AsSpan(row * (part.Count / outer), part.Count / outer));
            }

            return [.. joined];
        }

        return parts[0].IsFloat
            ? OnnxTensor.OfFloats(
                step.Node.Outputs[0], shape, Joined(static part => part.Floats),
                    parts.Max(static part => part.Precision), step.Reading.Fault)
            : OnnxTensor.OfIntegers(step.Node.Outputs[0], shape, Joined(static part => part.Integers), step.Reading.Fault);
    }

    private static void GiveParts(OnnxStep step)
    {
        OnnxTensor tensor = step.Constant(0);
        (int axis, int[] sizes) = OnnxIndices.Split(step, tensor.Shape);
        for (int i = 0, start = 0; i < Math.Min(sizes.Length, step.Node.Outputs.Count); start += sizes[i++])
        {
            var indices = new int[]?[tensor.Shape.Length];
            indices[axis] = [.. Enumerable.Range(start, sizes[i])];
            step.Give(Select(step, tensor, indices), i);
        }
    }

    /// <summary>Elements of a constant axis by axis; null for an axis that stays.</summary>
    private static OnnxTensor Select(OnnxStep step, OnnxTensor tensor, int[]?[] indices)
    {
        int[] shape = [.. tensor.Shape.Select((size, axis) => indices[axis]?.Length ?? size)];
        return Gathered(step, tensor, shape, [.. indices.Select((list, axis) => list ?? [.. Enumerable.Range(0, tensor.Shape[axis])])]);
    }

    private static OnnxTensor Gathered(OnnxStep step, OnnxTensor tensor, int[] shape, int[][] indices)
    {
        int[] from = shape.Length == tensor.Shape.Length ? tensor.Shape : [.. shape.Select(static _ => 1)];
        int count = OnnxShapes.Count(shape);
        step.Budget.AllocateValues(count, step.Node.Place);
        var places = new int[count];
        var at = new int[shape.Length];
        for (int i = 0; i < count; i++)
        {
            int place = 0;
            for (int axis = 0; axis < shape.Length; axis++)
                place = (place * from[axis]) + indices[axis][at[axis]];
            places[i] = place;
            for (int axis = shape.Length - 1; axis >= 0 && ++at[axis] == shape[axis]; axis--)
                at[axis] = 0;
        }

        return tensor.IsFloat
            ? OnnxTensor.OfFloats(
                tensor.Name, shape, Array.ConvertAll(places, p => tensor.Floats[p]), tensor.Precision, step.Reading.Fault)
            : OnnxTensor.OfIntegers(tensor.Name, shape, Array.ConvertAll(places, p => tensor.Integers[p]), step.Reading.Fault);
    }
}
