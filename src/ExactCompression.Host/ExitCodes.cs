namespace ExactCompression.Host;

/// <summary>What the process returns where the script itself does not say.</summary>
internal static class ExitCodes
{
    public const int Success = 0;

    /// <summary>A terminating error.</summary>
    public const int Failure = 1;

    /// <summary>The command line makes no sense, or the script does not exist; as pwsh returns.</summary>
    public const int BadArguments = 64;

    /// <summary>Stopped by Ctrl-C.</summary>
    public const int Interrupted = 130;

    /// <summary>Ended by a signal: 128 and its number, as shells have it.</summary>
    public static int OfSignal(int number) => 128 + number;
}
