using ExactCompression.Analysis;
using ExactCompression.Formats;
using ExactCompression.Milp;
using ExactCompression.Tests.Formats;
using ExactCompression.Verdicts;
using Xunit;

namespace ExactCompression.Tests.Analysis;

public sealed class MilpAnalysisTests
{
    public static TheoryData<MilpFormulation> Formulations => [.. Enum.GetValues<MilpFormulation>()];

    [Theory]
    [MemberData(nameof(Formulations))]
    public void Find_BoxBelowZero_DecidesEachNeuronAsByHand(MilpFormulation formulation)
    {
        // Over [-2,-1] x [-1,1]: z1 = x in [-2,-1], z2 = y, z3 = y + 0.5; a2 + a3 in [0,2.5], with both on where y > 0: a3 - a2 in [0,0.5]
        // and a2 - a3 + 1 in [0.5,1]. Intervals give [-1,1.5] and [-0.5,2] there, so the program decides both.
        ReluNetwork network = Network(
            ([1, 0, 0, 1, 0, 1], [0, 0, 0.5], 3, 2), ([0, -1, 1, 0, 1, -1, 0, 1, 1], [0.25, 1, -3], 3, 3), ([1, 1, 1], [0], 1, 3));
        StabilityTable table = Find(network, new([-2, -1], [-1, 1]), new() { Formulation = formulation });
        Assert.Equal(
            [NeuronState.StablyInactive, NeuronState.Unstable, NeuronState.Unstable, NeuronState.StablyActive, NeuronState.StablyActive,
                NeuronState.StablyInactive],
            table.Neurons.Select(n => n.State));
        Assert.Equal("Interval", table.Neurons[0].Evidence);
        Assert.All(table.Neurons.Skip(3).Take(2), n => Assert.StartsWith("Milp (Scip, 1e-06)", n.Evidence, StringComparison.Ordinal));
    }

    [Fact]
    public void Find_StableWhereNoBoundProvesIt_IsProvenBeforeItIsReported()
    {
        // z = |x - y| + |x + y| - |2x| on [-1,1]^2 is max(0, 2|y| - 2|x|) + ..., never below 0, but no linear bound is tight; 0.5 keeps it
        // away from 0.
        StabilityTable table = Find(Absolute(0.5), InputDomain.Uniform(-1, 1), new());
        NeuronStability last = table.NeuronsOf(2).Single();
        Assert.Equal(NeuronState.StablyActive, last.State);
        Assert.StartsWith("Milp (Scip, 1e-06), proven by ", last.Evidence, StringComparison.Ordinal);
        Assert.Equal(0, table.Unproven);
    }

    [Fact]
    public void Find_TooCloseToZero_StaysUndetermined()
    {
        // The same function without the 0.5 touches 0 along a line: whether it goes below is beyond any tolerance.
        Assert.Equal(NeuronState.Undetermined, Find(Absolute(0), InputDomain.Uniform(-1, 1), new()).NeuronsOf(2).Single().State);
        Assert.Equal(NeuronState.Undetermined, Find(Absolute(1e-7), InputDomain.Uniform(-1, 1), new()).NeuronsOf(2).Single().State);
    }

    [Theory]
    [MemberData(nameof(Formulations))]
    public void Find_NoTime_ClaimsNothing(MilpFormulation formulation)
    {
        StabilityTable table = MilpAnalysis.Find(
            StabilityTable.Undecided(Absolute(0.5), InputDomain.Uniform(-1, 1)), null, new() { Formulation = formulation },
            new() { TimeLimit = TimeSpan.Zero }, default);
        Assert.Equal(7, table.Undetermined);
    }

    [Theory]
    [InlineData("Scip")]
    [InlineData("Highs")]
    [InlineData("Cbc")]
    public void Find_Cancelled_KeepsWhatIsDecidedAndClaimsNothingMore(string solver)
    {
        using var source = new CancellationTokenSource();
        ReluNetwork network = Random(width: 60, depth: 4);
        StabilityTable table = MilpAnalysis.Find(
            StabilityTable.Undecided(network), null, new() { Solver = solver }, new() { Progress = p => Cancel(p) }, source.Token);
        Assert.True(table.Undetermined > 0);
        Assert.DoesNotContain(table.Neurons, n => n.Basis.Kind == EvidenceKind.Solver);

        void Cancel(StabilityProgress p)
        {
            if (p.Stage == SearchStage.Interval)
                source.CancelAfter(700); // amid the first program, which takes many seconds
        }
    }

