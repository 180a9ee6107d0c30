using ExactCompression.Milp;
using Xunit;

namespace ExactCompression.Tests.Milp;

public sealed class MilpProgramTests
{
    /// <summary>A knapsack of several rows that no solver ends at its root.</summary>
    [Theory]
    [InlineData("Highs")]
    [InlineData("Cbc")]
    public void Solve_InStints_EndsAtTheOptimumThatOneSolveFinds(string solver)
    {
        double expected = Solve("Scip", TimeSpan.FromSeconds(5)).Objective;
        MilpOutcome outcome = Solve(solver, TimeSpan.FromMilliseconds(1));
        Assert.Equal(MilpEnd.Optimal, outcome.End);
        Assert.Equal(expected, outcome.Objective, 1e-4);
    }

    private static MilpOutcome Solve(string solver, TimeSpan firstStint)
    {
        var random = new Random(4);
        using var program = new MilpProgram(SolverBackend.Known.First(b => b.Name == solver)) { FirstStint = firstStint };
        int[] variables = [.. Enumerable.Range(0, 30).Select(_ => program.AddVariable(0, 1, integer: true))];
        foreach (int variable in variables)
            program.SetObjective(variable, random.Next(10, 100));
        for (int r = 0; r < 5; r++)
        {
            int row = program.AddRow(double.NegativeInfinity, 700);
            foreach (int variable in variables)
                program.SetTerm(row, variable, random.Next(10, 100));
        }

        return program.Solve(new(null, 1), CancellationToken.None);
    }
}
