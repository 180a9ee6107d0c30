using ExactCompression.Verdicts;
using Xunit;

namespace ExactCompression.Tests.Verdicts;

/// <summary>Evidence and its text, which files and scripts rely on.</summary>
public sealed class EvidenceTests
{
    private static readonly Evidence Scip = Evidence.BySolver("Scip", 1e-6), Highs = Evidence.BySolver("Highs", 1e-6);

    [Fact]
    public void Format_EachKind_IsTheTextOfFiles()
    {
        (string Text, Evidence Evidence)[] all =
        [
            ("", Evidence.None),
            ("Interval", Evidence.Interval),
            ("Crown", Evidence.Crown),
            ("AlphaCrown", Evidence.AlphaCrown),
            ("BranchAndBound", Evidence.BranchAndBound),
            ("InputSplitting", Evidence.InputSplitting),
            ("Enumeration", Evidence.Enumeration),
            ("Witness", Evidence.Witness),
            ("Milp (Scip, 1e-06)", Scip),
            ("Milp (Cbc, 2e-09)", Evidence.BySolver("Cbc", 2e-9)),
            ("Imported", Evidence.Imported("")),
            ("Imported (Elsewhere)", Evidence.Imported("Elsewhere")),
            ("Imported (Milp (Scip, 1e-06), proven by Crown)", Evidence.Crown.After(Scip).AsImported()),
            ("Milp (Scip, 1e-06), proven by Crown", Evidence.Crown.After(Scip)),
            ("Milp (Scip, 1e-06), proven by Crown, proven by Enumeration", Evidence.Enumeration.After(Evidence.Crown.After(Scip))),
            ("against Milp (Scip, 1e-06)", Scip.Refuted()),
            ("Witness, against Milp (Scip, 1e-06)", Evidence.Witness.After(Scip.Refuted())),
            ("Milp (Highs, 1e-06), against Milp (Scip, 1e-06)", Highs.After(Scip.Refuted())),
            ("Milp (Highs, 1e-06), against Milp (Scip, 1e-06), proven by Crown", Evidence.Crown.After(Highs.After(Scip.Refuted()))),
            ("Milp (Highs, 1e-06), proven by Crown, against Milp (Scip, 1e-06)", Evidence.Crown.After(Highs).After(Scip.Refuted())),
            ("against Milp (Highs, 1e-06), against Milp (Scip, 1e-06)", Highs.After(Scip.Refuted()).Refuted()),
            ("Crown, against Imported (Witness, against Milp (Scip, 1e-06))",
                Evidence.Crown.After(Evidence.Witness.After(Scip.Refuted()).AsImported().Refuted())),
        ];
        foreach ((string text, Evidence evidence) in all)
        {
            var read = EvidenceText.Parse(text);
            Assert.Equal((text, text), (evidence.ToString(), read.ToString()));
            Assert.Equal((evidence.Kind, evidence.Solver, evidence.Tolerance, evidence.Stated, evidence.Label),
                (read.Kind, read.Solver, read.Tolerance, read.Stated, read.Label));
            Assert.Equal(evidence.Notes, read.Notes);
            Assert.Equal((evidence.IsSolverAlone, evidence.IsConfirmed, evidence.IsImported),
                (read.IsSolverAlone, read.IsConfirmed, read.IsImported));
            Assert.Equal(evidence, read);
            Assert.Equal(evidence.GetHashCode(), read.GetHashCode());
        }

        Assert.Equal(all.Length, all.Select(static a => a.Evidence).Distinct().Count());
    }

