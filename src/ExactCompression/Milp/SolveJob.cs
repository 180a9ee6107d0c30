using Google.OrTools.LinearSolver;

namespace ExactCompression.Milp;

/// <summary>One solve, and the decision which of its thread and its owner frees the solver when both are done with it.</summary>
internal sealed class SolveJob(Solver solver, bool fresh, bool takesTolerance)
{
    private readonly TaskCompletionSource ended = new();
    private int state;

    public Solver.ResultStatus Result { get; private set; } = Solver.ResultStatus.NOT_SOLVED;

    public void Run()
    {
        try
        {
            Result = Solve();
        }
        catch (Exception)
        {
            // Nothing above this thread could catch it, and the process would end: a solve that fails returns no result.
            Result = Solver.ResultStatus.ABNORMAL;
        }

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

    /// <summary>Abandons a solve that does not end to its thread.</summary>
    /// <returns>Whether it has ended in the meantime.</returns>
    public bool Leave()
    {
        if (Interlocked.Exchange(ref state, 1) == 0)
            return false;
        ended.Task.Wait();
        return true;
    }

    private Solver.ResultStatus Solve()
    {
        using var parameters = new MPSolverParameters();
        parameters.SetDoubleParam(MPSolverParameters.DoubleParam.RELATIVE_MIP_GAP, 0);
        if (takesTolerance)
            parameters.SetDoubleParam(MPSolverParameters.DoubleParam.PRIMAL_TOLERANCE, SolverBackend.Tolerance);
        const int Off = (int)MPSolverParameters.IncrementalityValues.INCREMENTALITY_OFF;
        if (fresh)
            parameters.SetIntegerParam(MPSolverParameters.IntegerParam.INCREMENTALITY, Off);
        return solver.Solve(parameters);
    }
}
