namespace ExactCompression.Stability;

/// <summary>
/// What is known of every hidden neuron while a search runs: proven bounds and witnesses, in arrays over all neurons, layer after layer. The only place where
/// a verdict is made. Not safe for concurrent use: threads hand their findings to the one that owns it.
/// What a table from a file says is kept as imported until it is proven here, and is never a premise: its bounds are left out. What a solver says within a tolerance is a claim (<see cref="MilpClaim"/>):
/// it decides a neuron until a proof says otherwise, and leaves no bound.
/// </summary>
internal sealed class VerdictBoard
{
    private readonly StabilityTable start;
    private readonly NeuronState[] states;
    private readonly string[] evidence;
    private readonly double[]?[] positive;
    private readonly double[]?[] negative;
    private readonly List<ContradictionException> contradictions = [];
    private readonly Dictionary<int, (NeuronState State, string Claim)> reopened = [];

    /// <summary>Begins with what a table knows.</summary>
    /// <param name="table">The table.</param>
    /// <param name="reopenClaims">Whether neurons that are decided by a solver's word alone are to be decided again; where nothing does, the word stands.</param>
    public VerdictBoard(StabilityTable table, bool reopenClaims = false)
    {
        start = table;
        Network = table.Network;
        Domain = table.Domain;
        Offsets = new int[Network.Depth + 1];
        for (int layer = 1; layer <= Network.Depth; layer++)
            Offsets[layer] = Offsets[layer - 1] + Network.WidthOf(layer);
        int count = Offsets[^1];
        Lower = new double[count];
        Upper = new double[count];
        states = new NeuronState[count];
        evidence = new string[count];
        positive = new double[count][];
        negative = new double[count][];
        for (int i = 0; i < count; i++)
        {
            NeuronStability neuron = table.Neurons[i];
            (Lower[i], Upper[i]) = table.IsImported ? (double.NegativeInfinity, double.PositiveInfinity) : (neuron.LowerBound, neuron.UpperBound);
            states[i] = neuron.State;
            evidence[i] = table.IsImported && neuron.State != NeuronState.Undetermined ? NeuronStability.ImportedEvidence : neuron.Evidence;
            positive[i] = neuron.PositiveWitness;
            negative[i] = neuron.NegativeWitness;
            if (reopenClaims && IsClaim(i))
            {
                reopened[i] = (states[i], evidence[i]);
                (states[i], evidence[i]) = (NeuronState.Undetermined, "");
            }

            if (states[i] != NeuronState.Undetermined)
                Decided++;
        }
    }

    public ReluNetwork Network { get; }

    public InputDomain Domain { get; }

    /// <summary>Where each layer's neurons begin: element <c>l - 1</c> for hidden layer <c>l</c>; the last element is the number of all neurons.</summary>
    public int[] Offsets { get; }

    /// <summary>Proven lower bounds of the pre-activations.</summary>
    public double[] Lower { get; }

    /// <summary>Proven upper bounds of the pre-activations.</summary>
    public double[] Upper { get; }

    /// <summary>A board that learns the witnesses found for this one and nothing else; null for none.</summary>
    public VerdictBoard? Witnesses { get; init; }

    /// <summary>Neurons with a verdict.</summary>
    public int Decided { get; private set; }

    public int Count => states.Length;

    /// <summary>Ends the search: claims that were opened again stand where nothing was found, and those that proofs have refuted are told of.</summary>
    /// <exception cref="ContradictionException">A claim is refuted, and nobody listens.</exception>
    public void Close(SearchOptions options)
    {
        foreach ((int index, (NeuronState state, string claim)) in reopened)
            Settle(index, state, claim);
        foreach (ContradictionException contradiction in contradictions)
            (options.Contradiction ?? throw contradiction)(contradiction);
    }

    public NeuronState StateOf(int index) => states[index];

    /// <summary>Whether a layer has neurons without a verdict.</summary>
    /// <param name="layer">1-based hidden layer.</param>
    public bool HasOpen(int layer) => states.AsSpan(Offsets[layer - 1], Offsets[layer] - Offsets[layer - 1]).Contains(NeuronState.Undetermined);

