using System.Globalization;

namespace ExactCompression.Training;

/// <summary>The stability penalty in the names of networks; nothing where there is none, as before there was such a penalty.</summary>
internal static class StabilityNames
{
    /// <summary>What a network's name ends with: <c>_tanh-0.001</c>, <c>_area-0.001-0.002_r-0.1</c>.</summary>
    public static string Suffix(ClassifierOptions options)
    {
        if (!options.HasStability)
            return "";
        string weights = Weights(options, "0.################");
        string radius = options.StabilityRadius > 0
            ? string.Create(CultureInfo.InvariantCulture, $"_r-{options.StabilityRadius:0.################}")
            : "";
        string mode = options.StabilityMode switch
        {
            StabilityMode.Width => "width",
            StabilityMode.Area => "area",
            _ => "tanh",
        };
        return $"_{mode}-{weights}{radius}";
    }

    /// <summary>The same, exactly, for what tells networks apart.</summary>
    public static string Source(ClassifierOptions options) =>
        options.HasStability
            ? string.Create(
                CultureInfo.InvariantCulture,
                $", stability {options.StabilityMode} {Weights(options, "R")} over {options.StabilityRadius:R}")
            : "";

    private static string Weights(ClassifierOptions options, string format) =>
        string.Join('-', options.Stability.Select(w => w.ToString(format, CultureInfo.InvariantCulture)));
}
