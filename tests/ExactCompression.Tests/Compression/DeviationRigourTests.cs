using ExactCompression.Branching;
using ExactCompression.Tests.Oracles;
using ExactCompression.Verdicts;
using ExactCompression.Witnesses;
using Xunit;

namespace ExactCompression.Tests.Compression;

/// <summary>
/// Merging and folding in float64, where only rounding in double and the radii of the file's own joined weights cause deviations: the
/// proven deviation must cover both, for every network within the radii.
/// </summary>
public sealed class DeviationRigourTests
{
    [Fact]
    public void Compress_DependentActiveRowsAndRadii_CoversEveryNetworkWithinThem()
    {
        int merged = 0, folded = 0, moved = 0;
        for (int seed = 0; seed < 400; seed++)
        {
            var random = new Random(seed);
            int inputs = random.Next(1, 4);
            ReluNetwork network = new([Hidden(random, 4, inputs), Hidden(random, 4, 4), Output(random, 4)]);
            InputDomain domain = InputDomain.Uniform(0, 1 + random.NextDouble()).For(inputs);
            var ledger = new VerdictLedger(StabilityTable.Undecided(network, domain));
            using var clock = new SearchClock(ledger, new() { Threads = 1 }, default);
            BoundPropagation.Run(ledger, clock);
            ZeroTies.Decide(ledger, clock);
            CompressionLevel level = seed % 4 == 3 ? CompressionLevel.Maximal : CompressionLevel.LeoPlusPlus;
            CompressionResult result = LeoCompression.Compress(
                ledger.ToTable(default, [], null),
                new() { Level = level, Tolerance = level == CompressionLevel.Maximal ? double.MaxValue : null }, default);
            merged += result.MergedActive;
            folded += result.FoldedLayers;
            Assert.True(double.IsFinite(result.ProvenDeviation));
            var compressed = new ExactNetwork(result.Compressed);
            for (int corner = 0; corner < 4; corner++)
            {
                var exact = new ExactNetwork(HardNumbers.Within(random, network, corner));
                for (int p = 0; p < 6; p++)
                {
                    Rational[] point = [.. domain.Upper.ToArray().Select(
                        end => (Rational)(p < 3 ? random.Next(2) * end : random.NextDouble()))];
                    Rational gap = Rational.Abs(exact.Evaluate(point)[0] - compressed.Evaluate(point)[0]);
                    moved += gap.Sign;
                    Assert.True(gap <= result.ProvenDeviation, $"seed {seed}, corner {corner}: proven {result.ProvenDeviation:R}");
                }
            }
        }

        Assert.True(
            merged > 200 && folded > 100 && moved > 2_000, $"{merged} merged, {folded} folded, {moved} moved"); // not vacuous
    }

    /// <summary>
    /// Rows of positive weights and biases, so active, of which later ones depend on the first two; occasionally a row of any sign.
    /// </summary>
    private static AffineLayer Hidden(Random random, int outputs, int inputs)
    {
        double[][] rows = [.. Enumerable.Range(0, outputs).Select(
            _ => Enumerable.Range(0, inputs).Select(_ => random.NextDouble()).ToArray())];
        for (int i = 2; i < outputs; i++)
        {
            (double a, double b) = (random.Next(1, 4) / 2.0, random.Next(0, 3));
            rows[i] = [.. rows[0].Zip(rows[1], (x, y) => (a * x) + (b * y))];
        }

        double[] bias = [.. Enumerable.Range(0, outputs).Select(_ => random.Next(3) == 0 ? 0 : random.NextDouble())];
        if (random.Next(2) == 0)
        {
            rows[^1] = [.. rows[^1].Select(w => random.Next(2) == 0 ? -w : w)];
            bias[^1] -= 0.5;
        }

        return WithRadius(random, [.. rows.SelectMany(static r => r)], bias, outputs, inputs, Activation.Relu);
    }

    private static AffineLayer Output(Random random, int inputs) =>
        WithRadius(
            random, [.. Enumerable.Range(0, inputs).Select(_ => (random.NextDouble() * 2) - 1)], [random.NextDouble()], 1, inputs,
            Activation.Identity);

    private static AffineLayer WithRadius(Random random, double[] weights, double[] bias, int outputs, int inputs, Activation activation)
    {
        if (random.Next(3) > 0)
            return new(weights, bias, outputs, inputs, activation, WeightPrecision.Float64);
        double Radius(double value) => Math.Abs(value) * Math.Pow(2, -random.Next(8, 50));
        return new(
            weights, bias, outputs, inputs, activation, WeightPrecision.Float64, Array.ConvertAll(weights, Radius),
            Array.ConvertAll(bias, Radius));
    }
}
