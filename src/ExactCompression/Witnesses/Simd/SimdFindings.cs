namespace ExactCompression.Witnesses;

/// <summary>
/// What the passes of a session have found: each neuron's extremes, per chunk and over all chunks, the points that are worth a check, and
/// the best starting points. Chunks are merged in their order, so nothing here depends on the number of threads.
/// </summary>
internal sealed class SimdFindings
{
    private readonly NeuronExtremes[][] ofChunk;
    private readonly NeuronExtremes[] extremes;
    private readonly float[] proposed;
    private readonly WitnessStarts?[] starts;
    private readonly List<WitnessCandidate> candidates = [];

    /// <summary>Allocates the arrays.</summary>
    /// <param name="neurons">Hidden neurons.</param>
    /// <param name="chunks">Chunks of a batch at most.</param>
    public SimdFindings(int neurons, int chunks)
    {
        ofChunk = new NeuronExtremes[chunks][];
        for (int c = 0; c < ofChunk.Length; c++)
            ofChunk[c] = new NeuronExtremes[neurons];
        extremes = new NeuronExtremes[neurons];
        proposed = new float[2 * neurons];
        starts = new WitnessStarts[2 * neurons];
    }

    /// <summary>Whether there are candidates that have not been read.</summary>
    public bool HasCandidates => candidates.Count > 0;

    /// <summary>The extremes of a chunk's points, neuron by neuron; each chunk is written by one thread.</summary>
    /// <param name="chunk">0-based.</param>
    public NeuronExtremes[] OfChunk(int chunk) => ofChunk[chunk];

    /// <summary>A neuron's extremes over the last batch.</summary>
    /// <param name="neuron">The neuron, numbered over all layers.</param>
    public NeuronExtremes Of(int neuron) => extremes[neuron];

    /// <summary>
    /// Merges the chunks for the neurons that still matter, preferring the lower chunk where values are equal, and proposes the points with
    /// a missing sign.
    /// </summary>
    /// <param name="open">The neurons that matter.</param>
    /// <param name="chunks">Chunks of the batch.</param>
    /// <param name="missing">For each neuron, which signs are missing.</param>
    public void Conclude(List<int> open, int chunks, MissingSigns[] missing)
    {
        Merge(open, chunks);
        foreach (int i in open)
        {
            NeuronExtremes e = extremes[i];
            if (e.Maximum > 0 && (missing[i] & MissingSigns.Above) != 0)
                Propose(new(i, true, e.MaximumPoint), 2 * i, e.Maximum);
            if (e.Minimum < 0 && (missing[i] & MissingSigns.Below) != 0)
                Propose(new(i, false, e.MinimumPoint), (2 * i) + 1, -e.Minimum);
        }
    }

    /// <summary>Returns the points that are worth a check.</summary>
    /// <param name="found">Receives them.</param>
    public void ReadCandidates(List<WitnessCandidate> found)
    {
        foreach (WitnessCandidate candidate in candidates)
            found.Add(candidate);
        candidates.Clear();
    }

    /// <summary>The best starting points for a target; created on first use.</summary>
    /// <param name="neuron">The neuron, numbered over all layers.</param>
    /// <param name="above">The sign.</param>
    public WitnessStarts StartsFor(int neuron, bool above) => starts[(2 * neuron) + (above ? 0 : 1)] ??= new();

    /// <summary>The points that are the best starting points for a target; empty where none were kept.</summary>
    /// <param name="neuron">The neuron, numbered over all layers.</param>
    /// <param name="above">The sign.</param>
    public int[] ReadStarts(int neuron, bool above) => starts[(2 * neuron) + (above ? 0 : 1)]?.ToArray() ?? [];

    private void Merge(List<int> open, int chunks)
    {
        foreach (int i in open)
            extremes[i] = ofChunk[0][i];
        for (int chunk = 1; chunk < chunks; chunk++)
        {
            NeuronExtremes[] found = ofChunk[chunk];
            foreach (int i in open)
            {
                NeuronExtremes a = extremes[i], b = found[i];
                bool less = b.Minimum < a.Minimum, more = b.Maximum > a.Maximum;
                if (less || more)
                    extremes[i] = new(
                        less ? b.Minimum : a.Minimum, more ? b.Maximum : a.Maximum, less ? b.MinimumPoint : a.MinimumPoint,
                        more ? b.MaximumPoint : a.MaximumPoint);
            }
        }
    }

    private void Propose(WitnessCandidate candidate, int target, float value)
    {
        if (value <= proposed[target] * WitnessCandidate.Growth)
            return;
        proposed[target] = value;
        candidates.Add(candidate);
    }
}
