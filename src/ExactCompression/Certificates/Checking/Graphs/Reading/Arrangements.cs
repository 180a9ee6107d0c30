using ExactCompression.Networks;

namespace ExactCompression.Certificates.Checking;

/// <summary>Operators that move elements, or add some of them up: for each element which of those before it is.</summary>
internal static class Arrangements
{
    /// <summary>Elements selected axis by axis; -1 for 0.</summary>
    /// <param name="select">The operator.</param>
    /// <param name="before">Shape of what it takes.</param>
    /// <param name="after">Shape of what it gives.</param>
    public static int[] Selection(SelectOperator select, TensorShape before, TensorShape after)
    {
        int[] strides = Strides(before);
        return Each(after, index =>
        {
            int source = 0;
            for (int a = 0; a < index.Length; a++)
            {
                int i = select.Indices[a] is { } indices ? indices[index[a]] : index[a];
                if (i < 0)
                    return -1;
                source += i * strides[a];
            }

            return source;
        });
    }

    /// <summary>Axes in another order.</summary>
    /// <param name="transpose">The operator.</param>
    /// <param name="before">Shape of what it takes.</param>
    /// <param name="after">Shape of what it gives.</param>
    public static int[] Transposition(TransposeOperator transpose, TensorShape before, TensorShape after)
    {
        int[] strides = Strides(before);
        return Each(after, index => index.Select((i, a) => i * strides[transpose.Permutation[a]]).Sum());
    }

    /// <summary>One of several values side by side: what it is at its place, and 0 elsewhere.</summary>
    /// <param name="part">Its shape.</param>
    /// <param name="whole">Shape of all of them.</param>
    /// <param name="axis">The axis along which they lie side by side.</param>
    /// <param name="first">Where it begins.</param>
    public static int[] Part(TensorShape part, TensorShape whole, int axis, int first)
    {
        int[] strides = Strides(part);
        return Each(whole, index =>
        {
            int i = index[axis] - first;
            return i < 0 || i >= part[axis] ? -1 : index.Select((k, a) => (a == axis ? i : k) * strides[a]).Sum();
        });
    }

    /// <summary>Sums or means over some axes.</summary>
    /// <param name="reduction">The operator.</param>
    /// <param name="before">Shape of what it takes.</param>
    /// <param name="after">Shape of what it gives.</param>
    public static MeanRows Reduction(ReductionOperator reduction, TensorShape before, TensorShape after)
    {
        int[] kept = [.. Enumerable.Range(0, before.Count).Except(reduction.Axes)];
        int[] targets = Each(before, index => kept.Aggregate(0, (at, a) => (at * before[a]) + index[a]));
        var members = new List<int>[after.Elements];
        for (int e = 0; e < members.Length; e++)
            members[e] = [];
        for (int e = 0; e < targets.Length; e++)
            members[targets[e]].Add(e);
        var divisors = new int[after.Elements];
        Array.Fill(divisors, reduction.IsMean ? before.Elements / Math.Max(1, after.Elements) : 1);
        return new(Array.ConvertAll(members, static m => m.ToArray()), divisors, before.Elements);
    }

    private static int[] Strides(TensorShape shape)
    {
        var strides = new int[shape.Count];
        for (int a = shape.Count - 1, step = 1; a >= 0; step *= shape[a--])
            strides[a] = step;
        return strides;
    }

    /// <summary>A number for each element, from its indices along the axes.</summary>
    private static int[] Each(TensorShape shape, Func<int[], int> numberOf)
    {
        var (index, numbers) = (new int[shape.Count], new int[shape.Elements]);
        for (int e = 0; e < numbers.Length; e++)
        {
            numbers[e] = numberOf(index);
            for (int a = shape.Count - 1; a >= 0 && ++index[a] == shape[a]; a--)
                index[a] = 0;
        }

        return numbers;
    }
}
