using ExactCompression.Numerics;

namespace ExactCompression.Witnesses;

/// <summary>
/// A network in float32 on the CPU. Points are split into chunks that go through all layers while they are in cache; chunks run on all
/// cores, and their results are merged in their order, so results do not depend on the number of threads.
/// </summary>
internal sealed class SimdWitnessSession : IWitnessSession
{
    /// <summary>Points that one thread takes through the network at a time.</summary>
    private const int Chunk = 32;

    /// <summary>Values of all points of a batch at most, where networks are so large that even few points have many.</summary>
    private const int MostValues = 1 << 26;

    /// <summary>Neurons whose starting points one thread keeps at a time.</summary>
    private const int StartsBlock = 16;

    /// <summary>Up to this many blocks of them one thread is quicker.</summary>
    private const int FewBlocks = 16;

    private readonly SimdNetwork network;
    private readonly SimdBox box;
    private readonly int inputs;
    private readonly float[][] preActivations;
    private readonly float[] points;
    private readonly float[] momenta;
    private readonly SimdFindings findings;
    private readonly MissingSigns[] missing;
    private readonly ParallelOptions parallel;
    private readonly ThreadLocal<SimdScratch> scratch = new(static () => new());
    private readonly List<int> open = [];
    private int deepest;
    private PointSource? staged;
    private int stagedCount;
    private int count;
    private int aimedLayer;
    private int[] targets = [];
    private float[] signs = [];

    public SimdWitnessSession(ReluNetwork network, InputDomain domain, int threads, int mostPoints)
    {
        this.network = new(network.Lowered);
        box = SimdBox.Of(domain);
        inputs = network.InputSize;
        int neurons = this.network.Neurons, values = this.network.Widths.Sum() + 1, most = MostValues / values;
        int capacity = Math.Clamp(8_000_000 / values / Chunk, Math.Clamp(most / Chunk, 1, 8), 2048 / Chunk) * Chunk;
        MaxPoints = Math.Min(mostPoints, capacity);
        MinPoints = Math.Min(8 * Chunk, capacity);
        preActivations = new float[this.network.Widths.Length - 1][];
        for (int layer = 1; layer <= preActivations.Length; layer++)
            preActivations[layer - 1] = new float[capacity * this.network.Widths[layer]];
        points = new float[capacity * inputs];
        momenta = new float[capacity * inputs];
        findings = new(neurons, capacity / Chunk);
        missing = new MissingSigns[neurons];
        parallel = new() { MaxDegreeOfParallelism = threads > 0 ? threads : Environment.ProcessorCount };
    }

    public int MaxPoints { get; }

    public int MinPoints { get; }

    private int Chunks => (count + Chunk - 1) / Chunk;

    public void Want(ReadOnlySpan<MissingSigns> wanted)
    {
        open.Clear();
        for (int i = 0; i < missing.Length; i++)
        {
            missing[i] = wanted[i];
            if (wanted[i] != MissingSigns.None)
                open.Add(i);
        }

        deepest = open.Count == 0 ? 0 : network.LayerOf(open[^1]);
    }

