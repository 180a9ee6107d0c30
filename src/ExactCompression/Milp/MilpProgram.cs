using System.Diagnostics;
using Google.OrTools.LinearSolver;

namespace ExactCompression.Milp;

/// <summary>
/// A mixed-integer linear program, maximised, in one solver. Variables and rows are numbered as they are added; objective and ranges may
/// change between solves. Not safe for concurrent use.
/// </summary>
/// <remarks>
/// A solve runs on a thread of its own, because some solvers cannot be interrupted, and none at every moment. When its time is over the
/// solver is asked to stop; if it does not within <see cref="Grace"/>, it is abandoned: its thread frees it when it ends, and the program
/// cannot be used any more. From then on only that thread owns the native solver: touching it would write into memory that is in use or
/// freed. So it is only accessed through <see cref="native"/>, which is null by then: changes to a lost program have no effect, and its
/// solves return no result.
/// </remarks>
internal sealed class MilpProgram : IDisposable
{
    private const int StackBytes = 16 << 20;

    /// <summary>Variables and rows of a program that is freed in the background: with millions of terms that takes a while.</summary>
    private const int LargeProgram = 4_096;

    private static readonly TimeSpan DefaultGrace = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan AskAgain = TimeSpan.FromMilliseconds(20);

    private NativeProgram? native;
    private bool disposed;

    /// <summary>Creates an empty program.</summary>
    /// <param name="backend">The solver.</param>
    /// <exception cref="InvalidInputException">The solver is not available.</exception>
    public MilpProgram(SolverBackend backend)
    {
        Backend = backend;
        native = new(backend.Create() ?? throw new InvalidInputException(
            "MilpSolverMissing", $"{backend.Name} is not available.", "Get-MilpSolver lists the available solvers."));
    }

    /// <summary>The solver.</summary>
    public SolverBackend Backend { get; }

