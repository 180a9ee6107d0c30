using System.Globalization;

namespace ExactCompression;

/// <summary>The result of one epoch of training.</summary>
/// <param name="Epoch">1-based.</param>
/// <param name="Loss">Mean cross-entropy of the training rows, in nats, each at the time of its batch; without penalties.</param>
/// <param name="TrainAccuracy">Share of these rows, 0 to 1, that were classified correctly.</param>
/// <param name="ValidationAccuracy">Share of the held-out rows, 0 to 1, that the network classifies correctly at the end of the epoch; null
/// if none are held out.</param>
/// <param name="ZeroWeights">Weights, biases apart, that are exactly zero at the end of the epoch.</param>
/// <param name="LearningRate">The learning rate of the epoch.</param>
/// <param name="Seconds">Seconds from the beginning of training to the end of the epoch.</param>
public sealed record TrainingEpoch(
    int Epoch, double Loss, double TrainAccuracy, double? ValidationAccuracy, long ZeroWeights, double LearningRate, double Seconds)
{
    /// <summary>How many epochs training takes unless it is stopped.</summary>
    public int Epochs { get; init; }

    /// <summary>The epoch in a few words.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"epoch {Epoch} of {Epochs}: loss {Loss:g4}, accuracy {ValidationAccuracy ?? TrainAccuracy:f4}");
}
