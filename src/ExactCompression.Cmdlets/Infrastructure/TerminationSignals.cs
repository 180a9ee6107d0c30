using System.Globalization;
using System.Runtime.InteropServices;

namespace ExactCompression.Cmdlets.Infrastructure;

/// <summary>
/// What asks the process to end (SIGTERM, as batch systems send it, and SIGHUP, when the terminal goes) while a cmdlet works: the work is
/// cancelled as by Ctrl-C, so that what is decided is kept and <c>finally</c> blocks run, with some seconds for both; then the process ends
/// with 128 and the signal's number, whatever the script does by then. Without a cmdlet at work the shell's own way holds.
/// </summary>
internal sealed class TerminationSignals : IDisposable
{
    /// <summary>Batch systems wait about half a minute before they kill.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(10);

    private readonly List<PosixSignalRegistration> registrations = [];

    /// <summary>Listens until disposed.</summary>
    /// <param name="cancel">Cancels the work; called on another thread.</param>
    public TerminationSignals(Action cancel)
    {
        Register(PosixSignal.SIGTERM, 15, cancel);
        // Under nohup the signal is ignored, and is to be: a handler would undo that. Only Linux says whether it is.
        if (OperatingSystem.IsLinux() && !IsIgnored(1))
            Register(PosixSignal.SIGHUP, 1, cancel);
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

    private void Register(PosixSignal signal, int number, Action cancel) =>
        registrations.Add(PosixSignalRegistration.Create(signal, context =>
    {
        context.Cancel = true;
        _ = Task.Delay(Grace).ContinueWith(_ => Environment.Exit(128 + number), TaskScheduler.Default);
        cancel();
    }));
}