    /// <summary>The first time slice of a solver that cannot be interrupted, before it restarts with a longer one.</summary>
    public TimeSpan FirstTimeSlice { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long to wait for a cancelled solver before it is abandoned.</summary>
    public TimeSpan Grace { get; init; } = DefaultGrace;

    /// <summary>Number of variables.</summary>
    public int VariableCount { get; private set; }

    /// <summary>Number of rows.</summary>
    public int RowCount { get; private set; }

    /// <summary>Whether a solve was abandoned, so that this program cannot be solved any more.</summary>
    public bool IsLost => !disposed && native is null;

    /// <summary>The solver while this program owns it; null once a solve was abandoned.</summary>
    private NativeProgram? Mine
    {
        get
        {
            ObjectDisposedException.ThrowIf(disposed, this);
            return native;
        }
    }

    /// <summary>Adds a variable.</summary>
    /// <param name="lower">Lower end.</param>
    /// <param name="upper">Upper end.</param>
    /// <param name="integer">Whether it is an integer; ignored by solvers for linear programs.</param>
    /// <returns>Its number.</returns>
    public int AddVariable(double lower, double upper, bool integer = false)
    {
        if (Mine is { } own)
            own.Variables.Add(own.Solver.MakeVar(lower, upper, integer && Backend.Integer, ""));
        return VariableCount++;
    }

    /// <summary>Adds a row without terms.</summary>
    /// <param name="lower">The sum's lower end.</param>
    /// <param name="upper">The sum's upper end.</param>
    /// <returns>Its number.</returns>
    public int AddRow(double lower, double upper)
    {
        if (Mine is { } own)
            own.Rows.Add(own.Solver.MakeConstraint(lower, upper));
        return RowCount++;
    }

    /// <summary>Sets a term of a row.</summary>
    public void SetTerm(int row, int variable, double coefficient)
    {
        if (Mine is { } own)
            own.Rows[row].SetCoefficient(own.Variables[variable], coefficient);
    }

    /// <summary>Sets a term of the objective.</summary>
    public void SetObjective(int variable, double coefficient)
    {
        if (Mine is { } own)
            own.Objective.SetCoefficient(own.Variables[variable], coefficient);
    }

    /// <summary>Makes the objective 0.</summary>
    public void ClearObjective()
    {
        if (Mine is not { } own)
            return;
        own.Objective.Clear();
        own.Objective.SetMaximization();
    }

    /// <summary>Sets a variable's range.</summary>
    public void SetRange(int variable, double lower, double upper) => Mine?.Variables[variable].SetBounds(lower, upper);

    /// <summary>Sets a row's range.</summary>
    public void SetRowRange(int row, double lower, double upper) => Mine?.Rows[row].SetBounds(lower, upper);

    /// <summary>Offers a solution to start from, a value for each variable; ignored by solvers that take no hints.</summary>
    public void Hint(double[] values)
    {
        if (!Backend.TakesHints || Mine is not { } own)
            return;
        using var all = new MPVariableVector(own.Variables);
        own.Solver.SetHint(all, values);
    }

    /// <summary>Maximises.</summary>
    /// <remarks>
    /// A solver that cannot be interrupted is abandoned when it is cancelled, and could keep a core busy for hours. So it restarts with
    /// doubling time slices: an abandoned solve ends by itself after at most about the time that it has already run, and the total work at
    /// most doubles.
    /// </remarks>
    /// <param name="limits">When to stop.</param>
    /// <param name="cancellation">When cancelled, returns the result so far within a second; it does not throw.</param>
    public MilpOutcome Solve(MilpLimits limits, CancellationToken cancellation)
    {
        if (Backend.Interruptible)
            return SolveOnce(limits, cancellation);
        long begin = Stopwatch.GetTimestamp();
        for (TimeSpan slice = FirstTimeSlice; ; slice *= 2)
        {
            TimeSpan? left = limits.Time - Stopwatch.GetElapsedTime(begin);
            if (left <= slice)
                return SolveOnce(limits with { Time = left }, cancellation);
            long start = Stopwatch.GetTimestamp();
            MilpOutcome outcome = SolveOnce(limits with { Time = slice }, cancellation);
            bool cutShort = outcome.End is MilpEnd.Feasible or MilpEnd.Nothing && Stopwatch.GetElapsedTime(start) >= slice / 2;
            if (!cutShort || IsLost || cancellation.IsCancellationRequested)
                return outcome;
        }
    }

    private MilpOutcome SolveOnce(MilpLimits limits, CancellationToken cancellation)
    {
        if (Mine is not { } own || cancellation.IsCancellationRequested)
            return MilpOutcome.Nothing;
        Solver solver = own.Solver;
        solver.SetTimeLimit(limits.Time is { } time ? Math.Max(1, (long)Math.Min(time.TotalMilliseconds, int.MaxValue)) : 0);
        solver.SetSolverSpecificParametersAsString(Backend.Parameters(limits.Target, limits.Cutoff, limits.Threads));
        var job = new SolveJob(solver, limits.Fresh, Backend.TakesTolerance);
        long begin = Stopwatch.GetTimestamp();
        var thread = new Thread(job.Run, StackBytes) { IsBackground = true, Name = Backend.Name };
        thread.Start();
        if (!job.Wait(Timeout.InfiniteTimeSpan, cancellation))
        {
            for (TimeSpan waited = default; waited < Grace && !job.Wait(AskAgain, CancellationToken.None); waited += AskAgain)
            {
                // Repeated, since a solver that has not started yet ignores an interrupt.
                if (Backend.Interruptible)
                    solver.InterruptSolve();
            }

            if (!job.Leave())
            {
                native = null;
                return MilpOutcome.Nothing;
            }
        }

        MilpOutcome outcome = Outcome(own, job.Result);

        // Cbc reports a program as infeasible when its time is over before it has a solution.
        bool perhapsCut = !Backend.Interruptible && limits.Time is { } most && Stopwatch.GetElapsedTime(begin) >= most / 2;
        return outcome.End == MilpEnd.Infeasible && perhapsCut ? MilpOutcome.Nothing : outcome;
    }

    /// <summary>The dual of each row at the optimum of the last solve of a linear program; null once a solve was abandoned.</summary>
    public double[]? RowDuals() => Mine is { } own ? [.. own.Rows.Select(static r => r.DualValue())] : null;

    /// <inheritdoc/>
    public void Dispose()
    {
        disposed = true;
        NativeProgram? own = native;
        native = null;
        if (VariableCount + RowCount < LargeProgram)
            own?.Solver.Dispose();
        else if (own is not null)
            ThreadPool.QueueUserWorkItem(static program => program.Solver.Dispose(), own, preferLocal: false);
    }

    private MilpOutcome Outcome(NativeProgram own, Solver.ResultStatus status)
    {
        switch (status)
        {
            case Solver.ResultStatus.OPTIMAL or Solver.ResultStatus.FEASIBLE:
                bool optimal = status == Solver.ResultStatus.OPTIMAL;
                double bound = !Backend.Integer ? (optimal ? own.Objective.Value() : double.PositiveInfinity)
                    : optimal || Backend.ReportsBound ? own.Objective.BestBound() : double.PositiveInfinity;
                double[] values = [.. own.Variables.Select(static v => v.SolutionValue())];
                return new(optimal ? MilpEnd.Optimal : MilpEnd.Feasible, own.Objective.Value(), bound, values);
            case Solver.ResultStatus.INFEASIBLE:
                return new(MilpEnd.Infeasible, double.NegativeInfinity, double.NegativeInfinity, []);
            default:
                return MilpOutcome.Nothing;
        }
    }
}
