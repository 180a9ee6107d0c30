using CsCheck;
using ExactCompression.Tests.Oracles;
using ExactCompression.Witnesses;
using Xunit;

namespace ExactCompression.Tests.Analysis;

/// <summary>Verdicts, bounds and witnesses against enumeration of all activation patterns in exact rational arithmetic.</summary>
public sealed class StabilityAnalysisPropertyTests
{
    [Fact]
    public void FindStable_SmallNetworks_NeverContradictsEnumeration() =>
        RandomNetworks.Cases().ForAll(
            c => Check(
                c, StabilityAnalysis.FindStable(StabilityTable.Undecided(c.Network, c.Domain), null, new() { Threads = 1 }, default)),
                count: 1_500);

    [Fact]
    public void FindStable_ThreeInputs_NeverContradictsEnumeration() =>
        RandomNetworks.Cases(mostInputs: 3, mostLayers: 2, mostWidth: 2).ForAll(
            c => Check(
                c, StabilityAnalysis.FindStable(StabilityTable.Undecided(c.Network, c.Domain), null, new() { Threads = 1 }, default)),
                count: 300);

    [Fact]
    public void FindUnstable_SmallNetworks_NeverClaimsStableAndNeverContradictsEnumeration() =>
        RandomNetworks.Cases().ForAll(
            c =>
            {
                using var device = new SimdWitnessDevice();
                StabilityTable table = StabilityAnalysis.FindUnstable(
                    StabilityTable.Undecided(c.Network, c.Domain), null, device, new() { Threads = 1 }, default);
                Assert.Equal(0, table.StablyActive + table.StablyInactive);
                Check(c, table);
            },
            count: 300);

    private static void Check(RandomNetworks.Case c, StabilityTable table)
    {
        var exact = new ExactNetwork(c.Network);
        (Rational Min, Rational Max)[][] ranges = exact.Ranges(c.Lower, c.Upper);
        foreach (NeuronStability neuron in table.Neurons)
        {
            (Rational min, Rational max) = ranges[neuron.Layer - 1][neuron.Neuron];
            string where = $"{neuron} [{neuron.LowerBound:R}, {neuron.UpperBound:R}] {neuron.Evidence}";
            NeuronState truth = max.Sign <= 0
                ? NeuronState.StablyInactive
                : min.Sign >= 0
                ? NeuronState.StablyActive : NeuronState.Unstable;
            Assert.True(neuron.State == NeuronState.Undetermined || neuron.State == truth, $"{where} is {truth}: {min} to {max}");
            Assert.True(double.IsNegativeInfinity(neuron.LowerBound) || neuron.LowerBound <= min, where);
            Assert.True(double.IsPositiveInfinity(neuron.UpperBound) || neuron.UpperBound >= max, where);
            foreach ((double[]? witness, int sign) in new[] { (neuron.PositiveWitness, 1), (neuron.NegativeWitness, -1) })
            {
                if (witness is null)
                    continue;
                Assert.True(c.Domain.Contains(witness), where);
                Assert.Equal(sign, exact.PreActivations([.. witness.Select(x => (Rational)x)])[neuron.Layer - 1][neuron.Neuron].Sign);
            }
        }
    }
}
