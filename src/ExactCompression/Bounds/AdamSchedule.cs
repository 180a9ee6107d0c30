namespace ExactCompression.Bounds;

/// <summary>How slopes and multipliers are optimised: steps of Adam that shrink geometrically.</summary>
/// <param name="Steps">Gradient steps at most.</param>
/// <param name="SlopeRate">Length of the first step of a slope.</param>
/// <param name="MultiplierRate">Length of the first step of a multiplier, as a share of its rectifier's coefficient.</param>
/// <param name="Decay">The factor from one step's length to the next.</param>
internal readonly record struct AdamSchedule(int Steps, double SlopeRate, double MultiplierRate, double Decay)
{
    /// <summary>From plain CROWN's slopes, far from the optimum.</summary>
    public static AdamSchedule FromPlainSlopes => new(40, 0.25, 0.1, 0.97);

    /// <summary>From the slopes of the problem that was split: near the optimum, which long steps would leave again.</summary>
    public static AdamSchedule AfterSplit => new(40, 0.05, 0.1, 0.95);

    /// <summary>Where every rectifier that matters is fixed, and multipliers may still be far from the optimum.</summary>
    public static AdamSchedule OfLeaf => new(300, 0.05, 0.2, 0.99);
}
