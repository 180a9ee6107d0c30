namespace ExactCompression.Formats.Onnx;

/// <summary>Nodes that state a shape state the one that is left.</summary>
internal static class OnnxShapePatches
{
    private const long ShapeBecomesInput = 5;

    /// <summary>The sizes that changed; one that stands for the rest still does.</summary>
    public static bool Reshape(OnnxSite site)
    {
        bool isAttribute = site.Opset < ShapeBecomesInput && site.Node.HasAttribute("shape");
        long[]? target = isAttribute ? site.Node.Integers("shape") : site.Constant(1)?.Integers;
        if (target is null || site.InputAfter(0) is not { } from || site.InputBefore(0) is not { } source
            || site.OutputBefore(0) is not { } before || site.OutputAfter(0) is not { } after || target.Length != after.Length)
            return false;
        bool zeroIsZero = site.Node.Integer("allowzero", 0) != 0;
        bool keepsBatch = OnnxShapes.Lead(source) == 1 && OnnxShapes.Lead(before) == 1;
        var wanted = new long[target.Length];
        for (int i = 0; i < wanted.Length; i++)
        {
            bool copies = target[i] == 0 && !zeroIsZero && i < from.Length && from[i] == after[i];
            bool isBatch = i == 0 && keepsBatch;
            wanted[i] = target[i] == -1 || copies || (isBatch && !site.TakesMoved) || before[i] == after[i] ? target[i] : after[i];
            if (target[i] == 0 && !zeroIsZero && !copies)
                wanted[i] = after[i];

            // Any number of rows, where the file computes how many there are.
            if (isBatch && site.TakesMoved && target[0] > 0)
                wanted[0] = zeroIsZero ? -1 : 0;
        }

        if (wanted.Count(static w => w == -1) > 1)
            return false;
        if (isAttribute)
            site.Set(OnnxGraphParts.IntegerList("shape", [.. wanted.Select(static w => (int)w)]));
        else if (!Settles(site, wanted, from, after, zeroIsZero))
            site.Set(1, wanted);
        return true;
    }

    /// <summary>Without axes, it would remove an axis too that has only become one of size 1.</summary>
    public static bool Squeeze(OnnxSite site) => site.Node.HasAttribute("axes") || site.Node.HasInput(1)
        || site.InputAfter(0)?.Count(static size => size == 1) == site.InputBefore(0)?.Count(static size => size == 1);

    /// <summary>The sizes that changed, unless the value's own is repeated.</summary>
    public static bool Expand(OnnxSite site)
    {
        if (site.Constant(1) is not { } target || site.OutputBefore(0) is not { } before || site.OutputAfter(0) is not { } after)
            return false;
        long[] wanted = [.. target.Integers];
        for (int i = 0; i < wanted.Length; i++)
        {
            int axis = i + after.Length - wanted.Length;
            wanted[i] = before[axis] == after[axis] || wanted[i] == 1 ? wanted[i] : after[axis];
        }

        site.Set(1, wanted);
        return true;
    }

    /// <summary>Whether what the file computes leads to the shape by itself.</summary>
    private static bool Settles(OnnxSite site, long[] wanted, int[] from, int[] after, bool zeroIsZero)
    {
        if (!site.TakesMoved || site.ConstantAfter(1) is not { } now || now.Length != after.Length)
            return false;
        long[] sizes = [.. now.Select((size, i) => size == 0 && !zeroIsZero && i < from.Length ? from[i] : size)];
        int open = Array.IndexOf(sizes, -1L);
        for (int i = 0; i < sizes.Length; i++)
        {
            bool isBatch = i == 0 && wanted[0] is 0 or -1 && now[0] == Math.Max(1, site.Batch);
            if (i != open && sizes[i] != after[i] && !isBatch)
                return false;
        }

        site.Leave(1);
        return true;
    }
}
