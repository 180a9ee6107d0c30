namespace ExactCompression;

/// <summary>What one step of compression did.</summary>
/// <param name="Kind">The kind of step.</param>
/// <param name="Layer">1-based layer of the original network, the output layer last; 0 for its inputs.</param>
/// <param name="Neurons">0-based neurons of the original layer that were removed.</param>
/// <param name="Description">A sentence that describes the step.</param>
public sealed record CompressionStep(CompressionStepKind Kind, int Layer, IReadOnlyList<int> Neurons, string Description)
{
    /// <summary>0-based neurons of the original layer that were removed.</summary>
    public IReadOnlyList<int> Neurons { get; init; } = Neurons as int[] ?? Neurons.ToArray(); // scripts cannot index other list types

    /// <summary>New neurons that replace them, minus those of earlier steps that were removed with them.</summary>
    public int Added { get; init; }

    /// <summary>
    /// Whether the step made new weights or biases, which are rounded when they are stored; <see cref="CompressionResult.ProvenDeviation"/>
    /// bounds the effect of all of that.
    /// </summary>
    public bool Rounds => Kind is not (CompressionStepKind.RemoveInactive or CompressionStepKind.RemoveUnused
        or CompressionStepKind.TrimWindows);

    /// <inheritdoc/>
    public override string ToString() => Layer == 0 ? $"Inputs: {Description}" : $"Layer {Layer}: {Description}";
}

/// <summary>The kinds of steps.</summary>
public enum CompressionStepKind
{
    /// <summary>All neurons of a layer are stably inactive, or nothing reads the layer: the output is constant over the domain.</summary>
    Collapse,

    /// <summary>Stably inactive neurons are removed; no weight is rounded.</summary>
    RemoveInactive,

    /// <summary>All remaining neurons of a layer are stably active: the layer is multiplied into the next.</summary>
    Fold,

    /// <summary>Stably active neurons whose weights depend linearly on others are expressed by these.</summary>
    Merge,

    /// <summary>Neurons whose outgoing weights are all 0 are removed; no weight is rounded.</summary>
    RemoveUnused,

    /// <summary>Neurons that are constant over the domain are absorbed by the next bias.</summary>
    RemoveConstant,

    /// <summary>Inputs that are constant over the domain are absorbed by the first layer's bias; their weights become 0.</summary>
    FixInputs,

    /// <summary>Neurons, stable or not, that are positive multiples of others are merged into them.</summary>
    MergeMultiples,

    /// <summary>Of opposite neurons, <c>relu(t)</c> and <c>relu(-t)</c>, one becomes linear and is expressed by others.</summary>
    MergeOpposites,

    /// <summary>Linear neurons whose outgoing weights are equal up to a factor are merged into one.</summary>
    MergeColumns,

    /// <summary>The linear neurons are replaced by as many as the rank of their effect on the next layer.</summary>
    ReduceOutputRank,

    /// <summary>
    /// The unstable neurons of a layer do only what the next layer does again, or cancel in pairs: the layer is multiplied into the next.
    /// </summary>
    FoldRepeated,

    /// <summary>
    /// The normalisation that the file states beside a layer's weights is folded into them, because steps gave that layer new weights; they
    /// are rounded to the precision in which they are stored.
    /// </summary>
    FoldNormalisation,

    /// <summary>
    /// Of a graph: two affine operations in a row without a unit between them, such as a convolution and its normalisation, become one, or
    /// one that gives what it takes is left out.
    /// </summary>
    JoinAffine,

    /// <summary>
    /// Of a graph: elements of a convolution's kernel that are 0, or of a pooling's window that are never the largest, are left out; no
    /// weight is rounded.
    /// </summary>
    TrimWindows,
}
