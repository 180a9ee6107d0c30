using ExactCompression.Compression.Rewriting;
using ExactCompression.Numerics;

namespace ExactCompression.Tests.Oracles;

/// <summary>
/// Small networks of numbers from 1e-20 to 1e20 that cancel, made so that every kind of compression step finds something, and rewrites of
/// them.
/// </summary>
internal static class CancellingNetworks
{
    /// <summary>A network of one or two inputs, one to three hidden layers and one or two outputs.</summary>
    public static ReluNetwork Next(Random random)
    {
        int inputs = random.Next(1, 3), depth = random.Next(1, 4), width = inputs;
        var layers = new List<AffineLayer>();
        bool mild = random.Next(3) == 0;
        for (int l = 0; l < depth; l++)
        {
            layers.Add(Hidden(random, random.Next(1, 5), width, mild));
            width = layers[^1].Outputs;
        }

        int outputs = random.Next(1, 3);
        double[] weights = [.. Enumerable.Range(0, outputs * width).Select(_ => random.Next(6) == 0 ? 0 : Number(random, mild))];
        if (width > 1 && random.Next(2) == 0)
            weights[1] = -weights[0];
        layers.Add(
            new(weights, [.. Enumerable.Range(0, outputs).Select(_ => Number(random, mild))], outputs, width, Activation.Identity,
                WeightPrecision.Float64));
        return new(layers);
    }

    /// <summary>A box: at 0, on one side of it, far from it and narrow, or a point in one input.</summary>
    public static (double[] Lower, double[] Upper) Box(Random random, int size)
    {
        (double[] lower, double[] upper) = (new double[size], new double[size]);
        for (int i = 0; i < size; i++)
        {
            double from = random.Next(4) switch { 0 => 0, 1 => random.NextDouble(), 2 => -random.NextDouble(),
                _ => Math.Pow(10, random.Next(-6, 7)) * random.NextDouble() };
            double width = random.Next(5) switch { 0 => 0, 1 => Math.Abs(from) * 1e-14, _ => random.NextDouble() };
            (lower[i], upper[i]) = (from, from + width);
        }

        return (lower, upper);
    }

    /// <summary>A corner of a box, or a point in it.</summary>
    public static double[] Point(Random random, double[] lower, double[] upper, int number) =>
        [.. lower.Zip(
            upper, (low, high) => number < 4
                ? (random.Next(2) == 0 ? low : high)
                : Math.Clamp(low + (random.NextDouble() * (high - low)), low, high))];

    /// <summary>Another network whose numbers are some places away, or far away.</summary>
    public static ReluNetwork Disturbed(Random random, ReluNetwork network)
    {
        double Moved(double value) => random.Next(4) switch
        {
            0 => value,
            1 => Math.BitIncrement(value),
            2 => value * (1 + (Math.Pow(2, -random.Next(20, 53)) * random.Next(-1, 2))),
            _ => value + (random.NextDouble() * Math.Pow(10, random.Next(-20, 21))),
        };
        int only = random.Next(network.Layers.Count + 1);
        return new(network.DenseLayers.Select((l, at) => at == only ? l : new AffineLayer(
            Array.ConvertAll(l.Weights.ToArray(), Moved), Array.ConvertAll(l.Bias.ToArray(), Moved), l.Outputs, l.Inputs, l.Activation,
            WeightPrecision.Float64)));
    }

    /// <summary>A draft's weights as they are.</summary>
    public static ReluNetwork Plain(DraftNetwork network) => new(network.Layers.Select((l, at) => new AffineLayer(
        l.Weights, l.Bias, l.Count, l.Columns, at == network.Depth ? Activation.Identity : Activation.Relu, WeightPrecision.Float64)));

    /// <summary>
    /// A rewrite with honest errors, the next weights those that follow, some of them in the last places or wholly other ones.
    /// </summary>
    public static LayerRewrite Rewrite(Random random, DraftNetwork network, int at)
    {
        DraftLayer layer = network.Layers[at], next = network.Layers[at + 1];
        Box inputs = network.InputsOf(at);
        bool folds = random.Next(5) == 0;
        var fates = new RewrittenNeuron[layer.Count];
        for (int j = folds ? 0 : 1; j < fates.Length; j++) // neuron 0 is kept, and others may be multiples of it
            fates[j] = Fate(random, layer, inputs, j, folds);
        AddedNeuron[] added = folds ? [] : [.. Enumerable.Range(0, random.Next(3)).Select(_ => Added(random, layer, inputs))];
        var weights = new OutgoingWeights(next, fates, added.Length);
        double[] matrix = folds ? [.. Enumerable.Range(0, next.Count * layer.Columns).Select(_ => Number(random, false))] : weights.Weights;
        for (int k = 0; k < matrix.Length; k++)
            matrix[k] = random.Next(4) switch { 0 => Math.BitIncrement(matrix[k]),
                1 => matrix[k] + (random.NextDouble() * Math.Pow(10, random.Next(-20, 21))), _ => matrix[k] };
        return new()
        {
            At = at,
            Kind = folds ? CompressionStepKind.Fold : CompressionStepKind.Merge,
            Description = "",
            Fates = fates,
            Added = added,
            NextWeights = matrix,
            NextBias = [.. weights.Bias.Select(
                b => random.Next(3) switch { 0 => b, 1 => Math.BitIncrement(b), _ => b + Number(random, false) })],
            Folds = folds,
        };
    }

