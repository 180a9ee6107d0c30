using System.Globalization;
using System.Runtime.InteropServices;

namespace ExactCompression.Host;

/// <summary>
/// Signals that ask the program to end: SIGTERM, as batch systems send it, and SIGHUP, when the terminal goes. What runs is stopped as by
/// Ctrl-C, so that cmdlets keep what they have and scripts run their <c>finally</c> blocks; then the program ends, with 128 and the
/// signal's number, after some seconds even if that has not ended.
/// </summary>
internal sealed class EndSignals : IDisposable
{
    /// <summary>Batch systems wait about half a minute before they kill.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(10);

    private readonly List<PosixSignalRegistration> registrations = [];
    private readonly Func<bool> stop;
    private int received;

    /// <summary>Listens until disposed.</summary>
    /// <param name="stop">Stops what runs, and says whether anything does; called on another thread.</param>
    public EndSignals(Func<bool> stop)
    {
        this.stop = stop;
        Register(PosixSignal.SIGTERM, 15);
        // Under nohup the signal is ignored, and is to be: a handler would undo that. Only Linux says whether it is.
        if (OperatingSystem.IsLinux() && !IsIgnored(1))
            Register(PosixSignal.SIGHUP, 1);
    }

    /// <summary>The number of the first signal that came, or null.</summary>
    public int? Received => Volatile.Read(ref received) is > 0 and var number ? number : null;

    /// <inheritdoc/>
    public void Dispose() => registrations.ForEach(static registration => registration.Dispose());

    private static bool IsIgnored(int number)
    {
        const string Field = "SigIgn:";
        string? line = File.ReadLines("/proc/self/status").FirstOrDefault(static l => l.StartsWith(Field, StringComparison.Ordinal));
        return line is not null
            && ulong.TryParse(
                line.AsSpan(Field.Length).Trim(), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong ignored)
            && (ignored >> (number - 1) & 1) == 1;
    }

    private void Register(PosixSignal signal, int number) => registrations.Add(PosixSignalRegistration.Create(signal, context =>
    {
        context.Cancel = true;
        // A second one is impatient; and at a prompt, or between two commands, there is nothing to keep.
        if (Interlocked.CompareExchange(ref received, number, 0) != 0 || !stop())
            Environment.Exit(ExitCodes.OfSignal(number));
        _ = Task.Delay(Grace).ContinueWith(_ => Environment.Exit(ExitCodes.OfSignal(number)), TaskScheduler.Default);
    }));
}
