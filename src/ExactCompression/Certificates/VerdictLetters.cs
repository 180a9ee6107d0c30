namespace ExactCompression.Certificates;

/// <summary>Verdicts as certificates state them.</summary>
internal static class VerdictLetters
{
    /// <summary>
    /// A letter per neuron for each hidden layer; unstable neurons without a point count as undetermined, as they do for the compression.
    /// </summary>
    /// <param name="table">The verdicts.</param>
    /// <param name="missing">Unstable neurons that no point shows, by their index over all layers.</param>
    public static string[] Of(StabilityTable table, HashSet<int> missing)
    {
        char[] letters = [.. table.Neurons.Select((n, i) => n.State switch
        {
            NeuronState.StablyActive => 'a',
            NeuronState.StablyInactive => 'i',
            NeuronState.Unstable when !missing.Contains(i) => 'u',
            _ => '?',
        })];
        var states = new string[table.Network.Depth];
        for (int l = 0, first = 0; l < states.Length; first += table.Network.WidthOf(++l))
            states[l] = new(letters.AsSpan(first, table.Network.WidthOf(l + 1)));
        return states;
    }
}
