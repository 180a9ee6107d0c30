using System.Management.Automation;

namespace ExactCompression.Cmdlets.Infrastructure;

/// <summary>The single mapping from exceptions to error records: a stable id for each cause, its category, and its target.</summary>
internal static class ErrorRecords
{
    /// <summary>Makes the record.</summary>
    /// <param name="exception">What went wrong.</param>
    /// <param name="target">The input that caused it; replaced by a file's path if the exception names one.</param>
    public static ErrorRecord From(Exception exception, object? target) => exception switch
    {
        InvalidFileException { Unsupported: true } e => new(e, e.ErrorId, ErrorCategory.NotImplemented, e.Path),
        InvalidFileException e => new(e, e.ErrorId, ErrorCategory.InvalidData, e.Path),
        ExactCompressionException { ErrorId: "FileExists" } e => new(e, e.ErrorId, ErrorCategory.ResourceExists, target),
        ExactCompressionException { ErrorId: "MilpSolverMissing" } e => new(e, e.ErrorId, ErrorCategory.NotInstalled, target),
        ContradictionException e => new(e, e.ErrorId, ErrorCategory.InvalidResult, target),
        ExactCompressionException e => new(e, e.ErrorId, ErrorCategory.InvalidArgument, target),
        IContainsErrorRecord e => new(e.ErrorRecord, exception),
        FileNotFoundException or DirectoryNotFoundException => new(exception, "FileNotFound", ErrorCategory.ObjectNotFound, target),
        UnauthorizedAccessException => new(exception, "AccessDenied", ErrorCategory.PermissionDenied, target),
        IOException => new(exception, "FileAccessFailed", ErrorCategory.ResourceUnavailable, target),
        OutOfMemoryException => new(exception, "OutOfMemory", ErrorCategory.ResourceUnavailable, target),
        TimeoutException => new(exception, "TimedOut", ErrorCategory.OperationTimeout, target),
        DllNotFoundException or TypeInitializationException { InnerException: DllNotFoundException }
            when NativeLibraries.Explain() is { } text =>
            new(new DllNotFoundException(text, exception), "NativeLibraryFailed", ErrorCategory.NotInstalled, target),
        DllNotFoundException or BadImageFormatException or TypeInitializationException =>
            new(exception, "NativeLibraryFailed", ErrorCategory.NotInstalled, target),
        ArgumentException => new(exception, "InvalidArgument", ErrorCategory.InvalidArgument, target),
        NotImplementedException or NotSupportedException => new(exception, "NotSupported", ErrorCategory.NotImplemented, target),
        _ => new(exception, "UnexpectedFailure", ErrorCategory.NotSpecified, target),
    };
}
