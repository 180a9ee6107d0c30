using System.Text;

namespace ExactCompression.Cmdlets.Views;

/// <summary>
/// A bar of the states of a layer's neurons: a sign for each state, so that the bar is readable without colours too. Every state that
/// occurs has at least one cell, the others in proportion.
/// </summary>
internal sealed class StateBar(Palette palette)
{
    /// <summary>The states in the order of the bar.</summary>
    public static readonly NeuronState[] Order = [NeuronState.StablyActive, NeuronState.StablyInactive, NeuronState.Unstable,
        NeuronState.Undetermined];

    /// <summary>The names of the states in headers.</summary>
    public static string Label(NeuronState state) => state switch
    {
        NeuronState.StablyActive => "active",
        NeuronState.StablyInactive => "inactive",
        NeuronState.Unstable => "unstable",
        _ => "undetermined",
    };

    /// <summary>How many of a layer's neurons are in a state.</summary>
    public static int Count(LayerStability layer, NeuronState state) => state switch
    {
        NeuronState.StablyActive => layer.StablyActive,
        NeuronState.StablyInactive => layer.StablyInactive,
        NeuronState.Unstable => layer.Unstable,
        _ => layer.Undetermined,
    };

    /// <summary>The bar of a layer.</summary>
    /// <param name="layer">Counts of the layer.</param>
    /// <param name="cells">Cells that the widest layer of the network takes.</param>
    /// <param name="widest">Neurons of the widest layer.</param>
    public string Draw(LayerStability layer, int cells, int widest)
    {
        int[] counts = [.. Order.Select(state => Count(layer, state))];
        int length = Math.Clamp(
            (int)Math.Round((double)cells * layer.Neurons / Math.Max(1, widest)), counts.Count(static c => c > 0), cells);
        int[] parts = Share(counts, length);
        var text = new StringBuilder();
        for (int i = 0; i < parts.Length; i++)
        {
            if (parts[i] > 0)
                text.Append(palette.Paint(Order[i], new string(Palette.Sign(Order[i]), parts[i])));
        }

        return text.Append(' ', cells - length).ToString();
    }

    /// <summary>Distributes cells in proportion to counts: largest remainders first, and none for a count of 0.</summary>
    /// <param name="counts">The counts.</param>
    /// <param name="cells">Cells to distribute, at least as many as there are counts above 0.</param>
    internal static int[] Share(int[] counts, int cells)
    {
        int total = counts.Sum();
        int[] parts = [.. counts.Select(count => count == 0 ? 0 : Math.Max(1, (int)((long)count * cells / total)))];
        while (parts.Sum() != cells && total > 0)
        {
            bool more = parts.Sum() < cells;
            // The one that is farthest from its share, among those that may change.
            int at = Enumerable.Range(0, parts.Length)
                .Where(i => more ? counts[i] > 0 : parts[i] > 1)
                .MaxBy(i => (more ? 1 : -1) * (((double)counts[i] * cells / total) - parts[i]));
            parts[at] += more ? 1 : -1;
        }

        return parts;
    }
}
