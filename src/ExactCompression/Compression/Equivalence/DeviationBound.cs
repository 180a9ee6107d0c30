namespace ExactCompression.Compression.Equivalence;

/// <summary>What is proven about the difference of two networks.</summary>
/// <param name="Bound">A bound of the difference; infinity where none is known.</param>
/// <param name="Evidence">What proved it.</param>
/// <param name="Counterexample">An input that may refute what is asked, or null.</param>
internal readonly record struct DeviationBound(double Bound, EquivalenceEvidence Evidence, double[]? Counterexample = null)
{
    /// <summary>Whether what is asked is proven, whatever the bound.</summary>
    public bool IsEnough { get; init; }

    /// <summary>The better of two.</summary>
    public DeviationBound Or(DeviationBound other) => other.IsEnough || other.Bound < Bound ? other : this;
}
