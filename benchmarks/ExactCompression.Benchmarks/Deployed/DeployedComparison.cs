using System.Diagnostics;
using System.Globalization;
using ExactCompression.Bounds.Deployed;
using ExactCompression.Networks;

namespace ExactCompression.Benchmarks;

/// <summary>
/// The command <c>deployed</c>: the proven bounds of what float32 arithmetic adds to the outputs of networks, against the worst that a
/// search finds: inputs at which roundings can do most, and orders of summation that make them do it.
/// </summary>
internal static class DeployedComparison
{
    private const double DefaultLimit = 20;

    /// <summary>Prints a table in Markdown.</summary>
    /// <returns>The exit code: 1 where a bound is exceeded.</returns>
    public static int Run(NetworkOptions options)
    {
        Console.WriteLine("| network | proven | seconds | possible | worst seen | ratio | evaluations | above the bound |");
        Console.WriteLine("| --- | --: | --: | --: | --: | --: | --: | --: |");
        var inputs = new SearchInputs(options);
        bool isExceeded = false;
        foreach (string file in options.Files)
        {
            (StabilityTable undecided, InputData? data) = inputs.Read(file);
            NodewiseGraph network = FileNodes.Of(undecided.Network);
            if (network.Graph.Scores is null)
                continue;
            var clock = Stopwatch.StartNew();
            double[] proven = DeployedError.Of(network, undecided.Domain, CancellationToken.None);
            double seconds = clock.Elapsed.TotalSeconds;
            var attack = new DeployedAttack(network, undecided.Domain, data, proven);
            attack.Run(TimeSpan.FromSeconds(options.TimeLimit ?? DefaultLimit));
            isExceeded |= attack.Exceeded > 0;
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {undecided.Network.Name} | {proven.Max():g3} | {seconds:F2} | {attack.MostPossible:g3} | {attack.Worst.Max():g3} "
                    + $"| {proven.Max() / attack.Worst.Max():F1} "
                    + $"| {attack.Evaluations} | {attack.Exceeded}"));
        }

        return isExceeded ? 1 : 0;
    }
}
