namespace ExactCompression.Tests.Oracles;

/// <summary>Numbers that rounding has trouble with, and layers, boxes and radii of them, from a seed.</summary>
internal static class HardNumbers
{
    /// <summary>How many kinds of numbers there are.</summary>
    public const int Kinds = 7;

    /// <summary>
    /// A number: halves, float32, many magnitudes, next to underflow, next to the square root of overflow, cancelling, ordinary.
    /// </summary>
    public static double Next(Random random, int kind) => kind switch
    {
        0 => random.Next(-4, 5) / 2.0,
        1 => (float)((random.NextDouble() * 4) - 2),
        2 => ((random.NextDouble() * 2) - 1) * Math.Pow(10, random.Next(-30, 31)),
        3 => ((random.NextDouble() * 2) - 1) * Math.Pow(10, random.Next(-323, -140)),
        4 => ((random.NextDouble() * 2) - 1) * Math.Pow(10, random.Next(90, 154)),
        5 => random.Next(2) == 0 ? 1e16 * random.Next(-2, 3) : random.Next(-3, 4),
        _ => (random.NextDouble() * 2) - 1,
    };

    /// <summary>A layer, in a third of the cases with radii.</summary>
    public static AffineLayer Layer(Random random, int kind, int outputs, int inputs, Activation activation = Activation.Relu)
    {
        double[] weights = [.. Enumerable.Range(0, outputs * inputs).Select(_ => random.Next(6) == 0 ? 0 : Next(random, kind))];
        double[] bias = [.. Enumerable.Range(0, outputs).Select(_ => random.Next(3) == 0 ? 0 : Next(random, kind))];
        if (random.Next(3) > 0)
            return new(weights, bias, outputs, inputs, activation, WeightPrecision.Float64);
        double Radius(double value) => random.Next(3) == 0 ? 0 : Math.Abs(value) * Math.Pow(2, -random.Next(1, 52));
        return new(
            weights, bias, outputs, inputs, activation, WeightPrecision.Float64, Array.ConvertAll(weights, Radius),
            Array.ConvertAll(bias, Radius));
    }

    /// <summary>A box: points, ends at 0, narrow far from 0, wide.</summary>
    public static (double[] Lower, double[] Upper) Box(Random random, int kind, int size)
    {
        (double[] lower, double[] upper) = (new double[size], new double[size]);
        for (int i = 0; i < size; i++)
        {
            double from = Next(random, kind),
                to = random.Next(5) switch { 0 => from, 1 => 0, 2 => from * (1 + 1e-15), _ => Next(random, kind) };
            (lower[i], upper[i]) = (Math.Min(from, to), Math.Max(from, to));
        }

        return (lower, upper);
    }

    /// <summary>
    /// A layer without radii at a corner of the radii of another: all up, all down or mixed; the layer itself where it is exact.
    /// </summary>
    public static AffineLayer Within(Random random, AffineLayer layer, int corner)
    {
        double Moved(double value, ReadOnlySpan<double> radius, int at)
        {
            if (radius.IsEmpty)
                return value;
            int sign = corner switch { 1 => 1, 2 => -1, _ => random.Next(-1, 2) };
            double moved = value + (sign * radius[at]);
            while (Rational.Abs((Rational)moved - value) > radius[at])
                moved = sign > 0 ? Math.BitDecrement(moved) : Math.BitIncrement(moved);
            return moved;
        }

        double[] weights = layer.Weights.ToArray(), bias = layer.Bias.ToArray();
        for (int k = 0; k < weights.Length; k++)
            weights[k] = Moved(weights[k], layer.WeightRadius.Span, k);
        for (int k = 0; k < bias.Length; k++)
            bias[k] = Moved(bias[k], layer.BiasRadius.Span, k);
        return new(weights, bias, layer.Outputs, layer.Inputs, layer.Activation, WeightPrecision.Float64);
    }

    /// <summary>Some network within the radii of another.</summary>
    public static ReluNetwork Within(Random random, ReluNetwork network, int corner) =>
        new(network.DenseLayers.Select(l => Within(random, l, corner)));

    /// <summary>A network of up to two hidden layers.</summary>
    public static ReluNetwork Network(Random random, int kind, int inputs, int depth, int mostWidth)
    {
        var layers = new List<AffineLayer>();
        for (int l = 0; l <= depth; l++)
        {
            int outputs = l == depth ? 1 : random.Next(1, mostWidth + 1);
            layers.Add(
                Layer(random, kind, outputs, l == 0 ? inputs : layers[^1].Outputs, l == depth ? Activation.Identity : Activation.Relu));
        }

        return new(layers);
    }
}
