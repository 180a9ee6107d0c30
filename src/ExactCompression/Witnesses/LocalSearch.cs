using ExactCompression.Networks;
using ExactCompression.Numerics;
using ExactCompression.Verdicts;

namespace ExactCompression.Witnesses;

/// <summary>
/// Local search without gradients and in double precision, for networks with few inputs: each of many points tries random steps that get
/// shorter, and moves to where its neuron's value is larger. Where a neuron has the missing sign only around a vertex of many kinks,
/// gradients point past it from every direction; steps in a few of the inputs find it. There float32 could not resolve the sign.
/// </summary>
internal sealed class LocalSearch : IDisposable
{
    /// <summary>Each round shrinks the step to this share of the previous one.</summary>
    private const double Shrinking = 0.9;

    private const double FirstStep = 0.25;
    private const int Steps = 16;
    private const int Rounds = 90;

    /// <summary>One of this many samples becomes a walker.</summary>
    private const int SamplesOfWalker = 32;

    private readonly VerdictLedger ledger;
    private readonly int layer;
    private readonly LoweredLayer map;
    private readonly ForwardOrder order;
    private readonly PackedLayer<double>[] below;
    private readonly int walkers;
    private readonly int seed;

    private LocalSearch(VerdictLedger ledger, int layer, int walkers, int seed)
    {
        this.ledger = ledger;
        this.layer = layer;
        this.walkers = walkers;
        this.seed = seed;
        map = ledger.Graph.Rectifier(layer);
        order = new(ledger.Graph, map.Terms.Select(static t => t.Source).Where(static s => s > 0));
        below = [.. order.Values.Select(value => new PackedLayer<double>(ledger.Graph.Layers[value - 1]))];
    }

