namespace ExactCompression;

/// <summary>A file that cannot be read: damaged, of another format, or with something in it that is not supported.</summary>
public sealed class InvalidFileException : ExactCompressionException
{
    // A long description of the problem must not push the advice out of the message.
    private const int LongestProblem = 400;

    /// <summary>Makes the exception.</summary>
    /// <param name="errorId">A stable name of the cause.</param>
    /// <param name="path">The file.</param>
    /// <param name="place">Where in the file: a node, a line, a byte offset, a tensor.</param>
    /// <param name="problem">What is wrong there, as a sentence.</param>
    /// <param name="advice">What to do about it, as a sentence; may be empty.</param>
    /// <param name="unsupported">True where the file is sound but holds something this module does not support.</param>
    /// <param name="inner">What caused it, or null.</param>
    public InvalidFileException(
        string errorId, string path, string place, string problem, string advice = "", bool unsupported = false, Exception? inner = null)
        : base(errorId,
            $"{ErrorText.Quoted(path)}: {ErrorText.Quoted(place)}: "
                + $"{ErrorText.Shortened(problem, LongestProblem)}{(advice.Length > 0 ? " " + advice : "")}", inner)
    {
        Path = path;
        Place = ErrorText.Quoted(place);
        Problem = problem;
        Unsupported = unsupported;
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>Where in the file.</summary>
    public string Place { get; }

    /// <summary>What is wrong there, as a sentence, without the advice.</summary>
    public string Problem { get; }

    /// <summary>Whether the file is sound but holds something that is not supported.</summary>
    public bool Unsupported { get; }
}
