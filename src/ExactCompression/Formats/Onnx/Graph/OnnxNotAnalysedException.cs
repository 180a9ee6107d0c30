namespace ExactCompression.Formats.Onnx;

/// <summary>A valid use of an operator that is not analysed: the reader makes the node an opaque one.</summary>
/// <param name="reason">Why, as a sentence.</param>
internal sealed class OnnxNotAnalysedException(string reason) : Exception(reason);

/// <summary>
/// A constant holds integers where a node that is read takes floating-point values: damage where those are known to be, but what follows
/// from opaque nodes may be of integers, without the file saying so.
/// </summary>
/// <param name="fault">The error where it is damage.</param>
internal sealed class OnnxIntegersException(InvalidFileException fault) : Exception(fault.Message, fault)
{
    /// <summary>The error where it is damage.</summary>
    public InvalidFileException Fault => fault;
}

/// <summary>A node does something else to the first dimension than to keep it: it is no batch.</summary>
internal sealed class OnnxNoBatchException : Exception;
