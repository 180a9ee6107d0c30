using System.Globalization;

namespace ExactCompression.Training;

/// <summary>
/// Penalties beside l1, and normalisation, in the names of networks; nothing where there is none, as before there were such penalties.
/// </summary>
internal static class PenaltyNames
{
    /// <summary>What a network's name ends with: <c>_tanh-0.001</c>, <c>_area-0.001-0.002_r-0.1</c>, <c>_bn_scale-0.01</c>.</summary>
    public static string Suffix(ClassifierOptions options)
    {
        string stability = "";
        if (options.HasStability)
        {
            string mode = options.StabilityMode switch
            {
                StabilityMode.Width => "width",
                StabilityMode.Area => "area",
                _ => "tanh",
            };
            stability = $"_{mode}-{Weights(options, "0.################")}{Part("r", options.StabilityRadius)}";
        }

        return stability + (options.BatchNormalization ? "_bn" : "") + Part("filter", options.FilterPenalty)
            + Part("scale", options.ScalePenalty);
    }

    /// <summary>The same, exactly, for what tells networks apart.</summary>
    public static string Source(ClassifierOptions options)
    {
        string stability = options.HasStability
            ? string.Create(
                CultureInfo.InvariantCulture,
                $", stability {options.StabilityMode} {Weights(options, "R")} over {options.StabilityRadius:R}")
            : "";
        string convolutions = options.Architecture.Length == 0
            ? ""
            : string.Create(
                CultureInfo.InvariantCulture,
                $", {options.Architecture}{(options.BatchNormalization ? " normalised" : "")}, filters {options.FilterPenalty:R}, scales ")
                + string.Create(CultureInfo.InvariantCulture, $"{options.ScalePenalty:R}, input {string.Join('x', options.InputShape)}");
        return stability + convolutions;
    }

    private static string Part(string name, double value) =>
        value > 0 ? string.Create(CultureInfo.InvariantCulture, $"_{name}-{value:0.################}") : "";

    private static string Weights(ClassifierOptions options, string format) =>
        string.Join('-', options.Stability.Select(w => w.ToString(format, CultureInfo.InvariantCulture)));
}