    /// <summary>Whatever text a file has survives a round trip, and damage never turns a claim into a proof.</summary>
    [Theory]
    [InlineData("Elsewhere", nameof(EvidenceKind.Other))]
    [InlineData("crown", nameof(EvidenceKind.Other))]
    [InlineData(" Crown", nameof(EvidenceKind.Other))]
    [InlineData("Crown, proven", nameof(EvidenceKind.Other))]
    [InlineData("proven by Crown", nameof(EvidenceKind.Other))]
    [InlineData("against Crown, proven by Milp (Scip, 1e-06)", nameof(EvidenceKind.Other))]
    [InlineData("by (hand, proven by Crown", nameof(EvidenceKind.Other))]
    [InlineData("Milp", nameof(EvidenceKind.Solver))]
    [InlineData("Milp ()", nameof(EvidenceKind.Solver))]
    [InlineData("Milp (Scip)", nameof(EvidenceKind.Solver))]
    [InlineData("Milp (Scip, 1e-06", nameof(EvidenceKind.Solver))]
    [InlineData("Milp (Scip, 1E-6)", nameof(EvidenceKind.Solver))]
    [InlineData("Milp (Scip, 1.5e-06)", nameof(EvidenceKind.Solver))]
    [InlineData("Milp (Scip, small)", nameof(EvidenceKind.Solver))]
    [InlineData("Milp (Scip, proven by Crown", nameof(EvidenceKind.Solver))]
    [InlineData("Milp (Scip, 1e-06), proven by ", nameof(EvidenceKind.Solver))]
    [InlineData("Milp (Scip, 1e-06), proven by Milp (Highs, 1e-06)", nameof(EvidenceKind.Solver))]
    [InlineData("Milp (Scip, 1e-06), against Imported (Milp (Highs, 1e-06), proven by Crown)", nameof(EvidenceKind.Solver))]
    [InlineData("Milpitas", nameof(EvidenceKind.Solver))]
    [InlineData("Imported ()", nameof(EvidenceKind.Imported))]
    [InlineData("Imported (", nameof(EvidenceKind.Imported))]
    [InlineData("Imported (Crown", nameof(EvidenceKind.Imported))]
    [InlineData("Imported (Crown), proven by Crown", nameof(EvidenceKind.Imported))]
    [InlineData("Imported (A), against Imported (B)", nameof(EvidenceKind.Imported))]
    [InlineData("Imported (Imported (Crown))", nameof(EvidenceKind.Imported))]
    public void Parse_OddText_KeepsItAndIsNoProof(string text, string kind)
    {
        var evidence = EvidenceText.Parse(text);
        Assert.Equal((kind, text), (evidence.Kind.ToString(), evidence.ToString()));
        Assert.Equal(kind == nameof(EvidenceKind.Solver), evidence.IsSolverAlone);
        var verdict = new NeuronStability { Layer = 1, Neuron = 0, State = NeuronState.StablyActive, Evidence = text };
        Assert.Equal((text, kind == nameof(EvidenceKind.Other)), (verdict.Evidence, verdict.IsProven));
        Assert.Equal(kind == nameof(EvidenceKind.Imported) ? text : $"Imported ({text})", evidence.AsImported().ToString());
    }

    [Fact]
    public void Parse_DamagedText_SurvivesARoundTrip()
    {
        var random = new Random(9);
        string[] words =
            ["Milp (Scip, 1e-06)", "Crown", "Imported (", "Imported", ", ", "proven by ", "against ", "(", ")", "Witness", " "];
        for (int n = 0; n < 5000; n++)
        {
            string text = string.Concat(Enumerable.Range(0, random.Next(8)).Select(_ => words[random.Next(words.Length)]));
            if (text.Length > 0 && random.Next(2) == 0)
                text = text.Remove(random.Next(text.Length), 1);
            var evidence = EvidenceText.Parse(text);
            Assert.Equal(text, evidence.ToString());
            var import = EvidenceText.Parse(evidence.AsImported().ToString());
            Assert.True(import.IsImported);
            Assert.Equal(text, evidence.IsImported ? import.ToString() : import.Stated);
            Assert.False(evidence.IsConfirmed && !text.Contains(", proven by ", StringComparison.Ordinal), text);
        }
    }

    [Fact]
    public void Parse_DeepAndLongText_IsReadInOnePass()
    {
        string deep = string.Concat(Enumerable.Repeat("Imported (", 200_000));
        string wide = "Crown" + string.Concat(Enumerable.Repeat(", against Milp (Scip, 1e-06)", 50_000));
        Assert.Equal(deep, EvidenceText.Parse(deep).ToString());
        Assert.Equal(50_000, EvidenceText.Parse(wide).Notes.Count);
        Assert.Equal(wide, EvidenceText.Parse(wide).ToString());
    }

    [Fact]
    public void After_ClaimWhoseTextIsDamaged_IsConfirmedByAProof()
    {
        Evidence evidence = Evidence.Crown.After(EvidenceText.Parse("Milp (Scip"));
        Assert.Equal(("Milp (Scip, proven by Crown", false), (evidence.ToString(), evidence.IsSolverAlone));
        evidence = Evidence.Crown.After(EvidenceText.Parse("Milp"));
        Assert.Equal(("Milp, proven by Crown", false), (evidence.ToString(), evidence.IsSolverAlone));
        Assert.True(EvidenceText.Parse(evidence.ToString()).IsConfirmed);
    }

    [Fact]
    public void Unproven_SolverAgainstAConfirmedImport_IsNoProof()
    {
        // The file's claim names a proof; the solver's claim against it has none.
        ReluNetwork network = new([new([1], [0], 1, 1, Activation.Relu), new([1], [0], 1, 1, Activation.Identity)]);
        StabilityTable file = new(
            network, InputDomain.Uniform(-1, 1),
            [new() { Layer = 1, Neuron = 0, State = NeuronState.StablyActive, Basis = Evidence.Crown.After(Highs) }]);
        var ledger = new VerdictLedger(file);
        ledger.Credit(0, above: false, [-1]);
        ledger.Claim(0, active: false, Scip);
        ledger.Close(new() { Contradiction = static _ => { } });
        StabilityTable table = ledger.ToTable(default, [], null);
        Assert.Equal("Milp (Scip, 1e-06), against Imported (Milp (Highs, 1e-06), proven by Crown)", table.Neurons[0].Evidence);
        Assert.Equal((1, false), (table.Unproven, table.Neurons[0].IsProven));
    }
}