    public void Stage(int count, PointSource source)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, MaxPoints);
        stagedCount = count;
        staged = source;
    }

    /// <remarks>Nothing has to be transferred: each thread writes its points where it clips them.</remarks>
    public void Load()
    {
        PointSource source = staged ?? throw new InvalidOperationException("Stage points first.");
        staged = null;
        count = stagedCount;
        ForEachChunk((first, rows) =>
        {
            Span<float> into = points.AsSpan(first * inputs, rows * inputs);
            source(first, rows, into);
            for (int r = 0; r < rows; r++)
            {
                Span<float> point = into.Slice(r * inputs, inputs);
                Elementwise.Clip(point, box.Lower, box.Upper, point);
            }

            momenta.AsSpan(first * inputs, rows * inputs).Clear();
        });
    }

    public void Forward()
    {
        if (open.Count == 0)
            return;
        ForEachChunk(ForwardChunk);
        findings.Conclude(open, Chunks, missing);
    }

    public void KeepStarts(int first)
    {
        int blocks = (open.Count + StartsBlock - 1) / StartsBlock;
        void Keep(int block) =>
            KeepStarts(first, open.GetRange(block * StartsBlock, Math.Min(StartsBlock, open.Count - (block * StartsBlock))));
        if (blocks <= FewBlocks)
        {
            for (int block = 0; block < blocks; block++)
                Keep(block);
        }
        else
        {
            Parallel.For(0, blocks, parallel, Keep);
        }
    }

    public void Aim(int layer, ReadOnlySpan<int> targets, ReadOnlySpan<float> signs)
    {
        aimedLayer = layer;
        network.Aim(layer);
        this.targets = targets[..count].ToArray();
        this.signs = signs[..count].ToArray();
    }

    public int Ascend(PgdSchedule ascent, int from, int to)
    {
        // The candidates of each step are confirmed at once: points that have reached their target are assigned another.
        for (int t = from; t < to; t++)
        {
            float length = ascent.Length(t);
            ForEachChunk((first, rows) => AscendChunk(first, rows, length));
            Forward();
            if (findings.HasCandidates)
                return t + 1;
        }

        return to;
    }

    public void ReadCandidates(List<WitnessCandidate> found) => findings.ReadCandidates(found);

    public void ReadWitness(WitnessCandidate candidate, Span<float> point) => ReadPoint((int)candidate.Place, point);

    public int[] ReadStarts(int neuron, bool above) => findings.ReadStarts(neuron, above);

    public void ReadExtremes(Span<NeuronExtremes> extremes)
    {
        foreach (int i in open)
            extremes[i] = findings.Of(i);
    }

    public void ReadPoint(int index, Span<float> point) => points.AsSpan(index * inputs, inputs).CopyTo(point);

    public void Dispose()
    {
        network.Dispose();
        scratch.Dispose();
    }

    /// <summary>Runs work on the chunks of the batch, given the first point and the number of points of each.</summary>
    private void ForEachChunk(Action<int, int> work)
    {
        if (Chunks == 1)
            work(0, count);
        else
            Parallel.For(0, Chunks, parallel, chunk => work(chunk * Chunk, Math.Min(Chunk, count - (chunk * Chunk))));
    }

    private void ForwardChunk(int first, int rows) => network.Forward(
        points.AsSpan(first * inputs, rows * inputs), rows, deepest, scratch.Value!, layer => PreActivations(layer, first, rows),
        layer =>
        {
            int width = network.Widths[layer];
            SimdBatch.Reduce(
                PreActivations(layer, first, rows).Span, rows, width, first,
                findings.OfChunk(first / Chunk).AsSpan(network.Offsets[layer - 1], width));
        });

    private Memory<float> PreActivations(int layer, int first, int rows) =>
        preActivations[layer - 1].AsMemory(first * network.Widths[layer], rows * network.Widths[layer]);

    /// <summary>
    /// Looks only into chunks whose best point is among a neuron's best so far: after a while, these are few. Neurons side by side share
    /// the lines of memory that their pre-activations are read from.
    /// </summary>
    private void KeepStarts(int first, List<int> neurons)
    {
        var targets = new List<StartsTarget>(2 * neurons.Count);
        foreach (int neuron in neurons)
        {
            int layer = network.LayerOf(neuron), at = neuron - network.Offsets[layer - 1];
            if ((missing[neuron] & MissingSigns.Above) != 0)
                targets.Add(new(neuron, layer, at, 1, findings.StartsFor(neuron, above: true)));
            if ((missing[neuron] & MissingSigns.Below) != 0)
                targets.Add(new(neuron, layer, at, -1, findings.StartsFor(neuron, above: false)));
        }

        var kept = new List<StartsTarget>(targets.Count);
        for (int chunk = 0; chunk < Chunks; chunk++)
        {
            NeuronExtremes[] extremes = findings.OfChunk(chunk);
            kept.Clear();
            foreach (StartsTarget target in targets)
            {
                NeuronExtremes e = extremes[target.Neuron];
                if ((target.Sign > 0 ? e.Maximum : -e.Minimum) > target.Best.Least)
                    kept.Add(target);
            }

            for (int p = chunk * Chunk; kept.Count > 0 && p < Math.Min(count, (chunk + 1) * Chunk); p++)
            {
                foreach (StartsTarget target in kept)
                    target.Best.Add(
                        first + p, target.Sign * preActivations[target.Layer - 1][(p * network.Widths[target.Layer]) + target.Column]);
            }
        }
    }

    private void AscendChunk(int first, int rows, float length)
    {
        Span<float> gradient = network.Gradient(
            aimedLayer, targets.AsSpan(first, rows), signs.AsSpan(first, rows), scratch.Value!,
            layer => PreActivations(layer, first, rows));
        for (int r = 0; r < rows; r++)
        {
            int at = (first + r) * inputs;
            SimdBatch.Move(
                gradient.Slice(r * inputs, inputs), points.AsSpan(at, inputs), momenta.AsSpan(at, inputs), box, length,
                PgdSchedule.Momentum);
        }
    }

    private readonly record struct StartsTarget(int Neuron, int Layer, int Column, float Sign, WitnessStarts Best);
}
