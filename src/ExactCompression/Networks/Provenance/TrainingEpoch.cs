namespace ExactCompression;

/// <summary>What one epoch of training came to.</summary>
/// <param name="Epoch">1-based.</param>
/// <param name="Loss">Mean cross-entropy of the training rows, in nats, as each was when its batch came up; without the l1 penalty.</param>
/// <param name="TrainAccuracy">Share of these rows, 0 to 1, that were classified as their label says.</param>
/// <param name="ValidationAccuracy">Share of the rows kept back, 0 to 1, that the network classifies as their label says at the end of the
/// epoch; null where none are kept back.</param>
/// <param name="ZeroWeights">Weights, biases apart, that are exactly zero at the end of the epoch.</param>
/// <param name="LearningRate">The learning rate of the epoch.</param>
/// <param name="Seconds">Seconds from the beginning of training to the end of the epoch.</param>
public sealed record TrainingEpoch(
    int Epoch, double Loss, double TrainAccuracy, double? ValidationAccuracy, long ZeroWeights, double LearningRate, double Seconds)
{
    /// <summary>How many epochs training takes if nobody stops it.</summary>
    public int Epochs { get; init; }
}
