namespace ExactCompression.Certificates.Checking;

/// <summary>The content of a certificate, as read and not yet verified.</summary>
internal sealed record Certificate
{
    /// <summary>The name of the format in the file.</summary>
    public const string Format = "exact-compression-certificate";

    /// <summary>A hash for each layer of the original, output last.</summary>
    public required string[] OriginalHashes { get; init; }

    /// <summary>A hash for each layer of the compressed network.</summary>
    public required string[] CompressedHashes { get; init; }

    /// <summary>The hash of the domain.</summary>
    public required string DomainHash { get; init; }

    /// <summary>Lower ends of the domain.</summary>
    public required double[] Lower { get; init; }

    /// <summary>Upper ends of the domain.</summary>
    public required double[] Upper { get; init; }

    /// <summary>The claimed bound on the largest difference of any output over the domain.</summary>
    public required double Deviation { get; init; }

    /// <summary>Inputs at which unstable neurons show their signs.</summary>
    public required double[][] Points { get; init; }

    /// <summary>Claims about each hidden layer of the original.</summary>
    public required LayerClaims[] Original { get; init; }

    /// <summary>Claims about each hidden layer of the compressed network.</summary>
    public required LayerClaims[] Compressed { get; init; }

    /// <summary>How the two networks are related.</summary>
    public required Relation Relation { get; init; }
}

/// <summary>Claims about the neurons of one layer, and how each is proven.</summary>
internal sealed record LayerClaims
{
    /// <summary>
    /// A letter per neuron: <c>a</c> stably active, <c>i</c> stably inactive, <c>u</c> unstable, <c>?</c> nothing is claimed.
    /// </summary>
    public required string States { get; init; }

    /// <summary>
    /// How the upper bound of each neuron is proven: <c>.</c> interval arithmetic, <c>c</c> backward pass, <c>s</c> backward pass with
    /// given slopes, <c>t</c> tree of phases, <c>b</c> tree of boxes, <c>e</c> exact arithmetic.
    /// </summary>
    public required string Above { get; init; }

    /// <summary>How the lower bound of each neuron is proven; same letters.</summary>
    public required string Below { get; init; }

    /// <summary>Slopes for each <c>s</c>, those of <see cref="Above"/> first.</summary>
    public required float[][] Slopes { get; init; }

    /// <summary>A tree for each <c>t</c>, those of <see cref="Above"/> first.</summary>
    public required PhaseTree[] Trees { get; init; }

    /// <summary>A tree for each <c>b</c>, those of <see cref="Above"/> first.</summary>
    public required BoxTree[] Boxes { get; init; }

    /// <summary>Whether the layers above bound <see cref="BoundedLayer.Pairs"/> of this one together.</summary>
    public bool JoinsOpposed { get; init; }
}

/// <summary>
/// A binary tree that assumes phases of ReLUs, written from the root, the active branch before the inactive one.
/// </summary>
/// <param name="Splits">For each node the ReLU that it splits, counted over all layers; -1 for a leaf.</param>
/// <param name="Leaves">For each leaf, slopes of all open ReLUs below, then a multiplier for each assumption from the root.</param>
internal sealed record PhaseTree(int[] Splits, float[][] Leaves);

/// <summary>A binary tree that splits the input box, written from the root, the lower half before the upper one.</summary>
/// <param name="Inputs">For each node the input that is split; -1 for a leaf.</param>
/// <param name="Places">For each split its value.</param>
internal sealed record BoxTree(int[] Inputs, double[] Places);

/// <summary>How values of the original follow from values of the compressed network, layer by layer.</summary>
/// <param name="Start">The last hidden layer of the original whose neurons are all 0, with which the relation begins; 0 to begin at the
/// input.</param>
/// <param name="Layers">One for each hidden layer of the original after <paramref name="Start"/>.</param>
internal sealed record Relation(int Start, LayerRelation[] Layers);

/// <summary>How the neurons of one layer follow from a layer of the compressed network.</summary>
internal sealed record LayerRelation
{
    /// <summary>Whether the compressed network has a counterpart of this layer.</summary>
    public required bool HasCounterpart { get; init; }

    /// <summary>
    /// A letter per neuron: <c>o</c> off; <c>g</c> gate, a multiple of a neuron of the counterpart; <c>n</c> the negative of such a
    /// multiple; <c>l</c> linear, a combination of linear neurons of the counterpart; <c>j</c> linear, and so together with others;
    /// <c>f</c> linear in a layer without counterpart; <c>c</c> as good as a constant.
    /// </summary>
    public required string Kinds { get; init; }

    /// <summary>For each <c>g</c> and <c>n</c>: the neuron of the counterpart.</summary>
    public required int[] Targets { get; init; }

    /// <summary>For each <c>g</c> and <c>n</c>: the factor, above 0.</summary>
    public required double[] Factors { get; init; }

    /// <summary>
    /// Neurons of the counterpart that are sums of neurons of this layer, up to a constant and a small error: they are bounded by the
    /// bounds of those.
    /// </summary>
    public required int[] Sums { get; init; }

    /// <summary>For each of <see cref="Sums"/>, a coefficient for each neuron of this layer.</summary>
    public required double[] Terms { get; init; }

    /// <summary>The neurons of the counterpart that are never below 0, from which combinations are formed.</summary>
    public required int[] Linear { get; init; }

    /// <summary>
    /// For each <c>l</c>, and after them for each neuron of the next layer that needs the <c>j</c>: a coefficient for each of
    /// <see cref="Linear"/>.
    /// </summary>
    public required double[] Coefficients { get; init; }
}
