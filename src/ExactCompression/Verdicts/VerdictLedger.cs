using ExactCompression.Networks;

namespace ExactCompression.Verdicts;

/// <summary>
/// What is known of every hidden neuron while a search runs, and the only place where a verdict is made. Not safe for concurrent use:
/// threads pass their findings to the one that owns it. An imported table is never a premise: its bounds and witnesses are left out, and
/// its verdicts are claims that are restored at the end where nothing was proven. A solver's result within a tolerance is a claim too: it
/// decides a neuron until a proof contradicts it, and gives no bound.
/// </summary>
/// <remarks>
/// A neuron that is 0 on all of the domain is both active and inactive, and counts as inactive. So that this depends on no method and no
/// order, a neuron that is never below 0 is active only once it is known to be above 0 somewhere; until then the search for such a point,
/// or for a proof that there is none, continues.
/// </remarks>
internal sealed class VerdictLedger
{
    private readonly StabilityTable start;
    private readonly OpenNeurons states;
    private readonly Evidence[] evidence;
    private readonly NeuronLayout layout;
    private readonly ProvenFacts facts;
    private readonly ClaimLedger claims;
    private readonly Lazy<TranslatedNeurons?> translated;

    /// <summary>Where the table has the neuron of each index; -1 for rectifiers that are no neurons of the network's.</summary>
    private readonly int[] tableIndices;

    /// <summary>The proof that a neuron is never below 0, by the neuron's index.</summary>
    private readonly Dictionary<int, Evidence> neverNegative = [];

    /// <summary>Starts from a table.</summary>
    /// <param name="table">The table.</param>
    /// <param name="reopenClaims">Whether neurons that are decided by a solver's claim alone are to be decided again; where nothing decides
    /// them, the claim stands. Imported verdicts always are.</param>
    /// <param name="scope">The neurons to decide, by their place in the table; null for all.</param>
    public VerdictLedger(StabilityTable table, bool reopenClaims = false, Func<int, bool>? scope = null)
    {
        start = table;
        Network = table.Network;
        Domain = table.Domain;
        claims = new(Network.Name);
        layout = new(Network);
        facts = new(layout);
        translated = new(() => TranslatedNeurons.Of(Graph, Domain.For(Network.InputSize), layout));
        tableIndices = [.. Enumerable.Range(0, layout.Count).Select(layout.TableIndexOf)];
        states = new(layout, index => tableIndices[index] >= 0 && scope?.Invoke(tableIndices[index]) != false);
        evidence = new Evidence[layout.Count];
        for (int i = 0; i < layout.Count; i++)
        {
            if (tableIndices[i] < 0)
            {
                facts.Clear(i);
                evidence[i] = Evidence.None;
                continue;
            }

            NeuronStability neuron = table.Neurons[tableIndices[i]];
            facts.Take(i, neuron, table.IsImported);
            states[i] = neuron.State;
            evidence[i] = neuron.State == NeuronState.Undetermined && table.IsImported ? Evidence.None : neuron.Basis;
            if (states[i] != NeuronState.Undetermined && (evidence[i].IsImported || (reopenClaims && IsClaim(i))))
            {
                claims.Reopen(i, states[i], evidence[i]);
                (states[i], evidence[i]) = (NeuronState.Undetermined, Evidence.None);
            }
        }
    }

    public ReluNetwork Network { get; }

    /// <summary>The network as searches see it; its layers with rectifiers are those that the ledger numbers.</summary>
    public LoweredGraph Graph => Network.Lowered;

    public InputDomain Domain { get; }

    /// <inheritdoc cref="NeuronLayout.Offsets"/>
    public int[] Offsets => layout.Offsets;

    /// <summary>Proven lower bounds of the pre-activations.</summary>
    public double[] Lower => facts.Lower;

    /// <summary>Proven upper bounds of the pre-activations.</summary>
    public double[] Upper => facts.Upper;

    /// <summary>Proven lower bounds of the pre-activations of a 1-based hidden layer.</summary>
    public ReadOnlySpan<double> LowerOf(int layer) => Lower.AsSpan(layout.Of(layer));

    /// <summary>Proven upper bounds of the pre-activations of a 1-based hidden layer.</summary>
    public ReadOnlySpan<double> UpperOf(int layer) => Upper.AsSpan(layout.Of(layer));

    /// <summary>A ledger that receives the witnesses found for this one and nothing else; null for none.</summary>
    public VerdictLedger? Witnesses { get; init; }

    /// <summary>Neurons with a verdict, or outside the scope.</summary>
    public int Decided => Count - states.Open;

    public int Count => layout.Count;

