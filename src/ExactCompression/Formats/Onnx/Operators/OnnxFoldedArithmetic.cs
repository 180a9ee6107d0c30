using ExactCompression.Numerics;

namespace ExactCompression.Formats.Onnx;

/// <summary>Arithmetic among constants: of integers, and of weights where nothing rounds.</summary>
internal static class OnnxFoldedArithmetic
{
    /// <summary>An operator of two constants; null where it would round or is not known.</summary>
    public static OnnxTensor? Binary(OnnxStep step)
    {
        if (step.Node.Inputs.Count != 2)
            return null;
        (OnnxTensor a, OnnxTensor b) = (step.Constant(0), step.Constant(1));
        int[] second = OnnxBroadcast.SecondShape(step, a.Shape, b.Shape), shape = OnnxShapes.Broadcast(step.Node, a.Shape, second);
        if (a.IsFloat != b.IsFloat)
            return null;
        step.Budget.AllocateValues(3L * OnnxShapes.Count(shape), step.Node.Place);
        return a.IsFloat
            ? Floats(
                step, OnnxLayout.Expand(a.Floats, a.Shape, shape, step.Budget), OnnxLayout.Expand(b.Floats, second, shape, step.Budget),
                shape, (WeightPrecision)Math.Max((int)a.Precision, (int)b.Precision))
            : Integers(
                step, OnnxLayout.Expand(a.Integers, a.Shape, shape, step.Budget), OnnxLayout.Expand(b.Integers, second, shape, step.Budget),
                shape);
    }

    /// <summary>An operator of one constant; null where it is not known for its type, or leaves the range.</summary>
    public static OnnxTensor? Unary(OnnxStep step, Func<double, double>? ofFloats, Func<long, long?>? ofIntegers)
    {
        step.Node.AllowAttributes();
        OnnxTensor tensor = step.Constant(0);
        step.Budget.AllocateValues(tensor.Count, step.Node.Place);
        if (tensor.IsFloat)
            return ofFloats is null
                ? null
                : OnnxTensor.OfFloats(
                    tensor.Name, tensor.Shape, Array.ConvertAll(tensor.Floats, v => ofFloats(v)), tensor.Precision, step.Reading.Fault);
        if (ofIntegers is null)
            return null;
        long?[] results = Array.ConvertAll(tensor.Integers, v => ofIntegers(v));
        return Array.Exists(results, static v => v is null)
            ? null
            : OnnxTensor.OfIntegers(tensor.Name, tensor.Shape, Array.ConvertAll(results, static v => v!.Value), step.Reading.Fault);
    }

    /// <summary>Elements of one constant or another; null for those that do not fit together.</summary>
    public static OnnxTensor? Where(OnnxStep step)
    {
        (OnnxTensor which, OnnxTensor a, OnnxTensor b) = (step.Constant(0), step.Constant(1), step.Constant(2));
        if (which.IsFloat || a.IsFloat != b.IsFloat)
            return null;
        int[] shape = OnnxShapes.Broadcast(step.Node, which.Shape, OnnxShapes.Broadcast(step.Node, a.Shape, b.Shape));
        step.Budget.AllocateValues(4L * OnnxShapes.Count(shape), step.Node.Place);
        long[] chosen = OnnxLayout.Expand(which.Integers, which.Shape, shape, step.Budget);
        T[] Choose<T>(T[] first, T[] second) => [.. chosen.Select((c, i) => c != 0 ? first[i] : second[i])];
        return a.IsFloat
            ? OnnxTensor.OfFloats(
                step.Node.Outputs[0], shape,
                Choose(OnnxLayout.Expand(a.Floats, a.Shape, shape, step.Budget), OnnxLayout.Expand(b.Floats, b.Shape, shape, step.Budget)),
                (WeightPrecision)Math.Max((int)a.Precision, (int)b.Precision), step.Reading.Fault)
            : OnnxTensor.OfIntegers(
                step.Node.Outputs[0], shape,
                Choose(
                    OnnxLayout.Expand(a.Integers, a.Shape, shape, step.Budget), OnnxLayout.Expand(b.Integers, b.Shape, shape, step.Budget)),
                step.Reading.Fault);
    }

