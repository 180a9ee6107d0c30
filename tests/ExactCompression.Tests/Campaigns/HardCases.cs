using ExactCompression.Tests.Certificates;
using ExactCompression.Tests.Compression;

namespace ExactCompression.Tests.Campaigns;

/// <summary>Draws hard cases of all families, small enough for exact oracles.</summary>
internal static class HardCases
{
    public static HardCase Make(Random random)
    {
        HardFamily family = Enum.GetValues<HardFamily>()[random.Next(Enum.GetValues<HardFamily>().Length)];
        ReluNetwork network = Network(random, family);
        (double[] lower, double[] upper) = Box(random, family, network.InputSize);
        return new(family, network, lower, upper);
    }

    /// <summary>The same shape with some numbers moved a little, or by much; at times it is the same.</summary>
    public static ReluNetwork Perturbed(Random random, ReluNetwork network)
    {
        int places = random.Next(0, 60), one = random.Next(1, 12);
        double Moved(double value) =>
            random.Next(one) > 0 ? value : value + (((random.NextDouble() * 2) - 1) * Math.Pow(2, -places) * (value == 0 ? 1 : value));
        return new(network.DenseLayers.Select(l => new AffineLayer(
            Array.ConvertAll(l.Weights.ToArray(), w => Stored(Moved(w), l.Precision)),
                Array.ConvertAll(l.Bias.ToArray(), b => Stored(Moved(b), l.Precision)), l.Outputs, l.Inputs, l.Activation, l.Precision)));
    }

    /// <summary>The same function with the neurons of every hidden layer in another order.</summary>
    public static ReluNetwork Shuffled(Random random, ReluNetwork network)
    {
        int[] before = [.. Enumerable.Range(0, network.InputSize)];
        var layers = new List<AffineLayer>();
        for (int l = 0; l < network.Layers.Count; l++)
        {
            AffineLayer layer = network.DenseLayers[l];
            int[] order = [.. Enumerable.Range(0, layer.Outputs)];
            if (l < network.Depth)
                random.Shuffle(order);
            layers.Add(new([.. order.SelectMany(i => before.Select(j => layer.Row(i)[j]))], [.. order.Select(i => layer.Bias.Span[i])],
                layer.Outputs, layer.Inputs, layer.Activation, layer.Precision));
            before = order;
        }

        return new(layers);
    }

