using System.Diagnostics;
using Google.OrTools.LinearSolver;

namespace ExactCompression.Milp;

/// <summary>
/// A mixed-integer linear program, maximised, at one solver. Variables and rows are numbered as they are added; objective and ranges may change between solves.
/// Not safe for concurrent use.
/// </summary>
/// <remarks>
/// A solve runs on a thread of its own, because some solvers cannot be interrupted, and none at every moment. When its time is over the solver is asked to stop; if it does not within
/// <see cref="Grace"/>, it is left behind: that thread frees it when it ends, and the program is of no more use.
/// </remarks>
internal sealed class MilpProgram : IDisposable
{
    private const int StackBytes = 16 << 20;
    private static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan AskAgain = TimeSpan.FromMilliseconds(20);

    private readonly Solver solver;
    private readonly List<Variable> variables = [];
    private readonly List<Constraint> rows = [];
    private readonly Objective objective;

    /// <summary>Makes an empty program.</summary>
    /// <param name="backend">The solver.</param>
    /// <exception cref="InvalidInputException">The solver is not there.</exception>
    public MilpProgram(SolverBackend backend)
    {
        Backend = backend;
        solver = backend.Create() ?? throw new InvalidInputException("MilpSolverMissing", $"{backend.Name} is not there.", "Get-MilpSolver lists the solvers that are.");
        objective = solver.Objective();
        objective.SetMaximization();
    }

    /// <summary>The solver.</summary>
    public SolverBackend Backend { get; }

    /// <summary>How long a solver that cannot be interrupted works at first before it begins anew with more time.</summary>
    public TimeSpan FirstStint { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Number of variables.</summary>
    public int VariableCount => variables.Count;

    /// <summary>Whether a solve was left behind, so that nothing more can be asked of this program.</summary>
    public bool IsLost { get; private set; }

    /// <summary>Adds a variable.</summary>
    /// <param name="lower">Lower end.</param>
    /// <param name="upper">Upper end.</param>
    /// <param name="integer">Whether it is an integer; solvers for linear programs are not told.</param>
    /// <returns>Its number.</returns>
    public int AddVariable(double lower, double upper, bool integer = false)
    {
        variables.Add(solver.MakeVar(lower, upper, integer && Backend.Integer, ""));
        return variables.Count - 1;
    }

    /// <summary>Adds a row without terms.</summary>
    /// <param name="lower">The sum's lower end.</param>
    /// <param name="upper">The sum's upper end.</param>
    /// <returns>Its number.</returns>
    public int AddRow(double lower, double upper)
    {
        rows.Add(solver.MakeConstraint(lower, upper));
        return rows.Count - 1;
    }

    /// <summary>Sets a term of a row.</summary>
    public void SetTerm(int row, int variable, double coefficient) => rows[row].SetCoefficient(variables[variable], coefficient);

    /// <summary>Sets a term of the objective.</summary>
    public void SetObjective(int variable, double coefficient) => objective.SetCoefficient(variables[variable], coefficient);

    /// <summary>Makes the objective 0.</summary>
    public void ClearObjective()
    {
        objective.Clear();
        objective.SetMaximization();
    }

    /// <summary>Sets a variable's range.</summary>
    public void SetRange(int variable, double lower, double upper) => variables[variable].SetBounds(lower, upper);

    /// <summary>Sets a row's range.</summary>
    public void SetRowRange(int row, double lower, double upper) => rows[row].SetBounds(lower, upper);

    /// <summary>Offers a solution to start from, a value for each variable; solvers that take none are not told.</summary>
    public void Hint(double[] values)
    {
        if (!Backend.TakesHints)
            return;
        using var all = new MPVariableVector(variables);
        solver.SetHint(all, values);
    }

    /// <summary>Maximises.</summary>
    /// <remarks>
    /// A solver that cannot be interrupted is left behind when it is cancelled, and could keep a core busy for hours. So it works in stints, each from the start and twice as long as the one before: what is left behind ends by itself
    /// after about the time that it has had, for at most twice the work.
    /// </remarks>
    /// <param name="limits">When to stop.</param>
    /// <param name="cancellation">When cancelled, returns what there is within a second; it does not throw.</param>
    public MilpOutcome Solve(MilpLimits limits, CancellationToken cancellation)
    {
        if (Backend.Interruptible)
            return SolveOnce(limits, cancellation);
        long begin = Stopwatch.GetTimestamp();
        for (TimeSpan stint = FirstStint; ; stint *= 2)
        {
            TimeSpan? left = limits.Time - Stopwatch.GetElapsedTime(begin);
            if (left <= stint)
                return SolveOnce(limits with { Time = left }, cancellation);
            long start = Stopwatch.GetTimestamp();
            MilpOutcome outcome = SolveOnce(limits with { Time = stint }, cancellation);
            bool cutShort = outcome.End is MilpEnd.Feasible or MilpEnd.Nothing && Stopwatch.GetElapsedTime(start) >= stint / 2;
            if (!cutShort || IsLost || cancellation.IsCancellationRequested)
                return outcome;
        }
    }

    private MilpOutcome SolveOnce(MilpLimits limits, CancellationToken cancellation)
    {
        if (IsLost || cancellation.IsCancellationRequested)
            return MilpOutcome.Nothing;
        solver.SetTimeLimit(limits.Time is { } time ? Math.Max(1, (long)Math.Min(time.TotalMilliseconds, int.MaxValue)) : 0);
        string own = Backend.Parameters(limits.Target, limits.Cutoff, limits.Threads);
        solver.SetSolverSpecificParametersAsString(own);
        var job = new Job(solver, limits.Fresh, Backend.TakesTolerance);
        long begin = Stopwatch.GetTimestamp();
        var thread = new Thread(job.Run, StackBytes) { IsBackground = true, Name = Backend.Name };
        thread.Start();
        if (!job.Wait(Timeout.InfiniteTimeSpan, cancellation))
        {
            for (TimeSpan waited = default; waited < Grace && !job.Wait(AskAgain, CancellationToken.None); waited += AskAgain)
            {
                // Asked again and again: a solver that has not begun forgets it.
                if (Backend.Interruptible)
                    solver.InterruptSolve();
            }

            if (!job.Leave())
            {
                IsLost = true;
                return MilpOutcome.Nothing;
            }
        }

        MilpOutcome outcome = Outcome(job.Result);

        // Cbc calls a program infeasible when its time is over before it has a solution.
        bool perhapsCut = !Backend.Interruptible && limits.Time is { } most && Stopwatch.GetElapsedTime(begin) >= most / 2;
        return outcome.End == MilpEnd.Infeasible && perhapsCut ? MilpOutcome.Nothing : outcome;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!IsLost)
            solver.Dispose();
    }

