namespace ExactCompression.Formats;

/// <summary>What tensor names imply: which bias belongs to a weight, and whether the weight is stored transposed.</summary>
internal static class LayerNames
{
    private static readonly (string Weight, string Bias, WeightLayout? Layout)[] Conventions =
    [
        ("weights", "biases", null),
        ("weight", "bias", WeightLayout.OutputsFirst),
        ("kernel", "bias", WeightLayout.InputsFirst),
        ("coefs", "intercepts", WeightLayout.InputsFirst),
        ("coef", "intercept", null),
        ("W", "b", null),
        ("w", "b", null),
        ("W", "B", null),
    ];

    /// <summary>The names that the bias of a weight may have.</summary>
    public static IEnumerable<string> BiasNames(string weight)
    {
        foreach ((string weightWord, string biasWord, _) in Conventions)
        {
            int at = weight.LastIndexOf(weightWord, StringComparison.Ordinal);
            if (at >= 0 && IsWord(weight, at, weightWord.Length))
                yield return string.Concat(weight.AsSpan(0, at), biasWord, weight.AsSpan(at + weightWord.Length));
        }
    }

    /// <summary>The layout that a weight's name implies, or null if the name implies none.</summary>
    public static WeightLayout? Layout(string weight)
    {
        foreach ((string weightWord, _, WeightLayout? layout) in Conventions)
        {
            int at = weight.LastIndexOf(weightWord, StringComparison.Ordinal);
            if (at >= 0 && IsWord(weight, at, weightWord.Length))
                return layout;
        }

        return null;
    }

    // "W" in "W1" and "fc.W" is the word; in "Wide" or "newWord" it is not.
    private static bool IsWord(string name, int at, int length) =>
        (at == 0 || !char.IsAsciiLetter(name[at - 1])) && (at + length == name.Length || !char.IsAsciiLetter(name[at + length]));
}
