using System.Runtime.InteropServices;
using ExactCompression.Numerics;

namespace ExactCompression.Training;

/// <summary>
/// A network in training, in float32. A step has two phases, and all threads finish the first before the second begins: rows go through the
/// network and back, a few at a time, and weights are only read; then each block of inputs of each layer takes its step, and weights are
/// only written.
/// </summary>
/// <remarks>
/// Every sum is computed by one thread in the order of its terms, however rows and inputs are distributed: results do not depend on the
/// number of threads.
/// </remarks>
internal sealed unsafe class TrainingNetwork : IDisposable
{
    /// <summary>
    /// Most rows that a thread takes through the network at a time: few enough that the values between the layers stay in cache.
    /// </summary>
    private const int MostRows = 32;

    /// <summary>Multiply-adds of a step below which a single thread is faster.</summary>
    private const long LeastShared = 2_000_000;

    private readonly TrainingSet set;
    private readonly ClassifierOptions options;
    private readonly int batch;
    private readonly int chunk;
    private readonly TrainingLayer[] layers;
    private readonly float*[] values;
    private readonly float*[] deltas;
    private readonly PackedMatrix<float>[] packedDeltas;
    private readonly (int Layer, int Block)[] blocks;
    private readonly WorkerPool crew;
    private readonly RowScratch[] scratch;
    private readonly StabilityPenalty? penalty;
    private readonly int[] rows;
    private readonly double[] losses;
    private readonly bool[] right;
    private readonly Action<int, int> differentiate;
    private readonly Action<int, int> classify;
    private readonly Action<int, int> update;
    private int count;
    private long step;
    private StepRule rule;

    /// <summary>Makes a network with random weights.</summary>
    public TrainingNetwork(TrainingSet set, ClassifierOptions options, Random random)
    {
        this.set = set;
        this.options = options;
        batch = Math.Min(options.BatchSize, set.Order.Length);
        int penalised = StabilityPenalty.LastLayer(options);
        int[] widths = [set.Data.Columns, .. options.Hidden, set.Classes];
        layers = new TrainingLayer[widths.Length - 1];
        values = new float*[widths.Length];
        deltas = new float*[widths.Length];
        packedDeltas = new PackedMatrix<float>[layers.Length];
        values[0] = Allocate(widths[0]);
        for (int l = 0; l < layers.Length; l++)
        {
            IntervalLayer? intervals = l > penalised
                ? null
                : new(TrainingLayer.Padded(widths[l]), TrainingLayer.Padded(widths[l + 1]), l == 0, StabilityPenalty.Boxes(options, batch));
            layers[l] = new(widths[l], widths[l + 1], l == 0, options.Optimizer == TrainingOptimizer.Adam, intervals, random);
            values[l + 1] = Allocate(widths[l + 1]);
            deltas[l + 1] = Allocate(widths[l + 1]);
            packedDeltas[l] = PackedMatrix<float>.Zeros(batch, layers[l].Out);
        }

        blocks = [.. layers.SelectMany(
            static (layer, l) => Enumerable.Range(0, layer.In / SparseProduct.ColumnBlock).Select(block => (l, block)))];
        long work = batch * layers.Sum(static l => (long)l.In * l.Out);
        crew = new(work < LeastShared ? 1 : options.Threads > 0 ? options.Threads : Environment.ProcessorCount);
        chunk = Math.Clamp((batch + crew.Size - 1) / crew.Size, 1, MostRows);
        scratch = [.. Enumerable.Range(0, crew.Size).Select(_ => new RowScratch(chunk, batch, widths.Max(TrainingLayer.Padded)))];
        penalty = penalised < 0 ? null : new(set, options, layers, crew.Size, chunk, batch);
        rows = new int[batch];
        losses = new double[batch];
        right = new bool[batch];
        differentiate = Differentiate;
        classify = Classify;
        update = Update;
    }

    /// <summary>Weights that are exactly zero.</summary>
    public long ZeroWeights => layers.Sum(static l => l.ZeroWeights);

    /// <summary>One step on some rows.</summary>
    /// <param name="rows">At most a batch.</param>
    /// <param name="rate">Learning rate.</param>
    /// <returns>The sum of their cross-entropies before the step, and how many were classified correctly. If the sum is not finite, no step
    /// is taken.</returns>
    public (double Loss, int Right) Step(ReadOnlySpan<int> rows, double rate)
    {
        Take(rows);
        penalty?.Begin(count);
        // The whole domain's box is a piece of its own; balls go with their rows.
        crew.Run(Chunks + (penalty is { IsWholeDomain: true } ? 1 : 0), differentiate);
        double loss = 0;
        int right = 0;
        for (int i = 0; i < count; i++)
        {
            loss += losses[i];
            right += this.right[i] ? 1 : 0;
        }

        if (double.IsFinite(loss))
        {
            rule = new(options, rate, ++step);
            crew.Run(blocks.Length, update);
        }

        return (loss, right);
    }

