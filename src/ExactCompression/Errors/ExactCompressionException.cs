namespace ExactCompression;

/// <summary>The user's input cannot be used. The message says what is wrong, where, and how to fix it.</summary>
public abstract class ExactCompressionException : Exception
{
    /// <summary>Makes the exception.</summary>
    /// <param name="errorId">A stable name of the cause, such as <c>OnnxUnsupportedOperator</c>; tests and scripts rely on it.</param>
    /// <param name="message">The whole message; what it quotes from a file is shortened, and control characters appear as escapes.</param>
    /// <param name="inner">What caused it, or null.</param>
    protected ExactCompressionException(string errorId, string message, Exception? inner = null)
        : base(ErrorText.Message(message), inner) => ErrorId = errorId;

    /// <summary>A stable name of the cause.</summary>
    public string ErrorId { get; }
}
