using System.Diagnostics;
using ExactCompression.Milp;
using Xunit;

namespace ExactCompression.Tests.Milp;

public sealed class MilpProgramTests
{
    /// <summary>A knapsack with several rows that no solver solves at its root.</summary>
    [Theory]
    [InlineData("Highs")]
    [InlineData("Cbc")]
    public void Solve_InTimeSlices_FindsTheOptimumOfOneSolve(string solver)
    {
        double expected = Solve("Scip", TimeSpan.FromSeconds(5)).Objective;
        MilpOutcome outcome = Solve(solver, TimeSpan.FromMilliseconds(1));
        Assert.Equal(MilpEnd.Optimal, outcome.End);
        Assert.Equal(expected, outcome.Objective, 1e-4);
    }

    /// <summary>
    /// An abandoned solve owns the native solver, and frees it: later changes to the program must not reach it, while it runs or
    /// afterwards.
    /// </summary>
    [Theory]
    [InlineData("Clp")]
    [InlineData("Cbc")]
    [InlineData("Highs")]
    public void Change_AfterASolveWasAbandoned_HasNoEffect(string solver)
    {
        // How long a solve continues after it was cancelled depends on the machine: the program grows until a solve is abandoned.
        int size = 400;
        MilpProgram program = Dense(solver, size);
        while (!IsLeftBehind(program) && size < 6400)
        {
            program.Dispose();
            program = Dense(solver, size *= 2);
        }

        Assert.True(program.IsLost);
        var clock = Stopwatch.StartNew();
        while (clock.Elapsed < TimeSpan.FromSeconds(4))
        {
            program.ClearObjective();
            for (int v = 0; v < size; v++)
            {
                program.SetRange(v, 0, 0.5);
                program.SetRowRange(v, -1, 1);
                program.SetTerm(v, v, 3);
                program.SetObjective(v, 2);
            }
        }

        Assert.Equal(MilpEnd.Nothing, program.Solve(new(TimeSpan.FromSeconds(1), 1), CancellationToken.None).End);
        Assert.Equal(size, program.AddVariable(0, 1));
        Assert.Equal(size, program.AddRow(0, 1));
        program.Dispose();

        static bool IsLeftBehind(MilpProgram program)
        {
            using var source = new CancellationTokenSource(TimeSpan.FromMilliseconds(20));
            return program.Solve(new(TimeSpan.FromSeconds(2), 1), source.Token).End == MilpEnd.Nothing && program.IsLost;
        }
    }

    [Fact]
    public void Change_AfterDispose_Throws()
    {
        MilpProgram program = Dense("Clp", 3);
        program.Dispose();
        program.Dispose();
        Assert.Throws<ObjectDisposedException>(() => program.SetRange(0, 0, 1));
        Assert.Throws<ObjectDisposedException>(() => program.AddRow(0, 1));
        Assert.Throws<ObjectDisposedException>(() => program.Solve(new(null, 1), CancellationToken.None));
    }

    /// <summary>SCIP's own handler would take Ctrl-C from the shell while it solves.</summary>
    [SkippableFact]
    public async Task Solve_Scip_LeavesCtrlCToTheProcess()
    {
        Skip.IfNot(OperatingSystem.IsLinux() && Environment.Is64BitProcess, "Asks Linux for its signal handlers.");
        using MilpProgram program = Dense("Scip", 150);
        using var source = new CancellationTokenSource();
        Task<MilpOutcome> solve = Task.Factory.StartNew(
            () => program.Solve(new(null, 1), source.Token), default, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        var handlers = new HashSet<string>();
        TimeSpan until = Environment.CpuUsage.TotalTime + TimeSpan.FromSeconds(1.5);
        while (!solve.IsCompleted && Environment.CpuUsage.TotalTime < until)
        {
            handlers.Add(SignalHandlers.LibraryOfInterrupt());
            await Task.Delay(25);
        }

        await source.CancelAsync();
        await solve;
        Assert.DoesNotContain(handlers, static h => h.Contains("scip", StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>A dense program with as many rows as variables, hard enough that no solver finishes at once.</summary>
    private static MilpProgram Dense(string solver, int size)
    {
        var random = new Random(7);
        var program = new MilpProgram(SolverBackend.Known.First(b => b.Name == solver)) { Grace = TimeSpan.Zero };
        for (int v = 0; v < size; v++)
        {
            program.AddVariable(0, 1, integer: true);
            program.SetObjective(v, random.Next(10, 100));
        }

        for (int r = 0; r < size; r++)
        {
            int row = program.AddRow(double.NegativeInfinity, 13 * size);
            for (int v = 0; v < size; v++)
                program.SetTerm(row, v, random.Next(10, 100));
        }

        return program;
    }

    private static MilpOutcome Solve(string solver, TimeSpan firstTimeSlice)
    {
        var random = new Random(4);
        using var program = new MilpProgram(SolverBackend.Known.First(b => b.Name == solver)) { FirstTimeSlice = firstTimeSlice };
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
