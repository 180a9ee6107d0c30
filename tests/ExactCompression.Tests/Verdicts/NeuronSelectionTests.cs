using Xunit;

namespace ExactCompression.Tests.Verdicts;

/// <summary>Neurons by name, and searches of them alone.</summary>
public sealed class NeuronSelectionTests
{
    private static readonly ReluNetwork Network = Example();

    [Theory]
    [InlineData("0,1,2,3,4", "*:*")]
    [InlineData("2", "1:2")]
    [InlineData("3,4", "2:*")]
    [InlineData("0,1", "1:0-1")]
    [InlineData("0,2,4", "1:0,2", "2:1")]
    [InlineData("0,3", "1-2:0")]
    [InlineData("2,4", " 1 : 2 ", "2:1-1")]
    public void In_Parts_SelectsWhatAnyOfThemNames(string expected, params string[] parts) =>
        Assert.Equal(expected, string.Join(',', Selected(new(parts))));

    [Theory]
    [InlineData("NeuronNotUnderstood", "")]
    [InlineData("NeuronNotUnderstood", "5")]
    [InlineData("NeuronNotUnderstood", "1:")]
    [InlineData("NeuronNotUnderstood", ":1")]
    [InlineData("NeuronNotUnderstood", "1:2:3")]
    [InlineData("NeuronNotUnderstood", "1:-2")]
    [InlineData("NeuronNotUnderstood", "1:2-1")]
    [InlineData("NeuronNotUnderstood", "1:1-2-3")]
    [InlineData("NeuronNotUnderstood", "1:99999999999")]
    [InlineData("NeuronNotUnderstood", "1:**")]
    [InlineData("NoSuchNeuron", "0:1")]
    [InlineData("NoSuchNeuron", "3:*")]
    [InlineData("NoSuchNeuron", "1:3")]
    [InlineData("NoSuchNeuron", "1-2:2")]
    public void In_WhatIsNotThere_IsRefused(string error, string part) =>
        Assert.Equal(error, Assert.Throws<InvalidInputException>(() => new NeuronSelection([part]).In(Network)).ErrorId);

    [Fact]
    public void New_Nothing_IsRefused() =>
        Assert.Equal("NoNeurons", Assert.Throws<InvalidInputException>(static () => new NeuronSelection([])).ErrorId);

    [Fact]
    public void FindStable_Some_DecidesThoseWithTheVerdictsOfAll()
    {
        StabilityTable all = StabilityAnalysis.FindStable(StabilityTable.Undecided(Network), null, new(), default);
        Assert.Equal(0, all.Undetermined);
        foreach (string part in (string[])["1:0", "1:1-2", "2:1"])
        {
            var selection = new NeuronSelection([part]);
            StabilityTable some = StabilityAnalysis.FindStable(
                StabilityTable.Undecided(Network), null, new() { Neurons = selection }, default);
            for (int i = 0; i < all.Neurons.Count; i++)
            {
                Assert.True(!selection.In(Network)[i] || some.Neurons[i].IsProven, $"{part}: {some.Neurons[i]}");
                Assert.True(
                    some.Neurons[i].State == NeuronState.Undetermined || some.Neurons[i].State == all.Neurons[i].State,
                    $"{part}: {some.Neurons[i]} and {all.Neurons[i]}");
            }
        }
    }

    private static IEnumerable<int> Selected(NeuronSelection selection)
    {
        bool[] selected = selection.In(Network);
        return Enumerable.Range(0, selected.Length).Where(i => selected[i]);
    }

    /// <summary>Three hidden neurons, then two: unstable, active, inactive; unstable, active.</summary>
    private static ReluNetwork Example() => new(
    [
        new([1, -1, 1, 1, -1, -1], [0, 0.5, -0.5], 3, 2, Activation.Relu),
        new([1, -1, 0, 1, 1, 1], [-0.25, 0.5], 2, 3, Activation.Relu),
        new([1, 1], [0], 1, 2, Activation.Identity),
    ]);
}
