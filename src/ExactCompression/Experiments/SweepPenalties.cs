namespace ExactCompression.Experiments;

/// <summary>The penalties that networks of a sweep are trained with: every combination of one weight of each.</summary>
public sealed record SweepPenalties
{
    /// <summary>Weights of the l1 penalty.</summary>
    public IReadOnlyList<double> L1 { get; init; } = [0];

    /// <summary>Weights of the stability penalty, each for all hidden layers.</summary>
    public IReadOnlyList<double> Stability { get; init; } = [0];

    /// <summary>Weights of the group penalty on filters.</summary>
    public IReadOnlyList<double> Filters { get; init; } = [0];

    /// <summary>Weights of the penalty on the scales of BatchNormalization.</summary>
    public IReadOnlyList<double> Scales { get; init; } = [0];

    /// <summary>Options of training for each combination.</summary>
    /// <param name="training">All else.</param>
    internal IEnumerable<ClassifierOptions> Of(ClassifierOptions training) =>
        from l1 in L1.Distinct()
        from stability in Stability.Distinct()
        from filters in Filters.Distinct()
        from scales in Scales.Distinct()
        select training with
        {
            L1 = l1,
            Stability = [stability],
            FilterPenalty = filters,
            ScalePenalty = scales,
        };
}
