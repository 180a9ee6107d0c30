using ExactCompression.Networks;

namespace ExactCompression.Formats;

/// <summary>Names by which files of bounds call layers and tensors: those of the network's own file, made distinct.</summary>
internal static class BoundsNames
{
    /// <summary>What the first part of a key in an archive may be besides a layer.</summary>
    private static readonly string[] Reserved = ["network", "domain", "input"];

    // Beyond this, a name is no help to a reader, and entries of archives have a limit of their own.
    private const int Longest = 1000;

    /// <summary>
    /// A name for each hidden layer: that of its node in the file. Layers without one are <c>layer1</c>, <c>layer2</c>, ...; of layers with
    /// the same name, all but the first have a number appended.
    /// </summary>
    public static string[] OfLayers(ReluNetwork network)
    {
        var taken = new HashSet<string>(Reserved, StringComparer.Ordinal);
        var names = new string[network.Depth];
        for (int k = 0; k < names.Length; k++)
        {
            // Archives of Python end a name at a null character, and on Windows turn backslashes round.
            string own = PrintableText.Of(network.Layers[k].Name).Replace('\\', '_');
            string wanted = own.Length is 0 or > Longest ? $"layer{k + 1}" : own;
            names[k] = wanted;
            for (int number = 2; !taken.Add(names[k]); number++)
                names[k] = $"{wanted}_{number}";
        }

        return names;
    }

    /// <summary>
    /// For each hidden layer the name of the tensor that is its pre-activation; empty where none is known, or where the pre-activation is
    /// no tensor of the file (<c>Clip</c>, <c>HardSigmoid</c>, <c>Max</c>, <c>Min</c>).
    /// </summary>
    public static string[] OfTensors(ReluNetwork network)
    {
        var names = new string[network.Depth];
        Array.Fill(names, "");
        if ((network.Graph ?? network.SourceGraph) is not { } graph)
            return names;
        GraphNode[] units = [.. graph.Nodes.Where(static node => node.Operator is UnitOperator)];
        for (int k = 0; k < names.Length; k++)
        {
            NetworkLayer layer = network.Layers[k];
            // The layers of a joined chain are some of the file's units, under the same names.
            GraphNode[] own = network.Graph is not null
                ? [units[k]]
                : [.. units.Where(node => node.Name == layer.Name && node.Shape.Elements == layer.Outputs)];
            if (own is [{ Operator: ReluOperator or LeakyReluOperator, Inputs: [var value, ..] }])
                names[k] = PrintableText.Of(graph.Producer(value)?.ValueName ?? graph.Inputs[value].Name);
        }

        return names;
    }

    /// <summary>Where a file of bounds has what a column of a CSV has.</summary>
    /// <param name="column">The column, or several.</param>
    /// <param name="separator">What separates the parts of a name: a slash in archives, a dot in JSON.</param>
    public static string Place(string column, char separator) => column switch
    {
        "NetworkFingerprint" => $"network{separator}fingerprint",
        "NetworkFile" => $"network{separator}file",
        "Domain" => $"domain{separator}name",
        "DomainFingerprint" => $"domain{separator}fingerprint",
        "DomainLower" => $"input{separator}lower",
        "DomainUpper" => $"input{separator}upper",
        "DomainLower, DomainUpper" => $"input{separator}lower, input{separator}upper",
        _ => column,
    };
}
