namespace ExactCompression;

/// <summary>
/// The verdicts on all hidden neurons of a network over a domain. Immutable: a search that continues from a table returns a new one.
/// </summary>
public sealed class StabilityTable
{
    private readonly Lazy<IReadOnlyList<LayerStability>> layers;

    /// <summary>
    /// Makes a table of imported verdicts: from a file, another process, or one's own. They are taken as claims (<see cref="IsImported"/>):
    /// shown as imported, and proven before anything rests on them.
    /// </summary>
    /// <param name="network">The network.</param>
    /// <param name="domain">The input domain the verdicts hold over; one that fits any size is bound to the network's.</param>
    /// <param name="neurons">One verdict for each hidden neuron, in the order of layers and neurons.</param>
    /// <param name="elapsed">Time spent so far, over all stages.</param>
    /// <param name="stages">The time and the verdicts of each stage.</param>
    /// <param name="device">Where the witnesses were searched, or null.</param>
    /// <exception cref="ArgumentException">The verdicts are not one for each hidden neuron, in order.</exception>
    /// <exception cref="InvalidInputException">The domain does not fit the network.</exception>
    public StabilityTable(
        ReluNetwork network,
        InputDomain domain,
        IReadOnlyList<NeuronStability> neurons,
        TimeSpan elapsed = default,
        IReadOnlyList<StageReport>? stages = null,
        string? device = null)
        : this(network, domain, [.. neurons.Select(static n => n.AsImported())], elapsed, stages, device, neurons.Any(StatesSomething))
    {
    }

    private StabilityTable(
        ReluNetwork network, InputDomain domain, NeuronStability[] neurons, TimeSpan elapsed, IReadOnlyList<StageReport>? stages,
        string? device, bool isImported)
    {
        Network = network;
        Domain = domain.For(network.InputSize);
        IsImported = isImported;
        Elapsed = elapsed;
        Stages = stages?.ToArray() ?? []; // an array: scripts cannot index the list types that the compiler generates
        Device = device;
        int at = 0;
        for (int layer = 1; layer <= network.Depth; layer++)
        {
            for (int neuron = 0; neuron < network.WidthOf(layer); neuron++, at++)
            {
                if (at >= neurons.Length || neurons[at].Layer != layer || neurons[at].Neuron != neuron)
                    throw new ArgumentException($"Verdict {at} is not that of layer {layer}, neuron {neuron}.", nameof(neurons));
            }
        }

        if (at != neurons.Length)
            throw new ArgumentException($"There are {neurons.Length} verdicts for {at} neurons.", nameof(neurons));

        // Read-only: evidence belongs to the verdicts as they were reached.
        Neurons = Array.AsReadOnly(Array.ConvertAll(neurons, n => n.Sealed(network.Layers[n.Layer - 1].Shape)));
        layers = new(() => StabilityCounts.ByLayer(this));
    }

    /// <summary>The network.</summary>
    public ReluNetwork Network { get; }

    /// <summary>The input domain that the verdicts hold over, of the network's own size.</summary>
    public InputDomain Domain { get; }

    /// <summary>One verdict for each hidden neuron, in the order of layers and neurons.</summary>
    public IReadOnlyList<NeuronStability> Neurons { get; }

    /// <summary>The counts of each hidden layer, with the rank of its stably active rows.</summary>
    public IReadOnlyList<LayerStability> Layers => layers.Value;

    /// <summary>How many neurons are stably active.</summary>
    public int StablyActive => Count(NeuronState.StablyActive);

    /// <summary>How many neurons are stably inactive.</summary>
    public int StablyInactive => Count(NeuronState.StablyInactive);

    /// <summary>How many neurons are unstable.</summary>
    public int Unstable => Count(NeuronState.Unstable);

    /// <summary>How many neurons are undetermined.</summary>
    public int Undetermined => Count(NeuronState.Undetermined);

    /// <summary>
    /// How many verdicts are not proven here: a MILP solver's unconfirmed claims, within its tolerance, and imported verdicts
    /// (<see cref="NeuronStability.IsProven"/>). Undetermined neurons have no verdict, and do not count.
    /// </summary>
    public int Unproven => Neurons.Count(static n => n.State != NeuronState.Undetermined && !n.IsProven);

    /// <summary>How many of those are on stable neurons, so that a compression would rest on them.</summary>
    public int UnprovenStable =>
        Neurons.Count(static n => n.State is NeuronState.StablyActive or NeuronState.StablyInactive && !n.IsProven);

    /// <summary>Time spent so far, over all stages.</summary>
    public TimeSpan Elapsed { get; }

    /// <summary>The time and the verdicts of each stage.</summary>
    public IReadOnlyList<StageReport> Stages { get; }

    /// <summary>Where the witnesses were searched (<c>CPU (SIMD)</c>, a graphics card's name), or null.</summary>
    public string? Device { get; }

    /// <summary>
    /// Whether verdicts, bounds and witnesses are what a file says, or a copy from another process. They are then never premises of proofs:
    /// a file can be wrong, and what rests on it would carry our own evidence. A search from such a table proves them again where it can,
    /// and returns a table of its own, in which the rest of them are marked as imported.
    /// </summary>
    public bool IsImported { get; }

    /// <summary>A table of verdicts that were reached here, with their own evidence.</summary>
    internal static StabilityTable Found(
        ReluNetwork network, InputDomain domain, NeuronStability[] neurons, TimeSpan elapsed = default,
        IReadOnlyList<StageReport>? stages = null, string? device = null) =>
        new(network, domain, neurons, elapsed, stages, device, isImported: false);

    /// <summary>A table in which nothing is known yet.</summary>
    /// <param name="network">The network.</param>
    /// <param name="domain">The domain; null for the range that the network's file states, if any, else <c>[0,1]^n</c>.</param>
    /// <exception cref="InvalidInputException">The domain does not fit the network.</exception>
    public static StabilityTable Undecided(ReluNetwork network, InputDomain? domain = null)
    {
        var neurons = new List<NeuronStability>(network.NeuronCount);
        for (int layer = 1; layer <= network.Depth; layer++)
        {
            for (int neuron = 0; neuron < network.WidthOf(layer); neuron++)
                neurons.Add(new() { Layer = layer, Neuron = neuron, State = NeuronState.Undetermined });
        }

        return Found(network, domain ?? network.StatedDomain ?? InputDomain.Unit, [.. neurons]);
    }

    /// <summary>The verdicts of one hidden layer, in the order of its neurons.</summary>
    /// <param name="layer">1-based hidden layer.</param>
    public IEnumerable<NeuronStability> NeuronsOf(int layer) => Neurons.Where(n => n.Layer == layer);

    /// <inheritdoc/>
    public override string ToString() =>
        PrintableText.Of(
            $"{Network.Name}: {StablyActive} active, {StablyInactive} inactive, {Unstable} unstable, {Undetermined} undetermined over "
                + $"{Domain}");

    private static bool StatesSomething(NeuronStability neuron) =>
        neuron.State != NeuronState.Undetermined || neuron.LowerBound > double.NegativeInfinity
            || neuron.UpperBound < double.PositiveInfinity || neuron.PositiveWitness is not null || neuron.NegativeWitness is not null;

    private int Count(NeuronState state) => Neurons.Count(n => n.State == state);
}
