using ExactCompression.Networks;

namespace ExactCompression.Formats;

/// <summary>The modules that only give another shape. Axes of PyTorch count the batch.</summary>
internal static class TorchShapes
{
    /// <summary>Some axes as one.</summary>
    public static void Flatten(TorchLayer layer, TorchGraph graph)
    {
        layer.RequireOnly([], []);
        if (graph.Shape.Count == 0)
            throw layer.Misfit("it gets a single number");
        int start = Axis(layer, "start_dim", graph.Shape), end = Axis(layer, "end_dim", graph.Shape);
        if (start > end)
            throw layer.Misfit($"it joins the axes from {start + 1} to {end + 1}");
        if (start == end)
            return;
        int joined = graph.Shape.Skip(start).Take(end - start + 1).Aggregate(1, static (n, d) => n * d);
        graph.Append(layer, new ReshapeOperator(), [.. graph.Shape.Take(start), joined, .. graph.Shape.Skip(end + 1)]);
    }

    /// <summary>An axis as several, one of which may be stated as whatever is left.</summary>
    public static void Unflatten(TorchLayer layer, TorchGraph graph)
    {
        layer.RequireOnly([], []);
        if (layer.Text("dim") is not null || graph.Shape.Count == 0)
            throw layer.Unsupported("It names axes.");
        int axis = Axis(layer, "dim", graph.Shape);
        int[] sizes = layer.Integers("unflattened_size");
        int open = Array.IndexOf(sizes, -1);
        long known = sizes.Where(static s => s != -1).Aggregate(1L, static (n, s) => s > 0 && n <= int.MaxValue ? n * s : 0);
        if (known == 0 || sizes.Count(static s => s == -1) > 1 || (open >= 0 ? graph.Shape[axis] % known : graph.Shape[axis] - known) != 0)
            throw layer.Misfit($"{graph.Shape[axis]} elements do not become {string.Join('x', sizes)}");
        if (open >= 0)
            sizes[open] = (int)(graph.Shape[axis] / known);
        graph.Append(layer, new ReshapeOperator(), [.. graph.Shape.Take(axis), .. sizes, .. graph.Shape.Skip(axis + 1)]);
    }

    /// <summary>An axis of one row of input, by the module's number for it.</summary>
    /// <param name="layer">The module.</param>
    /// <param name="attribute">The attribute that states it.</param>
    /// <param name="shape">The shape that it is an axis of.</param>
    public static int Axis(TorchLayer layer, string attribute, TensorShape shape)
    {
        int stated = layer.Integer(attribute), axis = stated < 0 ? stated + shape.Count : stated - 1;
        if (stated == 0 || stated == -shape.Count - 1)
            throw layer.Unsupported("It works across the rows of a batch.");
        return axis >= 0 && axis < shape.Count ? axis : throw layer.Misfit($"{shape} has no axis {stated} behind the batch");
    }
}
