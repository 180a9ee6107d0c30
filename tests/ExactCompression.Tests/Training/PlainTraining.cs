namespace ExactCompression.Tests.Training;

/// <summary>The same training in double, term by term as the formulas say: the oracle of the quick one.</summary>
internal sealed class PlainTraining
{
    private readonly double[][,] weights;
    private readonly double[][] biases;
    private readonly double[][,] first;
    private readonly double[][,] second;
    private readonly double[][] firstOfBias;
    private readonly double[][] secondOfBias;
    private int step;

    public PlainTraining(ReluNetwork network)
    {
        weights = [.. network.DenseLayers.Select(static l => Matrix(l))];
        biases = [.. network.DenseLayers.Select(static l => l.Bias.ToArray())];
        first = [.. weights.Select(static w => new double[w.GetLength(0), w.GetLength(1)])];
        second = [.. weights.Select(static w => new double[w.GetLength(0), w.GetLength(1)])];
        firstOfBias = [.. biases.Select(static b => new double[b.Length])];
        secondOfBias = [.. biases.Select(static b => new double[b.Length])];
    }

    /// <summary>Weights of a layer, row by row.</summary>
    public IEnumerable<double> Weights(int layer) => weights[layer].Cast<double>();

    public double[] Bias(int layer) => biases[layer];

    /// <summary>Mean cross-entropy of some rows.</summary>
    public double Loss(InputData data, IReadOnlyList<int> rows) =>
        rows.Average(row =>
        {
            double[] outputs = Trace(data, row)[^1];
            return Math.Log(outputs.Sum(Math.Exp)) - outputs[data.Labels.Span[row]];
        });

    /// <summary>The stability penalty, end by end as interval arithmetic says.</summary>
    public double Penalty(InputData data, IReadOnlyList<int> rows, ClassifierOptions options)
    {
        if (options.StabilityRadius == 0)
            return Penalty([.. Enumerable.Repeat((0.0, 1.0), data.Columns)], options);
        return rows.Average(
            row => Penalty(
                [.. data.Row(row).ToArray().Select(
                    v => (Math.Max(0, v - options.StabilityRadius), Math.Min(1, v + options.StabilityRadius)))], options));
    }

    /// <summary>The derivative of the loss by one weight or bias (column -1), by central differences.</summary>
    /// <param name="data">The data.</param>
    /// <param name="rows">The batch.</param>
    /// <param name="layer">Of the weight.</param>
    /// <param name="row">Of the weight.</param>
    /// <param name="column">Of the weight.</param>
    /// <param name="penalty">The stability penalty to include; null for none.</param>
    public double Slope(InputData data, IReadOnlyList<int> rows, int layer, int row, int column, ClassifierOptions? penalty = null)
    {
        const double h = 1e-6;
        double Moved(double by)
        {
            Add(layer, row, column, by);
            double loss = Loss(data, rows) + (penalty is null ? 0 : Penalty(data, rows, penalty));
            Add(layer, row, column, -by);
            return loss;
        }

        return (Moved(h) - Moved(-h)) / (2 * h);
    }

    /// <summary>One step: the gradient by the chain rule, then the optimizer, then the soft threshold.</summary>
    public void Step(InputData data, IReadOnlyList<int> rows, ClassifierOptions options, double rate)
    {
        double[][,] gradient = [.. weights.Select(static w => new double[w.GetLength(0), w.GetLength(1)])];
        double[][] ofBias = [.. biases.Select(static b => new double[b.Length])];
        foreach (int row in rows)
        {
            double[][] trace = Trace(data, row);
            double sum = trace[^1].Sum(Math.Exp);
            double[] delta = [.. trace[^1].Select((z, k) => ((Math.Exp(z) / sum) - (k == data.Labels.Span[row] ? 1 : 0)) / rows.Count)];
            for (int l = weights.Length - 1; l >= 0; l--)
            {
                var below = new double[weights[l].GetLength(1)];
                for (int o = 0; o < delta.Length; o++)
                {
                    ofBias[l][o] += delta[o];
                    for (int k = 0; k < below.Length; k++)
                    {
                        gradient[l][o, k] += delta[o] * trace[l][k];
                        below[k] += trace[l][k] > 0 ? delta[o] * weights[l][o, k] : 0;
                    }
                }

                delta = below;
            }
        }

        step++;
        for (int l = 0; l < weights.Length; l++)
        {
            for (int o = 0; o < biases[l].Length; o++)
            {
                biases[l][o] = Next(
                    biases[l][o], ofBias[l][o], ref firstOfBias[l][o], ref secondOfBias[l][o], options with { L1 = 0 }, rate);
                for (int k = 0; k < weights[l].GetLength(1); k++)
                    weights[l][o, k] = Next(weights[l][o, k], gradient[l][o, k], ref first[l][o, k], ref second[l][o, k], options, rate);
            }
        }
    }