    /// <summary>Share of some rows that are classified correctly.</summary>
    public double Accuracy(ReadOnlySpan<int> rows)
    {
        int right = 0;
        for (int first = 0; first < rows.Length; first += batch)
        {
            Take(rows.Slice(first, Math.Min(batch, rows.Length - first)));
            crew.Run(Chunks, classify);
            right += this.right.AsSpan(0, count).Count(true);
        }

        return (double)right / rows.Length;
    }

    /// <summary>The network as it is; null where a weight is not finite.</summary>
    public ReluNetwork? Result(string name, TrainingHistory history)
    {
        AffineLayer?[] made = [.. layers.Select((l, i) => l.ToLayer(i == layers.Length - 1 ? Activation.Identity : Activation.Relu))];
        return made.Contains(null) ? null : new(made!, name, training: history);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        crew.Dispose();
        penalty?.Dispose();
        foreach (RowScratch s in scratch)
            s.Dispose();
        foreach (TrainingLayer layer in layers)
            layer.Dispose();
        foreach (PackedMatrix<float> delta in packedDeltas)
            delta.Dispose();
        foreach (float* memory in values)
            NativeMemory.AlignedFree(memory);
        foreach (float* memory in deltas)
            NativeMemory.AlignedFree(memory);
    }

    private int Chunks => (count + chunk - 1) / chunk;

    private float* Allocate(int width)
    {
        nuint bytes = (nuint)batch * (nuint)TrainingLayer.Padded(width) * sizeof(float);
        void* memory = NativeMemory.AlignedAlloc(bytes, 64);
        NativeMemory.Clear(memory, bytes);
        return (float*)memory;
    }

    private void Take(ReadOnlySpan<int> rows)
    {
        rows.CopyTo(this.rows);
        count = rows.Length;
    }

    private void Forward(int first, int rows, RowScratch own)
    {
        int columns = set.Data.Columns;
        for (int r = first; r < first + rows; r++)
            set.Data.Row(this.rows[r]).CopyTo(new(values[0] + ((nint)r * layers[0].In), columns));
        for (int l = 0; l < layers.Length; l++)
        {
            float* z = values[l + 1] + ((nint)first * layers[l].Out);
            layers[l].Forward(values[l] + ((nint)first * layers[l].In), rows, z, own);
            if (l < layers.Length - 1)
                Elementwise.Rectify(new ReadOnlySpan<float>(z, rows * layers[l].Out), new Span<float>(z, rows * layers[l].Out));
        }
    }

    private void Classify(int piece, int worker)
    {
        int first = piece * chunk, rows = Math.Min(chunk, count - first);
        Forward(first, rows, scratch[worker]);
        for (int r = first; r < first + rows; r++)
            right[r] = CrossEntropy.Largest(new(values[^1] + ((nint)r * layers[^1].Out), set.Classes))
                == set.Data.Labels.Span[this.rows[r]];
    }

    private void Differentiate(int piece, int worker)
    {
        if (piece == Chunks)
        {
            penalty!.Differentiate(0, 1, this.rows, count, worker);
            return;
        }

        int first = piece * chunk, rows = Math.Min(chunk, count - first);
        if (penalty is { IsWholeDomain: false })
            penalty.Differentiate(first, rows, this.rows, count, worker);
        Forward(first, rows, scratch[worker]);
        int last = layers.Length;
        for (int r = first; r < first + rows; r++)
        {
            nint at = (nint)r * layers[^1].Out;
            losses[r] = CrossEntropy.Differentiate(
                new(values[last] + at, set.Classes), set.Data.Labels.Span[this.rows[r]], 1f / count, new(deltas[last] + at, set.Classes),
                out right[r]);
        }

        for (int l = last; l >= 1; l--)
        {
            TrainingLayer layer = layers[l - 1];
            float* delta = deltas[l] + ((nint)first * layer.Out);
            packedDeltas[l - 1].SetRows(first, new ReadOnlySpan<float>(delta, rows * layer.Out));
            if (l == 1)
                continue;
            nint at = (nint)first * layer.In;
            layer.Backward(delta, rows, deltas[l - 1] + at, scratch[worker]);
            Elementwise.MaskDead(
                new Span<float>(deltas[l - 1] + at, rows * layer.In), new ReadOnlySpan<float>(values[l - 1] + at, rows * layer.In));
        }
    }

    private void Update(int piece, int worker)
    {
        (int l, int block) = blocks[piece];
        layers[l].Update(block, values[l], count, packedDeltas[l], rule, scratch[worker], penalty?.Scratch(worker));
    }
}
