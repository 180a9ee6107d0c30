namespace ExactCompression.Plotting;

/// <summary>What became of the neurons of one layer.</summary>
/// <param name="Layer">1-based hidden layer of the original.</param>
/// <param name="Before">Neurons before.</param>
/// <param name="Kept">Neurons that are left.</param>
/// <param name="Gone">How many went away, by the reason.</param>
internal sealed record NeuronFates(int Layer, int Before, int Kept, IReadOnlyDictionary<NeuronFate, int> Gone)
{
    /// <summary>The fates of all layers of a compression.</summary>
    public static IReadOnlyList<NeuronFates> Of(CompressionResult result)
    {
        bool collapsed = result.Steps.Any(static s => s.Kind == CompressionStepKind.Collapse);
        var fates = new List<NeuronFates>(result.Original.Depth);
        for (int layer = 1; layer <= result.Original.Depth; layer++)
        {
            var gone = new SortedDictionary<NeuronFate, int>();
            foreach (CompressionStep step in result.Steps.Where(s => s.Layer == layer))
                Add(gone, FateOf(step.Kind), step.Neurons.Count - step.Added);
            int before = result.Original.WidthOf(layer), kept = before - gone.Values.Sum();
            if (collapsed)
            {
                Add(gone, NeuronFate.Collapsed, kept);
                kept = 0;
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

    private static NeuronFate FateOf(CompressionStepKind kind) => kind switch
    {
        CompressionStepKind.RemoveInactive => NeuronFate.Inactive,
        CompressionStepKind.RemoveUnused => NeuronFate.Unused,
        CompressionStepKind.RemoveConstant => NeuronFate.Constant,
        CompressionStepKind.Fold => NeuronFate.Folded,
        CompressionStepKind.Collapse => NeuronFate.Collapsed,
        _ => NeuronFate.Merged,
    };
}

/// <summary>Why a neuron went away.</summary>
internal enum NeuronFate
{
    Inactive,
    Merged,
    Unused,
    Constant,
    Folded,
    Collapsed,
}
