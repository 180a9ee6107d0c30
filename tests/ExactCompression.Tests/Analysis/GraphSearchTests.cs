using ExactCompression.Networks;
using ExactCompression.Tests.Oracles;
using ExactCompression.Witnesses;
using Xunit;

namespace ExactCompression.Tests.Analysis;

/// <summary>Both searches end to end on networks that are graphs; verdicts are checked in exact arithmetic.</summary>
public sealed class GraphSearchTests
{
    [Fact]
    public void FindUnstable_GraphsOfAllKinds_ShowsSignsThatHold()
    {
        int unstable = 0;
        using var device = new SimdWitnessDevice();
        for (int seed = 0; seed < 12; seed++)
        {
            StabilityTable nothing = Undecided(seed);
            StabilityTable table = StabilityAnalysis.FindUnstable(nothing, null, device, new(), CancellationToken.None);
            Assert.Equal(0, table.StablyActive + table.StablyInactive);
            unstable += table.Unstable;
            RequireWitnesses(table);
        }

        Assert.InRange(unstable, 100, int.MaxValue);
    }

    [Fact]
    public void FindStable_GraphsOfAllKinds_DecidesNearlyAllAndNeverWrongly()
    {
        int undetermined = 0, stable = 0, neurons = 0;
        for (int seed = 0; seed < 12; seed++)
        {
            StabilityTable table = StabilityAnalysis.FindStable(Undecided(seed), null, new(), CancellationToken.None);
            RequireWitnesses(table);
            RequireStable(table, new Random(seed));
            undetermined += table.Undetermined;
            stable += table.StablyActive + table.StablyInactive;
            neurons += table.Neurons.Count;
        }

        Assert.InRange(stable, 20, neurons);
        Assert.InRange(undetermined, 0, neurons / 50);
    }

    [Fact]
    public void FindUnstable_SignThatOnlyAttacksReach_IsFound()
    {
        // The score is above 0 within 3 % of its largest value, far from where its linear bound is attained.
        const int Size = 24;
        double[] signs = [.. Enumerable.Range(0, Size).Select(static i => i % 3 == 0 ? -1.0 : 1)];
        NetworkGraph Scores(double bias)
        {
            var builder = new GraphBuilder();
            int x = builder.AddInput("x", new(1, Size));
            int edges = builder.Add(
                new ConvolutionOperator([1, -1, 0.5], [-0.25], new(1, 3, PadLeft: 1, PadRight: 1)), new(1, Size), "", "", x);
            int rectified = builder.Add(new ReluOperator(), new(1, Size), "", "", edges);
            int sum = builder.Add(new SumOperator([1, 1]), new(1, Size), "", "", rectified, x);
            int flat = builder.Add(new ReshapeOperator(), new(Size), "", "", sum);
            int score = builder.Add(new DenseOperator(signs, [bias], Size), new(1), "", "", flat);
            builder.AddOutput("z", score);
            builder.AddOutput("y", builder.Add(new ReluOperator(), new(1), "", "", score));
            return builder.Build();
        }

        var network = new ReluNetwork(Scores(-0.97 * Largest(GraphLowering.Lower(Scores(0)), Size)));
        using var device = new SimdWitnessDevice();
        StabilityTable table = StabilityAnalysis.FindUnstable(
            StabilityTable.Undecided(network, InputDomain.Unit.For(Size)), null, device, new(), CancellationToken.None);
        Assert.Equal(NeuronState.Unstable, table.Neurons[^1].State);
        RequireWitnesses(table);
    }

    /// <summary>What an ascent by coordinates reaches of the first output over the unit box.</summary>
    private static double Largest(LoweredGraph graph, int size)
    {
        double[] at = new double[size];
        double Value() => LoweredEvaluation.Outputs(graph, at)[0];
        for (int pass = 0; pass < 3; pass++)
        {
            for (int i = 0; i < size; i++)
            {
                at[i] = 0;
                double low = Value();
                at[i] = 1;
                at[i] = Value() > low ? 1 : 0;
            }
        }

        return Value();
    }

    private static StabilityTable Undecided(int seed)
    {
        var random = new Random(seed);
        ReluNetwork network = SmallGraphs.Next(random, () => (float)(random.NextDouble() - 0.5));
        return StabilityTable.Undecided(network, InputDomain.Unit.For(SmallGraphs.Inputs));
    }

    private static void RequireWitnesses(StabilityTable table)
    {
        foreach (NeuronStability neuron in table.Neurons)
        {
            Assert.True(neuron.State != NeuronState.Unstable || (neuron.PositiveWitness is not null && neuron.NegativeWitness is not null));
            foreach ((double[]? witness, int sign) in ((double[]?, int)[])[(neuron.PositiveWitness, 1), (neuron.NegativeWitness, -1)])
            {
                if (witness is null)
                    continue;
                Assert.True(table.Domain.Contains(witness));
                Rational[][] values = ExactOperators.Values(table.Network.Graph!, witness);
                Assert.Equal(sign, ExactOperators.PreActivations(table.Network.Graph!, values, neuron.Layer)[neuron.Neuron].Sign);
            }
        }
    }

    private static void RequireStable(StabilityTable table, Random random)
    {
        for (int trial = 0; trial < 20; trial++)
        {
            double[] point = [.. Enumerable.Range(0, SmallGraphs.Inputs).Select(
                _ => trial % 2 == 0 ? random.NextDouble() : random.Next(2))];
            Rational[][] values = ExactOperators.Values(table.Network.Graph!, point);
            foreach (NeuronStability neuron in table.Neurons.Where(
                static n => n.State is NeuronState.StablyActive or NeuronState.StablyInactive))
            {
                int sign = ExactOperators.PreActivations(table.Network.Graph!, values, neuron.Layer)[neuron.Neuron].Sign;
                Assert.NotEqual(neuron.State == NeuronState.StablyActive ? -1 : 1, sign);
            }
        }
    }
}
