using System.Globalization;
using System.Runtime.InteropServices;

namespace ExactCompression.Cmdlets.Infrastructure;

/// <summary>
/// Handles the signals that ask a process to terminate: SIGTERM, which batch systems send, and SIGHUP, sent when the terminal closes. Work
/// is stopped as by Ctrl-C, so that what is decided is kept and <c>finally</c> blocks run; after some seconds the process exits with 128
/// plus the signal's number, whatever is still running.
/// </summary>
/// <remarks>The host compiles this file too: it references no assembly of the module that it loads.</remarks>
internal sealed class TerminationSignals : IDisposable
{
    /// <summary>Batch systems wait about half a minute before they kill.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(10);

    private readonly List<PosixSignalRegistration> registrations = [];

    /// <summary>Handles signals until disposed.</summary>
    /// <param name="stop">Stops the work; called on another thread with the signal's number. Where it returns false there is nothing to
    /// wait for, and the process exits at once.</param>
    public TerminationSignals(Func<int, bool> stop)
    {
        Register(PosixSignal.SIGTERM, 15, stop);
        // Under nohup the signal is ignored, and must stay so: a handler would undo that. Only Linux says whether it is.
        if (OperatingSystem.IsLinux() && !IsIgnored(1))
            Register(PosixSignal.SIGHUP, 1, stop);
    }

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

    private void Register(PosixSignal signal, int number, Func<int, bool> stop) =>
        registrations.Add(PosixSignalRegistration.Create(signal, context =>
        {
            context.Cancel = true;
            _ = Task.Delay(Grace).ContinueWith(_ => Environment.Exit(128 + number), TaskScheduler.Default);
            if (!stop(number))
                Environment.Exit(128 + number);
        }));
}
