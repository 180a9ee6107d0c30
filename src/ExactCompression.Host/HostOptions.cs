namespace ExactCompression.Host;

/// <summary>What the host should do.</summary>
internal enum HostMode
{
    Prompt,
    Script,
    Command,
    Help,
}

/// <summary>The command line.</summary>
/// <param name="Mode">What to do.</param>
/// <param name="Text">The script's path, or the command.</param>
/// <param name="Arguments">The script's own arguments.</param>
internal sealed record HostOptions(HostMode Mode, string Text, IReadOnlyList<string> Arguments)
{
    public const string Usage = """
        Runs PowerShell with the ExactCompression module loaded.

          ExactCompression.Host SCRIPT.ps1 [arguments]   run a script; its exit code is the process's
          ExactCompression.Host -Command 'TEXT'          run commands
          ExactCompression.Host                          prompt, or commands from standard input
        """;

    public static bool TryParse(IReadOnlyList<string> args, out HostOptions options, out string problem)
    {
        problem = "";
        options = new(HostMode.Prompt, "", []);
        if (args.Count == 0)
            return true;
        string[] rest = [.. args.Skip(1)];
        switch (args[0].ToLowerInvariant())
        {
            case "-command" or "-c":
                options = new(HostMode.Command, string.Join(' ', rest), []);
                problem = rest.Length == 0 ? "-Command needs the text of the command." : "";
                break;
            case "-file" or "-f":
                options = new(HostMode.Script, rest.FirstOrDefault() ?? "", [.. rest.Skip(1)]);
                problem = rest.Length == 0 ? "-File needs the path of a script." : "";
                break;
            case "-help" or "-h" or "-?" or "--help":
                options = options with { Mode = HostMode.Help };
                break;
            case ['-', ..]:
                problem = $"There is no option '{args[0]}'.";
                break;
            default:
                options = new(HostMode.Script, args[0], rest);
                break;
        }

        return problem.Length == 0;
    }
}
