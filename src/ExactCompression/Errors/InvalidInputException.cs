namespace ExactCompression;

/// <summary>A value that does not fit the network or makes no sense: a domain of the wrong length, data of the wrong width.</summary>
public sealed class InvalidInputException : ExactCompressionException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="errorId">A stable name of the cause.</param>
    /// <param name="problem">What is wrong, as a sentence.</param>
    /// <param name="advice">What to do about it, as a sentence.</param>
    public InvalidInputException(string errorId, string problem, string advice)
        : base(errorId, $"{problem} {advice}")
    {
    }
}