    /// <summary>A number: of any magnitude, small and whole, or ordinary.</summary>
    private static double Number(Random random, bool mild) => random.Next(mild ? 2 : 3) switch
    {
        0 => random.Next(-3, 4),
        1 => (2 * random.NextDouble()) - 1,
        _ => ((2 * random.NextDouble()) - 1) * Math.Pow(10, random.Next(-20, 21)),
    };

    private static AffineLayer Hidden(Random random, int outputs, int inputs, bool mild)
    {
        double[][] rows = [.. Enumerable.Range(0, outputs).Select(
            _ => Enumerable.Range(0, inputs + 1).Select(_ => random.Next(6) == 0 ? 0 : Number(random, mild)).ToArray())];
        for (int i = 0; i < outputs; i++)
        {
            double factor = (random.NextDouble() * 3) + 0.1, other = Number(random, true);
            switch (random.Next(7))
            {
                case 0 when i > 0: // a multiple or an opposite, but for rounding
                    rows[i] = Array.ConvertAll(rows[i - 1], w => w * factor * (random.Next(2) == 0 ? 1 : -1));
                    break;
                case 1 when i > 0:
                    rows[i] = Array.ConvertAll(rows[i - 1], w => w * factor);
                    break;
                case 2 when i > 1: // a sum
                    rows[i] = [.. rows[i - 1].Zip(rows[i - 2], (a, b) => (factor * a) + (other * b))];
                    break;
                case 3: // active where the inputs are not negative
                    rows[i] = Array.ConvertAll(rows[i], Math.Abs);
                    break;
                case 4:
                    rows[i] = Array.ConvertAll(rows[i], static w => -Math.Abs(w));
                    break;
                case 5: // active by its bias
                    rows[i][^1] = 2 * rows[i].Sum(Math.Abs);
                    break;
            }
        }

        return new(
            [.. rows.SelectMany(static r => r[..^1])], [.. rows.Select(static r => r[^1])], outputs, inputs, Activation.Relu,
            WeightPrecision.Float64);
    }

    private static RewrittenNeuron Fate(Random random, DraftLayer layer, Box inputs, int neuron, bool folds)
    {
        DraftRow row = layer.Rows[neuron];
        double factor = random.Next(2) == 0 ? Math.Pow(2, random.Next(-9, 10)) : (random.NextDouble() * 4) + 0.1;
        double size = UpperBound.Add(UpperBound.MagnitudeDot(layer.Row(neuron), inputs.Magnitude), Math.Abs(row.Bias));
        double otherSize = UpperBound.Multiply(
            factor, UpperBound.Add(UpperBound.MagnitudeDot(layer.Row(0), inputs.Magnitude), Math.Abs(layer.Bias[0])));
        double Distance(double by) => UpperBound.Add(
            inputs.Largest(
                [.. layer.Row(neuron).ToArray().Zip(layer.Row(0).ToArray(), (a, b) => a - (by * b))], row.Bias - (by * layer.Bias[0])),
            UpperBound.Multiply(1e-15, UpperBound.Add(size, otherSize)));
        return (folds ? 1 + random.Next(3) : random.Next(6)) switch
        {
            0 => default,
            1 => new(NeuronFate.Zero, Error: row.Most),
            2 => new(NeuronFate.Constant, Value: 0.5, Error: UpperBound.Add(row.Most, 0.5)),
            3 => new(NeuronFate.Linear, Error: row.Slack),
            4 => new(NeuronFate.Multiple, 0, factor, Distance(factor)),
            _ => new(NeuronFate.Opposite, 0, factor, UpperBound.Multiply(2, Distance(-factor))),
        };
    }

    private static AddedNeuron Added(Random random, DraftLayer layer, Box inputs)
    {
        double[] weights = [.. Enumerable.Range(0, layer.Columns).Select(_ => Number(random, false))];
        double bias = Number(random, false); // it need not be active: what it lacks is its slack
        (double lower, double upper) = inputs.Range(weights, bias);
        return new(weights, bias, lower, upper);
    }
}
