using System.Globalization;
using ExactCompression.Networks;

namespace ExactCompression.Formats;

/// <summary>One layer of a lowered graph in C: its arrays, and the loops of each term.</summary>
internal sealed class CLayer
{
    private readonly LoweredLayer layer;
    private readonly int value;
    private readonly CArrays arrays;
    private readonly CTerm[] terms;
    private readonly string biasName;

    /// <summary>Chooses how each term is stored.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="value">1-based place of the layer.</param>
    /// <param name="function">The function's name.</param>
    /// <param name="arrays">Writes arrays.</param>
    public CLayer(LoweredGraph graph, int value, string function, CArrays arrays)
    {
        layer = graph.Layers[value - 1];
        (this.value, this.arrays) = (value, arrays);
        string number = value.ToString(CultureInfo.InvariantCulture);
        biasName = $"{function}_b{number}";
        string NumberOf(int k) =>
            layer.Terms.Count == 1 ? number : string.Create(CultureInfo.InvariantCulture, $"{value}_{k + 1}");
        terms = [.. layer.Terms.Select((term, k) => CTerms.Of(term.Map, function, NumberOf(k), arrays))];
    }

    /// <summary>Whether the network's input is read, and not only multiplied by 0.</summary>
    public bool ReadsInput => terms.Where((term, k) => layer.Terms[k].Source == 0 && !term.IsZero).Any();

    /// <summary>Whether all elements of a channel have the same bias, as in convolutions.</summary>
    private bool IsBiasOfChannels => layer.Shape.Plane > 1
        && Enumerable.Range(0, layer.Width).All(i => layer.Bias.Span[i] == layer.Bias.Span[i / layer.Shape.Plane * layer.Shape.Plane]);

    private bool HasBias => layer.Bias.Span.IndexOfAnyExcept(0.0) >= 0;

    /// <summary>The arrays of the weights and biases.</summary>
    public void WriteArrays()
    {
        foreach (CTerm term in terms)
            term.WriteArrays();
        if (HasBias)
            arrays.Write($"b{value.ToString(CultureInfo.InvariantCulture)}", IsBiasOfChannels
                ? [.. Enumerable.Range(0, layer.Shape.Channels).Select(c => layer.Bias.Span[c * layer.Shape.Plane])]
                : layer.Bias.ToArray());
    }

    /// <summary>The loops.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="buffers">Where values are.</param>
    public void WriteBody(TextWriter writer, CBuffers buffers)
    {
        string unit = layer.IsRectifier ? ", rectified" : "";
        writer.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"\n    /* {CComment.Text(layer.Name)}: {string.Join(" + ", terms.Select(static t => t.Inputs))} -> {layer.Width}{unit} */"));
        for (int k = 0; k < terms.Length; k++)
        {
            writer.WriteLine("    {");
            if (!terms[k].IsZero)
                writer.WriteLine($"        const {arrays.Real} *x = {buffers.NameOf(layer.Terms[k].Source)};");
            writer.WriteLine($"        {arrays.Real} *y = {buffers.NameOf(value)};");
            string begin = k > 0 ? "y[i]" : Bias();
            // A sum that is no number stays one, as everywhere in the module.
            string end = k == terms.Length - 1 && layer.IsRectifier ? "z < 0 ? 0 : z" : "z";
            foreach (string line in terms[k].Loops(begin, end))
                writer.WriteLine("        " + line);
            writer.WriteLine("    }");
        }
    }

    private string Bias() => !HasBias ? "0" : IsBiasOfChannels
        ? string.Create(CultureInfo.InvariantCulture, $"{biasName}[i / {layer.Shape.Plane}]")
        : $"{biasName}[i]";
}
