namespace ExactCompression.Tests.Compression;

/// <summary>
/// Random networks made larger without changing the function: their neurons split, copied and scaled, linear blocks inserted, constants and
/// neurons that nothing reads added. In small dyadic numbers, so that growing involves no rounding; or, if rough, in any numbers, so that
/// float32 rounds every copy and sum.
/// </summary>
internal static class InflatedNetworks
{
    /// <summary>A small network, and the network that it was grown into.</summary>
    public static (ReluNetwork Small, ReluNetwork Large) Make(
        Random random, int inputs, int[] widths, WeightPrecision precision, bool rough = false)
    {
        var small = new List<(List<double[]> Rows, List<double> Bias)>();
        int before = inputs;
        foreach (int width in widths)
        {
            small.Add(
                ([.. Enumerable.Range(0, width).Select(
                    _ => Enumerable.Range(0, before).Select(_ => rough ? (6 * random.NextDouble()) - 3 : random.Next(-3, 4)).ToArray())],
                    [.. Enumerable.Range(0, width).Select(_ => rough ? (2 * random.NextDouble()) - 1 : random.Next(-2, 3) / 2.0)]));
            before = width;
        }

        List<(List<double[]> Rows,
            List<double> Bias)> large = [.. small.Select(static l => (l.Rows.Select(static r => r.ToArray()).ToList(), l.Bias.ToList()))];
        for (int l = 0; l < widths.Length - 1; l++)
        {
            for (int growth = random.Next(2, 6); growth > 0; growth--)
                Grow(random, large[l], large[l + 1], random.Next(5), rough);
        }

        return (Network(small, inputs, precision), Network(large, inputs, precision));
    }

    private static void Grow(
        Random random, (List<double[]> Rows, List<double> Bias) layer, (List<double[]> Rows, List<double> Bias) next, int kind, bool rough)
    {
        int neuron = random.Next(layer.Rows.Count), columns = layer.Rows[0].Length;
        switch (kind)
        {
            case 0: // a copy, scaled by a power of two, that takes a share of the outgoing weights
                double scale = rough ? 0.3 + (2 * random.NextDouble()) : Math.Pow(2, random.Next(-2, 3));
                Add(layer, [.. layer.Rows[neuron].Select(w => scale * w)], scale * layer.Bias[neuron]);
                for (int i = 0; i < next.Rows.Count; i++)
                {
                    double part = rough ? (2 * random.NextDouble()) - 1 : random.Next(-4, 5) / 4.0;
                    next.Rows[i] = [.. next.Rows[i], part / scale];
                    next.Rows[i][neuron] -= part;
                }

                break;
            case 1: // a constant, subtracted again in the bias
                double constant = rough ? 5 * random.NextDouble() : random.Next(1, 5);
                Add(layer, new double[columns], constant);
                for (int i = 0; i < next.Rows.Count; i++)
                {
                    double weight = random.Next(-2, 3);
                    next.Rows[i] = [.. next.Rows[i], weight];
                    next.Bias[i] -= weight * constant;
                }

                break;
            case 2: // a neuron that nothing reads
                Add(layer, [.. Enumerable.Range(0, columns).Select(_ => (double)random.Next(-3, 4))], random.Next(-2, 3));
                for (int i = 0; i < next.Rows.Count; i++)
                    next.Rows[i] = [.. next.Rows[i], 0];
                break;
            case 3: // never on
                Add(layer, [.. Enumerable.Range(0, columns).Select(_ => (double)-random.Next(0, 4))], -random.Next(0, 3));
                for (int i = 0; i < next.Rows.Count; i++)
                    next.Rows[i] = [.. next.Rows[i], random.Next(-3, 4)];
                break;
            default: // two linear neurons that cancel up to a constant: rows w and 2 w, never off
                double[] row = [.. Enumerable.Range(0, columns).Select(_ => rough ? 3 * random.NextDouble() : random.Next(0, 4))];
                double first = random.Next(0, 3), second = random.Next(0, 3);
                Add(layer, row, first);
                Add(layer, [.. row.Select(static w => 2 * w)], second);
                for (int i = 0; i < next.Rows.Count; i++)
                {
                    double weight = random.Next(-2, 3);
                    next.Rows[i] = [.. next.Rows[i], 2 * weight, -weight];
                    next.Bias[i] -= (2 * weight * first) - (weight * second);
                }

                break;
        }
    }

    private static void Add((List<double[]> Rows, List<double> Bias) layer, double[] row, double bias)
    {
        layer.Rows.Add(row);
        layer.Bias.Add(bias);
    }

    private static ReluNetwork Network(List<(List<double[]> Rows, List<double> Bias)> layers, int inputs, WeightPrecision precision) =>
        new(layers.Select((l, at) => new AffineLayer(
        [.. l.Rows.SelectMany(static r => r).Select(w => precision == WeightPrecision.Float32 ? (float)w : w)],
        [.. l.Bias.Select(b => precision == WeightPrecision.Float32 ? (float)b : b)],
        l.Bias.Count,
        at == 0 ? inputs : layers[at - 1].Bias.Count,
        at == layers.Count - 1 ? Activation.Identity : Activation.Relu,
        precision)));
}
