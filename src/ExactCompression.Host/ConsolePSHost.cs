using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Host;
using System.Reflection;

namespace ExactCompression.Host;

/// <summary>The host interface of this program for the engine.</summary>
internal sealed class ConsolePSHost(bool interactive) : PSHost
{
    private readonly ConsoleUI ui = new(interactive);

    /// <summary>Whether a user sits at a prompt.</summary>
    public bool Interactive => interactive;

    /// <summary>The code that <c>exit</c> was called with, or null.</summary>
    public int? ExitCode { get; private set; }

    /// <summary>Whether the last statement of a command succeeded.</summary>
    public bool LastSucceeded { get; set; } = true;

    public override string Name => "ExactCompression.Host";

    public override Version Version => Assembly.GetExecutingAssembly().GetName().Version ?? new(0, 0);

    public override Guid InstanceId { get; } = Guid.NewGuid();

    public override PSHostUserInterface UI => ui;

    public override CultureInfo CurrentCulture => EnglishInvariantCulture.Instance;

    public override CultureInfo CurrentUICulture { get; } = new("en-US");

    /// <summary>Where commands find this object: the host that they see is the engine's wrapper.</summary>
    public override PSObject PrivateData => PSObject.AsPSObject(this);

    /// <summary>The console.</summary>
    public ConsoleUI Console => ui;

    /// <summary>This program's own host behind what a command sees.</summary>
    public static ConsolePSHost Of(PSHost host) => (ConsolePSHost)host.PrivateData.BaseObject;

    public override void SetShouldExit(int exitCode) => ExitCode = exitCode;

    public override void EnterNestedPrompt() => throw new NotSupportedException("This host has no nested prompts.");

    public override void ExitNestedPrompt() => throw new NotSupportedException("This host has no nested prompts.");

    public override void NotifyBeginApplication()
    {
        // A native program gets the terminal as it is.
    }

    public override void NotifyEndApplication()
    {
        // Nothing had to be changed for it.
    }

    /// <summary>A pipeline ended: its progress line is removed, and if the user stopped it, the script ends.</summary>
    /// <param name="stoppedByUser">Whether the user stopped it.</param>
    /// <param name="signal">The number of the signal that ends the whole program, whatever a script says; null for none.</param>
    public void Ended(bool stoppedByUser, int? signal)
    {
        ui.Progress.Clear();
        if (signal is { } number)
            ExitCode = ExitCodes.OfSignal(number);
        else if (stoppedByUser && !interactive)
            ExitCode ??= ExitCodes.Interrupted;
    }
}
