namespace ExactCompression.Benchmarks;

/// <summary>The command line is invalid: the message says why.</summary>
internal sealed class UsageException(string message) : Exception(message);
