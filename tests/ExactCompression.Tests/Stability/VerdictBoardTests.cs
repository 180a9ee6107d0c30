using ExactCompression.Stability;
using Xunit;

namespace ExactCompression.Tests.Stability;

public sealed class VerdictBoardTests
{
    private readonly VerdictBoard board = new(StabilityTable.Undecided(new ReluNetwork([new([1], [0], 1, 1, Activation.Relu), new([1], [0], 1, 1, Activation.Identity)])));

    [Fact]
    public void Bound_ActiveNeuronThatIsNeverAboveZero_CountsAsInactive()
    {
        board.Bound(0, 0, 1, "Interval");
        Assert.Equal(NeuronState.StablyActive, board.StateOf(0));
        board.Bound(0, -1, 0, "Crown");
        Assert.Equal(NeuronState.StablyInactive, board.StateOf(0));
        Assert.Equal(1, board.Decided);
    }

    [Fact]
    public void Bound_NaN_ProvesNothing()
    {
        board.Bound(0, double.NaN, double.NaN, "Crown");
        Assert.Equal((NeuronState.Undetermined, double.NegativeInfinity, double.PositiveInfinity), (board.StateOf(0), board.Lower[0], board.Upper[0]));
    }

    [Fact]
    public void Bound_AgainstAWitness_IsAContradiction()
    {
        board.Credit(0, above: true, [1]);
        Assert.Equal("ContradictingEvidence", Assert.Throws<InvalidInputException>(() => board.Bound(0, -1, 0, "Crown")).ErrorId);
    }

    [Fact]
    public void Credit_AgainstABound_IsAContradiction()
    {
        board.Bound(0, double.NegativeInfinity, -1, "Crown");
        Assert.Equal("ContradictingEvidence", Assert.Throws<InvalidInputException>(() => board.Credit(0, above: true, [1])).ErrorId);
    }

    [Fact]
    public void Credit_BothSigns_IsUnstable()
    {
        board.Credit(0, above: true, [1]);
        Assert.False(board.Wants(0, above: true));
        Assert.True(board.Wants(0, above: false));
        board.Credit(0, above: false, [0]);
        Assert.Equal(NeuronState.Unstable, board.StateOf(0));
    }
}