    [Theory]
    [InlineData("Abacus", "MilpSolverUnknown")]
    [InlineData("Glop", "MilpSolverUnfit")]
    [InlineData("CpSat", "MilpSolverUnfit")]
    public void Find_UnsuitableSolver_ListsAvailableSolvers(string solver, string id)
    {
        var e = Assert.Throws<InvalidInputException>(() => Find(Absolute(0), InputDomain.Unit, new() { Solver = solver }));
        Assert.Equal(id, e.ErrorId);
        Assert.Contains("Scip, Highs, Cbc", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Find_Preprocess_RefutesWithDataAloneAndPartialTakesATenth()
    {
        // One neuron z = x - 0.5; only row 15 is above: All sees both signs, Partial (rows 0 and 10) only one, None neither.
        ReluNetwork network = Network(([1], [-0.5], 1, 1), ([1], [0], 1, 1));
        float[] rows = new float[20];
        rows[15] = 1;
        int Sampled(MilpPreprocess preprocess) =>
            MilpAnalysis.Find(
                StabilityTable.Undecided(network), new(rows, 20, 1), new() { Preprocess = preprocess }, new(), default).Stages.Where(
                    s => s.Stage == SearchStage.Sampling).Sum(s => s.Decided);
        Assert.Equal((1, 0, 0), (Sampled(MilpPreprocess.All), Sampled(MilpPreprocess.Partial), Sampled(MilpPreprocess.None)));
    }

    [SkippableTheory]
    [InlineData("digits_48-32-24_l1-0.004")]
    [InlineData("digits_48-32-24_l1-0.008")]
    [InlineData("digits_64-64_l1-0.004")]
    public void Find_TrainedDigits_AgreesWithTheHybridSearch(string name)
    {
        ReluNetwork network = NetworkFormats.Read(TestFiles.Shared($"networks/trained/{name}.onnx"));
        InputData data = InputDataFiles.Read(TestFiles.Example("digits.csv.gz"), new() { LabelColumn = "Last", Scale = 1 / 16.0 });
        NeuronState[] expected = [.. StabilityAnalysis.FindStable(StabilityTable.Undecided(network), null, new(), default).Neurons.Select(
            n => n.State)];
        foreach (MilpFormulation formulation in Enum.GetValues<MilpFormulation>())
        {
            // The exact baseline takes minutes on interval constants.
            MilpBounds bounds = formulation == MilpFormulation.Neuron ? MilpBounds.Crown : MilpBounds.Interval;
            StabilityTable table = MilpAnalysis.Find(
                StabilityTable.Undecided(network), data, new() { Formulation = formulation, Bounds = bounds }, new(), default);
            Assert.Equal(expected, table.Neurons.Select(n => n.State));
        }
    }

    /// <summary><c>|x - y| + |x + y| - 2|x| + shift</c> as one neuron over six; the difference is at least 0 everywhere.</summary>
    private static ReluNetwork Absolute(double shift) => Network(
        ([1, -1, -1, 1, 1, 1, -1, -1, 1, 0, -1, 0], [0, 0, 0, 0, 0, 0], 6, 2),
        ([1, 1, 1, 1, -2, -2], [shift], 1, 6),
        ([1], [0], 1, 1));

    private static StabilityTable Find(ReluNetwork network, InputDomain domain, MilpOptions options) =>
        MilpAnalysis.Find(StabilityTable.Undecided(network, domain), null, options, new(), default);

    private static ReluNetwork Network(params (double[] Weights, double[] Bias, int Outputs, int Inputs)[] layers) =>
        new(layers.Select(
            (l, i) => new AffineLayer(
                l.Weights, l.Bias, l.Outputs, l.Inputs, i == layers.Length - 1 ? Activation.Identity : Activation.Relu)));

    /// <summary>Dense layers that no solver finishes soon.</summary>
    private static ReluNetwork Random(int width, int depth)
    {
        var random = new Random(7);
        double[] Values(int count, double size) =>
            [.. Enumerable.Range(0, count).Select(_ => (double)(float)((random.NextDouble() - 0.5) * size))];
        return Network(
            [.. Enumerable.Range(0, depth + 1).Select(_ => (Values(width * width, 4 / Math.Sqrt(width)), Values(width, 6), width, width))]);
    }
}
