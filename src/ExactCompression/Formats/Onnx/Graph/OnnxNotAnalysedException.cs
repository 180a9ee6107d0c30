namespace ExactCompression.Formats.Onnx;

/// <summary>A valid use of an operator that is not analysed: the reader makes the node an opaque one.</summary>
/// <param name="reason">Why, as a sentence.</param>
internal sealed class OnnxNotAnalysedException(string reason) : Exception(reason);

/// <summary>A node does something else to the first dimension than to keep it: it is no batch.</summary>
internal sealed class OnnxNoBatchException : Exception;
