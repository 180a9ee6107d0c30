using System.Globalization;
using ExactCompression.Networks;

namespace ExactCompression;

/// <summary>
/// Some of the hidden neurons of a network: <c>5:12</c> is neuron 12 of layer 5, <c>4:*</c> is layer 4, <c>3:0-99,120</c> are some of
/// layer 3, <c>2-4:*</c> are three layers. Layers count from 1 and neurons from 0, as in stability tables. Immutable.
/// </summary>
public sealed class NeuronSelection
{
    private const string All = "*";
    private const string Advice = "Write '5:12' for neuron 12 of layer 5, '4:*' for layer 4, '3:0-99' for some of layer 3.";

    private readonly List<Part> parts = [];

    /// <summary>Reads a selection.</summary>
    /// <param name="texts">One or more parts; what any of them names is selected.</param>
    /// <exception cref="InvalidInputException">A part is not written as above, or there is none.</exception>
    public NeuronSelection(IEnumerable<string> texts)
    {
        foreach (string text in texts)
        {
            string[] halves = text.Split(':');
            if (halves.Length != 2)
                throw NotUnderstood(text);
            (int First, int Last)? layers = RangeOf(halves[0], text);
            foreach (string piece in halves[1].Split(','))
                parts.Add(new(layers, RangeOf(piece, text), text));
        }

        if (parts.Count == 0)
            throw new InvalidInputException("NoNeurons", "No neuron is named.", Advice);
    }

    /// <summary>Which neurons of a network are selected.</summary>
    /// <param name="network">The network.</param>
    /// <returns>For each hidden neuron, in the order of layers and neurons, whether it is.</returns>
    /// <exception cref="InvalidInputException">A part names a layer or a neuron that the network does not have.</exception>
    public bool[] In(ReluNetwork network)
    {
        int[] starts = NeuronLayout.StartsOf(network);
        var selected = new bool[starts[^1]];
        foreach (Part part in parts)
        {
            (int first, int last) = part.Layers ?? (1, network.Depth);
            if (first < 1 || last > network.Depth)
                throw new InvalidInputException(
                    "NoSuchNeuron", $"'{part.Text}' names layer {(first < 1 ? first : last)} of '{network.Name}'.",
                    network.Depth == 0 ? "It has no hidden layer." : $"Its hidden layers are 1 to {network.Depth}.");
            for (int layer = first; layer <= last; layer++)
            {
                int width = network.WidthOf(layer);
                (int from, int to) = part.Neurons ?? (0, width - 1);
                if (to >= width)
                    throw new InvalidInputException(
                        "NoSuchNeuron", $"'{part.Text}' names neuron {to} of layer {layer} of '{network.Name}'.",
                        $"The neurons of that layer are 0 to {width - 1}.");
                Array.Fill(selected, true, starts[layer - 1] + from, to - from + 1);
            }
        }

        return selected;
    }

    /// <inheritdoc/>
    public override string ToString() => string.Join(' ', parts.Select(static p => p.Text).Distinct());

    /// <summary>A number, a range or a star, which is null.</summary>
    private static (int First, int Last)? RangeOf(string text, string whole)
    {
        string trimmed = text.Trim();
        if (trimmed == All)
            return null;
        string[] ends = trimmed.Split('-');
        if (ends.Length > 2 || !TryRead(ends[0], out int first) || !TryRead(ends[^1], out int last) || last < first)
            throw NotUnderstood(whole);
        return (first, last);
    }

    private static bool TryRead(string text, out int number) =>
        int.TryParse(text, NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out number);

    private static InvalidInputException NotUnderstood(string text) =>
        new("NeuronNotUnderstood", $"'{text}' names no neurons.", Advice);

    private sealed record Part((int First, int Last)? Layers, (int First, int Last)? Neurons, string Text);
}
