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
    private readonly AffineLayer map;
    private readonly PackedMatrix<double>[] weights;
    private readonly int walkers;
    private readonly int seed;

    private LocalSearch(VerdictLedger ledger, int layer, int walkers, int seed)
    {
        this.ledger = ledger;
        this.layer = layer;
        this.walkers = walkers;
        this.seed = seed;
        map = ledger.Network.HiddenLayer(layer);
        weights = [.. Enumerable.Range(1, layer - 1).Select(ledger.Network.HiddenLayer).Select(
            static l => PackedMatrix<double>.FromTransposed(l.Weights.Span, l.Outputs, l.Inputs))];
    }

    /// <summary>Searches for all open neurons, and checks the best point of each.</summary>
    /// <param name="ledger">What is known.</param>
    /// <param name="search">Checks the points.</param>
    /// <param name="clock">Time and threads.</param>
    /// <param name="walkers">Walkers for each neuron.</param>
    /// <param name="seed">Seed of the random steps.</param>
    public static void Run(VerdictLedger ledger, WitnessSearch search, SearchClock clock, int walkers, int seed)
    {
        for (int layer = 2; layer <= ledger.DeepestOpen(); layer++)
        {
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
        foreach (PackedMatrix<double> matrix in weights)
            matrix.Dispose();
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
        int widest = weights.Length == 0 ? 1 : weights.Max(static w => w.Columns);
        double[] current = new double[Block * Math.Max(widest, ledger.Network.InputSize)], next = new double[current.Length];
        double[] row = Array.ConvertAll(map.Row(target.Index - ledger.Offsets[layer - 1]).ToArray(), w => target.Above ? w : -w);
        double bias = map.Bias.Span[target.Index - ledger.Offsets[layer - 1]];
        for (int first = 0; first < count; first += Block)
        {
            cancellation.ThrowIfCancellationRequested();
            int rows = Math.Min(Block, count - first), width = ledger.Network.InputSize;
            points.AsSpan(first * width, rows * width).CopyTo(current);
            for (int l = 0; l < weights.Length; l++)
            {
                MatrixProduct.Multiply<double>(
                    current.AsSpan(0, rows * width), rows, weights[l], ledger.Network.HiddenLayer(l + 1).Bias.Span,
                    next.AsSpan(0, rows * weights[l].Columns));
                width = weights[l].Columns;
                Elementwise.Rectify(next.AsSpan(0, rows * width));
                (current, next) = (next, current);
            }

            for (int r = 0; r < rows; r++)
            {
                double sum = target.Above ? bias : -bias;
                for (int i = 0; i < width; i++)
                    sum += row[i] * current[(r * width) + i];
                values[first + r] = sum;
            }
        }
    }
}
