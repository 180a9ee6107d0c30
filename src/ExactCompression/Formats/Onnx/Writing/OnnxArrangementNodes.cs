using ExactCompression.Formats.Onnx.Schema;
using ExactCompression.Networks;
using static ExactCompression.Formats.Onnx.OnnxGraphParts;

namespace ExactCompression.Formats.Onnx;

/// <summary>The nodes of sums and of operators that arrange elements. Axes of ONNX count the batch.</summary>
internal static class OnnxArrangementNodes
{
    private const long PadInputs = 11, SumInputs = 13, MeanInputs = 18;

    /// <summary>A sum of values with signs.</summary>
    public static string Sum(SumOperator sum, string[] values, OnnxGraphParts parts)
    {
        int first = Math.Max(0, sum.Signs.ToList().IndexOf(1));
        string total = sum.Signs[first] == 1 ? values[first] : parts.Node("Neg", [values[first]]);
        if (sum.Signs.Count > 2 && sum.Signs.All(static s => s == 1))
            return parts.Node("Sum", values);
        for (int k = 0; k < values.Length; k++)
        {
            if (k != first)
                total = parts.Node(sum.Signs[k] == 1 ? "Add" : "Sub", [total, values[k]]);
        }

        return total;
    }

    /// <summary>A mean or sum over axes.</summary>
    public static string Reduction(ReductionOperator reduction, TensorShape input, TensorShape output, string value, OnnxGraphParts parts)
    {
        if (reduction.Axes.Count > 0)
        {
            bool keeps = output.Count == input.Count;
            IEnumerable<int> axes = reduction.Axes.Select(static a => a + 1);
            AttributeProto kept = Integer("keepdims", keeps ? 1 : 0);
            value = parts.Opset < (reduction.IsMean ? MeanInputs : SumInputs)
                ? parts.Node(reduction.Name, [value], IntegerList("axes", axes), kept)
                : parts.Node(reduction.Name, [value, parts.Integers("axes", [.. axes.Select(static a => (long)a)])], kept);
            IEnumerable<int> left = Enumerable.Range(0, input.Count).Where(a => keeps || !reduction.Axes.Contains(a));
            input = new([.. left.Select(a => reduction.Axes.Contains(a) ? 1 : input[a])]);
        }

        return input.Equals(output) ? value : parts.Reshape(value, [.. output]);
    }

    /// <summary>A permutation of axes.</summary>
    public static string Transpose(TransposeOperator transpose, string value, OnnxGraphParts parts) =>
        parts.Node("Transpose", [value], IntegerList("perm", [0, .. transpose.Permutation.Select(static p => p + 1)]));

    /// <summary>
    /// A selection: one Slice for all axes from which evenly spaced elements are taken; Pad, or Gather, for each other axis.
    /// </summary>
    public static string Select(SelectOperator select, TensorShape input, string value, OnnxGraphParts parts)
    {
        List<long> axes = [], starts = [], ends = [], steps = [];
        for (int a = 0; a < select.Indices.Count; a++)
        {
            if (select.Indices[a] is not { Length: > 0 } indices || !IsSpaced(indices, out int step) || IsAll(indices, input[a])
                || (step > 1 && parts.Opset < SliceInputs))
                continue;
            axes.Add(a + 1);
            starts.Add(indices[0]);
            ends.Add(indices[^1] + 1L);
            steps.Add(step);
        }

        if (axes.Count > 0 && parts.Opset < SliceInputs)
            value = parts.Node("Slice", [value], LongList("starts", [.. starts]), LongList("ends", [.. ends]), LongList("axes", [.. axes]));
        else if (axes.Count > 0)
            value = parts.Node(
                "Slice", [value, parts.Integers("starts", [.. starts]), parts.Integers("ends", [.. ends]),
                    parts.Integers("axes", [.. axes]), parts.Integers("steps", [.. steps])]);
        for (int a = 0; a < select.Indices.Count; a++)
        {
            if (select.Indices[a] is { } indices && !axes.Contains(a + 1) && !IsAll(indices, input[a]))
                value = SelectAxis(value, a, select.Indices.Count, indices, input[a], parts);
        }

        return value;
    }

    /// <summary>A border of one number.</summary>
    /// <param name="value">The value.</param>
    /// <param name="before">How much comes before each axis, without the batch.</param>
    /// <param name="after">How much comes after each axis.</param>
    /// <param name="parts">The graph.</param>
    /// <param name="number">The number.</param>
    public static string Pad(string value, int[] before, int[] after, OnnxGraphParts parts, double number = 0)
    {
        int[] sizes = [0, .. before, 0, .. after];
        if (parts.Opset < PadInputs)
        {
            parts.RequireOpset(2, "padding");
            return parts.Node("Pad", [value], IntegerList("pads", sizes), Real("value", number));
        }

        string pads = parts.Integers("pads", Array.ConvertAll(sizes, static p => (long)p));
        return parts.Node("Pad", number == 0 ? [value, pads] : [value, pads, parts.Tensor("border", [], [number])]);
    }

    private static string SelectAxis(string value, int axis, int count, int[] indices, int length, OnnxGraphParts parts)
    {
        int[] Along(int padding) => [.. Enumerable.Range(0, count).Select(a => a == axis ? padding : 0)];
        int before = indices.TakeWhile(static i => i == -1).Count();
        int after = before == indices.Length ? 0 : indices.Reverse().TakeWhile(static i => i == -1).Count();
        if (indices[before..^after].AsSpan().SequenceEqual([.. Enumerable.Range(0, length)]))
            return Pad(value, Along(before), Along(after), parts);
        long[] gathered = Array.ConvertAll(indices, static i => (long)i);
        if (gathered.Contains(-1))
        {
            // What is 0 is taken from behind the end.
            value = Pad(value, Along(0), Along(1), parts);
            gathered = Array.ConvertAll(gathered, i => i < 0 ? length : i);
        }

        return parts.Node("Gather", [value, parts.Integers("indices", gathered)], Integer("axis", axis + 1));
    }

    private static bool IsSpaced(int[] indices, out int step)
    {
        step = indices.Length > 1 ? indices[1] - indices[0] : 1;
        if (step < 1 || indices[0] < 0)
            return false;
        for (int i = 2; i < indices.Length; i++)
        {
            if (indices[i] - indices[i - 1] != step)
                return false;
        }

        return true;
    }

    private static bool IsAll(int[] indices, int length) =>
        indices.Length == length && indices.AsSpan().SequenceEqual([.. Enumerable.Range(0, length)]);
}
