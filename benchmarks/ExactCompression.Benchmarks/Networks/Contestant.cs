using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace ExactCompression.Benchmarks;

/// <summary>Runs a program on a network in a process of its own, so that its first-time costs count for both sides alike, and reads what it says of itself.</summary>
internal static partial class Contestant
{
    /// <summary>Our own search.</summary>
    public static NetworkResult Search(NetworkOptions options, string file)
    {
        string program = Environment.ProcessPath!;
        List<string> arguments = [.. options.ForOne(file)];
        if (Path.GetFileNameWithoutExtension(program).Equals("dotnet", StringComparison.OrdinalIgnoreCase))
            arguments.Insert(0, Environment.GetCommandLineArgs()[0]);
        return JsonSerializer.Deserialize<NetworkResult>(LastLine(program, arguments))!;
    }

    /// <summary>The peer, whose last line must say <c>decided P % in S s</c>.</summary>
    public static (double Decided, double Seconds) Peer(string command, string file)
    {
        List<string> words = [.. Words().Matches(command).Select(static m => m.Value.Trim('"', '\''))];
        string line = LastLine(words[0], [.. words.Skip(1), file]);
        Match match = Verdict().Match(line);
        if (!match.Success)
            throw new ContestantException($"The peer's last line does not say 'decided P % in S s': {line}");
        return (Number(match.Groups[1]), Number(match.Groups[2]));
    }

    private static string LastLine(string program, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true };
        using Process process = Start(start);
        string[] lines = process.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        process.WaitForExit();
        if (process.ExitCode != 0 || lines.Length == 0)
            throw new ContestantException($"'{program}' ended with exit code {process.ExitCode} after {lines.Length} lines.");
        return lines[^1];
    }

    private static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception e)
        {
            throw new ContestantException($"'{start.FileName}' does not start: {e.Message}", e);
        }
    }

    private static double Number(Group group) => double.Parse(group.ValueSpan, CultureInfo.InvariantCulture);

    [GeneratedRegex("""("[^"]*"|'[^']*'|[^\s"']+)""")]
    private static partial Regex Words();

    [GeneratedRegex(@"decided ([0-9.]+) % in ([0-9.]+) s")]
    private static partial Regex Verdict();
}
