using ExactCompression.Branching;
using ExactCompression.Verdicts;
using ExactCompression.Witnesses;
using Xunit;

namespace ExactCompression.Tests.Compression;

/// <summary>The highest level on random networks, compared in exact rational arithmetic.</summary>
public class MaximalCompressionProperties
{
    [Theory]
    [InlineData(WeightPrecision.Float32, false)]
    [InlineData(WeightPrecision.Float64, false)]
    [InlineData(WeightPrecision.Float32, true)]
    [InlineData(WeightPrecision.Float64, true)]
    public void Compress_InflatedNetwork_IsNoLargerThanTheOneItWasMadeFrom(WeightPrecision precision, bool rough)
    {
        int removed = 0, larger = 0;
        for (int seed = 0; seed < 150; seed++)
        {
            var random = new Random(seed);
            int inputs = random.Next(2, 5);
            (ReluNetwork small, ReluNetwork large) = InflatedNetworks.Make(
                random, inputs, [random.Next(2, 6), random.Next(2, 6), random.Next(1, 4)], precision, rough);
            StabilityTable table = Search(large);
            CompressionResult result = LeoCompression.Compress(table, new() { Level = CompressionLevel.Maximal }, default);
            removed += large.NeuronCount - result.Compressed.NeuronCount;

            bool isLarger = result.Compressed.NeuronCount > small.NeuronCount;
            larger += isLarger ? 1 : 0;
            Assert.False(isLarger && !rough, $"seed {seed}: {small.Architecture} -> {result}\n{string.Join('\n', result.Steps)}");
            Assert.InRange(result.ProvenDeviation, 0, 1e-3);
            for (int p = 0; p < 12; p++)
            {
                double[] point = [.. Enumerable.Range(0, inputs).Select(_ => p < 6 ? random.Next(2) : random.NextDouble())];
                Assert.True(rough || ExactDifference.At(large, small, point).Sign == 0);
                Assert.True(ExactDifference.At(large, result.Compressed, point) <= result.ProvenDeviation, $"seed {seed}");
            }
        }

        Assert.InRange(larger, 0, 2); // a weight that is rounded twice may no longer be recognised as dependent
        Assert.True(removed > 500, $"{removed} neurons were removed"); // the test must not be vacuous
    }

    [Fact]
    public void Compress_RandomNetworksAtEachObjective_StaysWithinToleranceAndProof()
    {
        var kinds = new HashSet<CompressionStepKind>();
        for (int seed = 0; seed < 400; seed++)
        {
            var random = new Random(seed);
            int inputs = random.Next(1, 4);
            ReluNetwork network = HardNetwork(random, inputs);
            InputDomain domain = new(
                new double[inputs], [.. Enumerable.Range(0, inputs).Select(_ => random.Next(4) == 0 ? 0 : 1 + random.NextDouble())]);
            var options = new CompressionOptions
            {
                Level = CompressionLevel.Maximal,
                Objective = (CompressionObjective)random.Next(3),
                Tolerance = random.Next(3) == 0 ? random.NextDouble() * 1e-6 : null,
                Precision = random.Next(3) == 0 ? WeightPrecision.Float32 : null,
            };
            CompressionResult result = LeoCompression.Compress(Search(network, domain), options, default);
            kinds.UnionWith(result.Steps.Select(static s => s.Kind));
            Assert.True(result.ProvenDeviation <= options.Tolerance || options.Tolerance is null, $"seed {seed}");
            Assert.True(result.Compressed.ConnectionCount <= network.ConnectionCount);
            DifferenceWithinProof(random, network, result, domain, seed);
        }

        CompressionStepKind[] missing = [.. Enum.GetValues<CompressionStepKind>().Except(kinds).Except(
            [CompressionStepKind.FoldNormalisation, // these networks have no normalisation
                CompressionStepKind.JoinAffine, CompressionStepKind.TrimWindows])]; // steps on graphs
        Assert.True(missing.Length == 0, $"no {string.Join(", ", missing)}"); // the test must cover every kind of step
    }