    /// <summary>The last hidden layer that has neurons without a verdict; 0 where none has.</summary>
    public int DeepestOpen()
    {
        int last = Array.LastIndexOf(states, NeuronState.Undetermined);
        return last < 0 ? 0 : Place(last).Layer;
    }

    /// <summary>Whether a witness of that sign would still say something new about the neuron.</summary>
    public bool Wants(int index, bool above) => states[index] == NeuronState.Undetermined && (above ? positive : negative)[index] is null;

    /// <summary>1-based hidden layer and 0-based neuron of an index.</summary>
    public (int Layer, int Neuron) Place(int index)
    {
        int layer = 1;
        while (index >= Offsets[layer])
            layer++;
        return (layer, index - Offsets[layer - 1]);
    }

    /// <summary>Takes proven bounds: keeps the tighter of the old and the new, and decides the neuron where they settle its sign. A NaN, or an infinity that overflow has put on the wrong side, proves nothing.</summary>
    public void Bound(int index, double lower, double upper, string kind)
    {
        if (lower > Lower[index] && !double.IsPositiveInfinity(lower))
            Lower[index] = lower;
        if (upper < Upper[index] && !double.IsNegativeInfinity(upper))
            Upper[index] = upper;
        if (IsClaim(index) && BoundsExclude(index))
            Withdraw(index, FormattableString.Invariant($"proven bounds [{Lower[index]:R}, {Upper[index]:R}] ({kind})"));
        if ((positive[index] is not null && Upper[index] <= 0) || (negative[index] is not null && Lower[index] >= 0) || Lower[index] > Upper[index] || BoundsExclude(index))
            throw Contradiction(index);
        bool settled = states[index] != NeuronState.Undetermined && evidence[index] != NeuronStability.ImportedEvidence && !IsClaim(index);

        // A neuron that was proven active, and now never to be above 0, is 0 everywhere: that counts as inactive.
        if (settled && (states[index] != NeuronState.StablyActive || Upper[index] > 0))
            return;
        if (Upper[index] <= 0)
            Decide(index, NeuronState.StablyInactive, kind);
        else if (Lower[index] >= 0)
            Decide(index, NeuronState.StablyActive, kind);
    }

    /// <summary>Takes a confirmed witness: an input of the domain where the pre-activation is proven to be above or below 0.</summary>
    public void Credit(int index, bool above, double[] witness)
    {
        double[]?[] known = above ? positive : negative;
        if (known[index] is not null)
            return;
        known[index] = witness;
        if (above ? Upper[index] <= 0 : Lower[index] >= 0)
            throw Contradiction(index);
        if (positive[index] is not null && negative[index] is not null && states[index] == NeuronState.Undetermined)
            Decide(index, NeuronState.Unstable, "Witness");
    }

    /// <summary>Takes a proven sign of the pre-activation at some input: a witness where one is wanted, else nothing new unless it contradicts the verdict.</summary>
    /// <returns>Whether the witness was wanted.</returns>
    public bool Learn(int index, bool above, double[] witness)
    {
        Witnesses?.Learn(index, above, witness);
        bool wanted = Wants(index, above);
        if (wanted)
            Credit(index, above, witness);
        Check(index, above, witness);
        return wanted;
    }

    /// <summary>Takes a proven sign of the pre-activation at some input, of which nothing new is learnt unless it contradicts the verdict.</summary>
    public void Check(int index, bool above, double[] witness)
    {
        if (states[index] != (above ? NeuronState.StablyInactive : NeuronState.StablyActive))
            return;
        if (!IsClaim(index))
            throw Contradiction(index);
        Withdraw(index, $"an input with a pre-activation proven {(above ? "above" : "below")} 0");
        Credit(index, above, witness);
    }

