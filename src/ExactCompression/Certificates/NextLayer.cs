namespace ExactCompression.Certificates;

/// <summary>The layer behind one of the original, and the part of it that a relation needs.</summary>
/// <param name="Map">The layer.</param>
/// <param name="Needed">Which of its rows are needed.</param>
internal sealed record NextLayer(AffineLayer Map, bool[] Needed)
{
    /// <summary>Whether a row that is needed reads a neuron: the value of one that nothing reads does not matter.</summary>
    /// <param name="neuron">0-based, of the layer before.</param>
    public bool Reads(int neuron)
    {
        for (int r = 0; r < Needed.Length; r++)
        {
            if (Needed[r] && Map.Row(r)[neuron] != 0)
                return true;
        }

        return false;
    }
}