    /// <summary>Corners, points inside, and the points of an attack on the difference.</summary>
    private static void DifferenceWithinProof(Random random, ReluNetwork network, CompressionResult result, InputDomain domain, int seed)
    {
        Assert.True(double.IsFinite(result.ProvenDeviation), $"seed {seed}");
        EquivalenceReport report = NetworkEquivalence.Compare(result, null, new() { Points = 60, Tolerance = 0, Seed = seed }, default);
        List<double[]> points = report.Counterexample is { } worst ? [worst] : [];
        for (int p = 0; p < 8; p++)
            points.Add([.. domain.Upper.ToArray().Select(end => p < 4 ? random.Next(2) * end : random.NextDouble() * end)]);
        foreach (double[] point in points)
            Assert.True(
                ExactDifference.At(network, result.Compressed, point) <= result.ProvenDeviation,
                $"seed {seed}: proven {result.ProvenDeviation:R}");
    }

    /// <summary>
    /// Three layers with rows that are copies, multiples, opposites, sums and constants of others, positive blocks, columns of
    /// zeros and multiples.
    /// </summary>
    private static ReluNetwork HardNetwork(Random random, int inputs)
    {
        WeightPrecision precision = random.Next(2) == 0 ? WeightPrecision.Float32 : WeightPrecision.Float64;
        int[] widths = [inputs, random.Next(1, 8), random.Next(1, 7), random.Next(1, 4)];
        return new(Enumerable.Range(1, 3).Select(l => Layer(random, widths[l], widths[l - 1], precision, l == 3)));
    }

    private static AffineLayer Layer(Random random, int outputs, int inputs, WeightPrecision precision, bool last)
    {
        double Store(double value) => precision == WeightPrecision.Float32 ? (float)value : value;
        double Weight() => random.Next(5) switch { 0 => 0, 1 => random.Next(-3, 4), _ => (2 * random.NextDouble()) - 1 };
        var rows = new double[outputs][];
        var bias = new double[outputs];
        for (int i = 0; i < outputs; i++)
        {
            int kind = i == 0 ? 9 : random.Next(10), from = random.Next(Math.Max(1, i));
            double factor = random.Next(3) == 0 ? random.NextDouble() : Math.Pow(2, random.Next(-2, 3));
            (rows[i], bias[i]) = kind switch
            {
                0 => ([.. rows[from].Select(w => factor * w)], factor * bias[from]),
                1 => ([.. rows[from].Select(w => -factor * w)], -factor * bias[from]),
                2 => (new double[inputs], (2 * random.NextDouble()) - 1),
                3 or 4 or 5 => ([.. Enumerable.Range(0, inputs).Select(_ => Math.Abs(Weight()))], random.NextDouble()),
                6 => ([.. rows[from].Zip(rows[random.Next(i)], (a, b) => a + b)], random.NextDouble() * 5),
                7 => ([.. Enumerable.Range(0, inputs).Select(_ => -Math.Abs(Weight()))], -random.NextDouble()),
                _ => ([.. Enumerable.Range(0, inputs).Select(_ => Weight())], Weight()),
            };
        }

        for (int dead = random.Next(3); dead > 0 && random.Next(3) == 0; dead--)
        {
            int column = random.Next(inputs);
            foreach (double[] row in rows)
                row[column] = 0;
        }

        if (inputs > 2 && random.Next(2) == 0)
        {
            foreach (double[] row in rows)
                row[1] = 2 * row[0];
        }

        return new(
            [.. rows.SelectMany(static r => r).Select(Store)], [.. bias.Select(Store)], outputs, inputs,
            last && random.Next(4) > 0 ? Activation.Identity : Activation.Relu, precision);
    }

    /// <summary>The verdicts that bounds alone prove; the rest stays undetermined.</summary>
    private static StabilityTable Search(ReluNetwork network, InputDomain? domain = null)
    {
        var ledger = new VerdictLedger(StabilityTable.Undecided(network, domain));
        using var clock = new SearchClock(ledger, new() { Threads = 1 }, default);
        BoundPropagation.Run(ledger, clock);
        ZeroTies.Decide(ledger, clock);
        return ledger.ToTable(default, [], null);
    }
}
