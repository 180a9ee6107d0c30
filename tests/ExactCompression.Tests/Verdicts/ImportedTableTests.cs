using ExactCompression.Analysis;
using ExactCompression.Formats;
using ExactCompression.Milp;
using ExactCompression.Tests.Compression;
using ExactCompression.Witnesses;
using Xunit;

namespace ExactCompression.Tests.Verdicts;

/// <summary>How a search and a compression treat a table whose file is wrong.</summary>
public sealed class ImportedTableTests
{
    // Over [0,1]: z1 = x + 1 in [1,2] and x - 0.5 in [-0.5,0.5]; z2 = a1 - 1.5 in [-0.5,0.5].
    private static readonly ReluNetwork Network = new(
    [
        new([1, 1], [1, -0.5], 2, 1, Activation.Relu),
        new([1, 0], [-1.5], 1, 2, Activation.Relu),
        new([1], [0], 1, 1, Activation.Identity),
    ]);

    [Fact]
    public void FindStable_FileStatesFalseBounds_ProvesNothingFromThem()
    {
        // The file says that z1 <= 1.25, from which z2 <= -0.25 would follow.
        StabilityTable table = Imported("1,0,StablyActive,1,1.25,Interval\n1,1,Undetermined,,,\n2,0,Undetermined,,,\n");
        StabilityTable found = StabilityAnalysis.FindStable(table, null, new() { Threads = 1 }, default);
        Assert.Equal([NeuronState.StablyActive, NeuronState.Unstable, NeuronState.Unstable], found.Neurons.Select(static n => n.State));
        Assert.True(found.Neurons[0].UpperBound >= 2);
    }

    [Fact]
    public void FindStable_FileStatesTrueVerdicts_ProvesThemAgain()
    {
        StabilityTable table = Imported("1,0,StablyActive,1,2,Elsewhere\n1,1,Unstable,,,Witness\n2,0,Undetermined,,,\n");
        StabilityTable found = StabilityAnalysis.FindStable(table, null, new() { Threads = 1 }, default);
        Assert.Equal(["Interval", "Witness", "Witness"], found.Neurons.Select(static n => n.Evidence));
        Assert.Equal((1, 0, 2, 0), (found.StablyActive, found.StablyInactive, found.Unstable, found.Undetermined));
        Assert.Equal((0, false), (found.Unproven, found.IsImported));
    }

    [Fact]
    public void FindStable_NoTimeToProveVerdicts_LeavesThemImportedWithoutTheirBounds()
    {
        StabilityTable table = Imported("1,0,StablyActive,1,2,Elsewhere\n1,1,Unstable,-1,1,\n2,0,Undetermined,-0.5,0.5,\n");
        Assert.Equal((2, 1, true), (table.Unproven, table.UnprovenStable, table.IsImported));
        StabilityTable found = StabilityAnalysis.FindStable(table, null, new() { TimeLimit = TimeSpan.Zero }, default);
        Assert.Equal(["Imported (Elsewhere)", "Imported", ""], found.Neurons.Select(static n => n.Evidence));
        Assert.Equal((2, 1, false), (found.Unproven, found.UnprovenStable, found.IsImported));
        Assert.All(
            found.Neurons, static n => Assert.Equal((double.NegativeInfinity, double.PositiveInfinity), (n.LowerBound, n.UpperBound)));

        // A later search tries again to prove what was left.
        Assert.Equal(
            ["Interval", "Witness", "Witness"],
            StabilityAnalysis.FindStable(found, null, new() { Threads = 1 }, default).Neurons.Select(static n => n.Evidence));
    }

    [Theory]
    [InlineData(StabilityMethod.Isa)]
    [InlineData(StabilityMethod.Neuron)]
    public void FindMilp_FileStatesFalseVerdict_IsNoPremiseAndRefuted(StabilityMethod method)
    {
        // If the first neuron were off, as the file says, the second layer's would be too.
        var told = new List<ContradictionException>();
        StabilityTable found = MilpAnalysis.Find(
            Imported("1,0,StablyInactive,,,Crown\n1,1,Undetermined,,,\n2,0,StablyInactive,,,Crown\n"),
            null,
            new() { Formulation = method == StabilityMethod.Isa ? MilpFormulation.Isa : MilpFormulation.Neuron },
            new() { Threads = 1, Contradiction = told.Add },
            default);
        Assert.Equal([NeuronState.StablyActive, NeuronState.Unstable, NeuronState.Unstable], found.Neurons.Select(static n => n.State));
        Assert.Equal(
            ["Interval, against Imported (Crown)", "Witness", "Witness, against Imported (Crown)"],
            found.Neurons.Select(static n => n.Evidence));
        Assert.Equal([(1, 0), (2, 0)], told.Select(static t => (t.Layer, t.Neuron)));
        Assert.Equal(0, found.Unproven);
    }

