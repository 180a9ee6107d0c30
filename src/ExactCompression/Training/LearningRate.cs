namespace ExactCompression.Training;

/// <summary>How the learning rate falls.</summary>
internal static class LearningRate
{
    /// <summary>The rate of an epoch.</summary>
    /// <param name="options">The first rate, and the share of it that is left in the last epoch.</param>
    /// <param name="epoch">1-based.</param>
    public static double Of(ClassifierOptions options, int epoch)
    {
        double first = options.LearningRate > 0 ? options.LearningRate : options.Optimizer == TrainingOptimizer.Adam ? 0.001 : 0.1;
        return options.Epochs <= 1 ? first : first * Math.Pow(options.LearningRateDecay, (epoch - 1.0) / (options.Epochs - 1.0));
    }
}
