using System.Management.Automation.Language;
using System.Text;

namespace ExactCompression.Host;

/// <summary>Reads commands line by line, over several lines if one is incomplete, and runs each.</summary>
internal sealed class CommandPrompt(HostSession session)
{
    /// <summary>Runs until <c>exit</c> or the end of input.</summary>
    /// <returns>The exit code.</returns>
    public int Run()
    {
        bool typed = !Console.IsInputRedirected;
        if (typed)
            Console.WriteLine("ExactCompression. Get-Command -Module ExactCompression lists the cmdlets; exit ends the session.");
        while (session.ExitCode is null)
        {
            if (Read(typed) is not { } text)
                break;
            if (!string.IsNullOrWhiteSpace(text))
                session.RunText(text);
        }

        return session.ExitCode ?? ExitCodes.Success;
    }

    /// <summary>Reads one complete command, or null at the end of input.</summary>
    private string? Read(bool typed)
    {
        var text = new StringBuilder();
        while (true)
        {
            if (typed)
                Console.Write(text.Length == 0 ? session.Evaluate("prompt") : ">> ");
            string? line = Console.ReadLine();
            if (line is null)
                return text.Length == 0 ? null : text.ToString();
            // An empty line ends an incomplete command.
            if (line.Length == 0 && text.Length > 0)
                return text.ToString();
            text.Append(text.Length == 0 ? "" : "\n").Append(line);
            Parser.ParseInput(text.ToString(), out _, out ParseError[] errors);
            if (!errors.Any(static e => e.IncompleteInput))
                return text.ToString();
        }
    }
}
