namespace ExactCompression.Numerics;

/// <summary>The numbers of a softmax: which elements belong together.</summary>
/// <param name="Count">Elements of a group.</param>
/// <param name="Step">From one of them to the next; so many groups are intertwined.</param>
/// <param name="IsLogarithm">Whether it is the logarithm.</param>
internal sealed record SoftmaxShape(int Count, int Step, bool IsLogarithm)
{
    /// <summary>The first element of an element's group.</summary>
    /// <param name="element">Its place.</param>
    public int FirstOf(int element) => (element / (Count * Step) * Count * Step) + (element % Step);
}
