namespace ExactCompression.Milp;

/// <summary>How a solve ended.</summary>
internal enum MilpEnd
{
    /// <summary>No result: the time ran out first, or the solver failed.</summary>
    Nothing,

    /// <summary>There is a solution, which may not be optimal.</summary>
    Feasible,

    /// <summary>The solution is optimal, within the tolerance.</summary>
    Optimal,

    /// <summary>The solver claims that there is no solution.</summary>
    Infeasible,
}

/// <summary>The result of a solve.</summary>
/// <param name="End">How it ended.</param>
/// <param name="Objective">The reported objective of the solution.</param>
/// <param name="Bound">The reported upper bound on the objective; infinity where none is reported.</param>
/// <param name="Values">Value of each variable, or empty without a solution.</param>
internal sealed record MilpOutcome(MilpEnd End, double Objective, double Bound, double[] Values)
{
    /// <summary>No result.</summary>
    public static MilpOutcome Nothing { get; } = new(MilpEnd.Nothing, double.NegativeInfinity, double.PositiveInfinity, []);
}
