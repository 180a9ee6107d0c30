namespace ExactCompression.Witnesses;

/// <summary>
/// A network on a device, and a batch of points that moves through its domain. The device itself keeps the candidates: points where a
/// pre-activation has a sign that is still missing. A whole attack runs there; the caller only receives the candidates, and says which
/// signs are no longer missing. Not safe for concurrent use.
/// </summary>
/// <remarks>
/// Any call but <see cref="IDisposable.Dispose"/> throws a <see cref="ComputeDeviceException"/> when the device fails (out of memory,
/// lost). Work may be queued on the device: a failure is then reported by a later call. Neurons are numbered over all hidden layers, in
/// order.
/// </remarks>
public interface IWitnessSession : IDisposable
{
    /// <summary>The maximum number of points in a batch: what fits into the device's memory and keeps it busy.</summary>
    int MaxPoints { get; }

    /// <summary>Fewer points than this take about as long on the device.</summary>
    int MinPoints { get; }

    /// <summary>
    /// Sets which signs are missing from now on; before the first call none is. No candidate is kept for other signs, and no layer is
    /// computed above the last one with a missing sign.
    /// </summary>
    /// <param name="wanted">One element for each neuron.</param>
    void Want(ReadOnlySpan<MissingSigns> wanted);

    /// <summary>
    /// Begins to transfer the points of the next batch, while the device may still work on this one. Replaces points that were staged and
    /// not loaded.
    /// </summary>
    /// <param name="count">1 to <see cref="MaxPoints"/>.</param>
    /// <param name="source">Writes the points; called before <see cref="Load"/> returns, possibly on several threads at once.</param>
    void Stage(int count, PointSource source);

    /// <summary>Makes the staged points the current batch: clips each to the domain, and resets the momentum.</summary>
    void Load();

    /// <summary>Runs the batch through the hidden layers up to the last one with a missing sign, and keeps candidates.</summary>
    void Forward();

    /// <summary>
    /// Remembers points of the batch, as of the <see cref="Forward"/> right before, among those that come nearest to the signs that are
    /// still missing.
    /// </summary>
    /// <param name="first">The number of the batch's first point; the others are numbered consecutively.</param>
    void KeepStarts(int first);

    /// <summary>Assigns to each point of the batch the neuron that it attacks.</summary>
    /// <param name="layer">1-based hidden layer of all the targets.</param>
    /// <param name="targets">For each point its 0-based neuron of that layer.</param>
    /// <param name="signs">For each point 1 to make the pre-activation grow, -1 to make it shrink.</param>
    void Aim(int layer, ReadOnlySpan<int> targets, ReadOnlySpan<float> signs);

    /// <summary>
    /// Runs steps of an attack on the batch, each followed by a forward pass that keeps candidates. A step moves every point up the
    /// gradient of its own target, the signed pre-activation: <c>m = momentum m + g / mean|g|</c>,
    /// <c>x = clip(x + step (upper - lower) sign(m))</c>. A point whose gradient vanishes continues by its momentum.
    /// </summary>
    /// <param name="ascent">The lengths of the steps.</param>
    /// <param name="from">0-based first step.</param>
    /// <param name="to">The step to stop before, at the latest.</param>
    /// <returns>The step to continue from: less than <paramref name="to"/> if candidates were found, for which a card checks every few
    /// steps.</returns>
    int Ascend(PgdSchedule ascent, int from, int to);

    /// <summary>
    /// The candidates of the passes since the last call: at most one for each missing sign, if its value is beyond 0 and exceeds the
    /// previous candidate's by a twentieth. In the order of neurons, above before below.
    /// </summary>
    /// <param name="found">Where to add them.</param>
    void ReadCandidates(List<WitnessCandidate> found);

    /// <summary>Copies the point of a candidate; valid until the next pass.</summary>
    /// <param name="candidate">One of the last call of <see cref="ReadCandidates"/>.</param>
    /// <param name="point">Input size.</param>
    void ReadWitness(WitnessCandidate candidate, Span<float> point);

    /// <summary>The points that <see cref="KeepStarts"/> has remembered for a sign.</summary>
    /// <param name="neuron">The neuron.</param>
    /// <param name="above">The sign.</param>
    /// <returns>Their numbers, best first, at most 64.</returns>
    int[] ReadStarts(int neuron, bool above);

    /// <summary>The extremes of the last pass.</summary>
    /// <param name="extremes">One element for each neuron; those without a missing sign are left unchanged, and if only one sign is
    /// missing, only its extreme is guaranteed. Ties take the lowest point number; NaN is ignored.</param>
    void ReadExtremes(Span<NeuronExtremes> extremes);

    /// <summary>Copies one point of the current batch.</summary>
    /// <param name="index">0-based.</param>
    /// <param name="point">Input size.</param>
    void ReadPoint(int index, Span<float> point);
}

/// <summary>Writes consecutive points.</summary>
/// <param name="first">0-based first of them.</param>
/// <param name="count">How many.</param>
/// <param name="points">Row-major <paramref name="count"/> x input size.</param>
public delegate void PointSource(int first, int count, Span<float> points);
