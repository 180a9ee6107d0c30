namespace ExactCompression.Formats;

/// <summary>
/// Weights as <c>torch.nn.utils.prune</c> leaves them, <c>weight_orig</c> beside <c>weight_mask</c>: the layer uses their product, which
/// is exact, since a mask holds zeros and ones.
/// </summary>
internal static class PrunedTensors
{
    private const string Original = "_orig", Mask = "_mask";

    /// <summary>The tensors, with one in place of each such pair.</summary>
    /// <exception cref="InvalidFileException">A mask has another shape than its tensor.</exception>
    public static List<TensorEntry> Join(List<TensorEntry> tensors, string path)
    {
        var masks = new Dictionary<string, TensorEntry>(StringComparer.Ordinal);
        foreach (TensorEntry tensor in tensors)
        {
            if (tensor.Name.EndsWith(Mask, StringComparison.Ordinal))
                masks.TryAdd(tensor.Name[..^Mask.Length], tensor);
        }

        if (masks.Count == 0)
            return tensors;
        var used = new HashSet<TensorEntry>(ReferenceEqualityComparer.Instance);
        var joined = new List<TensorEntry>();
        foreach (TensorEntry tensor in tensors)
        {
            string name = tensor.Name.EndsWith(Original, StringComparison.Ordinal) ? tensor.Name[..^Original.Length] : "";
            if (masks.TryGetValue(name, out TensorEntry? mask) && mask.Type is not null && tensor.IsFloating)
            {
                if (!mask.Shape.AsSpan().SequenceEqual(tensor.Shape))
                    throw new InvalidFileException(
                        "LayerShapeMismatch", path, NameText.Short(mask.Name),
                        $"The mask has the shape {mask.ShapeText}, its tensor {tensor.ShapeText}.");
                used.Add(mask);
                joined.Add(tensor with { Name = name, Read = () => Masked(tensor, mask, path) });
            }
            else
            {
                joined.Add(tensor);
            }
        }

        joined.RemoveAll(used.Contains);
        return joined;
    }

    private static double[] Masked(TensorEntry tensor, TensorEntry mask, string path)
    {
        double[] values = tensor.Read(), kept = mask.Read();
        for (int i = 0; i < values.Length; i++)
        {
            if (kept[i] == 0)
                values[i] = double.IsFinite(values[i]) ? 0 : double.NaN; // as the product is
            else if (kept[i] != 1)
                throw new InvalidFileException(
                    "StateDictUnsupportedTensor", path, NameText.Short(mask.Name),
                    $"The mask holds {kept[i]}; only zeros and ones are known.",
                    "Before saving, put the weight itself in its place: torch.nn.utils.prune.remove(layer, 'weight').", unsupported: true);
        }

        return values;
    }
}
