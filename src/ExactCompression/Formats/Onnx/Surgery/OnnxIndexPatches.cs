using ExactCompression.Networks;

namespace ExactCompression.Formats.Onnx;

/// <summary>Nodes that take elements of an axis by numbers take the same elements where they are now.</summary>
internal static class OnnxIndexPatches
{
    private const long SliceInputs = 10, SplitInputs = 13;

    /// <summary>A range of the axis that is cut.</summary>
    public static bool Slice(OnnxSite site)
    {
        if (site.InputBefore(0) is not { } before || site.InputAfter(0) is not { } after)
            return false;
        bool areInputs = site.Opset >= SliceInputs;
        long[]? starts = areInputs ? site.Constant(1)?.Integers : site.Node.Integers("starts");
        long[]? ends = areInputs ? site.Constant(2)?.Integers : site.Node.Integers("ends");
        if (starts is null || ends is null || site.TakesMoved)
            return false;
        long[] axes = (areInputs ? site.Constant(3)?.Integers : site.Node.Integers("axes"))
            ?? [.. Enumerable.Range(0, starts.Length).Select(static i => (long)i)];
        long[] steps = (areInputs ? site.Constant(4)?.Integers : null) ?? [.. starts.Select(static _ => 1L)];
        (starts, ends, steps) = ([.. starts], [.. ends], [.. steps]);
        bool changesSteps = false;
        for (int i = 0; i < axes.Length; i++)
        {
            int axis = OnnxShapes.Axis(site.Node, axes[i], before.Length);
            if (Indices(site, axis, before, after) is not { Length: > 0 } indices)
                continue;
            int step = indices.Length > 1 ? indices[1] - indices[0] : steps[i] < 0 ? -1 : 1;
            for (int k = 1; k < indices.Length; k++)
            {
                if (step == 0 || indices[k] - indices[k - 1] != step || indices[k] < 0)
                    return false;
            }

            bool reachesEnd = step > 0 && ends[i] >= before[axis] && indices[^1] + step >= after[axis];
            starts[i] = Place(starts[i], indices[0], after[axis]);
            ends[i] = reachesEnd ? ends[i]
                : step < 0 && indices[^1] == 0 ? -after[axis] - 1
                : Place(ends[i], step > 0 ? indices[^1] + 1 : indices[^1] - 1, after[axis]);
            changesSteps |= indices.Length > 1 && step != steps[i];
            steps[i] = changesSteps ? step : steps[i];
        }

        if (changesSteps && !(areInputs && site.Node.HasInput(4)))
            return false;
        if (!areInputs)
        {
            site.Set(OnnxGraphParts.LongList("starts", starts));
            site.Set(OnnxGraphParts.LongList("ends", ends));
            return true;
        }

        site.Set(1, starts);
        site.Set(2, ends);
        if (changesSteps)
            site.Set(4, steps);
        return true;
    }

    /// <summary>The parts of the axis that is cut.</summary>
    public static bool Split(OnnxSite site)
    {
        if (site.InputBefore(0) is not { } before || site.InputAfter(0) is not { } after || site.TakesMoved)
            return false;
        int axis = OnnxShapes.Axis(site.Node, site.Node.Integer("axis", 0), before.Length);
        if (before[axis] == after[axis] && site.Steps.All(static s => !s.IsCut))
            return true;
        var sizes = new long[site.Node.Outputs.Count];
        int start = 0;
        for (int o = 0; o < sizes.Length; o++)
        {
            if (site.Node.Outputs[o].Length == 0 || site.OutputAfter(o) is not { } part)
                return false;
            int number = site.Subject.Find(site.Node.Outputs[o])!.Number;
            int[]? indices = (site.Steps.FirstOrDefault(s => s.Value == number)?.After as SelectOperator)?.Indices.FirstOrDefault(
                static i => i is not null);
            if (indices is not null && !indices.SequenceEqual(Enumerable.Range(start, part[axis])))
                return false;
            sizes[o] = part[axis];
            start += part[axis];
        }

        if (start != after[axis])
            return false;
        if (site.Opset < SplitInputs && !site.Node.HasInput(1))
        {
            site.Set(OnnxGraphParts.LongList("split", sizes));
            return true;
        }

        if (!site.Node.HasInput(1))
            return sizes.Take(sizes.Length - 1).All(s => s == (start + sizes.Length - 1) / sizes.Length); // as it splits by itself
        site.Set(1, sizes);
        return true;
    }

    /// <summary>Indices along the axis that is cut.</summary>
    public static bool Gather(OnnxSite site)
    {
        if (site.InputBefore(0) is not { } before || site.InputAfter(0) is not { } after || site.Constant(1) is not { } stored
            || site.TakesMoved)
            return false;
        int axis = OnnxShapes.Axis(site.Node, site.Node.Integer("axis", 0), before.Length);
        if (Indices(site, axis, before, after) is not { } indices)
            return true;
        if (indices.Contains(-1) || (indices.Length != stored.Count && stored.Shape.Length != 1))
            return false;
        bool areSame = indices.Length == stored.Count
            && stored.Integers.Zip(indices).All(pair => (pair.First < 0 ? pair.First + after[axis] : pair.First) == pair.Second);
        if (!areSame)
            site.Set(1, stored.Shape.Length == 1 ? [indices.Length] : stored.Shape, [.. indices.Select(static i => (long)i)]);
        return true;
    }

    /// <summary>Repetition: what is left is repeated whole, or the axis that is cut is not repeated.</summary>
    public static bool Tile(OnnxSite site) => !site.TakesMoved && site.Steps.All(
        static s => s.Before is SelectOperator before && s.After is SelectOperator after && (s.Given ?? s.Taken[0]) is var cut
            && (cut is null || before.Indices[cut.Axis] is null
                || (before.Indices[cut.Axis] is { } was && after.Indices[cut.Axis] is { } now && s.Taken[0] is { } taken
                    && taken.Axis == cut.Axis && IsRepeated(now, taken.Kept.Length, was.Count(static i => i == 0)))));

    /// <summary>Whether indices are those of an axis, again and again.</summary>
    private static bool IsRepeated(int[] indices, int size, int repeats) =>
        indices.Length == size * repeats && !indices.Where((index, i) => index != i % size).Any();

    /// <summary>Padding, where the axis that is cut has none.</summary>
    public static bool Unmoved(OnnxSite site) => !site.TakesMoved && site.Steps.All(
        static s => s.Before is SelectOperator before && s.After is SelectOperator && (s.Given ?? s.Taken[0]) is var cut
            && (cut is null || before.Indices[cut.Axis] is null));

    /// <summary>A place as it was stated, if counted from the end it is the same still.</summary>
    private static long Place(long stated, long place, int size) => stated < 0 && stated + size == place ? stated : place;

    /// <summary>The indices of an axis that are taken now; null for an axis of which nothing is gone and nothing was taken.</summary>
    private static int[]? Indices(OnnxSite site, int axis, int[] before, int[] after)
    {
        if (site.Step<SelectOperator>() is not { After: SelectOperator select } step)
            return before[axis] == after[axis] ? null : [.. Enumerable.Range(0, after[axis])];
        int own = axis - (before.Length - select.Indices.Count);
        return own >= 0 && step.IsCut && (step.Given ?? step.Taken[0])!.Axis == own
            ? select.Indices[own] ?? [.. Enumerable.Range(0, after[axis])]
            : null;
    }
}