    [Fact]
    public void FindUnstable_CopyOfATable_ChecksItsWitnessesByAForwardPass()
    {
        using var device = new SimdWitnessDevice();
        StabilityTable Copy(double[] above, double[] below) => new(Network, InputDomain.Unit,
        [
            new() { Layer = 1, Neuron = 0, State = NeuronState.Undetermined },
            new() { Layer = 1, Neuron = 1, State = NeuronState.Unstable, Evidence = "Witness", PositiveWitness = above,
                NegativeWitness = below },
            new() { Layer = 2, Neuron = 0, State = NeuronState.Undetermined },
        ]);
        SearchOptions noTime = new() { TimeLimit = TimeSpan.Zero };
        StabilityTable held = StabilityAnalysis.FindUnstable(Copy([1], [0]), null, device, noTime, default);
        Assert.Equal(("Witness", 0), (held.Neurons[1].Evidence, held.Unproven));

        // No sign, outside the domain, not a number, wrong size.
        (double[], double[])[] points = [([0.25], [0]), ([2], [-1]), ([double.NaN], [0]), ([1, 1], [0])];
        foreach ((double[] above, double[] below) in points)
            Assert.Equal(
                "Imported (Witness)",
                StabilityAnalysis.FindUnstable(Copy(above, below), null, device, noTime, default).Neurons[1].Evidence);
    }

    [Fact]
    public void Neurons_OfATable_CannotBeReplaced() =>
        Assert.Throws<NotSupportedException>(
            () => ((IList<NeuronStability>)StabilityTable.Undecided(Network).Neurons)[0] = new() { Layer = 1, Neuron = 0,
                State = NeuronState.StablyInactive });

    [Theory]
    [InlineData("1,0,StablyInactive,,,Crown\n1,1,Undetermined,,,\n2,0,Undetermined,,,\n")]
    [InlineData("1,0,Unstable,,,Witness\n1,1,Undetermined,,,\n2,0,Undetermined,,,\n")]
    [InlineData(
        "1,0,Undetermined,,,\n1,1,StablyActive,,,Crown\n2,0,Undetermined,,,\n")] // no bound refutes it, but the points sampled for z2 do
    public void FindStable_FileStatesFalseVerdict_IsRefused(string rows) =>
        Assert.Equal(
            "ContradictingEvidence",
            Assert.Throws<InvalidInputException>(
                () => StabilityAnalysis.FindStable(Imported(rows), null, new() { Threads = 1 }, default)).ErrorId);

    [Fact]
    public void Compress_FileStatesFalseBounds_DeviationDoesNotRestOnThem()
    {
        // Merging a duplicate row rounds the next layer's weight 4/3 to float32. The error is in proportion to z, from 2 to 3 whatever the
        // file says; the bias absorbs that of 2.5, and half of the weight's error remains on either side.
        ReluNetwork network = new(
        [
            new([1, 1, 1], [2, 2, -0.5], 3, 1, Activation.Relu),
            new([1.0 / 3, 1, 1], [0], 1, 3, Activation.Identity, WeightPrecision.Float64),
        ]);
        CompressionResult result = LeoCompression.Compress(
            Imported("1,0,StablyActive,2,2.0000001,Crown\n1,1,StablyActive,2,2.0000001,Crown\n1,2,Unstable,,,Witness\n", network),
            new() { Precision = WeightPrecision.Float32 },
            default);
        double weight = 4.0 / 3;
        Assert.Equal(2, result.Compressed.NeuronCount);
        foreach (double x in (double[])[0, 1])
            Assert.True(ExactDifference.At(network, result.Compressed, [x]) <= result.ProvenDeviation);
        Assert.True(result.ProvenDeviation >= 0.49 * Math.Abs((float)weight - weight), $"{result.ProvenDeviation}");
    }

    private static StabilityTable Imported(string rows, ReluNetwork? network = null)
    {
        string path = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.csv");
        try
        {
            File.WriteAllText(path, "Layer,Neuron,State,LowerBound,UpperBound,Evidence\n" + rows);
            return StabilityTableFiles.Read(path, network ?? Network, InputDomain.Unit);
        }
        finally
        {
            File.Delete(path);
        }
    }
}
