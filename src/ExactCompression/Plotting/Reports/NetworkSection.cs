namespace ExactCompression.Plotting.Reports;

/// <summary>The network, the domain, and how the verdicts were found.</summary>
internal static class NetworkSection
{
    /// <summary>Writes the section.</summary>
    /// <param name="page">The page.</param>
    /// <param name="table">The verdicts.</param>
    /// <param name="compression">The compression that rests on them, or null.</param>
    public static void Write(HtmlWriter page, StabilityTable table, CompressionResult? compression)
    {
        ReluNetwork network = table.Network;
        page.Open("section", ("aria-labelledby", "network")).Element("h2", "Network and domain", ("id", "network"));
        HtmlTable.Facts(page, compression is null ? "The network" : "The original network",
        [
            ("Name", network.Name),
            ("File", network.Path is { } path ? Path.GetFileName(path) : null),
            ("Format", network.Format),
            ("Layers", network.Architecture),
            ("Inputs", Panels.Count(network.InputSize)),
            ("Outputs", Panels.Count(network.OutputSize)),
            ("Hidden neurons", $"{Panels.Count(network.NeuronCount)} in {Panels.Counted(network.Depth, "layer", "layers")}"),
            ("Connections", Panels.Count(network.ConnectionCount)),
            ("Weights and biases", $"{Panels.Count(network.ParameterCount)}, {Panels.Count(network.ByteCount)} bytes"),
            ("Not analysed", string.Join(' ', network.Remarks.Take(3))),
        ]);
        HtmlTable.Facts(page, "The domain", Domain(table.Domain));
        page.Close("section");
    }

    private static IEnumerable<(string Name, string? Value)> Domain(InputDomain domain) =>
    [
        ("Domain", domain.Description),
        ("Made from", domain.Origin?.Data ?? (domain.Origin is { Radius: null } origin ? origin.Name : null)),
        ("Around row", domain.Origin?.Row is { } row ? Panels.Count(row) : null),
        ("Radius", domain.Radius is { } radius ? Panels.Number(radius) : null),
        ("Lowest and highest input", $"{Panels.Number(domain.Lowest)} and {Panels.Number(domain.Highest)}"),
    ];
}
