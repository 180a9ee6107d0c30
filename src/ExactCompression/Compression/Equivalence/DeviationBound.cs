namespace ExactCompression.Compression.Equivalence;

/// <summary>What is proven about the difference of two networks.</summary>
/// <param name="Bound">A bound of the difference; infinity where none is known.</param>
/// <param name="Evidence">What proved it.</param>
/// <param name="Counterexample">An input where the difference exceeds the tolerance, or null.</param>
internal readonly record struct DeviationBound(double Bound, EquivalenceEvidence Evidence, double[]? Counterexample = null)
{
    /// <summary>The better of two.</summary>
    public DeviationBound Or(DeviationBound other) => other.Bound < Bound ? other : this;
}
