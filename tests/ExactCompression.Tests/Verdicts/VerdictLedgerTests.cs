using ExactCompression.Verdicts;
using Xunit;

namespace ExactCompression.Tests.Verdicts;

public sealed class VerdictLedgerTests
{
    private readonly VerdictLedger ledger = new(
        StabilityTable.Undecided(new ReluNetwork([new([1], [0], 1, 1, Activation.Relu), new([1], [0], 1, 1, Activation.Identity)])));

    [Fact]
    public void Bound_ActiveNeuronThatIsNeverAboveZero_CountsAsInactive()
    {
        ledger.Bound(0, 0, 1, Evidence.Interval);
        Assert.Equal(
            (NeuronState.Undetermined, true, true, false),
            (ledger.StateOf(0), ledger.MayBeZero(0), ledger.NeedsWitness(0, above: true), ledger.NeedsWitness(0, above: false)));
        ledger.Bound(0, -1, 0, Evidence.Crown);
        Assert.Equal(NeuronState.StablyInactive, ledger.StateOf(0));
        Assert.Equal(1, ledger.Decided);
    }

    [Fact]
    public void Bound_NeverBelowZeroAndAWitnessAbove_IsActiveByTheProofOfTheBound()
    {
        ledger.Bound(0, 0, 1, Evidence.Interval);
        ledger.Credit(0, above: true, [1]);
        Assert.Equal((NeuronState.StablyActive, 1), (ledger.StateOf(0), ledger.Decided));
        Assert.Equal("Interval", ledger.ToTable(default, [], null).Neurons[0].Evidence);
    }

    [Fact]
    public void ShowPositive_NeverBelowZero_IsActive()
    {
        ledger.ShowPositive(0, Evidence.Enumeration); // nothing is known about the other sign
        Assert.Equal(NeuronState.Undetermined, ledger.StateOf(0));
        ledger.Bound(0, 0, 1, Evidence.Crown);
        ledger.ShowPositive(0, Evidence.Enumeration);
        Assert.Equal((NeuronState.StablyActive, "Crown"), (ledger.StateOf(0), ledger.ToTable(default, [], null).Neurons[0].Evidence));
    }

    [Fact]
    public void Scope_NeuronsOutside_NeedNoWitnessAndCountAsDecided()
    {
        var none = new VerdictLedger(StabilityTable.Undecided(ledger.Network), scope: static _ => false);
        Assert.Equal((1, false, false, 0), (none.Decided, none.NeedsWitness(0, true), none.HasOpen(1), none.DeepestOpen()));
        none.Bound(0, 1, 2, Evidence.Crown);
        Assert.Equal((NeuronState.StablyActive, 1), (none.StateOf(0), none.Decided));
    }

    [Fact]
    public void Bound_NaN_ProvesNothing()
    {
        ledger.Bound(0, double.NaN, double.NaN, Evidence.Crown);
        Assert.Equal(
            (NeuronState.Undetermined, double.NegativeInfinity, double.PositiveInfinity),
            (ledger.StateOf(0), ledger.Lower[0], ledger.Upper[0]));
    }

    [Fact]
    public void Bound_InfinityOfTheWrongSign_ProvesNothing()
    {
        ledger.Bound(0, double.PositiveInfinity, double.NegativeInfinity, Evidence.Crown);
        Assert.Equal(
            (NeuronState.Undetermined, double.NegativeInfinity, double.PositiveInfinity),
            (ledger.StateOf(0), ledger.Lower[0], ledger.Upper[0]));
    }

    [Fact]
    public void Bound_LooserThanBefore_KeepsTheTighter()
    {
        ledger.Bound(0, -1, 1, Evidence.Interval);
        ledger.Bound(0, -2, 2, Evidence.Crown);
        Assert.Equal((NeuronState.Undetermined, -1, 1), (ledger.StateOf(0), ledger.Lower[0], ledger.Upper[0]));
    }

