namespace ExactCompression.Witnesses;

/// <summary>
/// A network on a device, and a batch of points that moves through its domain. The device itself keeps what the search is after, the
/// candidates: points where a pre-activation has a sign that is still wanted. A whole attack runs there; the caller hears of candidates
/// alone, and says what is wanted no more. Not safe for concurrent use.
/// </summary>
/// <remarks>
/// Any call but <see cref="IDisposable.Dispose"/> throws a <see cref="ComputeDeviceException"/> when the device fails (out of memory,
/// lost). Work may queue up on the device: what fails there is reported by a later call. Neurons are numbered over all hidden layers, in
/// order.
/// </remarks>
public interface IWitnessSession : IDisposable
{
    /// <summary>The most points a batch can have: what fits the device's memory and keeps it busy.</summary>
    int MaxPoints { get; }

    /// <summary>Fewer points than this take the device about as long.</summary>
    int MinPoints { get; }

    /// <summary>
    /// Says which signs are wanted from now on; before the first call none is. No candidate is kept for others, and no layer computed above
    /// the last that has a wanted one.
    /// </summary>
    /// <param name="wanted">One element for each neuron.</param>
    void Want(ReadOnlySpan<MissingSigns> wanted);

    /// <summary>
    /// Begins to bring over the points of the next batch, while the device may still work on this one. Replaces points that were staged and
    /// not loaded.
    /// </summary>
    /// <param name="count">1 to <see cref="MaxPoints"/>.</param>
    /// <param name="source">Writes the points; called before <see cref="Load"/> returns, possibly on several threads at once.</param>
    void Stage(int count, PointSource source);

    /// <summary>Makes the staged points the batch: clips each to the domain, and forgets momentum.</summary>
    void Load();

    /// <summary>Runs the batch through the hidden layers up to the last that has a wanted sign, and keeps candidates.</summary>
    void Forward();

    /// <summary>
    /// Remembers points of the batch, as of the <see cref="Forward"/> right before, among those that come nearest to the signs that are
    /// still wanted.
    /// </summary>
    /// <param name="first">The number to remember the batch's first point by; the others count on from it.</param>
    void KeepStarts(int first);

    /// <summary>Gives each point of the batch the neuron that it attacks.</summary>
    /// <param name="layer">1-based hidden layer of all the targets.</param>
    /// <param name="targets">For each point its 0-based neuron of that layer.</param>
    /// <param name="signs">For each point 1 to make the pre-activation grow, -1 to make it fall.</param>
    void Aim(int layer, ReadOnlySpan<int> targets, ReadOnlySpan<float> signs);

    /// <summary>
    /// Runs steps of an attack on the batch, each followed by a forward pass that keeps candidates. A step moves every point up the
    /// gradient of its own target, the signed pre-activation: <c>m = momentum m + g / mean|g|</c>,
    /// <c>x = clip(x + step (upper - lower) sign(m))</c>. A point whose gradient vanished goes on by its momentum.
    /// </summary>
    /// <param name="ascent">The lengths of the steps.</param>
    /// <param name="from">0-based first step.</param>
    /// <param name="to">Where to stop, at most.</param>
    /// <returns>The step to go on from: less than <paramref name="to"/> where candidates turned up, which a card looks for every few
    /// steps.</returns>
    int Ascend(PgdSchedule ascent, int from, int to);

    /// <summary>
    /// The candidates of the passes since the last call: for each wanted sign at most one, if it is past 0 and past the one before by a
    /// twentieth. In the order of neurons, above before below.
    /// </summary>
    /// <param name="found">Where to add them.</param>
    void ReadCandidates(List<WitnessCandidate> found);

    /// <summary>Copies the point of a candidate; good until the next pass.</summary>
    /// <param name="candidate">One of the last call of <see cref="ReadCandidates"/>.</param>
    /// <param name="point">Input size.</param>
    void ReadWitness(WitnessCandidate candidate, Span<float> point);

    /// <summary>The points that <see cref="KeepStarts"/> has remembered for a sign.</summary>
    /// <param name="neuron">The neuron.</param>
    /// <param name="above">The sign.</param>
    /// <returns>Their numbers, best first, at most 64.</returns>
    int[] ReadStarts(int neuron, bool above);

    /// <summary>The extremes of the last pass.</summary>
    /// <param name="extremes">One element for each neuron; those that are not wanted are left as they are, and where one sign alone is
    /// wanted, its side alone is sure. Ties take the lowest point number; a NaN is passed over.</param>
    void ReadExtremes(Span<NeuronExtremes> extremes);

    /// <summary>Copies one point of the batch as it is now.</summary>
    /// <param name="index">0-based.</param>
    /// <param name="point">Input size.</param>
    void ReadPoint(int index, Span<float> point);
}

/// <summary>Writes neighbouring points.</summary>
/// <param name="first">0-based first of them.</param>
/// <param name="count">How many.</param>
/// <param name="points">Row-major <paramref name="count"/> x input size.</param>
public delegate void PointSource(int first, int count, Span<float> points);
