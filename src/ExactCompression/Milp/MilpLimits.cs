namespace ExactCompression.Milp;

/// <summary>When a solve stops.</summary>
/// <param name="Time">At most this long; null for no limit.</param>
/// <param name="Threads">CPU threads, where the solver can use more than one.</param>
/// <param name="Target">At a solution with at least this objective, where the solver supports it; null to solve to the optimum.</param>
/// <param name="Cutoff">When no solution can exceed this, where the solver supports it; null to solve to the optimum.</param>
/// <param name="Fresh">Whether the solver discards its state from the previous solve.</param>
internal sealed record MilpLimits(TimeSpan? Time, int Threads, double? Target = null, double? Cutoff = null, bool Fresh = false);
