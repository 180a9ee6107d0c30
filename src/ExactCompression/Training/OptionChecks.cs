using System.Globalization;

namespace ExactCompression.Training;

/// <summary>Refuses options that make no sense, each by name.</summary>
internal static class OptionChecks
{
    /// <summary>Checks all of them.</summary>
    /// <exception cref="InvalidInputException">One makes no sense.</exception>
    public static void Require(ClassifierOptions options)
    {
        foreach (int width in options.Hidden)
            Require(width >= 1, "Hidden", width, "Give each hidden layer at least one neuron.");
        Require(options.L1 >= 0 && double.IsFinite(options.L1), "L1", options.L1,
            "Give 0 for no penalty, or a small number such as 0.001.");
        foreach (double weight in options.Stability)
            Require(weight >= 0 && float.IsFinite((float)weight), "Stability", weight,
                "Give 0 for no penalty, or a small number such as 0.0001.");
        Require(options.Stability.Length <= 1 || options.Stability.Length == options.Hidden.Length,
            "StabilityInvalid",
            FormattableString.Invariant($"-Stability has {options.Stability.Length} weights, -Hidden {options.Hidden.Length} layers."),
            "Give one weight for all hidden layers, or one for each.");
        bool isConvolutional = options.Architecture.Length > 0;
        foreach ((string name, double weight) in new[] { ("FilterPenalty", options.FilterPenalty), ("ScalePenalty", options.ScalePenalty) })
        {
            Require(weight >= 0 && float.IsFinite((float)weight), name, weight, "Give 0 for no penalty, or a small number such as 0.001.");
            Require(
                weight == 0 || isConvolutional, name + "Invalid", $"-{name} is for filters, and there are none.",
                "Give -Architecture with convolutions, such as 8c3s2-16c3s2-64.");
        }

        Require(isConvolutional || !options.BatchNormalization, "BatchNormalizationInvalid",
            "Only filters are normalised, and there are none.", "Give -Architecture, or leave -BatchNormalization out.");
        Require(options.FilterPenalty == 0 || !options.BatchNormalization, "FilterPenaltyInvalid",
            "BatchNormalization undoes what -FilterPenalty does: it scales small filters up.", "Give -ScalePenalty instead.");
        Require(options.ScalePenalty == 0 || options.BatchNormalization, "ScalePenaltyInvalid", "-ScalePenalty needs scales.",
            "Give -BatchNormalization too, or -FilterPenalty instead.");
        Require(!isConvolutional || !Array.Exists(options.Stability, static w => w > 0), "StabilityInvalid",
            "-Stability bounds the neurons of dense layers, and is not for convolutions.",
            "Leave it out; -FilterPenalty and -ScalePenalty make whole filters removable.");
        Require(options.StabilityRadius >= 0 && float.IsFinite((float)options.StabilityRadius), "StabilityRadius",
            options.StabilityRadius, "Give 0 for all of [0,1]^n, or the radius of a ball around each row.");
        Require(Enum.IsDefined(options.StabilityMode), "StabilityMode", (int)options.StabilityMode, "Use Width, Area or Tanh.");
        Require(options.Epochs >= 0, "Epochs", options.Epochs, "Give a number of epochs, or 0 for the default.");
        Require(options.BatchSize >= 1, "BatchSize", options.BatchSize, "Give at least 1.");
        Require(options.LearningRate >= 0 && double.IsFinite(options.LearningRate), "LearningRate", options.LearningRate,
            "Give a number above 0, such as 0.1, or 0 for the default.");
        Require(options.Momentum is >= 0 and < 1, "Momentum", options.Momentum, "Give a number from 0 to less than 1, such as 0.9.");
        Require(options.LearningRateDecay is > 0 and <= 1, "LearningRateDecay", options.LearningRateDecay,
            "Give the share of the learning rate that is left in the last epoch, above 0 and at most 1.");
        Require(options.ValidationFraction is >= 0 and < 1, "ValidationFraction", options.ValidationFraction,
            "Give a share from 0 to less than 1.");
        Require(options.Threads >= 0, "Threads", options.Threads, "Give 0 for all cores, or a number of threads.");
        Require(Enum.IsDefined(options.Optimizer), "Optimizer", (int)options.Optimizer, "Use Sgd or Adam.");
        Require(Enum.IsDefined(options.L1Mode), "L1Mode", (int)options.L1Mode, "Use Proximal or Subgradient.");
    }

    private static void Require(bool makesSense, string option, double value, string advice) =>
        Require(
            makesSense, option + "Invalid", $"-{option} {value.ToString("R", CultureInfo.InvariantCulture)} makes no sense.", advice);

    private static void Require(bool makesSense, string id, string message, string advice)
    {
        if (!makesSense)
            throw new InvalidInputException(id, message, advice);
    }
}
