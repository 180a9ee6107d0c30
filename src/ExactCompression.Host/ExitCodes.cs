namespace ExactCompression.Host;

/// <summary>The exit codes of the process, unless the script sets one.</summary>
internal static class ExitCodes
{
    public const int Success = 0;

    /// <summary>A terminating error.</summary>
    public const int Failure = 1;

    /// <summary>The command line is invalid, or the script does not exist; as in pwsh.</summary>
    public const int BadArguments = 64;

    /// <summary>Stopped by Ctrl-C.</summary>
    public const int Interrupted = 130;

    /// <summary>Ended by a signal: 128 plus its number, as in shells.</summary>
    public static int OfSignal(int number) => 128 + number;
}
