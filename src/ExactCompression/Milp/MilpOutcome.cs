namespace ExactCompression.Milp;

/// <summary>How a solve ended.</summary>
internal enum MilpEnd
{
    /// <summary>Nothing was learnt: its time was over first, or it failed.</summary>
    Nothing,

    /// <summary>It has a solution, which may not be the best.</summary>
    Feasible,

    /// <summary>Its solution is the best, within its tolerance.</summary>
    Optimal,

    /// <summary>It says that there is none.</summary>
    Infeasible,
}

/// <summary>What a solve gave.</summary>
/// <param name="End">How it ended.</param>
/// <param name="Objective">Objective of its solution, as it says.</param>
/// <param name="Bound">What it says that no solution exceeds; infinity where it says nothing.</param>
/// <param name="Values">Value of each variable, or empty without a solution.</param>
internal sealed record MilpOutcome(MilpEnd End, double Objective, double Bound, double[] Values)
{
    /// <summary>Nothing was learnt.</summary>
    public static MilpOutcome Nothing { get; } = new(MilpEnd.Nothing, double.NegativeInfinity, double.PositiveInfinity, []);
}