    /// <summary>
    /// Ends the search: reopened claims stand where nothing was found, and refuted claims are reported.
    /// </summary>
    /// <exception cref="ContradictionException">A claim is refuted, and no handler is registered.</exception>
    public void Close(SearchOptions options)
    {
        foreach ((int index, (NeuronState state, Evidence claim)) in claims.Reopened)
        {
            bool refuted = facts.Exclude(index, state)
                || (state == NeuronState.StablyInactive && states[index] == NeuronState.StablyActive && !IsClaim(index));
            (NeuronState found, Evidence by) = (states[index], evidence[index]);
            (states[index], evidence[index]) = ClaimLedger.Settle(state, claim, found, by, refuted);
            if (!refuted && (states[index] != NeuronState.Undetermined || found == NeuronState.Undetermined))
                continue;
            string proof = found == NeuronState.Undetermined ? facts.Describe(index) : $"{found}, {by}";
            claims.Contradict(layout.NeuronOf(index), state, claim, proof);
        }

        claims.Report(options);
    }

    public NeuronState StateOf(int index) => states[index];

    /// <summary>Whether a 1-based hidden layer has neurons without a verdict.</summary>
    public bool HasOpen(int layer) => states.HasOpen(layer);

    /// <summary>The last hidden layer with neurons without a verdict; 0 where there is none.</summary>
    public int DeepestOpen() => states.Deepest();

    /// <summary>Whether a witness of that sign would still be new information about the neuron.</summary>
    public bool NeedsWitness(int index, bool above) => states.IsOpen(index) && facts.NeedsWitness(index, above);

    /// <summary>
    /// Whether a neuron is proven never to be below 0 while it is open whether it is ever above 0: it may be 0 everywhere.
    /// </summary>
    public bool MayBeZero(int index) => states.IsOpen(index) && Lower[index] >= 0;

    /// <inheritdoc cref="NeuronLayout.TableIndexOf"/>
    public int TableIndexOf(int index) => tableIndices[index];

    /// <inheritdoc cref="NeuronLayout.Place"/>
    public (int Layer, int Neuron) Place(int index) => layout.Place(index);

    /// <summary>
    /// Takes proven bounds: keeps the tighter of the old and the new, and decides the neuron where they settle its sign. A NaN, or an
    /// infinity that overflow has given the wrong sign, proves nothing.
    /// </summary>
    public void Bound(int index, double lower, double upper, Evidence by)
    {
        facts.Tighten(index, lower, upper);
        if (IsClaim(index) && facts.BoundsExclude(index, states[index]))
            Withdraw(index, FormattableString.Invariant($"proven bounds [{Lower[index]:R}, {Upper[index]:R}] ({by})"));
        if (facts.Clash(index) || facts.BoundsExclude(index, states[index]))
            throw facts.Contradiction(index, states[index], Network.Name);
        if (lower >= 0)
            neverNegative.TryAdd(index, by);

        // A neuron that was proven active, and now never to be above 0, is 0 everywhere: that counts as inactive.
        bool settled = states[index] != NeuronState.Undetermined && !IsClaim(index);
        if (settled && (states[index] != NeuronState.StablyActive || Upper[index] > 0))
            return;
        if (Upper[index] <= 0)
            Decide(index, NeuronState.StablyInactive, by);
        else if (Lower[index] > 0 || (Lower[index] >= 0 && facts.Positive[index] is not null))
            Decide(index, NeuronState.StablyActive, neverNegative.GetValueOrDefault(index, by));
    }

    /// <summary>Takes a proven bound on one side.</summary>
    /// <param name="index">The neuron, by its index over all layers.</param>
    /// <param name="above">True for a bound of <c>z</c>, false for one of <c>-z</c>.</param>
    /// <param name="most">Upper bound of that.</param>
    /// <param name="by">The proof.</param>
    public void Bound(int index, bool above, double most, Evidence by)
    {
        (double lower, double upper) = EndsOf(above, most);
        Bound(index, lower, upper, by);
    }

    /// <summary>Takes a proven bound on one side, which holds for all of the neuron's class.</summary>
    /// <inheritdoc cref="Bound(int, bool, double, Evidence)"/>
    public void BoundClass(int index, bool above, double most, Evidence by)
    {
        (double lower, double upper) = EndsOf(above, most);
        BoundClass(index, lower, upper, by);
    }

    /// <summary>Takes proven bounds of a neuron, which hold for all of its class (<see cref="TranslatedNeurons"/>).</summary>
    public void BoundClass(int index, double lower, double upper, Evidence by)
    {
        foreach (int like in translated.Value?.Of(index) ?? [index])
            Bound(like, lower, upper, by);
    }

    private static (double Lower, double Upper) EndsOf(bool above, double most) =>
        above ? (double.NegativeInfinity, most) : (0 - most, double.PositiveInfinity);

    /// <summary>Of neurons, those with none of the same class before: what bounds are proven of them hold for the others too.</summary>
    /// <typeparam name="T">What stands for a neuron.</typeparam>
    /// <param name="neurons">The neurons, with the sign in question where both are.</param>
    /// <param name="indexOf">The index of a neuron over all layers.</param>
    public IEnumerable<T> OnePerClass<T>(IEnumerable<T> neurons, Func<T, (int Index, bool Above)> indexOf)
    {
        return translated.Value is { } classes
            ? neurons.DistinctBy(n => (classes.FirstOf(indexOf(n).Index), indexOf(n).Above))
            : neurons;
    }

