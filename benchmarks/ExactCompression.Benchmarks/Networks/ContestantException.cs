namespace ExactCompression.Benchmarks;

/// <summary>A program of a comparison failed: the message says which and how.</summary>
internal sealed class ContestantException(string message, Exception? inner = null) : Exception(message, inner);