    private MilpOutcome Outcome(Solver.ResultStatus status)
    {
        switch (status)
        {
            case Solver.ResultStatus.OPTIMAL or Solver.ResultStatus.FEASIBLE:
                bool optimal = status == Solver.ResultStatus.OPTIMAL;
                double bound = !Backend.Integer ? (optimal ? objective.Value() : double.PositiveInfinity)
                    : optimal || Backend.TellsBound ? objective.BestBound() : double.PositiveInfinity;
                var values = new double[variables.Count];
                for (int i = 0; i < values.Length; i++)
                    values[i] = variables[i].SolutionValue();
                return new(optimal ? MilpEnd.Optimal : MilpEnd.Feasible, objective.Value(), bound, values);
            case Solver.ResultStatus.INFEASIBLE:
                return new(MilpEnd.Infeasible, double.NegativeInfinity, double.NegativeInfinity, []);
            default:
                return MilpOutcome.Nothing;
        }
    }

    /// <summary>One solve, and who frees the solver when both the thread and its owner are done with it.</summary>
    private sealed class Job(Solver solver, bool fresh, bool takesTolerance)
    {
        private readonly TaskCompletionSource ended = new();
        private int state;

        public Solver.ResultStatus Result { get; private set; } = Solver.ResultStatus.NOT_SOLVED;

        public void Run()
        {
            using var parameters = new MPSolverParameters();
            parameters.SetDoubleParam(MPSolverParameters.DoubleParam.RELATIVE_MIP_GAP, 0);
            if (takesTolerance)
                parameters.SetDoubleParam(MPSolverParameters.DoubleParam.PRIMAL_TOLERANCE, SolverBackend.Tolerance);
            if (fresh)
                parameters.SetIntegerParam(MPSolverParameters.IntegerParam.INCREMENTALITY, (int)MPSolverParameters.IncrementalityValues.INCREMENTALITY_OFF);
            Result = solver.Solve(parameters);
            bool left = Interlocked.Exchange(ref state, 1) == 1;
            ended.SetResult();
            if (left)
                solver.Dispose();
        }

        public bool Wait(TimeSpan limit, CancellationToken cancellation)
        {
            try
            {
                return ended.Task.Wait(limit, cancellation);
            }
            catch (OperationCanceledException)
            {
                return false;
            }
        }

        /// <summary>Leaves a solve that does not end to its thread.</summary>
        /// <returns>Whether it has ended after all.</returns>
        public bool Leave()
        {
            if (Interlocked.Exchange(ref state, 1) == 0)
                return false;
            ended.Task.Wait();
            return true;
        }
    }
}
