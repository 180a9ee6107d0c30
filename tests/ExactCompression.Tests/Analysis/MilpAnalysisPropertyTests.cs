using ExactCompression.Analysis;
using ExactCompression.Milp;
using ExactCompression.Tests.Oracles;
using Xunit;

namespace ExactCompression.Tests.Analysis;

/// <summary>The formulations against enumeration of all activation patterns in exact rational arithmetic.</summary>
public sealed class MilpAnalysisPropertyTests
{
    /// <summary>The minimum distance of a neuron from 0, relative to its range, for a solver to have to decide it.</summary>
    private const double Clear = 1e-3;

    [Theory]
    [InlineData(MilpFormulation.Isa, MilpBounds.Interval, MilpInjection.Relaxation, "Scip", 120)]
    [InlineData(MilpFormulation.Isa, MilpBounds.Crown, MilpInjection.Random, "Scip", 60)]
    [InlineData(MilpFormulation.Isa, MilpBounds.Interval, MilpInjection.Off, "Highs", 60)]
    [InlineData(MilpFormulation.Layer, MilpBounds.Interval, MilpInjection.Relaxation, "Scip", 80)]
    [InlineData(MilpFormulation.Layer, MilpBounds.Interval, MilpInjection.Off, "Cbc", 60)]
    [InlineData(MilpFormulation.Neuron, MilpBounds.Interval, MilpInjection.Off, "Scip", 80)]
    [InlineData(MilpFormulation.Neuron, MilpBounds.Interval, MilpInjection.Off, "Highs", 60)]
    [InlineData(MilpFormulation.NeuronApproximate, MilpBounds.Crown, MilpInjection.Off, "Scip", 80)]
    [InlineData(MilpFormulation.NeuronApproximate, MilpBounds.Interval, MilpInjection.Off, "Cbc", 60)]
    public void Find_SmallNetworks_DecidesAsEnumerationDoes(
        MilpFormulation formulation, MilpBounds bounds, MilpInjection injection, string solver, int count)
    {
        var options = new MilpOptions { Formulation = formulation, Bounds = bounds, Injection = injection, Solver = solver };
        RandomNetworks.Cases(mostInputs: 2, mostLayers: 3, mostWidth: 3).ForAll(
            c => Check(c, MilpAnalysis.Find(StabilityTable.Undecided(c.Network, c.Domain), null, options, new() { Threads = 1 }, default)),
            count,
            threads: 1);
    }

    private static void Check(RandomNetworks.Case c, StabilityTable table)
    {
        (Rational Min, Rational Max)[][] ranges = new ExactNetwork(c.Network).Ranges(c.Lower, c.Upper);
        foreach (NeuronStability neuron in table.Neurons)
        {
            (Rational min, Rational max) = ranges[neuron.Layer - 1][neuron.Neuron];
            NeuronState truth = max.Sign <= 0
                ? NeuronState.StablyInactive
                : min.Sign >= 0
                ? NeuronState.StablyActive : NeuronState.Unstable;
            string where = $"{neuron} {neuron.Evidence} is {truth}: {min} to {max}; {c}";

            // A solver's claim, which is not a proof, may be wrong where the sign is within its tolerances.
            bool isTrue = neuron.State == truth;
            bool isClaim = neuron.Basis.IsSolverAlone;
            Assert.True(neuron.State == NeuronState.Undetermined || isTrue || (isClaim && !IsClear(neuron, min, max)), where);
            if (neuron.State == NeuronState.Undetermined)
                Assert.False(IsClear(neuron, min, max), where);
            if (isClaim)
                Assert.True(neuron.LowerBound < 0 && neuron.UpperBound > 0, where);
        }
    }

    /// <summary>
    /// Whether both ends of a neuron's range are so far from 0, relative to its bounds and to all numbers involved, that no tolerance
    /// affects its sign.
    /// </summary>
    private static bool IsClear(NeuronStability neuron, Rational min, Rational max)
    {
        Rational least = Math.Max(1, Math.Max(Math.Abs(neuron.LowerBound), Math.Abs(neuron.UpperBound))) * Clear;
        return Math.Max(Math.Abs(neuron.LowerBound), Math.Abs(neuron.UpperBound)) < 1e6 && Rational.Abs(min) > least
            && Rational.Abs(max) > least;
    }
}