    /// <summary>Searches for all open neurons, and checks the best point of each.</summary>
    /// <param name="ledger">What is known.</param>
    /// <param name="search">Checks the points.</param>
    /// <param name="clock">Time and threads.</param>
    /// <param name="walkers">Walkers for each neuron.</param>
    /// <param name="seed">Seed of the random steps.</param>
    public static void Run(VerdictLedger ledger, WitnessSearch search, SearchClock clock, int walkers, int seed)
    {
        int[] affine = InputRows.Layers(ledger.Graph);
        for (int layer = 1; layer <= ledger.DeepestOpen(); layer++)
        {
            if (affine.Contains(layer))
                continue;
            SignTarget[] targets = [.. search.Open(layer)];
            if (targets.Length == 0)
                continue;
            clock.Report(SearchStage.Attack, layer);
            using var local = new LocalSearch(ledger, layer, walkers, seed);
            var best = new double[targets.Length][];
            Parallel.For(0, targets.Length, clock.Parallel, k => best[k] = local.Best(targets[k], clock.Parallel.CancellationToken));
            search.Confirm(best);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (PackedLayer<double> packed in below)
            packed.Dispose();
    }

    private double[] Best(SignTarget target, CancellationToken cancellation)
    {
        int inputs = ledger.Network.InputSize, samples = walkers * SamplesOfWalker;
        var random = new Random(unchecked((seed * 1_000_003) + (2 * target.Index) + (target.Above ? 1 : 0)));
        double[] points = new double[samples * inputs], values = new double[samples];
        for (int p = 0; p < samples; p++)
        {
            for (int i = 0; i < inputs; i++)
            {
                double t = random.NextDouble(), lower = ledger.Domain.Lower.Span[i], upper = ledger.Domain.Upper.Span[i];
                points[(p * inputs) + i] = Math.Clamp(lower + ((upper - lower) * (p % 2 == 0 ? t : (2 * t) - 0.5)), lower, upper);
            }
        }

        Evaluate(target, points, values, samples, cancellation);
        int[] order = [.. Enumerable.Range(0, samples)];
        Array.Sort(Array.ConvertAll(values, static v => double.IsNaN(v) ? double.PositiveInfinity : -v), order);
        double[] places = new double[walkers * inputs], reached = new double[walkers];
        for (int w = 0; w < walkers; w++)
        {
            points.AsSpan(order[w] * inputs, inputs).CopyTo(places.AsSpan(w * inputs));
            reached[w] = values[order[w]];
        }

        double step = FirstStep;
        for (int round = 0; round < Rounds && !(reached.Max() > 0); round++, step *= Shrinking)
        {
            Walk(target, places, reached, points, values, random, step, cancellation);
        }

        return places.AsSpan(Array.IndexOf(reached, reached.Max()) * inputs, inputs).ToArray();
    }

    /// <summary>One round: each walker tries some steps and takes the best of them if it improves the value.</summary>
    private void Walk(
        SignTarget target, double[] places, double[] reached, double[] points, double[] values, Random random, double step,
        CancellationToken cancellation)
    {
        int inputs = ledger.Network.InputSize;
        ReadOnlySpan<double> lower = ledger.Domain.Lower.Span, upper = ledger.Domain.Upper.Span;
        for (int p = 0; p < walkers * Steps; p++)
        {
            int fixedInput = random.Next(inputs);
            for (int i = 0; i < inputs; i++)
            {
                double at = places[(p / Steps * inputs) + i];
                bool moves = i == fixedInput || random.Next(2) == 0;
                double to = at
                    + (moves
                        ? step * (random.NextDouble() + random.NextDouble() + random.NextDouble() - 1.5) * 2 * (upper[i] - lower[i])
                        : 0);
                points[(p * inputs) + i] = Math.Clamp(to, lower[i], upper[i]);
            }
        }

        Evaluate(target, points, values, walkers * Steps, cancellation);
        for (int p = 0; p < walkers * Steps; p++)
        {
            int w = p / Steps;
            if (!(values[p] > reached[w]))
                continue;
            reached[w] = values[p];
            points.AsSpan(p * inputs, inputs).CopyTo(places.AsSpan(w * inputs));
        }
    }

    /// <summary>The neuron's value, with its sign, at some points.</summary>
    private void Evaluate(SignTarget target, double[] points, double[] values, int count, CancellationToken cancellation)
    {
        const int Block = 256;
        int inputs = ledger.Network.InputSize, element = target.Index - ledger.Offsets[layer - 1];
        var scratch = new double[ledger.Graph.Layers.Count + 1][];
        foreach (int value in order.Values)
            scratch[value] = new double[Block * ledger.Graph.ShapeOf(value).Count];
        var row = new SparseRow();
        for (int first = 0; first < count; first += Block)
        {
            cancellation.ThrowIfCancellationRequested();
            int rows = Math.Min(Block, count - first);
            scratch[0] = points.AsSpan(first * inputs, rows * inputs).ToArray();
            for (int l = 0; l < below.Length; l++)
            {
                LoweredLayer passed = below[l].Layer;
                Span<double> z = scratch[order.Values[l]].AsSpan(0, rows * passed.Width);
                for (int k = 0; k < passed.Terms.Count; k++)
                    below[l].Apply(k, Of(passed.Terms[k].Source, rows), rows, z);
                if (passed.IsRectifier)
                    Elementwise.Rectify(z);
                passed.Smooth?.Apply(z);
            }

            double bias = map.Bias.Span[element];
            values.AsSpan(first, rows).Fill(target.Above ? bias : -bias);
            foreach (LinearTerm term in map.Terms)
            {
                term.Map.ReadRow(element, row);
                Add(row, target.Above, Of(term.Source, rows), values.AsSpan(first, rows));
            }
        }

        ReadOnlySpan<double> Of(int value, int rows) => scratch[value].AsSpan(0, rows * ledger.Graph.ShapeOf(value).Count);
    }

    /// <summary>Adds a row's product with each of some values to a sum.</summary>
    private static void Add(SparseRow row, bool above, ReadOnlySpan<double> values, Span<double> sums)
    {
        int width = values.Length / sums.Length;
        for (int r = 0; r < sums.Length; r++)
        {
            double sum = sums[r];
            for (int k = 0; k < row.Count; k++)
                sum += (above ? row.Weights[k] : -row.Weights[k]) * values[(r * width) + row.Columns[k]];
            sums[r] = sum;
        }
    }
}
