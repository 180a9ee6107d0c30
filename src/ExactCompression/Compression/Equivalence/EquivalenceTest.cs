namespace ExactCompression.Compression.Equivalence;

/// <summary>A question about two networks that is proven or refuted.</summary>
internal abstract class EquivalenceTest
{
    /// <summary>If no output differs by more than this, the answer is yes; below 0 if that alone never suffices.</summary>
    public abstract double Enough { get; }

    /// <summary>
    /// Of output, value of the first network and value of the second: what is largest where the answer may be no. Null for the magnitude of
    /// their difference.
    /// </summary>
    public virtual Func<int, double, double, double>? Excess => null;

    /// <summary>Whether the answer is no, for sure, at every point of a box.</summary>
    /// <param name="outputs">Bounds of the outputs there.</param>
    public abstract bool IsRefuted(OutputEnclosure outputs);

    /// <summary>Searches for a proof or an input that refutes.</summary>
    /// <param name="first">A chain of dense layers.</param>
    /// <param name="second">Another.</param>
    /// <param name="domain">The domain, of their size.</param>
    /// <param name="data">Rows that help to decide neurons, or null.</param>
    /// <param name="options">Limits of the search.</param>
    /// <param name="cancellation">When cancelled, throws.</param>
    public abstract DeviationBound Search(
        ReluNetwork first, ReluNetwork second, InputDomain domain, InputData? data, SearchOptions options, CancellationToken cancellation);

    /// <summary>The question about the scores below a softmax that answers this one; null if only their deviation does.</summary>
    /// <param name="isWhole">Whether the softmax is one over all outputs.</param>
    public virtual EquivalenceTest? OfScores(bool isWhole) => null;
}
