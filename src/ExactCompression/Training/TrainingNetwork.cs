using ExactCompression.Numerics;

namespace ExactCompression.Training;

/// <summary>
/// A network in training, in float32. A step has two phases, and all threads finish the first before the second begins: rows go through the
/// network and back, a few at a time, and weights are only read; then each block of inputs of each layer takes its step, and weights are
/// only written. Where filters are normalised, the first phase stops at each normalisation, on the way up and on the way down, until the
/// sums of all rows are known.
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
    private readonly ValueLayout input;
    private readonly float* inputs;
    private readonly LayerPass[] layers;
    private readonly int[] normalised;
    private readonly (int Layer, int Block)[] blocks;
    private readonly WorkerPool crew;
    private readonly RowScratch[] scratch;
    private readonly StabilityPenalty? penalty;
    private readonly int[] rows;
    private readonly double[] losses;
    private readonly bool[] right;
    private readonly Action<int, int>[] stages;
    private readonly Action<int, int> classify;
    private readonly Action<int, int> update;
    private int count;
    private long step;
    private StepRule rule;
    private CancellationToken stop;

    /// <summary>Makes a network with random weights.</summary>
    /// <exception cref="InvalidInputException">The architecture cannot be read, or does not fit the data.</exception>
    public TrainingNetwork(TrainingSet set, ClassifierOptions options, Random random)
    {
        this.set = set;
        this.options = options;
        batch = Math.Min(options.BatchSize, set.Order.Length);
        LayerPlan[] plans = LayerPlan.Of(options, set.Data.Columns, set.Classes);
        input = ValueLayout.OfData(plans[0].Input);
        inputs = TrainingMemory.Allocate((nint)batch * input.Width);
        int penalised = StabilityPenalty.LastLayer(options);
        layers = new LayerPass[plans.Length];
        for (int l = 0; l < layers.Length; l++)
        {
            IntervalLayer? intervals = l > penalised
                ? null
                : new(TrainingLayer.Padded(plans[l].Fan), TrainingLayer.Padded(plans[l].Channels), l == 0,
                    StabilityPenalty.Boxes(options, batch));
            layers[l] = new(
                plans[l], l == 0 ? null : layers[l - 1], inputs, input, batch, l == layers.Length - 1,
                options.Optimizer == TrainingOptimizer.Adam, intervals, random);
        }

        normalised = [.. Enumerable.Range(0, layers.Length).Where(l => plans[l].IsNormalised)];
        blocks = [.. layers.SelectMany(
            static (layer, l) => Enumerable.Range(0, layer.Layer.In / SparseProduct.ColumnBlock).Select(block => (l, block)))];
        long work = batch * layers.Sum(static l => (long)l.Plan.Positions * l.Layer.In * l.Layer.Out);
        crew = new(work < LeastShared ? 1 : options.Threads > 0 ? options.Threads : Environment.ProcessorCount);
        chunk = Math.Clamp((batch + crew.Size - 1) / crew.Size, 1, MostRows);
        scratch = [.. Enumerable.Range(0, crew.Size).Select(_ => Scratch())];
        penalty = penalised < 0 ? null : new(set, options, [.. layers.Select(static l => l.Layer)], crew.Size, chunk, batch);
        rows = new int[batch];
        losses = new double[batch];
        right = new bool[batch];
        stages = [.. Enumerable.Range(0, (2 * normalised.Length) + 1).Select<int, Action<int, int>>(
            s => (piece, worker) => Differentiate(s, piece, worker))];
        classify = Classify;
        update = Update;
    }

    /// <summary>Weights that are exactly zero.</summary>
    public long ZeroWeights => layers.Sum(static l => l.Layer.ZeroWeights);

    /// <summary>One step on some rows.</summary>
    /// <param name="rows">At most a batch.</param>
    /// <param name="rate">Learning rate.</param>
    /// <param name="cancellation">When cancelled, no step is taken, unless it is under way.</param>
    /// <returns>The sum of their cross-entropies before the step, and how many were classified correctly. If the sum is not finite, no step
    /// is taken. Null if it was cancelled.</returns>
    public (double Loss, int Right)? Step(ReadOnlySpan<int> rows, double rate, CancellationToken cancellation = default)
    {
        stop = cancellation;
        Take(rows);
        penalty?.Begin(count);
        for (int s = 0; s < stages.Length; s++)
        {
            // The whole domain's box is a piece of its own; balls go with their rows.
            crew.Run(Chunks + (s == 0 && penalty is { IsWholeDomain: true } ? 1 : 0), stages[s]);
            if (cancellation.IsCancellationRequested)
                return null; // before running means take up sums of some rows alone
            if (s < normalised.Length)
                layers[normalised[s]].Normalisation!.Complete(count);
            else if (s < stages.Length - 1)
                layers[normalised[^(s + 1 - normalised.Length)]].Normalisation!.CompleteSlopes(count);
        }

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
            foreach (LayerPass layer in layers)
            {
                layer.Normalisation?.Step(rule, options.ScalePenalty);
                if (options.FilterPenalty > 0 && layer.Plan.Window is not null)
                    layer.Layer.ShrinkOutputs(rule.Threshold(options.FilterPenalty));
            }
        }

        return (loss, right);
    }

    /// <summary>Share of some rows that are classified correctly; null if this was cancelled.</summary>
    public double? Accuracy(ReadOnlySpan<int> rows, CancellationToken cancellation = default)
    {
        stop = cancellation;
        foreach (int l in normalised)
            layers[l].Normalisation!.TakeRunning();
        int right = 0;
        for (int first = 0; first < rows.Length; first += batch)
        {
            Take(rows.Slice(first, Math.Min(batch, rows.Length - first)));
            crew.Run(Chunks, classify);
            if (cancellation.IsCancellationRequested)
                return null;
            right += this.right.AsSpan(0, count).Count(true);
        }

        return (double)right / rows.Length;
    }

    /// <summary>The network as it is; null where a weight is not finite.</summary>
    public ReluNetwork? Result(string name, TrainingHistory history) => TrainedNetwork.Of(layers, name, history);

    /// <inheritdoc/>
    public void Dispose()
    {
        crew.Dispose();
        penalty?.Dispose();
        foreach (RowScratch s in scratch)
            s.Dispose();
        foreach (LayerPass layer in layers)
            layer.Dispose();
        TrainingMemory.Free(inputs);
    }

    private int Chunks => (count + chunk - 1) / chunk;

    private RowScratch Scratch() => new(
        Math.Max(chunk, layers.Max(static l => l.ProductRows)), batch * layers.Max(static l => l.Plan.Positions),
        Math.Max(input.Width, layers.Max(static l => Math.Max(l.Layer.In, l.Layer.Out))), layers.Max(l => l.Room(chunk)),
        layers.Max(static l => l.PatchRoom));

    private void Take(ReadOnlySpan<int> rows)
    {
        rows.CopyTo(this.rows);
        count = rows.Length;
    }

    private (int First, int Rows) Piece(int piece) => (piece * chunk, Math.Min(chunk, count - (piece * chunk)));

    private void ReadRows(int first, int rows)
    {
        for (int r = first; r < first + rows; r++)
            set.Data.Row(this.rows[r]).CopyTo(new(inputs + ((nint)r * input.Width), set.Data.Columns));
    }

    private void Classify(int piece, int worker)
    {
        if (stop.IsCancellationRequested)
            return;
        (int first, int rows) = Piece(piece);
        ReadRows(first, rows);
        foreach (LayerPass layer in layers)
        {
            layer.Forward(first, rows, scratch[worker]);
            layer.Activate(first, rows);
        }

        for (int r = first; r < first + rows; r++)
            right[r] = CrossEntropy.Largest(Outputs(layers[^1].Values, r)) == set.Data.Labels.Span[this.rows[r]];
    }

    private Span<float> Outputs(float* values, int row) => new(values + ((nint)row * layers[^1].Layout.Width), set.Classes);

    /// <summary>
    /// One stage of the way up and back for some rows: up to the next normalisation, where all rows are summed up before they go on; the
    /// last of them is also the first on the way back.
    /// </summary>
    private void Differentiate(int stage, int piece, int worker)
    {
        if (stop.IsCancellationRequested)
            return;
        if (piece == Chunks)
        {
            penalty!.Differentiate(0, 1, this.rows, count, worker);
            return;
        }

        (int first, int rows) = Piece(piece);
        if (stage == 0 && penalty is { IsWholeDomain: false })
            penalty.Differentiate(first, rows, this.rows, count, worker);
        int top = normalised.Length;
        if (stage <= top && Ascend(stage, first, rows, scratch[worker]))
            return;
        int below = layers.Length - 1;
        if (stage <= top)
        {
            DifferentiateLoss(first, rows);
        }
        else
        {
            below = normalised[^(stage - top)];
            LayerPass layer = layers[below];
            layer.Normalisation!.Backward(first, rows, count, layer.Slopes + ((nint)first * layer.Layout.Width));
            layer.Backward(first, rows, scratch[worker]);
            below--;
        }

        for (; below >= 0; below--)
        {
            LayerPass layer = layers[below];
            if (layer.Normalisation is { } normalisation)
            {
                normalisation.CollectSlopes(first, rows, layer.Slopes + ((nint)first * layer.Layout.Width));
                return;
            }

            layer.Backward(first, rows, scratch[worker]);
        }
    }

    /// <summary>Goes up as far as a stage does; true if that is to a normalisation.</summary>
    private bool Ascend(int stage, int first, int rows, RowScratch own)
    {
        int l = 0;
        if (stage == 0)
        {
            ReadRows(first, rows);
        }
        else
        {
            l = normalised[stage - 1];
            layers[l++].Activate(first, rows);
        }

        for (; l < layers.Length; l++)
        {
            layers[l].Forward(first, rows, own);
            if (layers[l].Normalisation is { } normalisation)
            {
                normalisation.Collect(first, rows);
                return true;
            }

            layers[l].Activate(first, rows);
        }

        return false;
    }

    private void DifferentiateLoss(int first, int rows)
    {
        for (int r = first; r < first + rows; r++)
            losses[r] = CrossEntropy.Differentiate(
                Outputs(layers[^1].Values, r), set.Data.Labels.Span[this.rows[r]], 1f / count, Outputs(layers[^1].Slopes, r), out right[r]);
    }

    private void Update(int piece, int worker)
    {
        (int l, int block) = blocks[piece];
        layers[l].Update(block, count, rule, scratch[worker], penalty?.Scratch(worker));
    }
}