    /// <summary>The product of all integers; null for other products.</summary>
    public static OnnxTensor? Product(OnnxStep step)
    {
        OnnxTensor tensor = step.Constant(0);
        bool[] axes = OnnxReductionOperators.Axes(step, tensor.Shape.Length, axesBecomeInputs: 18);
        if (tensor.IsFloat || tensor.Shape.Length > 1 || Array.Exists(axes, static a => !a))
            return null;
        long product = 1;
        foreach (long value in tensor.Integers)
        {
            long high = Math.BigMul(product, value, out product);
            if (high != (product < 0 ? -1 : 0))
                return null;
        }

        int[] shape = step.Node.Integer("keepdims", 1) != 0 ? [.. tensor.Shape.Select(static _ => 1)] : [];
        return OnnxTensor.OfIntegers(step.Node.Outputs[0], shape, [product], step.Reading.Fault);
    }

    /// <summary>Integers in equal steps; null for other numbers.</summary>
    public static OnnxTensor? Range(OnnxStep step)
    {
        if (step.Constant(0).IsFloat)
            return null;
        long[] ends = [.. Enumerable.Range(0, 3).Select(i => step.Constant(i).Integers is [var only] ? only : 0)];
        if (ends[2] == 0)
            throw step.Node.ShapeFault("Its step is 0.");
        decimal count = Math.Max(0, Math.Ceiling(((decimal)ends[1] - ends[0]) / ends[2]));
        if (count > int.MaxValue)
            throw step.Node.ShapeFault($"It gives {count} elements.");
        step.Budget.AllocateValues((long)count, step.Node.Place);
        long[] values = [.. Enumerable.Range(0, (int)count).Select(i => ends[0] + (i * ends[2]))];
        return OnnxTensor.OfIntegers(step.Node.Outputs[0], [values.Length], values, step.Reading.Fault);
    }

    private static OnnxTensor? Floats(OnnxStep step, double[] a, double[] b, int[] shape, WeightPrecision precision)
    {
        var results = new double[a.Length];
        for (int i = 0; i < results.Length; i++)
        {
            ErrorFreeSum sum = default;
            switch (step.Node.Operator)
            {
                case "Add":
                    sum.Add(a[i]);
                    sum.Add(b[i]);
                    break;
                case "Sub":
                    sum.Add(a[i]);
                    sum.Add(-b[i]);
                    break;
                case "Mul":
                    sum.AddProduct(a[i], 0, b[i], 0);
                    break;
                default:
                    return null;
            }

            if (!double.IsFinite(sum.Value) || sum.Radius != 0)
                return null;
            results[i] = sum.Value;
        }

        if (Array.Exists(results, static v => (float)v != v))
            precision = WeightPrecision.Float64;
        return OnnxTensor.OfFloats(step.Node.Outputs[0], shape, results, precision, step.Reading.Fault);
    }

    private static OnnxTensor? Integers(OnnxStep step, long[] a, long[] b, int[] shape)
    {
        var results = new long[a.Length];
        for (int i = 0; i < results.Length; i++)
        {
            (long x, long y) = (a[i], b[i]);
            bool divides = y is not (0 or -1);
            long? result = step.Node.Operator switch
            {
                "Add" when x + (decimal)y is >= long.MinValue and <= long.MaxValue => x + y,
                "Sub" when x - (decimal)y is >= long.MinValue and <= long.MaxValue => x - y,
                "Mul" when Math.BigMul(x, y, out long low) == (low < 0 ? -1 : 0) => low,
                "Div" when divides => x / y,
                "Mod" when divides && step.Node.Integer("fmod", 0) == 0 => ((x % y) + y) % y,
                "Min" => Math.Min(x, y),
                "Max" => Math.Max(x, y),
                "Equal" => x == y ? 1 : 0,
                "Greater" => x > y ? 1 : 0,
                "Less" => x < y ? 1 : 0,
                _ => null,
            };
            if (result is null)
                return null;
            results[i] = result.Value;
        }

        return OnnxTensor.OfIntegers(step.Node.Outputs[0], shape, results, step.Reading.Fault);
    }
}
