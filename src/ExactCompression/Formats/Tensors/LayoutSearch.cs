namespace ExactCompression.Formats;

/// <summary>
/// Finds whether weights are stored transposed if the format does not say: only one way lets the layers chain, or names decide.
/// </summary>
internal static class LayoutSearch
{
    /// <summary>The layers in order, their layout, and a message about the order.</summary>
    /// <exception cref="InvalidFileException">Neither way fits, or both do and the names do not decide.</exception>
    public static (List<LayerTensors> Layers, WeightLayout Layout, string? Note) Find(
        List<LayerTensors> layers, LayerOrdering ordering, FileOrder file, string path)
    {
        var fitting = new List<(List<LayerTensors> Layers, WeightLayout Layout, string? Note)>();
        var faults = new List<(InvalidFileException Fault, WeightLayout Layout)>();
        foreach (WeightLayout layout in Enum.GetValues<WeightLayout>())
        {
            try
            {
                List<LayerTensors> ordered = LayerOrder.Find(layers, layout, ordering, file, path, out string? note);
                if (LayerTensors.Fit(ordered, layout))
                    fitting.Add((ordered, layout, note));
            }
            catch (InvalidFileException e)
            {
                faults.Add((e, layout));
            }
        }

        // What such an error says of widths is right for one of the two.
        WeightLayout? implied = LayerNames.Layout(layers[0].Name);
        InvalidFileException? doubt = faults.Where(static f => f.Fault.ErrorId != "LayerShapeMismatch").OrderBy(f => f.Layout != implied)
            .FirstOrDefault().Fault;
        if (fitting.Count == 1 && (doubt is null || implied == fitting[0].Layout))
            return fitting[0];
        if (doubt is not null)
            throw doubt;
        if (fitting.Count == 0)
            throw new InvalidFileException(
                "LayerShapeMismatch", path, NameText.Short(layers[0].Name),
                $"The shapes {NameText.List([.. layers.Select(static l => l.Weight.ShapeText)])} chain neither as outputs x inputs nor "
                    + $"as inputs x outputs, or a bias does not fit.",
                            "Store the layers in order, with all or none of them transposed.");
        WeightLayout?[] named = [.. layers.Select(static l => LayerNames.Layout(l.Name)).Distinct()];
        return named is [{ } one]
            ? fitting.First(f => f.Layout == one)
            : throw new InvalidFileException(
                "WeightLayoutAmbiguous", path, NameText.Short(layers[0].Name),
                "All weight matrices are square, so shapes do not determine whether rows are outputs or inputs.",
                "Name them 'layers.0.weight', 'layers.0.bias', ... (outputs x inputs) or '...kernel' (inputs x outputs).");
    }
}
