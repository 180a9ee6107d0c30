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

    private readonly SimdNetwork network;
    private readonly SimdBox box;
    private readonly int inputs;
    private readonly float[][] preActivations;
    private readonly float[] points;
    private readonly float[] momenta;
    private readonly SimdFindings findings;
    private readonly MissingSigns[] missing;
    private readonly ParallelOptions parallel;
    private readonly ThreadLocal<float[][]> scratch;
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
        this.network = new(network);
        box = SimdBox.Of(domain);
        inputs = network.InputSize;
        int neurons = this.network.Neurons;
        int capacity = Math.Clamp(8_000_000 / (inputs + neurons + 1) / Chunk * Chunk, 8 * Chunk, 2048);
        MaxPoints = Math.Min(mostPoints, capacity);
        preActivations = new float[network.Depth][];
        int widest = inputs;
        for (int layer = 1; layer <= network.Depth; layer++)
        {
            int width = network.WidthOf(layer);
            preActivations[layer - 1] = new float[capacity * width];
            widest = Math.Max(widest, width);
        }

        points = new float[capacity * inputs];
        momenta = new float[capacity * inputs];
        findings = new(neurons, capacity / Chunk);
        missing = new MissingSigns[neurons];
        parallel = new() { MaxDegreeOfParallelism = threads > 0 ? threads : Environment.ProcessorCount };
        scratch = new(() => [new float[Chunk * widest], new float[Chunk * widest]]);
    }

    public int MaxPoints { get; }

    public int MinPoints => 8 * Chunk;

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
        foreach (int i in open)
        {
            if ((missing[i] & MissingSigns.Above) != 0)
                KeepStarts(first, i, findings.StartsFor(i, above: true), 1);
            if ((missing[i] & MissingSigns.Below) != 0)
                KeepStarts(first, i, findings.StartsFor(i, above: false), -1);
        }
    }

    public void Aim(int layer, ReadOnlySpan<int> targets, ReadOnlySpan<float> signs)
    {
        aimedLayer = layer;
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

    private void ForwardChunk(int first, int rows)
    {
        float[] activations = scratch.Value![0];
        ReadOnlySpan<float> input = points.AsSpan(first * inputs, rows * inputs);
        for (int layer = 1; layer <= deepest; layer++)
        {
            int width = network.Widths[layer];
            Span<float> z = preActivations[layer - 1].AsSpan(first * width, rows * width);
            network.Forward(layer, input, rows, z);
            SimdBatch.Reduce(z, rows, width, first, findings.OfChunk(first / Chunk).AsSpan(network.Offsets[layer - 1], width));
            if (layer < deepest)
            {
                Span<float> a = activations.AsSpan(0, rows * width);
                Elementwise.Rectify(z, a);
                input = a;
            }
        }
    }

    /// <summary>Looks only into chunks whose best point is among the best so far: after a while, these are few.</summary>
    private void KeepStarts(int first, int neuron, WitnessStarts best, float sign)
    {
        int layer = network.LayerOf(neuron), width = network.Widths[layer];
        ReadOnlySpan<float> z = preActivations[layer - 1];
        int column = neuron - network.Offsets[layer - 1];
        for (int chunk = 0; chunk < Chunks; chunk++)
        {
            NeuronExtremes e = findings.OfChunk(chunk)[neuron];
            if (!((sign > 0 ? e.Maximum : -e.Minimum) > best.Least))
                continue;
            for (int p = chunk * Chunk; p < Math.Min(count, (chunk + 1) * Chunk); p++)
                best.Add(first + p, sign * z[(p * width) + column]);
        }
    }

    private void AscendChunk(int first, int rows, float length)
    {
        float[] gradient = scratch.Value![0], next = scratch.Value![1];
        int width = network.Widths[aimedLayer - 1];
        for (int r = 0; r < rows; r++)
            Elementwise.Scale(network.Row(aimedLayer, targets[first + r]), signs[first + r], gradient.AsSpan(r * width, width));
        for (int layer = aimedLayer - 1; layer >= 1; layer--)
        {
            width = network.Widths[layer];
            Elementwise.MaskDead(gradient.AsSpan(0, rows * width), preActivations[layer - 1].AsSpan(first * width, rows * width));
            network.Backward(layer, gradient.AsSpan(0, rows * width), rows, next.AsSpan(0, rows * network.Widths[layer - 1]));
            (gradient, next) = (next, gradient);
        }

        for (int r = 0; r < rows; r++)
        {
            int at = (first + r) * inputs;
            SimdBatch.Move(
                gradient.AsSpan(r * inputs, inputs), points.AsSpan(at, inputs), momenta.AsSpan(at, inputs), box, length,
                PgdSchedule.Momentum);
        }
    }
}
