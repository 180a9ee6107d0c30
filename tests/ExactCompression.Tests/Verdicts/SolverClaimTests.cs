using ExactCompression.Verdicts;
using Xunit;

namespace ExactCompression.Tests.Verdicts;

/// <summary>A solver's claim on a ledger: it counts until a proof contradicts it, and is never forgotten.</summary>
public sealed class SolverClaimTests
{
    private const string Claimed = "Milp (Scip, 1e-06)";

    private static readonly Evidence Claim = Evidence.BySolver("Scip", 1e-6);

    private static readonly ReluNetwork Network = new([new([1], [0], 1, 1, Activation.Relu), new([1], [0], 1, 1, Activation.Identity)]);

    private readonly VerdictLedger ledger = new(StabilityTable.Undecided(Network, InputDomain.Uniform(-1, 1)));
    private readonly List<ContradictionException> told = [];

    [Fact]
    public void Claim_Confirmed_NamesTheProofBesideIt()
    {
        ledger.Claim(0, active: true, Claim);
        Assert.Equal((NeuronState.StablyActive, Claimed, 1), Verdict());
        Assert.True(ledger.IsClaim(0));
        ledger.Bound(0, 0.5, 1, Evidence.Crown);
        Assert.Equal((NeuronState.StablyActive, Claimed + ", proven by Crown", 0), Verdict());
        Assert.Empty(told);
    }

    [Fact]
    public void Claim_RefutedByABound_IsReportedWithNeuronClaimAndProof()
    {
        ledger.Claim(0, active: true, Claim);
        ledger.Bound(0, -2, -1, Evidence.Crown);
        Assert.Equal((NeuronState.StablyInactive, "Crown, against " + Claimed, 0), Verdict());
        ContradictionException contradiction = Assert.Single(told);
        Assert.Equal((1, 0), (contradiction.Layer, contradiction.Neuron));
        Assert.Contains("layer 1, neuron 0", contradiction.Message, StringComparison.Ordinal);
        Assert.Contains(Claimed, contradiction.Claim, StringComparison.Ordinal);
        Assert.Contains("[-2, -1]", contradiction.Proof, StringComparison.Ordinal);
    }

    [Fact]
    public void Claim_RefutedByAWitness_LeavesTheNeuronOpenWithTheWitness()
    {
        ledger.Claim(0, active: true, Claim);
        ledger.Check(0, above: false, [-1]);
        Assert.Equal((NeuronState.Undetermined, "against " + Claimed, 0), Verdict());
        ledger.Credit(0, above: true, [1]);
        Assert.Equal((NeuronState.Unstable, "Witness, against " + Claimed, 0), Verdict());
        Assert.Single(told.Distinct());
    }

    [Fact]
    public void Claim_MadeTwice_IsNoProofOfItself()
    {
        ledger.Claim(0, active: true, Claim);
        var again = new VerdictLedger(ledger.ToTable(default, [], null), reopenClaims: true);
        again.Claim(0, active: true, Evidence.BySolver("Highs", 1e-6));
        again.Close(new() { Contradiction = told.Add });
        StabilityTable table = again.ToTable(default, [], null);
        Assert.Equal((Claimed, 1), (table.Neurons[0].Evidence, table.Unproven));
        Assert.Empty(told);
    }

    [Fact]
    public void Claim_AgainstAnother_LeavesTheNeuronOpen()
    {
        ledger.Claim(0, active: true, Claim);
        var again = new VerdictLedger(ledger.ToTable(default, [], null), reopenClaims: true);
        again.Claim(0, active: false, Evidence.BySolver("Highs", 1e-6));
        again.Close(new() { Contradiction = told.Add });
        StabilityTable table = again.ToTable(default, [], null);
        Assert.Equal(
            (NeuronState.Undetermined, "against " + Claimed, 0), (table.Neurons[0].State, table.Neurons[0].Evidence, table.Unproven));
        Assert.Single(told);
    }

    [Fact]
    public void Close_NoHandlerRegistered_Throws()
    {
        ledger.Claim(0, active: true, Claim);
        ledger.Check(0, above: false, [-1]);
        Assert.Throws<ContradictionException>(() => ledger.Close(new()));
    }

    [Fact]
    public void FindStable_WrongClaim_IsRefutedByTheProof()
    {
        ledger.Claim(0, active: false, Claim);
        StabilityTable found = StabilityAnalysis.FindStable(
            ledger.ToTable(default, [], null), null, new() { Contradiction = told.Add }, default);
        Assert.Equal((NeuronState.Unstable, "Witness, against " + Claimed), (found.Neurons[0].State, found.Neurons[0].Evidence));
        Assert.Single(told);
    }

    private (NeuronState State, string Evidence, int Unproven) Verdict()
    {
        told.Clear();
        ledger.Close(new() { Contradiction = told.Add });
        StabilityTable table = ledger.ToTable(default, [], null);
        return (table.Neurons[0].State, table.Neurons[0].Evidence, table.Unproven);
    }
}
