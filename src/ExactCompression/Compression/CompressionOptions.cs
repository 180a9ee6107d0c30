namespace ExactCompression;

/// <summary>How far compression goes.</summary>
public enum CompressionLevel
{
    /// <summary>
    /// Only steps that round no weight: stably inactive neurons, and neurons whose outgoing weights are all 0, are removed. The remaining
    /// weights, biases and normalisation are the file's own, and the function over the real numbers is the original's. Evaluated in
    /// floating point, sums of fewer terms may be added up in another order, so the last places can differ. Only where a normalisation
    /// between a rectifier and a matrix maps a removed neuron's 0 to another number are joined weights stored instead;
    /// <see cref="CompressionResult.ProvenDeviation"/> bounds that.
    /// </summary>
    DeleteOnly,

    /// <summary>All of LEO++: removal, merging, folding, collapse.</summary>
    LeoPlusPlus,

    /// <summary>
    /// Every step that is known to preserve the function, repeated until none makes the network smaller: all of LEO++, constant neurons,
    /// multiples and opposites of neurons, stable or not, and the reduction of linear neurons to the rank of their effect on the next
    /// layer.
    /// </summary>
    Maximal,
}

/// <summary>
/// The size that <see cref="CompressionLevel.Maximal"/> minimises: only steps that reduce it are taken. The number of weights, 0 or not,
/// never grows.
/// </summary>
public enum CompressionObjective
{
    /// <summary>Hidden neurons.</summary>
    Neurons,

    /// <summary>Weights that are not 0.</summary>
    Connections,

    /// <summary>Weights and biases, 0 or not.</summary>
    Parameters,

    /// <summary>
    /// Multiply-adds for one row of input: a convolution's weights count at every position. Of dense networks these are the weights.
    /// </summary>
    MultiplyAdds,
}

/// <summary>The options of a compression.</summary>
public sealed record CompressionOptions
{
    /// <summary>
    /// The tolerance of <see cref="CompressionLevel.Maximal"/> over the outputs' scale where new weights are stored in float32: 8 units in
    /// the last place.
    /// </summary>
    public const double RelativeToleranceFloat32 = 1.0 / (1 << 20);

    /// <summary>
    /// The same where they are stored in float64: they are computed in float64 too, so that their sums are rounded more than once.
    /// </summary>
    public const double RelativeToleranceFloat64 = 1.0 / (1L << 40);

    /// <summary>The level of compression.</summary>
    public CompressionLevel Level { get; init; } = CompressionLevel.LeoPlusPlus;

    /// <summary>What new weights are rounded to; null for each layer's own precision.</summary>
    public WeightPrecision? Precision { get; init; }

    /// <summary>The size that <see cref="CompressionLevel.Maximal"/> minimises.</summary>
    public CompressionObjective Objective { get; init; } = CompressionObjective.Neurons;

    /// <summary>
    /// The largest <see cref="CompressionResult.ProvenDeviation"/> that is allowed: a step that would exceed it is not taken. Null at
    /// <see cref="CompressionLevel.Maximal"/> for a few units in the last place of the outputs' scale,
    /// <c>max_i sum_j |W_ij| max a_j + |b_i|</c> of the output layer, in the precision that new weights are stored in
    /// (<see cref="RelativeToleranceFloat32"/>, <see cref="RelativeToleranceFloat64"/>); at <see cref="CompressionLevel.LeoPlusPlus"/> null
    /// for no limit.
    /// </summary>
    public double? Tolerance { get; init; }

    /// <summary>
    /// Whether verdicts that are not proven here (a MILP solver's claims, imported tables) count nevertheless. The result then states how
    /// many (<see cref="CompressionResult.Unproven"/>), and has no proven deviation. Otherwise neurons whose verdict cannot be proven are
    /// kept, as if undetermined (<see cref="CompressionResult.Unconfirmed"/>).
    /// </summary>
    public bool AllowUnproven { get; init; }

    /// <summary>
    /// How long to search for proofs of verdicts that are not proven yet, before they count or are ignored; zero for no search.
    /// </summary>
    public TimeSpan ProofTimeLimit { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// The arithmetic that deviations are bounded in: with <see cref="Arithmetic.Float32"/> the result has a
    /// <see cref="CompressionResult.DeployedDeviation"/>, too.
    /// </summary>
    public Arithmetic Arithmetic { get; init; }

    /// <summary>Whether <see cref="CompressionLevel.Maximal"/> joins affine operations in a row.</summary>
    internal bool JoinsAffine { get; init; } = true;

    /// <summary>Called where such a verdict is refuted, from the thread that compresses; null for none. It must not throw.</summary>
    public Action<ContradictionException>? Contradiction { get; init; }

    /// <summary>Called with the progress, from the thread that compresses.</summary>
    public Action<CompressionProgress>? Progress { get; init; }
}

/// <summary>The progress of <see cref="CompressionLevel.Maximal"/>.</summary>
/// <param name="Sweep">1-based sweep over the layers.</param>
/// <param name="Layer">1-based hidden layer, of the current network.</param>
/// <param name="Depth">Its hidden layers.</param>
/// <param name="Neurons">Hidden neurons so far.</param>
/// <param name="Connections">Weights that are not 0 so far.</param>
public readonly record struct CompressionProgress(int Sweep, int Layer, int Depth, long Neurons, long Connections);
