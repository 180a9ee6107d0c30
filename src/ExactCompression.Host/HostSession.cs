using System.Management.Automation;
using System.Management.Automation.Language;
using System.Management.Automation.Runspaces;
using ExactCompression.Cmdlets.Infrastructure;

namespace ExactCompression.Host;

/// <summary>
/// One runspace with the module in it, which runs text and scripts. Ctrl-C stops what runs; so do termination signals.
/// </summary>
internal sealed class HostSession : IDisposable
{
    private readonly ConsolePSHost host;
    private readonly Runspace runspace;
    private readonly Lock running = new();
    private readonly TerminationSignals signals;
    private PowerShell? current;
    private bool stopAsked;
    private int signal;

    /// <summary>Starts the engine and imports the module.</summary>
    /// <param name="interactive">Whether a user sits at a prompt.</param>
    /// <exception cref="HostStartException">The module is not there or does not load.</exception>
    public HostSession(bool interactive)
    {
        host = new ConsolePSHost(interactive);
        InitialSessionState state = InitialSessionState.CreateDefault2();
        state.Commands.Add(HostCommands.Entries());
        state.ImportPSModule([ModuleLocator.Find()]);
        state.ThrowOnRunspaceOpenError = true;
        runspace = RunspaceFactory.CreateRunspace(host, state);
        runspace.ThreadOptions = PSThreadOptions.UseCurrentThread;
        try
        {
            runspace.Open();
        }
        catch (RuntimeException e)
        {
            runspace.Dispose();
            throw new HostStartException($"The module does not load: {e.Message} Build it first: dotnet build.", e);
        }

        Runspace.DefaultRunspace = runspace;
        Console.CancelKeyPress += OnCancel;
        // After a second signal, or at a prompt, or between two commands, there is nothing to wait for.
        signals = new(number => Interlocked.CompareExchange(ref signal, number, 0) == 0 && Stop());
    }

    /// <summary>The code that a script asked to exit with, or null.</summary>
    public int? ExitCode => host.ExitCode;

    /// <summary>Runs a script file with arguments as on a command line.</summary>
    /// <returns>The exit code.</returns>
    public int RunScript(string path, IReadOnlyList<string> arguments)
    {
        string file = Path.GetFullPath(path);
        if (!File.Exists(file))
        {
            Console.Error.WriteLine($"There is no script '{file}'.");
            return ExitCodes.BadArguments;
        }

        ScriptBlockAst ast = Parser.ParseFile(file, out _, out ParseError[] errors);
        if (errors.Length > 0)
        {
            Show(new ParseException(errors).ErrorRecord);
            return ExitCodes.Failure;
        }

        // A block that knows its file has $PSScriptRoot, and, unlike a script command, lets `exit` reach the host. As a function it has a
        // name, by which the engine calls it where its arguments are wrong.
        string name = Path.GetFileName(file).Replace(':', '_');
        runspace.SessionStateProxy.InvokeProvider.Item.Set([$"function:{name}"], ast.GetScriptBlock(), force: true, literalPath: true);
        (string call, object?[] values) = ScriptCall.Build(arguments);
        bool ended = Invoke(shell => shell.AddScript(call).AddArgument(name).AddArgument(values));
        return ExitCode ?? (WereWrongArguments(ast) ? ExitCodes.BadArguments : ended ? ExitCodes.Success : ExitCodes.Failure);
    }

    /// <summary>
    /// Whether the last error is that a script cannot take its arguments. The engine reports it, and ends the pipeline in peace.
    /// </summary>
    private bool WereWrongArguments(ScriptBlockAst script) =>
        runspace.SessionStateProxy.GetVariable("Error") is System.Collections.ArrayList { Count: > 0 } errors
            && errors[0] is ErrorRecord { Exception: ParameterBindingException, InvocationInfo.MyCommand: FunctionInfo function }
            && ReferenceEquals(function.ScriptBlock.Ast, script);

    /// <summary>Runs text.</summary>
    /// <returns>The exit code: 1 also where the last command failed, as with pwsh.</returns>
    public int RunCommand(string text)
    {
        // $? is lost once the pipeline has ended, so the text itself passes it on.
        bool ended = RunText($"{text}\n$Host.PrivateData.{nameof(ConsolePSHost.LastSucceeded)} = $?");
        return ExitCode ?? (ended && host.LastSucceeded ? ExitCodes.Success : ExitCodes.Failure);
    }

    /// <summary>Runs text and shows its output.</summary>
    /// <returns>Whether no terminating error ended it.</returns>
    public bool RunText(string text) => Invoke(shell => shell.AddScript(text));

    /// <summary>Evaluates an expression quietly.</summary>
    public string Evaluate(string text)
    {
        using var shell = PowerShell.Create(runspace);
        return string.Concat(shell.AddScript(text).Invoke().Select(static o => o?.ToString()));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Console.CancelKeyPress -= OnCancel;
        signals.Dispose();
        runspace.Dispose();
    }

    /// <summary>The number of the first termination signal, or null.</summary>
    private int? ReceivedSignal => Volatile.Read(ref signal) is > 0 and var number ? number : null;

    private bool Invoke(Action<PowerShell> build)
    {
        using var shell = PowerShell.Create(runspace);
        build(shell);
        // Errors are merged with output, so that they appear in order.
        shell.Commands.AddCommand(
            new Command("Out-Default") { MergeUnclaimedPreviousCommandResults = PipelineResultTypes.Error | PipelineResultTypes.Output });
        lock (running)
        {
            current = shell;
            stopAsked = ReceivedSignal is not null;
        }

        if (stopAsked)
        {
            host.Ended(true, ReceivedSignal);
            return false;
        }

        try
        {
            shell.Invoke();
            // A stopped pipeline may end without an exception.
            host.Ended(stopAsked, ReceivedSignal);
            return !stopAsked;
        }
        catch (PipelineStoppedException)
        {
            host.Ended(stopAsked, ReceivedSignal);
            return false;
        }
        catch (RuntimeException e)
        {
            host.Ended(stopAsked, ReceivedSignal);
            Show(e.ErrorRecord);
            return false;
        }
        finally
        {
            lock (running)
                current = null;
        }
    }

    /// <summary>Writes an error record as the engine formats it.</summary>
    private void Show(ErrorRecord record)
    {
        // Out-Default recognises errors by their stream, and this one was thrown as an exception.
        using var shell = PowerShell.Create(runspace);
        host.Console.BeginCapture();
        shell.AddCommand("Out-Default").Invoke(new[] { record });
        host.Console.WriteErrorLine(host.Console.EndCapture().TrimEnd());
    }

    private void OnCancel(object? sender, ConsoleCancelEventArgs e)
    {
        lock (running)
        {
            // The second Ctrl-C ends the process; so does the first if nothing runs and the session is not interactive.
            if (stopAsked || (current is null && !host.Interactive))
                return;
            e.Cancel = true;
            Stop();
        }
    }

    /// <summary>Stops what runs.</summary>
    /// <returns>Whether anything does.</returns>
    private bool Stop()
    {
        lock (running)
        {
            if (current is null)
                return false;
            stopAsked = true;
            current.BeginStop(null, null);
            return true;
        }
    }
}
