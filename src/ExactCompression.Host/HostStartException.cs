namespace ExactCompression.Host;

/// <summary>The host cannot start; the message says what is missing.</summary>
internal sealed class HostStartException(string message, Exception? inner = null) : Exception(message, inner);
