using System.Globalization;
using ExactCompression.Host;

// The engine sends telemetry unless that is disabled before it starts.
Environment.SetEnvironmentVariable("POWERSHELL_TELEMETRY_OPTOUT", "1");

// The engine uses the thread's culture, not the host's.
CultureInfo.CurrentCulture = CultureInfo.DefaultThreadCurrentCulture = EnglishInvariantCulture.Instance;

if (!HostOptions.TryParse(args, out HostOptions options, out string problem))
{
    Console.Error.WriteLine(problem);
    Console.Error.WriteLine(HostOptions.Usage);
    return ExitCodes.BadArguments;
}

if (options.Mode == HostMode.Help)
{
    Console.WriteLine(HostOptions.Usage);
    return ExitCodes.Success;
}

try
{
    using var session = new HostSession(interactive: options.Mode == HostMode.Prompt);
    return options.Mode switch
    {
        HostMode.Script => session.RunScript(options.Text, options.Arguments),
        HostMode.Command => session.RunCommand(options.Text),
        _ => new CommandPrompt(session).Run(),
    };
}
catch (HostStartException e)
{
    Console.Error.WriteLine(e.Message);
    return ExitCodes.Failure;
}
