namespace ExactCompression.Certificates.Checking;

/// <summary>Compares what is claimed of a layer's neurons with what is proven.</summary>
internal static class ClaimedStates
{
    /// <summary>Requires a known letter for each neuron.</summary>
    /// <param name="claims">The claims.</param>
    /// <param name="width">Number of neurons.</param>
    /// <param name="evidence">The letters of evidence that there are.</param>
    /// <param name="place">The layer, for messages.</param>
    /// <exception cref="Refusal">There are others, or not as many.</exception>
    public static void RequireLetters(LayerClaims claims, int width, string evidence, string place)
    {
        foreach ((string letters, string known, string field) in ((string, string, string)[])[
            (claims.States, "aiu?", "states"), (claims.Above, evidence, "above"), (claims.Below, evidence, "below")])
        {
            if (letters.Length != width || letters.AsSpan().ContainsAnyExcept(known))
                throw new Refusal($"{place}, {field}", "They are not one known letter for each neuron.");
        }
    }

    /// <summary>Requires that bounds, or points, show each state.</summary>
    /// <param name="claims">The claims.</param>
    /// <param name="signs">Signs that points show, points by neurons.</param>
    /// <param name="lower">Proven lower bounds.</param>
    /// <param name="upper">Proven upper bounds.</param>
    /// <param name="place">The layer, for messages.</param>
    /// <param name="proven">Counts the claims by the letter of what proves them, <c>u</c> for points; null to count none.</param>
    /// <exception cref="Refusal">A state is not shown.</exception>
    public static void Require(
        LayerClaims claims, sbyte[] signs, double[] lower, double[] upper, string place, Dictionary<char, int>? proven)
    {
        int width = lower.Length;
        bool[] positive = new bool[width], negative = new bool[width];
        for (int at = 0; at < signs.Length; at++)
        {
            positive[at % width] |= signs[at] > 0;
            negative[at % width] |= signs[at] < 0;
        }

        for (int i = 0; i < width; i++)
        {
            string? fault = claims.States[i] switch
            {
                'i' when !(upper[i] <= 0) =>
                    $"It is claimed to be stably inactive, but its upper bound is {Show(upper[i])} ({Kind(claims.Above[i])}).",
                'a' when !(lower[i] >= 0) =>
                    $"It is claimed to be stably active, but its lower bound is {Show(lower[i])} ({Kind(claims.Below[i])}).",
                'u' when !positive[i] || !negative[i] =>
                    $"It is claimed to be unstable, but no point shows it {(positive[i] ? "below" : "above")} 0.",
                _ when !(lower[i] <= upper[i]) => $"Its bounds {Show(lower[i])} and {Show(upper[i])} exclude each other.",
                _ => null,
            };
            if (fault is not null)
                throw new Refusal($"{place}, neuron {i}", fault);
            char kind = claims.States[i] switch { 'i' => claims.Above[i], 'a' => claims.Below[i], char state => state };
            if (proven is not null)
                proven[kind] = proven.GetValueOrDefault(kind) + 1;
        }
    }

    /// <summary>A number with all its digits, for messages.</summary>
    public static string Show(double value) => value.ToString("R", System.Globalization.CultureInfo.InvariantCulture);

    private static string Kind(char letter) =>
        letter switch { 'c' => "backward pass", 's' => "backward pass with slopes", 't' => "tree", 'b' => "boxes", 'e' => "exact",
            _ => "intervals" };
}