    private static double[,] Matrix(AffineLayer layer)
    {
        var matrix = new double[layer.Outputs, layer.Inputs];
        for (int o = 0; o < layer.Outputs; o++)
        {
            for (int k = 0; k < layer.Inputs; k++)
                matrix[o, k] = layer.Row(o)[k];
        }

        return matrix;
    }

    private double Next(double w, double g, ref double first, ref double second, ClassifierOptions options, double rate)
    {
        if (options.L1Mode == L1Mode.Subgradient)
            g += options.L1 * Math.Sign(w);
        if (options.Optimizer == TrainingOptimizer.Adam)
        {
            first = (options.Momentum * first) + ((1 - options.Momentum) * g);
            second = (0.999 * second) + (0.001 * g * g);
            w -= rate * (first / (1 - Math.Pow(options.Momentum, step))) / (Math.Sqrt(second / (1 - Math.Pow(0.999, step))) + 1e-8);
        }
        else
        {
            first = (options.Momentum * first) + g;
            w -= rate * first;
        }

        return options.L1Mode == L1Mode.Proximal ? Math.Sign(w) * Math.Max(Math.Abs(w) - (rate * options.L1), 0) : w;
    }

    private double Penalty((double Lower, double Upper)[] box, ClassifierOptions options)
    {
        double sum = 0;
        for (int l = 0; l < weights.Length - 1; l++)
        {
            var next = new (double Lower, double Upper)[biases[l].Length];
            double weight = options.Stability.Length == 1 ? options.Stability[0] : options.Stability[l];
            for (int o = 0; o < next.Length; o++)
            {
                (double lower, double upper) = (biases[l][o], biases[l][o]);
                for (int k = 0; k < box.Length; k++)
                {
                    double w = weights[l][o, k];
                    lower += w * (w > 0 ? box[k].Lower : box[k].Upper);
                    upper += w * (w > 0 ? box[k].Upper : box[k].Lower);
                }

                sum += weight * options.StabilityMode switch
                {
                    StabilityMode.Tanh => -Math.Tanh(1 + (lower * upper)),
                    StabilityMode.Width => upper - lower,
                    _ => Math.Max(0, -lower * upper / 2),
                };
                next[o] = (Math.Max(lower, 0), Math.Max(upper, 0));
            }

            box = next;
        }

        return sum;
    }

    private double[][] Trace(InputData data, int row)
    {
        var trace = new double[weights.Length + 1][];
        trace[0] = Array.ConvertAll(data.Row(row).ToArray(), static v => (double)v);
        for (int l = 0; l < weights.Length; l++)
        {
            trace[l + 1] = new double[biases[l].Length];
            for (int o = 0; o < biases[l].Length; o++)
            {
                double z = biases[l][o];
                for (int k = 0; k < trace[l].Length; k++)
                    z += weights[l][o, k] * trace[l][k];
                trace[l + 1][o] = l == weights.Length - 1 ? z : Math.Max(z, 0);
            }
        }

        return trace;
    }

    private void Add(int layer, int row, int column, double by)
    {
        if (column < 0)
            biases[layer][row] += by;
        else
            weights[layer][row, column] += by;
    }
}
