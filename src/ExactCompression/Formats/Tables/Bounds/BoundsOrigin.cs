namespace ExactCompression.Formats;

/// <summary>What a file of bounds states of its network and its domain, under the rules of CSV.</summary>
internal sealed record BoundsOrigin
{
    /// <summary>What files of this form say they are; the number is that of the form.</summary>
    public const string Format = "ExactCompression bounds 1";

    /// <summary>What separates the parts of a name in the file.</summary>
    public required char Separator { get; init; }

    /// <summary>The network's file, relative to the table's folder; or null.</summary>
    public string? NetworkFile { get; init; }

    /// <summary>The network's fingerprint, or null.</summary>
    public string? NetworkFingerprint { get; init; }

    /// <summary>What the domain is called, or null.</summary>
    public string? Domain { get; init; }

    /// <summary>The domain's fingerprint, or null.</summary>
    public string? DomainFingerprint { get; init; }

    /// <summary>What a table's file says of its network and domain.</summary>
    public static BoundsOrigin Of(StabilityTable table, string path, char separator) => new()
    {
        Separator = separator,
        NetworkFile = WellFormed(StabilityTableOrigin.NetworkFile(table.Network, path)),
        NetworkFingerprint = Fingerprint.Of(table.Network),
        Domain = WellFormed(table.Domain.Description),
        DomainFingerprint = Fingerprint.Of(table.Domain),
    };

    /// <summary>Refuses a file that says it is something else.</summary>
    /// <param name="format">What it says, or null.</param>
    /// <param name="path">The file.</param>
    public static void RequireFormat(string? format, string path)
    {
        if (format != Format)
            throw new InvalidFileException(
                "TableFormatUnknown", path, "format",
                format is null ? $"It is missing, where '{Format}' should be." : $"It is '{NameText.Short(format)}', not '{Format}'.",
                "Give a file that Export-StabilityTable wrote, or one of the same form.");
    }

    /// <summary>The network that the file is of.</summary>
    public ReluNetwork FindNetwork(TableInput input)
    {
        List<StabilityTableRow> rows = Rows(null, null);
        ReluNetwork network = input.Network ?? StabilityTableOrigin.FindNetwork(rows, input.Path, input.Options);
        StabilityTableOrigin.RequireNetwork(rows, network, input.Path);
        return network;
    }

    /// <summary>The domain that the file is of.</summary>
    /// <param name="network">The network.</param>
    /// <param name="lower">Lower ends, one for each input, or null.</param>
    /// <param name="upper">Upper ends likewise.</param>
    /// <param name="input">The file.</param>
    public InputDomain FindDomain(ReluNetwork network, double[]? lower, double[]? upper, TableInput input) =>
        StabilityTableOrigin.FindDomain(Rows(lower, upper), network, input.Domain, input.Path, input.Budget);

    /// <summary>Refuses layers that are not as many as the network's, or not distinct.</summary>
    public static void RequireLayers(IReadOnlyList<string> names, ReluNetwork network, string place, string path)
    {
        if (names.Count != network.Depth)
            throw new InvalidFileException(
                "TableLayersMismatch", path, place,
                $"There are {names.Count} layers in it; the network {network.Architecture} has {network.Depth} hidden ones.",
                "Give the network that the table was made for.");
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (string name in names)
        {
            if (!seen.Add(name))
                throw new InvalidFileException(
                    "TableLayerDuplicate", path, place, $"The layer '{NameText.Short(name)}' is listed a second time.",
                    "Give each layer a name of its own.");
        }
    }

    /// <summary>The table, once all of its layers are read.</summary>
    public static StabilityTable Table(ReluNetwork network, InputDomain domain, IReadOnlyList<BoundsLayer> layers, string path)
    {
        var verdicts = new List<NeuronStability>();
        for (int layer = 1; layer <= network.Depth; layer++)
        {
            for (int neuron = 0; neuron < network.WidthOf(layer); neuron++)
                verdicts.Add(Verdict(layers[layer - 1], layer, neuron, network.Layers[layer - 1].Shape, path));
        }

        return new(network, domain, verdicts);
    }

    /// <summary>A text without halves of surrogate pairs, which no encoding has.</summary>
    [return: System.Diagnostics.CodeAnalysis.NotNullIfNotNull(nameof(text))]
    public static string? WellFormed(string? text) =>
        text is null ? null : string.Concat(text.EnumerateRunes().Select(static r => r.ToString()));

    private static NeuronStability Verdict(BoundsLayer bounds, int layer, int neuron, TensorShape shape, string path)
    {
        double lower = bounds.Lower?[neuron] ?? double.NegativeInfinity, upper = bounds.Upper?[neuron] ?? double.PositiveInfinity;
        NeuronState state = bounds.States[neuron];
        var verdict = new NeuronStability
        {
            Layer = layer,
            Neuron = neuron,
            // 0 everywhere counts as inactive.
            State = state == NeuronState.StablyActive && upper == 0 ? NeuronState.StablyInactive : state,
            LowerBound = lower,
            UpperBound = upper,
            Evidence = bounds.Evidence?[neuron] ?? "",
        };
        if (double.IsNaN(lower) || double.IsNaN(upper))
            throw new InvalidFileException(
                "TableValueInvalid", path, Place(bounds.Place, shape, neuron), "A bound is not a number.",
                "Use minus infinity or infinity where no bound is known.");
        if (StabilityTableRow.Contradicts(verdict))
            throw new InvalidFileException(
                "TableContradiction", path, Place(bounds.Place, shape, neuron),
                $"A neuron between {StabilityTableOrigin.Show(lower)} and {StabilityTableOrigin.Show(upper)} cannot be {verdict.State}.",
                "Correct the bounds or the state.");
        return verdict;
    }

    private static string Place(string layer, TensorShape shape, int neuron)
    {
        var index = new List<int>();
        for (int d = shape.Count - 1; d >= 0; d--)
        {
            index.Insert(0, neuron % shape[d]);
            neuron /= shape[d];
        }

        return $"{layer}, element ({string.Join(", ", index)})";
    }

    private List<StabilityTableRow> Rows(double[]? lower, double[]? upper) =>
    [
        new("file", new() { Layer = 1, Neuron = 0, State = NeuronState.Undetermined })
        {
            Places = column => BoundsNames.Place(column, Separator),
            Domain = Stated(Domain),
            DomainFingerprint = Stated(DomainFingerprint),
            DomainLower = Ends(lower),
            DomainUpper = Ends(upper),
            NetworkFile = Stated(NetworkFile),
            NetworkFingerprint = Stated(NetworkFingerprint),
        },
    ];

    // An empty text states nothing, as an empty cell does.
    private static string? Stated(string? text) => text is { Length: > 0 } ? text : null;

    private static string? Ends(double[]? ends) => ends is null ? null : StabilityTableOrigin.Show(ends);
}
