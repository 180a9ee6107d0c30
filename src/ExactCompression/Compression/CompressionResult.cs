namespace ExactCompression;

/// <summary>A compressed network with its original and the steps taken.</summary>
public sealed class CompressionResult
{
    private readonly Lazy<IReadOnlyList<LayerCompression>> layers;
    private double? deployed;
    private bool isSealed;

    /// <summary>Makes a result; <see cref="Layers"/> are found when they are first asked for.</summary>
    public CompressionResult()
    {
        layers = new(() => CompressedLayers.Of(Original, Compressed, Table, Steps));
    }

    /// <summary>The network before.</summary>
    public required ReluNetwork Original
    {
        get;
        init => field = Changeable(value);
    }

    /// <summary>
    /// The network after; it computes the same function on all of <see cref="Domain"/>, up to <see cref="ProvenDeviation"/>, if
    /// <see cref="IsProven"/>.
    /// </summary>
    public required ReluNetwork Compressed
    {
        get;
        init => field = Changeable(value);
    }

    /// <summary>The input domain that compression holds over.</summary>
    public required InputDomain Domain
    {
        get;
        init => field = Changeable(value);
    }

    /// <summary>The verdicts that it rests on.</summary>
    public required StabilityTable Table
    {
        get;
        init => field = Changeable(value);
    }

    /// <summary>The steps taken, in order.</summary>
    public required IReadOnlyList<CompressionStep> Steps
    {
        get;
        init => field = Changeable(value);
    }

    /// <summary>
    /// A proven bound on the largest difference of any output between <see cref="Original"/> and <see cref="Compressed"/> over
    /// <see cref="Domain"/>, both in real arithmetic: the effect of rounding the new weights. 0 where neurons were only removed. Layers
    /// without new weights are the file's own, normalisation included; a format that cannot represent them rounds them when the network is
    /// written. Infinity where it is not proven (<see cref="IsProven"/>).
    /// </summary>
    public required double ProvenDeviation
    {
        get => IsProven ? ConditionalDeviation : double.PositiveInfinity;
        init => ConditionalDeviation = Changeable(value);
    }

    /// <summary>
    /// What <see cref="ProvenDeviation"/> would be if every verdict that the compression rests on were true, and, for a copy from another
    /// process, if the value it states were correct.
    /// </summary>
    public double ConditionalDeviation { get; private init; }

    /// <summary>
    /// A proven bound on the largest difference of any output where both networks are computed in float32, each in any order of summation,
    /// at every float32 input of <see cref="Domain"/>: <see cref="ProvenDeviation"/>, and what the arithmetic of both can do. Null where
    /// it was not asked for (<see cref="CompressionOptions.Arithmetic"/>), and in copies from other processes; infinity where none is
    /// known.
    /// </summary>
    public double? DeployedDeviation => deployed is null || IsProven ? deployed : double.PositiveInfinity;

    /// <summary>Whether the compression was made here and rests only on proven verdicts.</summary>
    public bool IsProven => IsOwn && Unproven == 0;

    /// <summary>
    /// How many stable neurons it rests on whose verdict is not proven here: a MILP solver's claim, or imported. 0 unless these were
    /// allowed, or the compression is a copy from another process.
    /// </summary>
    public int Unproven => Table.UnprovenStable;

    /// <summary>
    /// How many neurons were claimed to be stable by a MILP solver or an imported table, and kept because no proof was found.
    /// </summary>
    public int Unconfirmed
    {
        get;
        init => field = Changeable(value);
    }

    /// <summary>Sentences on what could not be removed although it is stably inactive or constant, on steps that the tolerance forbade, and
    /// on what was not done because the file would be larger than the original's.</summary>
    public IReadOnlyList<string> Remarks
    {
        get;
        internal init => field = Changeable(value);
    } = [];

    /// <summary>Whether it was made here, and not by a caller or another process.</summary>
    internal bool IsOwn { get; init; }

    /// <summary>
    /// Each hidden layer of the original, before and after, with lower bounds on its size; none if layers were changed so that it is not
    /// known which are which.
    /// </summary>
    public IReadOnlyList<LayerCompression> Layers => layers.Value;

    /// <summary>Stably inactive neurons removed.</summary>
    public int RemovedInactive => CountNeurons(CompressionStepKind.RemoveInactive);

    /// <summary>Neurons removed because all their outgoing weights were 0.</summary>
    public int RemovedUnused => CountNeurons(CompressionStepKind.RemoveUnused);

    /// <summary>
    /// Neurons merged into others: stably active ones, and at the highest level multiples and opposites of unstable ones too.
    /// </summary>
    public int MergedActive => Steps.Where(static s => IsMerge(s.Kind)).Sum(static s => s.Neurons.Count - s.Added);

    /// <summary>Hidden layers folded into the next, or removed in a collapse.</summary>
    public int FoldedLayers => Original.Depth - Compressed.Depth;

    /// <summary>Share of hidden neurons that were removed, in percent.</summary>
    public double NeuronsRemovedPercent => Percent(Original.NeuronCount, Compressed.NeuronCount);

    /// <summary>Share of connections that were removed, in percent.</summary>
    public double ConnectionsRemovedPercent => Percent(Original.ConnectionCount, Compressed.ConnectionCount);

    /// <inheritdoc/>
    public override string ToString() => $"{Original.Architecture} -> {Compressed.Architecture}";

    /// <summary>
    /// The result, immutable from now on: scripts can set init-only properties, and a proof belongs to the networks that it was made with.
    /// </summary>
    internal CompressionResult Sealed()
    {
        isSealed = true;
        return this;
    }

    /// <summary>The result with a bound for float32 arithmetic.</summary>
    /// <param name="bound">The bound.</param>
    internal CompressionResult WithDeployed(double bound)
    {
        deployed = bound;
        return this;
    }

    private T Changeable<T>(T value) =>
        isSealed
            ? throw new InvalidOperationException(
                "A compression cannot be changed: what it proves is of the networks that it was made with.")
            : value;

    private static double Percent(long before, long after) => before == 0 ? 0 : 100.0 * (before - after) / before;

    private static bool IsMerge(CompressionStepKind kind) =>
        kind is CompressionStepKind.Merge or CompressionStepKind.MergeMultiples or CompressionStepKind.MergeOpposites
        or CompressionStepKind.MergeColumns or CompressionStepKind.ReduceOutputRank;

    private int CountNeurons(CompressionStepKind kind) => Steps.Where(s => s.Kind == kind).Sum(static s => s.Neurons.Count);
}