    private static ReluNetwork Network(Random random, HardFamily family)
    {
        WeightPrecision precision = random.Next(2) == 0 ? WeightPrecision.Float32 : WeightPrecision.Float64;
        int inputs = random.Next(1, 4), outputs = random.Next(1, 3);
        int[] hidden = [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => random.Next(1, inputs == 3 ? 4 : 5))];
        return family switch
        {
            HardFamily.DeepChain => Random(random, family, precision,
                [Math.Min(inputs, 2), .. Enumerable.Range(0, random.Next(4, 10)).Select(_ => random.Next(1, 3)), outputs]),
            HardFamily.NoHiddenLayer => Random(random, family, precision, [inputs, outputs]),
            HardFamily.OneNeuron => Random(random, family, precision, [inputs, 1, outputs]),
            HardFamily.Inflated => InflatedNetworks.Make(random, inputs, [random.Next(1, 4), random.Next(1, 3), outputs], precision).Large,
            HardFamily.RoughInflated => InflatedNetworks.Make(random, inputs, [random.Next(1, 4), random.Next(1, 3), outputs], precision,
                rough: true).Large,
            HardFamily.Split => SplitNetworks.Make(random),
            _ => Random(random, family, precision, [inputs, .. hidden, outputs]),
        };
    }

    private static ReluNetwork Random(Random random, HardFamily family, WeightPrecision precision, int[] widths)
    {
        int kind = random.Next(6), dead = family == HardFamily.DeadLayer ? random.Next(1, widths.Length - 1) : 0, last = widths.Length - 1;
        bool rectified = random.Next(12) == 0;
        return new(Enumerable.Range(1, last).Select(l =>
        {
            int inputs = widths[l - 1], outputs = widths[l];
            double[][] rows = [.. Enumerable.Range(0, outputs)
                .Select(_ => Enumerable.Range(0, inputs).Select(_ => random.Next(6) == 0 ? 0 : Number(random, family, kind)).ToArray())];
            double[] bias = [.. Enumerable.Range(0, outputs).Select(_ => random.Next(3) == 0 ? 0 : Number(random, family, kind))];
            for (int i = 0; i < outputs && l < last; i++)
                Twist(random, rows, bias, i);
            if (family == HardFamily.Dependent && l < last)
                Depend(random, rows, bias);
            if (l == dead)
                (rows, bias) = ([.. rows.Select(static r => Array.ConvertAll(r, static w => -Math.Abs(w)))],
                    Array.ConvertAll(bias, b => random.Next(2) == 0 ? 0 : -Math.Abs(b)));
            return new AffineLayer(
                [.. rows.SelectMany(static r => r).Select(w => Stored(w, precision))],
                [.. bias.Select(b => Stored(b, precision))],
                outputs,
                inputs,
                l < last || rectified ? Activation.Relu : Activation.Identity,
                precision);
        }));
    }

    /// <summary>Some rows become zero, copies, opposites, multiples, or never negative.</summary>
    private static void Twist(Random random, double[][] rows, double[] bias, int i)
    {
        int from = random.Next(i + 1);
        double factor = random.Next(3) switch { 0 => 2, 1 => 0.25, _ => random.NextDouble() };
        (rows[i], bias[i]) = random.Next(14) switch
        {
            0 => (new double[rows[i].Length], bias[i]),
            1 => (new double[rows[i].Length], 0),
            2 => ([.. rows[from]], bias[from]),
            3 => ([.. rows[from].Select(static w => -w)], -bias[from]),
            4 => ([.. rows[from].Select(w => factor * w)], factor * bias[from]),
            5 => ([.. rows[i].Select(Math.Abs)], Math.Abs(bias[i])),
            6 => ([.. rows[i].Select(static w => -Math.Abs(w))], 0),
            7 => (rows[i], Math.BitIncrement(-rows[i].Sum())), // 0, or next to it, where all inputs are 1
            _ => (rows[i], bias[i]),
        };
    }

    /// <summary>Rows that are on over boxes near 0 and sums of the first two.</summary>
    private static void Depend(Random random, double[][] rows, double[] bias)
    {
        for (int i = 0; i < rows.Length; i++)
        {
            if (i >= 2 && random.Next(4) > 0)
            {
                (double a, double b) = (random.Next(-2, 3) / 2.0, random.Next(-2, 3));
                rows[i] = [.. rows[0].Zip(rows[1], (x, y) => (a * x) + (b * y))];
            }

            if (random.Next(4) > 0)
                bias[i] = Math.Abs(bias[i]) + (rows[i].Sum(Math.Abs) * (1 + random.Next(3)));
        }
    }

    private static double Number(Random random, HardFamily family, int kind)
    {
        double unit = (random.NextDouble() * 2) - 1;
        return (family, kind) switch
        {
            (HardFamily.Sizes, _) or (HardFamily.Dependent, 5) => unit * Math.Pow(10, random.Next(-20, 21)),
            (HardFamily.Subnormal, < 3) => random.Next(2) == 0 ? unit * Math.Pow(10, random.Next(-323, -300)) : unit,
            (HardFamily.Subnormal, _) => random.Next(2) == 0 ? (float)(unit * Math.Pow(10, random.Next(-45, -36))) : unit,
            (HardFamily.Cancelling, _) =>
                random.Next(2) == 0 ? Math.Pow(2, 4 * kind) * 1e8 * random.Next(-2, 3) : random.Next(2) == 0 ? random.Next(-3, 4) : unit,
            (HardFamily.Ties, _) or (HardFamily.Inflated, _) => random.Next(-4, 5) / 2.0,
            (_, 0 or 1) => random.Next(-4, 5) / 2.0,
            (_, 2) => unit * Math.Pow(10, random.Next(-20, 21)),
            _ => 2 * unit,
        };
    }

    private static double Stored(double value, WeightPrecision precision)
    {
        double stored = precision == WeightPrecision.Float32 ? (float)value : value;
        return double.IsFinite(stored) ? stored : 0;
    }

    /// <summary>The unit box, points, narrow and wide boxes, and such as mix them.</summary>
    private static (double[] Lower, double[] Upper) Box(Random random, HardFamily family, int size)
    {
        int kind = random.Next(8);
        var (lower, upper) = (new double[size], new double[size]);
        for (int i = 0; i < size; i++)
        {
            double a = (random.NextDouble() * 4) - 2, b = (random.NextDouble() * 4) - 2, half = random.Next(-4, 5) / 2.0;
            (lower[i], upper[i]) = (kind == 7 ? random.Next(7) : kind) switch
            {
                0 or 1 => (0, 1),
                2 => (-1, 1),
                3 => (Math.Min(a, b), Math.Max(a, b)),
                4 => (half, half + random.Next(0, 4)),
                5 => (a, a), // a point
                _ => family == HardFamily.Subnormal ? (0, double.Epsilon * random.Next(1, 9)) : random.Next(2) == 0
                    ? (a, a + (Math.Abs(a) * 1e-12)) : (-100 * Math.Abs(a), 100 * Math.Abs(b)),
            };
        }

        return (lower, upper);
    }
}
