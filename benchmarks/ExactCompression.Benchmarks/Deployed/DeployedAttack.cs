using System.Diagnostics;
using ExactCompression.Bounds.Deployed;
using ExactCompression.Networks;

namespace ExactCompression.Benchmarks;

/// <summary>Looks for inputs and orders of summation at which a network's float32 outputs are far from their values.</summary>
internal sealed class DeployedAttack
{
    private readonly Random random = new(1);
    private readonly NodewiseGraph network;
    private readonly SingleRun run;
    private readonly IReadOnlyList<LayerCharge?> charges;
    private readonly InputDomain domain;
    private readonly InputData? data;
    private readonly double[] proven;
    private readonly (int Value, int Element)[] outputs;

    /// <summary>Prepares a search.</summary>
    public DeployedAttack(NodewiseGraph network, InputDomain domain, InputData? data, double[] proven)
    {
        (this.network, run, this.domain, this.data, this.proven) = (network, new(network), domain, data, proven);
        charges = NodeCharges.Of(network);
        outputs = [.. network.Outputs];
        Worst = new double[outputs.Length];
    }

    /// <summary>The largest error of each output.</summary>
    public double[] Worst { get; }

    /// <summary>The largest error of any output that roundings can give at the inputs tried, to first order.</summary>
    public double MostPossible { get; private set; }

    /// <summary>Evaluations of the network.</summary>
    public long Evaluations { get; private set; }

    /// <summary>How many of them had an output whose error was above its bound.</summary>
    public long Exceeded { get; private set; }

    /// <summary>Searches.</summary>
    /// <param name="limit">For how long.</param>
    public void Run(TimeSpan limit)
    {
        var clock = Stopwatch.StartNew();
        for (int k = 0; clock.Elapsed < limit; k = (k + 1) % outputs.Length)
        {
            double[] x = Climb(k, clock.Elapsed + (limit / outputs.Length / 3));
            double[][] exact = Exact(x);
            double[][] reach = Reach(exact, k).Derivatives;
            double[][] opposite = [.. reach.Select(static layer => Array.ConvertAll(layer, static d => -d))];
            for (int tries = 0; tries < 8; tries++)
            {
                Try(x, exact, tries % 4 == 3 ? null : tries % 2 == 0 ? reach : opposite, tries >= 4);
                x = Perturbed(x);
                exact = Exact(x);
            }

            // Inputs with full mantissas near it.
            double[] Climb(int output, TimeSpan end)
            {
                double[] best = Start();
                PointReach most = Reach(Exact(best), output);
                for (int steps = 0; steps < 400 && clock.Elapsed < end; steps++)
                {
                    double[] next = steps < 12 ? Start() : steps % 4 == 0 ? Changed(best) : Ascended(best, most.Gradient);
                    PointReach reached = Reach(Exact(next), output);
                    if (reached.Error > most.Error)
                        (best, most) = (next, reached);
                }

                MostPossible = Math.Max(MostPossible, most.Error);
                return Perturbed(best);
            }
        }
    }

    private double[][] Exact(double[] x) => LoweredEvaluation.Values(network.Graph, x);

    private PointReach Reach(double[][] values, int output) =>
        PointReach.Of(network.Graph, charges, values, outputs[output].Value, outputs[output].Element);

    private void Try(double[] x, double[][] exact, double[][]? directions, bool fused)
    {
        double[][] values = run.Values(x, new HarmfulSums(directions, fused, random).Sum);
        Evaluations++;
        bool exceeds = false;
        for (int k = 0; k < outputs.Length; k++)
        {
            (int value, int element) = outputs[k];
            double error = Math.Abs(values[value][element] - exact[value][element]);
            Worst[k] = Math.Max(Worst[k], error);
            exceeds |= error > proven[k];
        }

        Exceeded += exceeds ? 1 : 0;
    }

    private double[] Start()
    {
        double[] x = new double[domain.Lower.Length];
        int kind = random.Next(data is null ? 3 : 4);
        double share = random.NextDouble();
        for (int i = 0; i < x.Length; i++)
        {
            x[i] = kind switch
            {
                0 => Between(i, random.NextDouble()),
                1 => Between(i, random.NextDouble() < share ? 1 : 0),
                2 => Between(i, 1),
                _ => 0,
            };
        }

        if (kind == 3)
        {
            int row = random.Next(data!.Rows);
            for (int i = 0; i < x.Length; i++)
                x[i] = Math.Clamp(data.Row(row)[i], (float)domain.Lower.Span[i], (float)domain.Upper.Span[i]);
        }

        return x;
    }

    private double[] Changed(double[] x)
    {
        double[] changed = [.. x];
        double share = Math.Pow(random.NextDouble(), 3) / 2;
        for (int i = 0; i < x.Length; i++)
        {
            if (random.NextDouble() <= share + (1.0 / x.Length))
                changed[i] = Between(i, random.Next(3) switch { 0 => 0, 1 => 1, _ => random.NextDouble() });
        }

        return changed;
    }

    /// <summary>Some of the inputs, at the ends of their ranges where more can be lost.</summary>
    private double[] Ascended(double[] x, double[] gradient)
    {
        double[] changed = [.. x];
        double share = Math.Pow(random.NextDouble(), 2);
        for (int i = 0; i < x.Length; i++)
        {
            if (gradient[i] != 0 && random.NextDouble() <= share + (1.0 / x.Length))
                changed[i] = Between(i, gradient[i] > 0 ? 1 : 0);
        }

        return changed;
    }

    private double[] Perturbed(double[] x)
    {
        double[] near = [.. x];
        for (int i = 0; i < x.Length; i++)
        {
            double middle = (domain.Lower.Span[i] + domain.Upper.Span[i]) / 2;
            near[i] = x[i] == 0 ? 0 : (float)(x[i] + ((middle - x[i]) * random.NextDouble() * 0.02));
        }

        return near;
    }

    private double Between(int i, double share) =>
        (float)(domain.Lower.Span[i] + (share * (domain.Upper.Span[i] - domain.Lower.Span[i])));
}