    /// <summary>
    /// Inputs that show a sign of a neuron, by the witnesses of neurons of its class; in real arithmetic, and so to be confirmed.
    /// </summary>
    /// <param name="index">The neuron.</param>
    /// <param name="above">The sign.</param>
    /// <returns>A point of the domain; null if no neuron of its class has a witness.</returns>
    public double[]? MovedWitness(int index, bool above)
    {
        double[]?[] known = above ? facts.Positive : facts.Negative;
        if (translated.Value is not { } classes)
            return null;
        foreach (int like in classes.Of(index))
        {
            if (known[like] is { } witness)
                return classes.Move(witness, like, index);
        }

        return null;
    }

    /// <summary>Takes a proof that the pre-activation is above 0 somewhere, where no witness is available.</summary>
    public void ShowPositive(int index, Evidence by)
    {
        if (Upper[index] <= 0)
            throw facts.Contradiction(index, states[index], Network.Name);
        if (MayBeZero(index))
            Decide(index, NeuronState.StablyActive, neverNegative.GetValueOrDefault(index, by));
    }

    /// <summary>Takes a confirmed witness: an input of the domain where the pre-activation is proven to be above or below 0.</summary>
    public void Credit(int index, bool above, double[] witness)
    {
        double[]?[] known = above ? facts.Positive : facts.Negative;
        if (known[index] is not null)
            return;
        known[index] = witness;
        if (above ? Upper[index] <= 0 : Lower[index] >= 0)
            throw facts.Contradiction(index, states[index], Network.Name);
        if (facts.Positive[index] is not null && facts.Negative[index] is not null && states[index] == NeuronState.Undetermined)
            Decide(index, NeuronState.Unstable, Evidence.Witness);
        else if (above && Lower[index] >= 0 && (states[index] == NeuronState.Undetermined || IsClaim(index)))
            Decide(index, NeuronState.StablyActive, neverNegative.GetValueOrDefault(index, Evidence.Witness));
    }

    /// <summary>
    /// Takes a proven sign of the pre-activation at some input: a witness if that sign was missing, otherwise nothing new unless it
    /// contradicts the verdict.
    /// </summary>
    /// <returns>Whether the sign was missing.</returns>
    public bool Learn(int index, bool above, double[] witness)
    {
        Witnesses?.Learn(index, above, witness);
        bool missing = NeedsWitness(index, above);
        if (missing)
            Credit(index, above, witness);
        Check(index, above, witness);
        return missing;
    }

    /// <summary>
    /// Takes a proven sign of the pre-activation at some input, which matters only if it contradicts the verdict.
    /// </summary>
    public void Check(int index, bool above, double[] witness)
    {
        if (states[index] != (above ? NeuronState.StablyInactive : NeuronState.StablyActive))
            return;
        if (!IsClaim(index))
            throw facts.Contradiction(index, states[index], Network.Name);
        Withdraw(index, $"an input with a pre-activation proven {(above ? "above" : "below")} 0");
        Credit(index, above, witness);
    }

    /// <summary>Takes a solver's claim about an open neuron's sign, unless a witness refutes it.</summary>
    /// <param name="index">The neuron.</param>
    /// <param name="active">Whether it is claimed to be stably active, else inactive.</param>
    /// <param name="claim">The evidence, from <see cref="Evidence.BySolver"/>.</param>
    public void Claim(int index, bool active, Evidence claim)
    {
        if (states[index] != NeuronState.Undetermined)
            return;
        Decide(index, active ? NeuronState.StablyActive : NeuronState.StablyInactive, claim);
        if ((active ? facts.Negative : facts.Positive)[index] is not null)
            Withdraw(index, $"a witness with a pre-activation proven {(active ? "below" : "above")} 0");
    }

    /// <summary>Whether a neuron's verdict is a solver's claim that no proof confirms.</summary>
    public bool IsClaim(int index) => evidence[index].IsSolverAlone;

    public StabilityTable ToTable(TimeSpan elapsed, IEnumerable<StageReport> stages, string? device)
    {
        NeuronStability[] neurons = [.. start.Neurons];
        for (int i = 0; i < Count; i++)
        {
            if (tableIndices[i] < 0)
                continue;
            (int layer, int neuron) = layout.NeuronOf(i);
            neurons[tableIndices[i]] = new()
            {
                Layer = layer,
                Neuron = neuron,
                State = states[i],
                LowerBound = Lower[i],
                UpperBound = Upper[i],
                Basis = evidence[i],
                PositiveWitness = facts.Positive[i],
                NegativeWitness = facts.Negative[i],
            };
        }

        return StabilityTable.Found(
            Network, Domain, neurons, start.Elapsed + elapsed, [.. start.Stages, .. stages], device ?? start.Device);
    }

    private void Decide(int index, NeuronState state, Evidence by)
    {
        states[index] = state;
        evidence[index] = by.After(evidence[index]);
    }

    /// <summary>A proof refutes a claim: the claim is no longer a verdict, but stays in the evidence and is reported.</summary>
    private void Withdraw(int index, string proof)
    {
        claims.Contradict(layout.NeuronOf(index), states[index], evidence[index], proof);
        states[index] = NeuronState.Undetermined;
        evidence[index] = evidence[index].Refuted();
    }
}
