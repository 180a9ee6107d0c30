namespace ExactCompression.Training;

/// <summary>How long training takes, and at what learning rate.</summary>
internal static class Schedule
{
    private const int UsualSteps = 12_000;
    private const int LeastEpochs = 20;

    /// <summary>The options with defaults filled in.</summary>
    /// <param name="options">The options as given.</param>
    /// <param name="rows">Rows to train on.</param>
    public static ClassifierOptions Complete(ClassifierOptions options, int rows)
    {
        int stepsOfEpoch = (int)(((long)rows + options.BatchSize - 1) / options.BatchSize);
        return options with
        {
            Hidden = [.. options.Hidden],
            Stability = [.. options.Stability],
            InputShape = [.. options.InputShape],
            Epochs = options.Epochs > 0 ? options.Epochs : Math.Max(LeastEpochs, (UsualSteps + stepsOfEpoch - 1) / stepsOfEpoch),
            LearningRate = options.LearningRate > 0 ? options.LearningRate : options.Optimizer == TrainingOptimizer.Adam ? 0.001 : 0.1,
        };
    }

    /// <summary>The learning rate of an epoch.</summary>
    /// <param name="options">What <see cref="Complete"/> gave.</param>
    /// <param name="epoch">1-based.</param>
    public static double Rate(ClassifierOptions options, int epoch) =>
        options.Epochs == 1
            ? options.LearningRate
            : options.LearningRate * Math.Pow(options.LearningRateDecay, (epoch - 1.0) / (options.Epochs - 1.0));
}
