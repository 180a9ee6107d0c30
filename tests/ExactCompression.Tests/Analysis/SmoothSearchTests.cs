using ExactCompression.Analysis;
using ExactCompression.Milp;
using ExactCompression.Networks;
using ExactCompression.Tests.Oracles;
using ExactCompression.Verdicts;
using ExactCompression.Witnesses;
using Xunit;

namespace ExactCompression.Tests.Analysis;

/// <summary>Searches on networks with rectifiers behind Sigmoid and Tanh; no verdict contradicts a point.</summary>
public sealed class SmoothSearchTests
{
    [Fact]
    public void FindStable_GraphsOfAllKinds_DecidesMostAndNeverWrongly()
    {
        int undetermined = 0, withFewInputs = 0, split = 0, stable = 0, neurons = 0;
        for (int seed = 0; seed < 18; seed++)
        {
            StabilityTable table = StabilityAnalysis.FindStable(Undecided(seed), null, new(), CancellationToken.None);
            RequireTrue(table, seed);
            undetermined += table.Undetermined;
            withFewInputs += table.Network.InputSize < 12 ? table.Undetermined : 0;
            split += table.Neurons.Count(static n => n.Basis.Kind == EvidenceKind.InputSplitting);
            stable += table.StablyActive + table.StablyInactive;
            neurons += table.Neurons.Count;
        }

        Assert.InRange(stable, neurons / 20, neurons);
        Assert.InRange(undetermined, 0, neurons / 10);
        Assert.InRange(withFewInputs, 0, 1);
        Assert.InRange(split, 1, neurons);
    }

    [Fact]
    public void FindUnstable_GraphsOfAllKinds_ShowsSignsThatHold()
    {
        int unstable = 0;
        using var device = new SimdWitnessDevice();
        for (int seed = 0; seed < 20; seed++)
        {
            StabilityTable table = StabilityAnalysis.FindUnstable(Undecided(seed), null, device, new(), CancellationToken.None);
            Assert.Equal(0, table.StablyActive + table.StablyInactive);
            unstable += table.Unstable;
            RequireTrue(table, seed);
        }

        Assert.InRange(unstable, 100, int.MaxValue);
    }

    [Theory]
    [InlineData(MilpFormulation.Isa)]
    [InlineData(MilpFormulation.Layer)]
    [InlineData(MilpFormulation.Neuron)]
    public void Find_ByPrograms_SaysThatTheyHoldNone(MilpFormulation formulation)
    {
        var warnings = new List<string>();
        StabilityTable table = MilpAnalysis.Find(
            Undecided(2), null, new() { Formulation = formulation, Solver = "Scip" },
            new() { Warning = warnings.Add }, CancellationToken.None);
        RequireTrue(table, 2);
        Assert.DoesNotContain(table.Neurons, static n => n.Basis.Kind == EvidenceKind.Solver);
        Assert.Contains("Sigmoid", Assert.Single(warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void FindStable_TimeLimit_TakesNoSolver()
    {
        for (int seed = 0; seed < 4; seed++)
        {
            var options = new SearchOptions { TimeLimit = TimeSpan.FromSeconds(5) };
            StabilityTable table = StabilityAnalysis.FindStable(Undecided(seed), null, options, CancellationToken.None);
            RequireTrue(table, seed);
            Assert.DoesNotContain(table.Neurons, static n => n.Basis.Kind == EvidenceKind.Solver);
        }
    }

    [Fact]
    public void Find_ByProgramsWithASmoothHead_IsAsEver()
    {
        var builder = new GraphBuilder();
        int z = builder.Add(new DenseOperator([1, -1, 2, 1], [0.5, -4], 2), new(2), "", "", builder.AddInput("x", new(2)));
        builder.AddOutput("y", builder.Add(
            new SmoothOperator(IsTanh: false), new(2), "", "", builder.Add(new ReluOperator(), new(2), "", "", z)));
        StabilityTable table = MilpAnalysis.Find(
            StabilityTable.Undecided(new(builder.Build()), InputDomain.Unit.For(2)), null,
            new() { Formulation = MilpFormulation.Isa, Solver = "Scip" }, new(), CancellationToken.None);
        Assert.Equal([NeuronState.Unstable, NeuronState.StablyInactive], table.Neurons.Select(static n => n.State));
    }

    private static StabilityTable Undecided(int seed)
    {
        var random = new Random(seed);
        ReluNetwork network = seed % 3 == 2 ? SmoothGraphs.Image(random, 4) : SmoothGraphs.Dense(random, 2 + (seed % 4));
        return StabilityTable.Undecided(network, InputDomain.Unit.For(network.InputSize));
    }

    private static void RequireTrue(StabilityTable table, int seed)
    {
        NetworkGraph graph = table.Network.Graph!;
        foreach (NeuronStability neuron in table.Neurons)
        {
            Assert.True(neuron.State != NeuronState.Unstable || (neuron.PositiveWitness is not null && neuron.NegativeWitness is not null));
            foreach ((double[]? witness, int sign) in ((double[]?, int)[])[(neuron.PositiveWitness, 1), (neuron.NegativeWitness, -1)])
            {
                if (witness is null)
                    continue;
                Assert.True(table.Domain.Contains(witness));
                double z = SmoothGraphs.PreActivations(graph, SmoothGraphs.Values(graph, witness), neuron.Layer)[neuron.Neuron];
                Assert.True(sign * z > -1e-13, $"seed {seed}: {neuron.Layer}:{neuron.Neuron} is {z:R}");
            }
        }

        foreach (double[] point in SmoothGraphs.Points(table.Network.InputSize, new(seed)).Take(2_000))
        {
            double[][] values = SmoothGraphs.Values(graph, point);
            foreach (NeuronStability neuron in table.Neurons)
            {
                double z = SmoothGraphs.PreActivations(graph, values, neuron.Layer)[neuron.Neuron];
                Assert.False(neuron.State == NeuronState.StablyActive && z < -1e-12, $"seed {seed}: {neuron.Layer}:{neuron.Neuron}");
                Assert.False(neuron.State == NeuronState.StablyInactive && z > 1e-12, $"seed {seed}: {neuron.Layer}:{neuron.Neuron}");
                Assert.InRange(z, neuron.LowerBound - 1e-10, neuron.UpperBound + 1e-10);
            }
        }
    }
}
