namespace ExactCompression.Milp;

/// <summary>When a solve stops.</summary>
/// <param name="Time">At most this long; null for no limit.</param>
/// <param name="Threads">CPU threads, where the solver takes more than one.</param>
/// <param name="Target">At a solution of at least this objective, where the solver can; null to go on to the optimum.</param>
/// <param name="Cutoff">When no solution can exceed this, where the solver can; null to go on to the optimum.</param>
/// <param name="Fresh">Whether the solver is to forget what it has left from the solve before.</param>
internal sealed record MilpLimits(TimeSpan? Time, int Threads, double? Target = null, double? Cutoff = null, bool Fresh = false);
