using ExactCompression.Networks;
using ExactCompression.Verdicts;
using Xunit;

namespace ExactCompression.Tests.Networks;

/// <summary>How hidden neurons are numbered over all layers, and which of them count as open.</summary>
public sealed class NeuronLayoutTests
{
    private static readonly ReluNetwork Network = new(
    [
        new([1, 1], [0, 0], 2, 1, Activation.Relu),
        new([1, 1, 1, 1, 1, 1], [0, 0, 0], 3, 2, Activation.Relu),
        new([1, 1, 1], [0], 1, 3, Activation.Identity),
    ]);

    [Fact]
    public void Place_EveryNeuron_CountsLayerAfterLayer()
    {
        var layout = new NeuronLayout(Network);
        Assert.Equal([0, 2, 5], layout.Offsets);
        Assert.Equal((5, 0..2, 2..5), (layout.Count, layout.Of(1), layout.Of(2)));
        Assert.Equal([(1, 0), (1, 1), (2, 0), (2, 1), (2, 2)], Enumerable.Range(0, layout.Count).Select(layout.Place));
    }

    [Fact]
    public void OpenNeurons_DecidedAndReopened_AreCountedWithinTheScopeAlone()
    {
        var states = new OpenNeurons(new(Network), static i => i != 1);
        Assert.Equal((4, 2, true), (states.Open, states.Deepest(), states.HasOpen(1)));
        states[0] = NeuronState.Unstable;
        states[1] = NeuronState.StablyActive;
        Assert.Equal((3, 2, false), (states.Open, states.Deepest(), states.HasOpen(1)));
        for (int i = 2; i < 5; i++)
            states[i] = NeuronState.StablyInactive;
        states[4] = NeuronState.StablyActive;
        Assert.Equal((0, 0), (states.Open, states.Deepest()));
        states[0] = NeuronState.Undetermined;
        states[1] = NeuronState.Undetermined;
        Assert.Equal((1, 1, false), (states.Open, states.Deepest(), states.HasOpen(2)));
    }
}
