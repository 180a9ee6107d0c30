using System.Diagnostics;
using System.Globalization;
using ExactCompression.Training;

namespace ExactCompression;

/// <summary>Trains ReLU classifiers: the library behind <c>New-ReluClassifier</c>.</summary>
/// <remarks>
/// Softmax cross-entropy in float32, minibatches in a new order each epoch, He initialisation (uniform; biases 0). Every weight of the
/// result is a float32 value, so that later stages, which compute in double, see exactly the network that was trained.
/// </remarks>
public static class ClassifierTraining
{
    /// <summary>Trains a network.</summary>
    /// <param name="data">Labelled rows, already scaled; labels are 0 to k - 1.</param>
    /// <param name="options">How.</param>
    /// <param name="progress">Receives each epoch as it ends, on the calling thread; null for no reports.</param>
    /// <param name="cancellation">When cancelled, the network so far is returned within a second; its history is not
    /// <see cref="TrainingHistory.Completed"/>.</param>
    /// <returns>The network, with its <see cref="ReluNetwork.Training"/>.</returns>
    /// <exception cref="InvalidInputException">The data cannot be trained on, an option makes no sense, or the loss is no longer
    /// finite.</exception>
    public static ReluNetwork Train(
        InputData data, ClassifierOptions options, IProgress<TrainingEpoch>? progress, CancellationToken cancellation)
    {
        OptionChecks.Require(options);
        var random = new Random(options.Seed);
        var set = new TrainingSet(data, options.ValidationFraction, random);
        options = Schedule.Complete(options, set.Order.Length);
        using var network = new TrainingNetwork(set, options, random);
        long start = Stopwatch.GetTimestamp();
        var epochs = new List<TrainingEpoch>();
        long steps = 0;
        bool completed = false;
        for (int epoch = 1; epoch <= options.Epochs && !cancellation.IsCancellationRequested; epoch++)
        {
            set.Shuffle(random);
            double rate = Schedule.Rate(options, epoch);
            (double loss, double right) = (0, 0);
            int taken = 0, trained = 0;
            for (int first = 0; first < set.Order.Length && !cancellation.IsCancellationRequested; first += options.BatchSize)
            {
                ReadOnlySpan<int> rows = set.Order.Slice(first, Math.Min(options.BatchSize, set.Order.Length - first));
                if (network.Step(rows, rate, cancellation) is not var (batchLoss, batchRight))
                    break;
                if (!double.IsFinite(batchLoss))
                    throw Diverged(data, options, epoch);
                loss += batchLoss;
                right += batchRight;
                trained += rows.Length;
                taken++;
            }

            steps += taken;
            if (trained < set.Order.Length)
                break;
            double? accuracy = set.Validation.Length == 0 ? null : network.Accuracy(set.Validation, cancellation);
            if (accuracy is null && set.Validation.Length > 0)
                break;
            epochs.Add(
                new(epoch, loss / trained, right / trained, accuracy, network.ZeroWeights, rate,
                    Stopwatch.GetElapsedTime(start).TotalSeconds) { Epochs = options.Epochs });
            progress?.Report(epochs[^1]);
            completed = epoch == options.Epochs;
        }

        return network.Result(
            Name(data, options), new(options, data.Name, set.Order.Length, set.Validation.Length, epochs, steps, completed))
            ?? throw Diverged(data, options, epochs.Count);
    }

    private static string Name(InputData data, ClassifierOptions options)
    {
        string widths = options.Architecture.Length > 0 ? options.Architecture
            : options.Hidden.Length == 0 ? "linear" : string.Join('-', options.Hidden);
        return string.Create(
            CultureInfo.InvariantCulture, $"{data.Name}_{widths}_l1-{options.L1:0.################}{PenaltyNames.Suffix(options)}");
    }

    private static InvalidInputException Diverged(InputData data, ClassifierOptions options, int epoch)
    {
        float most = 0;
        foreach (float value in data.Values.Span)
            most = Math.Max(most, Math.Abs(value));
        string advice = most > 2
            ? FormattableString.Invariant(
                $"Scale the data: its values reach {most:G3}, so Import-InputData -Scale {1 / most:G3} brings them to 1.")
            : options.HasStability ? "Lower -Stability, or -LearningRate." : "Lower -LearningRate.";
        return new(
            "TrainingDiverged",
            FormattableString.Invariant($"Training diverged in epoch {epoch}, at learning rate {Schedule.Rate(options, epoch):G3}: ")
                + "the loss is no longer a finite number.",
            advice);
    }
}
