using CsCheck;
using ExactCompression.Formats;
using ExactCompression.Tests.Formats;
using ExactCompression.Tests.Oracles;
using ExactCompression.Verdicts;
using Xunit;

namespace ExactCompression.Tests.Compression;

/// <summary>A compression never reports as proven what rests on a mere claim.</summary>
public sealed class UnprovenVerdictTests
{
    /// <summary>Slightly above 0.3: the only place where the second layer's first neuron is on.</summary>
    private const double Bump = 0.300001;

    // Over [0,1]: the second layer is relu(1e6 x - 3e5) - 2 relu(1e6 x - 300001) + relu(1e6 x - 300002) - 0.5, above 0 on an interval of
    // length one millionth, where it reaches 0.5; and x.
    private static readonly ReluNetwork Network = new(
    [
        new([1e6, 1e6, 1e6, 1], [-3e5, -300_001, -300_002, 0], 4, 1, Activation.Relu, WeightPrecision.Float64),
        new([1, -2, 1, 0, 0, 0, 0, 1], [-0.5, 0], 2, 4, Activation.Relu, WeightPrecision.Float64),
        new([8, 1], [0], 1, 2, Activation.Identity, WeightPrecision.Float64),
    ], "bump");

    [Theory]
    [InlineData(CompressionLevel.DeleteOnly)]
    [InlineData(CompressionLevel.LeoPlusPlus)]
    [InlineData(CompressionLevel.Maximal)]
    public void Compress_FalseTable_KeepsWhatItCallsInactive(CompressionLevel level)
    {
        var told = new List<ContradictionException>();
        CompressionResult result = LeoCompression.Compress(False(), new() { Level = level, Contradiction = told.Add }, default);
        Assert.True(result.IsProven);
        Assert.Equal((0, 1), (result.Unproven, result.Unconfirmed));
        Assert.True(Difference(result, Bump) <= result.ProvenDeviation);
        Assert.Equal((2, 0), (Assert.Single(told).Layer, told[0].Neuron)); // refuted, not only unproven
    }

    [Fact]
    public void Compress_FalseTableAndNoTime_KeepsWhatItCallsInactive()
    {
        CompressionResult result = LeoCompression.Compress(False(), new() { ProofTimeLimit = TimeSpan.Zero }, default);
        Assert.Equal((true, 0, 3), (result.IsProven, result.Unproven, result.Unconfirmed));
        Assert.Equal(NeuronState.Undetermined, result.Table.Neurons[4].State);
        Assert.True(Difference(result, Bump) <= result.ProvenDeviation);
    }

    [Fact]
    public void Compress_SolversFalseWordInAnOwnTable_KeepsTheNeuron()
    {
        ReluNetwork network = new([Nets.Hidden([1, -0.5]), Nets.Output([1, 0])]);
        StabilityTable table = StabilityTable.Found(
            network, InputDomain.Unit,
            [new() { Layer = 1, Neuron = 0, State = NeuronState.StablyInactive, Basis = Evidence.BySolver("Scip", 1e-6) }]);
        Assert.False(table.IsImported);
        CompressionResult result = LeoCompression.Compress(table, new(), default);
        Assert.Equal((1, 1, 0.0), (result.Compressed.NeuronCount, result.Unconfirmed, result.ProvenDeviation));
    }

    [Fact]
    public void Compress_AllowUnproven_ClaimsNothingAnywhere()
    {
        CompressionResult result = LeoCompression.Compress(
            False(), new() { Level = CompressionLevel.DeleteOnly, AllowUnproven = true, ProofTimeLimit = TimeSpan.Zero }, default);
        Assert.Equal((false, 3, 0), (result.IsProven, result.Unproven, result.Unconfirmed));
        Assert.Equal((double.PositiveInfinity, 0), (result.ProvenDeviation, result.ConditionalDeviation));
        Assert.Equal(1, result.RemovedInactive);
        Assert.False(Difference(result, Bump) <= 3.9);

        EquivalenceReport report = NetworkEquivalence.Compare(result, null, new() { ProofTimeLimit = TimeSpan.FromSeconds(5) }, default);
        Assert.NotEqual(true, report.Equivalent);
        Assert.NotEqual(EquivalenceEvidence.Compression, report.Evidence);
        Assert.True(report.ProvenDeviation >= 3.9);

        using var folder = new TemporaryFolder();
        InvalidInputException error = Assert.Throws<InvalidInputException>(
            () => CompressionCertificate.Write(result, folder.File("c.json")));
        Assert.Equal("CertificateUnproven", error.ErrorId);
        Assert.False(File.Exists(folder.File("c.json")));
    }

    [Fact]
    public void Compress_AllowUnprovenOfARefutedVerdict_DoesNotTakeIt()
    {
        CompressionResult result = LeoCompression.Compress(False(), new() { AllowUnproven = true }, default);
        Assert.Equal((true, 0, 1), (result.IsProven, result.Unproven, result.Unconfirmed));
        Assert.True(Difference(result, Bump) <= result.ProvenDeviation);
    }

