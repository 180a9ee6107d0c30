namespace ExactCompression.Plotting;

/// <summary>The fate of the neurons of one layer.</summary>
/// <param name="Layer">1-based hidden layer of the original.</param>
/// <param name="Before">Neurons before.</param>
/// <param name="Kept">Remaining neurons.</param>
/// <param name="Gone">How many were removed, by reason.</param>
internal sealed record NeuronFates(int Layer, int Before, int Kept, IReadOnlyDictionary<NeuronFate, int> Gone)
{
    /// <summary>The fates of all layers of a compression.</summary>
    public static IReadOnlyList<NeuronFates> Of(CompressionResult result)
    {
        // A constant network may keep one neuron, if that saves connections; it belongs to no original layer and is shown with the first.
        bool collapsed = result.Steps.Any(static s => s.Kind == CompressionStepKind.Collapse);
        var fates = new List<NeuronFates>(result.Original.Depth);
        for (int layer = 1; layer <= result.Original.Depth; layer++)
        {
            var gone = new SortedDictionary<NeuronFate, int>();
            int before = result.Original.WidthOf(layer), kept;
            if (collapsed)
            {
                kept = layer == 1 ? result.Compressed.NeuronCount : 0;
                Add(gone, NeuronFate.Collapsed, before - kept);
            }
            else
            {
                foreach (CompressionStep step in result.Steps.Where(s => s.Layer == layer))
                    Add(gone, FateOf(step.Kind), step.Neurons.Count - step.Added);
                kept = before - gone.Values.Sum();
            }

            fates.Add(new(layer, before, kept, gone));
        }

        return fates;
    }

    private static void Add(SortedDictionary<NeuronFate, int> gone, NeuronFate fate, int count)
    {
        if (count != 0)
            gone[fate] = gone.GetValueOrDefault(fate) + count;
    }

    /// <summary>Why a step removes neurons.</summary>
    /// <param name="kind">The kind of step.</param>
    public static NeuronFate FateOf(CompressionStepKind kind) => kind switch
    {
        CompressionStepKind.RemoveInactive => NeuronFate.Inactive,
        CompressionStepKind.RemoveUnused or CompressionStepKind.TrimWindows => NeuronFate.Unused,
        CompressionStepKind.RemoveConstant => NeuronFate.Constant,
        CompressionStepKind.Fold or CompressionStepKind.FoldRepeated => NeuronFate.Folded,
        CompressionStepKind.Collapse => NeuronFate.Collapsed,
        _ => NeuronFate.Merged,
    };
}

/// <summary>Why a neuron was removed.</summary>
internal enum NeuronFate
{
    Inactive,
    Merged,
    Unused,
    Constant,
    Folded,
    Collapsed,
}