    /// <summary>Takes a solver's word for an open neuron's sign, unless a witness speaks against it.</summary>
    /// <param name="index">The neuron.</param>
    /// <param name="active">Whether it is said to be stably active, else inactive.</param>
    /// <param name="claim">The evidence, from <see cref="MilpClaim"/>.</param>
    public void Claim(int index, bool active, string claim)
    {
        if (states[index] != NeuronState.Undetermined)
            return;
        Decide(index, active ? NeuronState.StablyActive : NeuronState.StablyInactive, claim);
        if ((active ? negative : positive)[index] is not null)
            Withdraw(index, $"a witness with a pre-activation proven {(active ? "below" : "above")} 0");
    }

    /// <summary>Whether a neuron's verdict is a solver's word that no proof confirms.</summary>
    public bool IsClaim(int index) => MilpClaim.Is(evidence[index]) && !MilpClaim.IsProven(evidence[index]);

    public StabilityTable ToTable(TimeSpan elapsed, IEnumerable<StageReport> stages, string? device)
    {
        var neurons = new NeuronStability[Count];
        for (int i = 0; i < neurons.Length; i++)
        {
            (int layer, int neuron) = Place(i);
            neurons[i] = new()
            {
                Layer = layer,
                Neuron = neuron,
                State = states[i],
                LowerBound = Lower[i],
                UpperBound = Upper[i],
                Evidence = evidence[i],
                PositiveWitness = positive[i],
                NegativeWitness = negative[i],
            };
        }

        return new(Network, Domain, neurons, start.Elapsed + elapsed, [.. start.Stages, .. stages], device ?? start.Device);
    }

    private void Decide(int index, NeuronState state, string kind)
    {
        if (states[index] == NeuronState.Undetermined)
            Decided++;
        states[index] = state;
        evidence[index] = MilpClaim.Join(evidence[index], kind);
    }

    /// <summary>A proof refutes a claim: the claim is no verdict any more, stays in the evidence, and is reported.</summary>
    private void Withdraw(int index, string proof)
    {
        (int layer, int neuron) = Place(index);
        contradictions.Add(new(Network, layer, neuron, $"{states[index]}, {evidence[index]}", proof));
        states[index] = NeuronState.Undetermined;
        evidence[index] = MilpClaim.Refuted(evidence[index]);
        Decided--;
    }

    private void Settle(int index, NeuronState state, string claim)
    {
        NeuronState found = states[index];
        string kind = evidence[index];
        bool refuted = state == NeuronState.StablyActive ? negative[index] is not null || Upper[index] < 0 : positive[index] is not null || Lower[index] > 0;
        if (!refuted)
        {
            if (found == NeuronState.Undetermined)
                Decide(index, state, claim);
            else
                evidence[index] = MilpClaim.Join(claim, kind);
            return;
        }

        (int layer, int neuron) = Place(index);
        contradictions.Add(new(Network, layer, neuron, $"{state}, {claim}", found == NeuronState.Undetermined ? "a witness of the other sign" : $"{found}, {kind}"));
        evidence[index] = found == NeuronState.Undetermined ? MilpClaim.Refuted(claim) : MilpClaim.Join(MilpClaim.Refuted(claim), kind);
    }

    private bool BoundsExclude(int index) => states[index] switch
    {
        NeuronState.StablyActive => Upper[index] < 0,
        NeuronState.StablyInactive => Lower[index] > 0,
        NeuronState.Unstable => Upper[index] <= 0 || Lower[index] >= 0,
        _ => false,
    };

    /// <summary>Two proofs that exclude each other: a fault of this program, or of an imported table, that must never be passed over.</summary>
    private InvalidInputException Contradiction(int index)
    {
        (int layer, int neuron) = Place(index);
        return new(
            "ContradictingEvidence",
            FormattableString.Invariant($"The evidence on layer {layer}, neuron {neuron} of '{Network.Name}' contradicts itself: {states[index]}, bounds [{Lower[index]:R}, {Upper[index]:R}], a witness above 0: {positive[index] is not null}, below 0: {negative[index] is not null}."),
            "If the table was imported, check that it belongs to this network and domain; otherwise this is a fault of the module: please report it with the network.");
    }
}
