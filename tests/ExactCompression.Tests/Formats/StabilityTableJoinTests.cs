using ExactCompression.Formats;
using ExactCompression.Tests.Oracles;
using ExactCompression.Verdicts;
using Xunit;

namespace ExactCompression.Tests.Formats;

/// <summary>Tables of several searches as one: all that is proven, nothing that is not.</summary>
public sealed class StabilityTableJoinTests
{
    /// <summary>Searches of parts of random networks, joined, have the verdicts of one search of all.</summary>
    [Fact]
    public void Join_PartsOfASearch_HasTheVerdictsOfTheWhole()
    {
        int proven = 0;
        for (int seed = 0; seed < 60; seed++)
        {
            var random = new Random(seed);
            (ReluNetwork network, double[] lower, double[] upper) = RandomGraphs.Next(random, seed % 2, random.Next(2, 8), side: 4);
            StabilityTable start = StabilityTable.Undecided(network, new(lower, upper));
            StabilityTable whole = StabilityAnalysis.FindStable(start, null, new() { Threads = 1 }, default);
            StabilityTable[] parts = [.. Enumerable.Range(0, 3).Select(
                part => StabilityAnalysis.FindStable(start, null, new() { Threads = 1 }, i => i % 3 == part, default))];
            StabilityTable joined = StabilityTableJoin.Join(parts), copies = StabilityTableJoin.Join([.. parts.Select(Copy)]);
            for (int i = 0; i < whole.Neurons.Count; i++)
            {
                NeuronStability expected = whole.Neurons[i], found = joined.Neurons[i], claimed = copies.Neurons[i];
                Assert.True(expected.State == found.State && expected.IsProven == found.IsProven, $"seed {seed}: {expected}, {found}");
                Assert.Equal(parts.Max(p => p.Neurons[i].LowerBound), found.LowerBound);
                Assert.Equal(parts.Min(p => p.Neurons[i].UpperBound), found.UpperBound);

                // Of copies only what their witnesses show is proven.
                Assert.Equal(expected.State, claimed.State);
                Assert.Equal(expected.State == NeuronState.Unstable, claimed.IsProven);
                Assert.Equal(expected.State is NeuronState.StablyActive or NeuronState.StablyInactive, claimed.IsImported);
                proven += found.IsProven ? 1 : 0;
            }
        }

        Assert.True(proven > 500, $"{proven}");
    }

    [Fact]
    public void Join_BoundOfOneAndWitnessOfAnother_DecidesTogether()
    {
        NeuronStability bound = new() { Layer = 1, Neuron = 0, State = NeuronState.Undetermined, LowerBound = 0 },
            witness = new() { Layer = 1, Neuron = 0, State = NeuronState.Undetermined, PositiveWitness = [1] };
        StabilityTable joined = StabilityTableJoin.Join([Found(bound), Found(witness)]);
        Assert.Equal(NeuronState.StablyActive, joined.Neurons[0].State);
        Assert.True(joined.Neurons[0].IsProven);
        Assert.Equal("Witness", joined.Neurons[0].Evidence);
    }

    [Theory]
    [InlineData(NeuronState.StablyInactive, 0.5, 2)] // bounds exclude each of these
    [InlineData(NeuronState.StablyActive, -2, -0.5)]
    [InlineData(NeuronState.Unstable, 0.5, 2)]
    [InlineData(NeuronState.Unstable, -2, 0)]
    public void Join_ClaimThatProofsExclude_IsRefused(NeuronState claim, double lower, double upper)
    {
        NeuronStability bounded = new()
        {
            Layer = 1, Neuron = 0, State = NeuronState.Undetermined, LowerBound = lower, UpperBound = upper,
        };
        StabilityTable proven = Found(bounded), imported = Imported(claim);
        foreach (StabilityTable[] order in (StabilityTable[][])[[proven, imported], [imported, proven]])
            AssertError("ContradictingTables", order);
    }

    [Fact]
    public void Join_ClaimsThatContradictOneAnother_AreRefused()
    {
        AssertError("ContradictingTables", Imported(NeuronState.StablyActive), Imported(NeuronState.StablyInactive));
        AssertError("ContradictingTables", Imported(NeuronState.Unstable), Imported(NeuronState.StablyInactive));
        StabilityTable agreed = StabilityTableJoin.Join([Imported(NeuronState.Unstable), Imported(NeuronState.Unstable)]);
        Assert.True(agreed.Neurons[0].IsImported && !agreed.Neurons[0].IsProven);
    }

    /// <summary>A solver's claim in one table that a witness in another refutes is reported, whichever comes first.</summary>
    [Fact]
    public void Join_SolversClaimThatAWitnessRefutes_IsReported()
    {
        StabilityTable claim = Found(new()
        {
            Layer = 1, Neuron = 0, State = NeuronState.StablyInactive, Basis = Evidence.BySolver("Scip", 1e-6),
        });
        StabilityTable witness = Found(new() { Layer = 1, Neuron = 0, State = NeuronState.Undetermined, PositiveWitness = [1] });
        foreach (StabilityTable[] order in (StabilityTable[][])[[claim, witness], [witness, claim]])
        {
            Assert.Throws<ContradictionException>(() => StabilityTableJoin.Join(order));
            int reported = 0;
            StabilityTable joined = StabilityTableJoin.Join(order, _ => reported++);
            Assert.Equal((1, NeuronState.Undetermined), (reported, joined.Neurons[0].State));
            Assert.NotNull(joined.Neurons[0].PositiveWitness);
        }
    }

    [Fact]
    public void Join_OfDifferentThings_IsRefused()
    {
        AssertError("NoTables");
        AssertError("NetworkMismatch", Found(Open), StabilityTable.Undecided(One(2), InputDomain.Uniform(-1, 1)));
        AssertError("DomainMismatch", Found(Open), StabilityTable.Undecided(One(1), InputDomain.Uniform(-1, 2)));
        Assert.Equal(1, StabilityTableJoin.Join([Found(Open), Found(Open)]).Undetermined);
    }

    private static NeuronStability Open => new() { Layer = 1, Neuron = 0, State = NeuronState.Undetermined };

    private static void AssertError(string expected, params StabilityTable[] tables) =>
        Assert.Equal(expected, Assert.Throws<InvalidInputException>(() => StabilityTableJoin.Join(tables)).ErrorId);

    /// <summary>Each table has a network of its own, with the same weights.</summary>
    private static ReluNetwork One(double weight) =>
        new([new([weight], [0], 1, 1, Activation.Relu), new([1], [0], 1, 1, Activation.Identity)]);

    private static StabilityTable Found(NeuronStability neuron) =>
        StabilityTable.Found(One(1), InputDomain.Uniform(-1, 1), [neuron]);

    private static StabilityTable Imported(NeuronState state) =>
        new(One(1), InputDomain.Uniform(-1, 1), [new() { Layer = 1, Neuron = 0, State = state, Evidence = "Crown" }]);

    private static StabilityTable Copy(StabilityTable table) => new(table.Network, table.Domain, table.Neurons);
}