    [Theory]
    [InlineData(0, 0, NeuronState.StablyInactive)] // both: counts as inactive
    [InlineData(-1, 0, NeuronState.StablyInactive)]
    [InlineData(0, 1, NeuronState.Undetermined)] // may be 0 everywhere
    [InlineData(double.Epsilon, 1, NeuronState.StablyActive)]
    [InlineData(-1, double.Epsilon, NeuronState.Undetermined)]
    [InlineData(-double.Epsilon, 1, NeuronState.Undetermined)]
    public void Bound_EndsNextToZero_DecidesByTheSignAlone(double lower, double upper, NeuronState state)
    {
        ledger.Bound(0, lower, upper, Evidence.Crown);
        Assert.Equal(state, ledger.StateOf(0));
    }

    [Fact]
    public void Bound_EndsThatCross_IsAContradiction()
    {
        ledger.Bound(0, 1, 2, Evidence.Interval);
        Assert.Equal("ContradictingEvidence", Assert.Throws<InvalidInputException>(() => ledger.Bound(0, -1, 0.5, Evidence.Crown)).ErrorId);
    }

    [Fact]
    public void Check_AgainstAVerdict_IsAContradiction()
    {
        ledger.Bound(0, -1, 0, Evidence.Crown);
        ledger.Check(0, above: false, [0]);
        Assert.Equal("ContradictingEvidence", Assert.Throws<InvalidInputException>(() => ledger.Check(0, above: true, [1])).ErrorId);
    }

    [Fact]
    public void Bound_AgainstAWitness_IsAContradiction()
    {
        ledger.Credit(0, above: true, [1]);
        Assert.Equal("ContradictingEvidence", Assert.Throws<InvalidInputException>(() => ledger.Bound(0, -1, 0, Evidence.Crown)).ErrorId);
    }

    [Fact]
    public void Credit_AgainstABound_IsAContradiction()
    {
        ledger.Bound(0, double.NegativeInfinity, -1, Evidence.Crown);
        Assert.Equal("ContradictingEvidence", Assert.Throws<InvalidInputException>(() => ledger.Credit(0, above: true, [1])).ErrorId);
    }

    [Fact]
    public void Credit_BothSigns_IsUnstable()
    {
        ledger.Credit(0, above: true, [1]);
        Assert.False(ledger.NeedsWitness(0, above: true));
        Assert.True(ledger.NeedsWitness(0, above: false));
        ledger.Credit(0, above: false, [0]);
        Assert.Equal(NeuronState.Unstable, ledger.StateOf(0));
    }

    [Fact]
    public void Learn_WithALedgerOfWitnesses_PassesOnWitnessesAndNoBounds()
    {
        var outlook = new VerdictLedger(StabilityTable.Undecided(ledger.Network)) { Witnesses = ledger };
        outlook.Bound(0, 0.5, 1, Evidence.Crown);
        Assert.Equal(
            (NeuronState.Undetermined, double.NegativeInfinity, double.PositiveInfinity),
            (ledger.StateOf(0), ledger.Lower[0], ledger.Upper[0]));
        Assert.False(outlook.Learn(0, above: true, [1]));
        Assert.False(ledger.NeedsWitness(0, above: true));
        Assert.True(ledger.NeedsWitness(0, above: false));
    }

    [Fact]
    public void Learn_BothSigns_DecidesBothLedgers()
    {
        var outlook = new VerdictLedger(StabilityTable.Undecided(ledger.Network)) { Witnesses = ledger };
        Assert.True(outlook.Learn(0, above: true, [1]));
        Assert.False(outlook.Learn(0, above: true, [0.5]));
        Assert.True(outlook.Learn(0, above: false, [-1]));
        Assert.Equal((NeuronState.Unstable, NeuronState.Unstable), (outlook.StateOf(0), ledger.StateOf(0)));
        Assert.Equal([1], ledger.ToTable(default, [], null).Neurons[0].PositiveWitness!);
    }

    [Fact]
    public void Learn_AgainstAVerdict_IsAContradiction()
    {
        ledger.Bound(0, 0.5, 1, Evidence.Crown);
        Assert.Equal("ContradictingEvidence", Assert.Throws<InvalidInputException>(() => ledger.Learn(0, above: false, [-1])).ErrorId);
    }
}