    [Fact]
    public void Compress_TrueTableFromOutside_IsProvenAsTheOriginalWas()
    {
        StabilityTable own = StabilityAnalysis.FindStable(StabilityTable.Undecided(Network), null, new() { Threads = 1 }, default);
        CompressionResult here = LeoCompression.Compress(own, new(), default),
            there = LeoCompression.Compress(new(Network, own.Domain, own.Neurons), new(), default);
        Assert.True(there.IsProven);
        Assert.Equal((here.ToString(), here.ProvenDeviation, 0), (there.ToString(), there.ProvenDeviation, there.Unconfirmed));
    }

    [Fact]
    public void Compress_RandomFalseTables_ExactDifferenceIsWithinTheProvenBound() =>
        (from c in RandomNetworks.Cases(2, 2, 4)
         from claims in Gen.Int[0, 5].Array[c.Network.NeuronCount]
         from level in Gen.Enum<CompressionLevel>()
         from points in StableNetworks.Points(c.Domain, 8)
         select (c, claims, level, points))
        .ForAll(
            x =>
            {
                NeuronStability[] stated = [.. StabilityTable.Undecided(x.c.Network, x.c.Domain).Neurons.Select(
                    (n, i) => new NeuronStability
                {
                    Layer = n.Layer,
                    Neuron = n.Neuron,
                    State = x.claims[i] switch { 0 or 1 => NeuronState.StablyInactive, 2 or 3 => NeuronState.StablyActive,
                        4 => NeuronState.Unstable, _ => NeuronState.Undetermined },
                    LowerBound = -0.25,
                    UpperBound = 0.25,
                    Evidence = "Crown",
                })];
                CompressionResult result = LeoCompression.Compress(
                    new(x.c.Network, x.c.Domain, stated), new() { Level = x.level }, default);
                Assert.True(result.IsProven);
                Assert.Equal(0, result.Unproven);
                if (double.IsInfinity(result.ProvenDeviation))
                    return;
                foreach (double[] point in x.points)
                    Assert.True(Difference(result, point) <= result.ProvenDeviation);
            },
            count: 50,
            threads: 1);

    [Fact]
    public void PortableForm_OfACompression_IsAClaimOnTheOtherSide()
    {
        StabilityTable own = StabilityAnalysis.FindStable(StabilityTable.Undecided(Network), null, new() { Threads = 1 }, default);
        CompressionResult here = LeoCompression.Compress(own, new(), default);
        var there = (CompressionResult)PortableForm.Read(PortableForm.Of(here));
        Assert.True(here.IsProven);
        Assert.False(there.IsProven);
        Assert.Equal((double.PositiveInfinity, here.ProvenDeviation), (there.ProvenDeviation, there.ConditionalDeviation));
        Assert.Equal(own.StablyActive + own.StablyInactive, there.Unproven);
        Assert.NotEqual(EquivalenceEvidence.Compression, NetworkEquivalence.Compare(there, null, new(), default).Evidence);

        var table = (StabilityTable)PortableForm.Read(PortableForm.Of(own));
        Assert.True(table.IsImported);
        Assert.DoesNotContain(table.Neurons, static n => n.IsProven);
        Assert.Equal(own.Neurons.Select(static n => n.PositiveWitness), table.Neurons.Select(static n => n.PositiveWitness));
    }

    [Fact]
    public void ProvenDeviation_OfACompressionMadeByHand_IsNone()
    {
        StabilityTable table = StabilityTable.Undecided(Network);
        var made = new CompressionResult { Original = Network, Compressed = Network, Domain = table.Domain, Table = table, Steps = [],
            ProvenDeviation = 0 };
        Assert.Equal((false, double.PositiveInfinity), (made.IsProven, made.ProvenDeviation));
        Assert.Equal(
            (true, EquivalenceEvidence.MatchedLayers),
            (NetworkEquivalence.Compare(made, null, new(), default).Equivalent,
                NetworkEquivalence.Compare(made, null, new(), default).Evidence));
    }

    /// <summary>The table of a file that calls the narrow bump inactive, and is right otherwise.</summary>
    private static StabilityTable False() =>
        new(Network, InputDomain.Unit.For(1), [.. StabilityTable.Undecided(Network).Neurons.Select(static (n, i) => new NeuronStability
    {
        Layer = n.Layer,
        Neuron = n.Neuron,
        State = i switch { 4 => NeuronState.StablyInactive, 3 or 5 => NeuronState.StablyActive, _ => NeuronState.Unstable },
        LowerBound = i == 4 ? -5 : double.NegativeInfinity,
        UpperBound = i == 4 ? -1 : double.PositiveInfinity,
        Evidence = i == 4 ? "BranchAndBound" : "Witness",
    })]);

    private static Rational Difference(CompressionResult result, params double[] point)
    {
        Rational[] x = [.. point.Select(static v => (Rational)v)];
        return new ExactNetwork(result.Original).Evaluate(x).Zip(
            new ExactNetwork(result.Compressed).Evaluate(x), static (a, b) => Rational.Abs(a - b)).Aggregate(Rational.Zero, Rational.Max);
    }
}
