using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace ExactCompression.Benchmarks;

/// <summary>Runs a program on some networks in a process of its own, and reads what it reports.</summary>
internal static partial class Contestant
{
    /// <summary>Our own searches, one result for each file as soon as it is available.</summary>
    public static IEnumerable<NetworkResult> Search(NetworkOptions options, IReadOnlyList<string> files)
    {
        string program = Environment.ProcessPath!;
        List<string> arguments = [.. options.ForProcess(files)];
        if (Path.GetFileNameWithoutExtension(program).Equals("dotnet", StringComparison.OrdinalIgnoreCase))
            arguments.Insert(0, Environment.GetCommandLineArgs()[0]);
        return Lines(program, arguments).Select(static line => JsonSerializer.Deserialize<NetworkResult>(line)!);
    }

    /// <summary>The peer, which must print a line with 'decided P % in S s' for each file.</summary>
    public static IEnumerable<PeerResult> Peer(string command, IReadOnlyList<string> files) =>
        Lines(command, files).Select(static line => Verdict().Match(line)).Where(static m => m.Success).Select(
            static m => new PeerResult(Number(m.Groups[1]), Number(m.Groups[2])));

    /// <summary>A program that trains, and must print a line with 'accuracy A, N steps in S s' (A from 0 to 1).</summary>
    public static TrainingResult Train(string command, string hidden, double l1, int epochs)
    {
        string[] arguments = [hidden, l1.ToString("R", CultureInfo.InvariantCulture), epochs.ToString(CultureInfo.InvariantCulture)];
        Match? said = null;
        foreach (string line in Lines(command, arguments))
            said = Trained().Match(line) is { Success: true } match ? match : said;
        return said is null
            ? throw new ContestantException($"'{command}' does not say what it trained.")
            : new(100 * Number(said.Groups[1]), (long)Number(said.Groups[2]), Number(said.Groups[3]));
    }

    private static IEnumerable<string> Lines(string command, IReadOnlyList<string> arguments)
    {
        List<string> words = [.. Words().Matches(command).Select(static m => m.Value.Trim('"', '\''))];
        return Lines(words[0], words.Skip(1).Concat(arguments));
    }

    private static IEnumerable<string> Lines(string program, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true };
        using Process process = Start(start);
        while (process.StandardOutput.ReadLine() is { } line)
            yield return line;
        process.WaitForExit();
        if (process.ExitCode != 0)
            throw new ContestantException($"'{program}' ended with exit code {process.ExitCode}.");
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

    [GeneratedRegex(@"accuracy ([0-9.]+), ([0-9]+) steps in ([0-9.]+) s")]
    private static partial Regex Trained();

    [GeneratedRegex(@"decided ([0-9.]+) % in ([0-9.]+) s")]
    private static partial Regex Verdict();
}
