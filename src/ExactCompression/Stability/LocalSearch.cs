using ExactCompression.Numerics;
using static ExactCompression.Stability.WitnessSearch;

namespace ExactCompression.Stability;

/// <summary>
/// Local search without gradients, for networks with few inputs: each of many points tries random steps that grow shorter, and goes where its neuron's value is larger. Where a neuron has the wanted
/// sign only round a vertex of many kinks, gradients point past it from every side; steps in some of a few inputs meet it.
/// </summary>
internal sealed class LocalSearch : IDisposable
{
    private const int Samples = 4_096;
    private const int Walkers = 128;
    private const int Steps = 16;
    private const int Rounds = 60;
    private const double FirstStep = 0.25;
    private const double Shrinking = 0.87;

    private readonly VerdictBoard board;
    private readonly int layer;
    private readonly AffineLayer map;
    private readonly PackedMatrix<float>[] weights;
    private readonly float[][] biases;
    private readonly int seed;

    private LocalSearch(VerdictBoard board, int layer, int seed)
    {
        this.board = board;
        this.layer = layer;
        this.seed = seed;
        map = board.Network.HiddenLayer(layer);
        AffineLayer[] below = [.. Enumerable.Range(1, layer - 1).Select(board.Network.HiddenLayer)];
        weights = [.. below.Select(static l => PackedMatrix<float>.FromTransposed(Array.ConvertAll(l.Weights.ToArray(), static w => (float)w), l.Outputs, l.Inputs))];
        biases = [.. below.Select(static l => Array.ConvertAll(l.Bias.ToArray(), static b => (float)b))];
    }

    /// <summary>Searches for all open neurons, and tries the best point of each.</summary>
    /// <param name="board">What is known.</param>
    /// <param name="search">Checks the points.</param>
    /// <param name="clock">Time and threads.</param>
    /// <param name="seed">Seed of the random steps.</param>
    public static void Run(VerdictBoard board, WitnessSearch search, SearchClock clock, int seed)
    {
        for (int layer = 2; layer <= board.DeepestOpen(); layer++)
        {
            Aim[] aims = [.. search.Open(layer)];
            if (aims.Length == 0)
                continue;
            using var local = new LocalSearch(board, layer, seed);
            var best = new float[aims.Length][];
            Parallel.For(0, aims.Length, clock.Parallel, k => best[k] = local.Best(aims[k], clock.Parallel.CancellationToken));
            search.Try([.. best.SelectMany(static p => p)], aims.Length);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (PackedMatrix<float> matrix in weights)
            matrix.Dispose();
    }

    private float[] Best(Aim aim, CancellationToken cancellation)
    {
        int inputs = board.Network.InputSize;
        var random = new Random(unchecked((seed * 1_000_003) + (2 * aim.Index) + (aim.Above ? 1 : 0)));
        float[] points = new float[Samples * inputs], values = new float[Samples];
        for (int p = 0; p < Samples; p++)
        {
            for (int i = 0; i < inputs; i++)
            {
                double t = random.NextDouble();
                Place(points, (p * inputs) + i, i, p % 2 == 0 ? t : Math.Clamp((2 * t) - 0.5, 0, 1));
            }
        }

        Evaluate(aim, points, values, Samples);
        int[] order = [.. Enumerable.Range(0, Samples)];
        Array.Sort(Array.ConvertAll(values, static v => float.IsNaN(v) ? float.PositiveInfinity : -v), order);
        float[] walkers = new float[Walkers * inputs], reached = new float[Walkers];
        for (int w = 0; w < Walkers; w++)
        {
            points.AsSpan(order[w] * inputs, inputs).CopyTo(walkers.AsSpan(w * inputs));
            reached[w] = values[order[w]];
        }

        double step = FirstStep;
        for (int round = 0; round < Rounds && !(reached.Max() > 0); round++, step *= Shrinking)
        {
            cancellation.ThrowIfCancellationRequested();
            Walk(aim, walkers, reached, points, values, random, step);
        }

        return walkers.AsSpan(Array.IndexOf(reached, reached.Max()) * inputs, inputs).ToArray();
    }

    /// <summary>One round: each walker tries some steps and takes the best of them if it is one up.</summary>
    private void Walk(Aim aim, float[] walkers, float[] reached, float[] points, float[] values, Random random, double step)
    {
        int inputs = board.Network.InputSize;
        ReadOnlySpan<double> lower = board.Domain.Lower.Span, upper = board.Domain.Upper.Span;
        for (int p = 0; p < Walkers * Steps; p++)
        {
            int fixedInput = random.Next(inputs);
            for (int i = 0; i < inputs; i++)
            {
                float at = walkers[(p / Steps * inputs) + i];
                bool moves = i == fixedInput || random.Next(2) == 0;
                double to = at + (moves ? step * (random.NextDouble() + random.NextDouble() + random.NextDouble() - 1.5) * 2 * (upper[i] - lower[i]) : 0);
                points[(p * inputs) + i] = (float)Math.Clamp(to, lower[i], upper[i]);
            }
        }

        Evaluate(aim, points, values, Walkers * Steps);
        for (int p = 0; p < Walkers * Steps; p++)
        {
            int w = p / Steps;
            if (!(values[p] > reached[w]))
                continue;
            reached[w] = values[p];
            points.AsSpan(p * inputs, inputs).CopyTo(walkers.AsSpan(w * inputs));
        }
    }

    private void Place(float[] points, int at, int input, double share)
    {
        double lower = board.Domain.Lower.Span[input], upper = board.Domain.Upper.Span[input];
        points[at] = (float)(lower + ((upper - lower) * share));
    }

    /// <summary>The neuron's value, with its sign, at some points.</summary>
    private void Evaluate(Aim aim, float[] points, float[] values, int count)
    {
        const int Block = 256;
        int widest = weights.Length == 0 ? 1 : weights.Max(static w => w.Columns);
        float[] current = new float[Block * Math.Max(widest, board.Network.InputSize)], next = new float[current.Length];
        float[] row = Array.ConvertAll(map.Row(aim.Index - board.Offsets[layer - 1]).ToArray(), w => (float)(aim.Above ? w : -w));
        double bias = map.Bias.Span[aim.Index - board.Offsets[layer - 1]];
        for (int first = 0; first < count; first += Block)
        {
            int rows = Math.Min(Block, count - first), width = board.Network.InputSize;
            points.AsSpan(first * width, rows * width).CopyTo(current);
            for (int l = 0; l < weights.Length; l++)
            {
                MatrixProduct.Multiply<float>(current.AsSpan(0, rows * width), rows, weights[l], biases[l], next.AsSpan(0, rows * weights[l].Columns));
                width = weights[l].Columns;
                Elementwise.Rectify(next.AsSpan(0, rows * width), current);
            }

            for (int r = 0; r < rows; r++)
            {
                double sum = aim.Above ? bias : -bias;
                for (int i = 0; i < width; i++)
                    sum += row[i] * current[(r * width) + i];
                values[first + r] = (float)sum;
            }
        }
    }
}
