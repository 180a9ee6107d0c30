using CsCheck;

namespace ExactCompression.Tests.Certificates;

/// <summary>
/// Networks whose second layer has neurons that only splitting decides: with <c>relu(t) - relu(-t) = t</c> and an active
/// <c>relu(t + c) = t + c</c>, their sums are nearly constant, but linear bounds of the rectifiers leave them open.
/// </summary>
internal static class SplitNetworks
{
    /// <summary>With this factor, bounds do not join the rectifiers of <c>t</c> and <c>-t</c>, and trees are needed.</summary>
    private const double Nearly = 1 + (1.0 / (1 << 20));

    public static Gen<ReluNetwork> Any { get; } = Gen.Int.Select(static seed => Make(new(seed), seed % 4 == 0 ? 1 : Nearly));

    /// <summary>Makes one.</summary>
    /// <param name="random">What decides it.</param>
    /// <param name="factor">What the weights of <c>-t</c> are multiplied by.</param>
    public static ReluNetwork Make(Random random, double factor = 1)
    {
        int inputs = 2;
        var hidden = new List<double[]>();
        var offsets = new List<double>();
        var next = new List<double[]>();
        double[] shifts = [-0.25, -0.001, 0.001, 0.25, 0];
        for (int pair = 0; pair < 1 + random.Next(2); pair++)
        {
            double[] t = [random.Next(-8, 9) / 8.0, random.Next(-8, 9) / 8.0];
            double bias = random.Next(-4, 5) / 8.0;
            hidden.AddRange([t, [-t[0] * factor, -t[1] * factor], t]);
            offsets.AddRange([bias, -bias, bias + 4]);
        }

        if (random.Next(2) == 0)
        {
            hidden.Add([random.NextSingle() - 0.5, random.NextSingle() - 0.5]);
            offsets.Add(random.NextSingle() - 0.5);
        }

        int width = hidden.Count;
        for (int i = 0; i < 2 + random.Next(2); i++)
        {
            double[] row = new double[width + 1];
            for (int p = 0; p + 2 < width; p += 3)
            {
                double by = random.Next(-2, 3);
                row[p] += by;
                row[p + 1] -= by;
                row[p + 2] -= by;
                row[^1] += 4 * by;
            }

            if (random.Next(3) == 0)
                row[random.Next(width)] += random.Next(-4, 5) / 8.0;
            row[^1] += shifts[random.Next(shifts.Length)];
            next.Add(row);
        }

        double[] output = [.. Enumerable.Range(0, next.Count).Select(_ => random.Next(-4, 5) / 4.0)];
        return new(
        [
            new([.. hidden.SelectMany(static r => r)], [.. offsets], width, inputs, Activation.Relu, WeightPrecision.Float64),
            new([.. next.SelectMany(static r => r[..^1])], [.. next.Select(static r => r[^1])], next.Count, width, Activation.Relu,
                WeightPrecision.Float64),
            new(output, [random.Next(-2, 3) / 2.0], 1, next.Count, Activation.Identity, WeightPrecision.Float64),
        ]);
    }
}
