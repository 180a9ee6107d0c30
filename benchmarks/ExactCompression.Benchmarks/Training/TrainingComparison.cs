using System.Globalization;
using ExactCompression.Formats;

namespace ExactCompression.Benchmarks;

/// <summary>The command <c>training</c>: classifiers trained by us and by a peer, in alternation.</summary>
internal static class TrainingComparison
{
    public static int Run(TrainingOptions options)
    {
        InputData data = InputDataFiles.Read(options.Data, options.Reading);
        Console.WriteLine($"{data}; {options.Repeats} runs of each program, by turns; the least seconds a step count.");
        Console.WriteLine();
        Console.WriteLine(
            $"{"network",-40} {"accuracy",8} {"zero %",7} {"active",6} {"inact.",6} {"unst.",6} {"steps",7} "
                + $"{"seconds",8} {"peer %",8} {"peer s",8} {"ratio",6}");
        foreach (double l1 in options.L1)
        {
            var training = new ClassifierOptions { Hidden = options.Hidden, L1 = l1, Epochs = options.Epochs, Threads = options.Threads };
            (ReluNetwork? network, TrainingResult? peer) = (null, null);
            for (int i = 0; i < options.Repeats; i++)
            {
                ReluNetwork trained = ClassifierTraining.Train(data, training, null, CancellationToken.None);
                if (network is null || trained.Training!.Elapsed < network.Training!.Elapsed)
                    network = trained;
                if (options.Peer is { } command)
                {
                    TrainingResult run = Contestant.Train(command, string.Join(',', options.Hidden), l1, trained.Training!.Options.Epochs);
                    if (peer is null || run.SecondsOfStep < peer.SecondsOfStep)
                        peer = run;
                }
            }

            Print(network!, peer);
        }

        return 0;
    }

    private static void Print(ReluNetwork network, TrainingResult? peer)
    {
        TrainingHistory history = network.Training!;
        var ours = new TrainingResult(100 * (history.ValidationAccuracy ?? 0), history.Steps, history.Elapsed.TotalSeconds);
        StabilityTable table = StabilityAnalysis.FindStable(StabilityTable.Undecided(network, null), null, new(), CancellationToken.None);
        double zero = 100.0 * history.Epochs[^1].ZeroWeights / network.ConnectionCount;
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{network.Name,-40} {ours.Accuracy,8:F2} {zero,7:F1} {table.StablyActive,6} {table.StablyInactive,6} {table.Unstable,6} "
                + $"{ours.Steps,7} {ours.Seconds,8:F2} {peer?.Accuracy,8:F2} {peer?.Seconds,8:F2} "
                + $"{peer?.SecondsOfStep / ours.SecondsOfStep,6:F1}"));
    }
}
