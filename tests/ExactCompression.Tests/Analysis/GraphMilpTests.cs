using ExactCompression.Analysis;
using ExactCompression.Milp;
using ExactCompression.Networks;
using ExactCompression.Tests.Oracles;
using Xunit;

namespace ExactCompression.Tests.Analysis;

/// <summary>The paper's formulations on networks that are graphs, against the proofs of the hybrid search.</summary>
public sealed class GraphMilpTests
{
    [Theory]
    [InlineData(MilpFormulation.Isa, "Scip")]
    [InlineData(MilpFormulation.Layer, "Scip")]
    [InlineData(MilpFormulation.Neuron, "Scip")]
    [InlineData(MilpFormulation.NeuronApproximate, "Highs")]
    public void Find_PoolingLeakyAndResidual_DecidesAsProofsDo(MilpFormulation formulation, string solver)
    {
        for (int seed = 0; seed < 4; seed++)
        {
            StabilityTable nothing = StabilityTable.Undecided(Network(new Random(seed)), InputDomain.Unit.For(6));
            StabilityTable proven = StabilityAnalysis.FindStable(nothing, null, new(), CancellationToken.None);
            StabilityTable found = MilpAnalysis.Find(
                nothing, null, new() { Formulation = formulation, Solver = solver }, new() { TimeLimit = TimeSpan.FromSeconds(60) },
                CancellationToken.None);
            Assert.Equal(0, proven.Undetermined);
            Assert.Equal(proven.Neurons.Select(static n => n.State), found.Neurons.Select(static n => n.State));
        }
    }

    [Fact]
    public void FindStable_TimeLimit_TakesNoneOfWhatGraphsLack()
    {
        StabilityTable nothing = StabilityTable.Undecided(
            SmallGraphs.Next(new(5), () => 0.25), InputDomain.Unit.For(SmallGraphs.Inputs));
        var options = new SearchOptions { TimeLimit = TimeSpan.FromSeconds(2) };
        Assert.Equal(0, StabilityAnalysis.FindStable(nothing, null, options, CancellationToken.None).Undetermined);
    }

    [Fact]
    public void Work_OnChainsAlone_SaysSo()
    {
        ReluNetwork network = Network(new(1));
        foreach (Action work in (Action[])[
            () => NetworkEquivalence.Compare(network, network, null, null, new(), CancellationToken.None),
            () => _ = new ActivationPatternSearch(network, null, new())])
            Assert.Equal("NetworkNotDense", Assert.Throws<InvalidInputException>(work).ErrorId);
    }

    private static ReluNetwork Network(Random random)
    {
        double[] Numbers(int count) => [.. Enumerable.Range(0, count).Select(_ => (double)(float)(random.NextDouble() - 0.5))];
        var builder = new GraphBuilder();
        int x = builder.AddInput("x", new(1, 6));
        int edges = builder.Add(new ConvolutionOperator(Numbers(6), Numbers(2), new(1, 3, PadLeft: 1, PadRight: 1)), new(2, 6), "", "", x);
        int leaky = builder.Add(new LeakyReluOperator([0.25], Activation.LeakyRelu), new(2, 6), "", "", edges);
        int sum = builder.Add(new SumOperator([1, -1]), new(2, 6), "", "", leaky, edges);
        int pooled = builder.Add(new MaxPoolOperator(new(1, 2, 1, 2)), new(2, 3), "", "", sum);
        int flat = builder.Add(new ReshapeOperator(), new(6), "", "", pooled);
        int hidden = builder.Add(
            new ReluOperator(), new(4), "", "", builder.Add(new DenseOperator(Numbers(24), Numbers(4), 6), new(4), "", "", flat));
        builder.AddOutput("y", builder.Add(new DenseOperator(Numbers(8), Numbers(2), 4), new(2), "", "", hidden));
        return new(builder.Build());
    }
}
