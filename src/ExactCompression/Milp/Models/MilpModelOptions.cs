namespace ExactCompression;

/// <summary>What a program of a network contains.</summary>
public sealed record MilpModelOptions
{
    /// <summary>The output that is the objective, 0-based; null for none.</summary>
    public int? Output { get; init; }

    /// <summary>Whether that output is maximised; minimised otherwise.</summary>
    public bool Maximize { get; init; } = true;

    /// <summary>
    /// How long to search for the optimum of <see cref="Output"/> first, by attacks and branch and bound: the output gets the proven bound,
    /// and the program the best input as its <see cref="MilpModel.Start"/>. Zero for not at all.
    /// </summary>
    public TimeSpan SearchTime { get; init; }

    /// <summary>
    /// Whether each unit with a binary variable gets the row that bounds it without that variable, the triangle: it is implied as long as
    /// the variable is free between 0 and 1, and holds where a tool drops the integrality of some.
    /// </summary>
    public bool TriangleCuts { get; init; }

    /// <summary>
    /// Whether the constants come from interval arithmetic alone, and no verdict counts: what tools do by themselves, for comparison.
    /// </summary>
    public bool IntervalsAlone { get; init; }

    /// <summary>Threads for the bounds; 0 for all processors.</summary>
    public int Threads { get; init; }
}
