namespace ExactCompression;

/// <summary>What a comparison of two networks found.</summary>
public sealed class EquivalenceReport
{
    /// <summary>The first network.</summary>
    public required ReluNetwork Reference { get; init; }

    /// <summary>The second network.</summary>
    public required ReluNetwork Difference { get; init; }

    /// <summary>The domain compared over.</summary>
    public required InputDomain Domain { get; init; }

    /// <summary>What is compared.</summary>
    public EquivalenceProperty Property { get; init; }

    /// <summary>The file that states domain and tolerances, or null.</summary>
    public EquivalenceSpecification? Specification { get; init; }

    /// <summary>
    /// True where the difference is proven to stay within <see cref="Tolerance"/>; false where <see cref="Counterexample"/> shows more;
    /// null where neither is known. Of labels: true where they are proven to be the same.
    /// </summary>
    public required bool? Equivalent { get; init; }

    /// <summary>
    /// The largest difference of any output that was observed, minus the error bound of its evaluation: the true maximum is at least this.
    /// In float32 arithmetic, that of runs with sums in the order of their terms.
    /// </summary>
    public required double ObservedDeviation { get; init; }

    /// <summary>
    /// A proven bound on the largest difference of any output over the domain, or over the boxes that a file states; infinity where none is
    /// known.
    /// </summary>
    public required double ProvenDeviation { get; init; }

    /// <summary>The arithmetic that was compared in.</summary>
    public Arithmetic Arithmetic { get; init; }

    /// <summary>
    /// A proven bound on the largest difference of any output where both networks are computed in float32, each in any order of summation,
    /// at every float32 input of the domain; infinity where none is known, null where the arithmetic is
    /// <see cref="ExactCompression.Arithmetic.Real"/>.
    /// </summary>
    public double? DeployedDeviation { get; init; }

    /// <summary>
    /// Largest difference that counts as equal; the smallest of those of all outputs where a file states several. Of labels, the lead that
    /// the first network's largest output must have.
    /// </summary>
    public required double Tolerance { get; init; }

    /// <summary>
    /// What counts as equal in addition, over the magnitude of the first network's output at the same input; 0 for none.
    /// </summary>
    public double RelativeTolerance { get; init; }

    /// <summary>The evidence for the result, or for <see cref="ProvenDeviation"/>.</summary>
    public required EquivalenceEvidence Evidence { get; init; }

    /// <summary>Points tried.</summary>
    public required long PointsTried { get; init; }

    /// <summary>
    /// An input where the difference exceeds the tolerance, or the labels differ; null if none is known. Where a file's end is a number
    /// that no double can hold, it may be the double beside that end.
    /// </summary>
    public double[]? Counterexample { get; init; }

    /// <inheritdoc/>
    public override string ToString()
    {
        double proven = DeployedDeviation ?? ProvenDeviation;
        string found = (Property, Equivalent) switch
        {
            (_, null) => "undecided",
            (EquivalenceProperty.SameLabel, true) => "the same labels",
            (EquivalenceProperty.SameLabel, false) => "other labels",
            (_, true) => "equivalent",
            (_, false) => "not equivalent",
        };
        string atMost = Property == EquivalenceProperty.Deviation && double.IsFinite(proven)
            ? $", deviation at most {BoundText.Deviation(proven)}"
            : "";
        return $"{Reference.Architecture} and {Difference.Architecture}: {found}{atMost}";
    }
}
