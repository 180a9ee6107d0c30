namespace ExactCompression.Plotting.Reports;

/// <summary>What a compression did, and what is proven of it.</summary>
internal static class CompressionSection
{
    private const int MostSteps = 500;

    /// <summary>Writes the section.</summary>
    /// <param name="page">The page.</param>
    /// <param name="result">The compression.</param>
    /// <param name="certificate">Its certificate, or null.</param>
    /// <param name="cancellation">When cancelled, throws.</param>
    public static void Write(
        HtmlWriter page, CompressionResult result, StatedCertificate? certificate, CancellationToken cancellation)
    {
        page.Open("section", ("aria-labelledby", "compression")).Element("h2", "Before and after", ("id", "compression"));
        HtmlTable.Write(page, "Sizes", [("", true), ("Before", false), ("After", false), ("Removed", false)], Sizes(result, cancellation));
        if (result.Layers.Count > 0)
            Layers(page, result);
        if (result.Original.NeuronCount > 0)
            InlinePicture.Write(
                page, "layers", StabilityPlot.Layers(result), 0,
                $"Bars: {Panels.Count(result.Original.NeuronCount)} neurons before, {Panels.Count(result.Compressed.NeuronCount)} after, "
                    + "and why the others are gone, layer by layer; the table above has the same figures.");
        page.Close("section");
        cancellation.ThrowIfCancellationRequested();
        page.Open("section", ("aria-labelledby", "proof")).Element("h2", "What is proven", ("id", "proof"));
        HtmlTable.Facts(page, "The difference of the two networks over the domain",
        [
            ("Proven deviation", ReportText.Deviation(result)),
            ("Deployed deviation", ReportText.Deployed(result)),
            ("Certificate", certificate?.Name),
            ("SHA-256 of the certificate", certificate?.Hash),
            ("The certificate proves", certificate is null
                ? null : $"{BoundText.Deviation(certificate.ProvenDeviation)}: checked against both networks when this page was written, "
                    + "by a method of its own, whose bound may be the larger one"),
        ]);
        Steps(page, result);
        page.Close("section");
    }

    private static IEnumerable<IReadOnlyList<string>> Sizes(CompressionResult result, CancellationToken cancellation)
    {
        (ReluNetwork before, ReluNetwork after) = (result.Original, result.Compressed);
        yield return Row("Hidden layers", before.Depth, after.Depth);
        yield return Row("Neurons", before.NeuronCount, after.NeuronCount);
        yield return Row("Connections", before.ConnectionCount, after.ConnectionCount);
        yield return Row("Parameters", before.ParameterCount, after.ParameterCount);
        yield return Row("Multiply-adds", before.MultiplyAddCount, after.MultiplyAddCount);
        yield return Row("Bytes of weights and biases", before.ByteCount, after.ByteCount);
        if (before.FileSize is { } size && size(before, cancellation) is { } was && size(after, cancellation) is { } now)
            yield return Row("Bytes of the ONNX file", was, now);
    }

    private static string[] Row(string name, long before, long after) =>
        [name, Panels.Count(before), Panels.Count(after), ReportText.Removed(before, after)];

    private static void Layers(HtmlWriter page, CompressionResult result)
    {
        bool hasChannels = result.Layers.Any(static l => l.Channels != l.Neurons);
        HtmlTable.Write(
            page, "Hidden layers before and after",
            [("Layer", false), ("Name", true), ("Shape", true), ("Neurons before", false), ("Neurons after", false), ("Removed", false),
                .. hasChannels ? new[] { ("Channels before", false), ("Channels after", false) } : []],
            result.Layers.Select(l => (IReadOnlyList<string>)[Panels.Count(l.Layer), l.Name, l.Shape, Panels.Count(l.Neurons),
                Panels.Count(l.Remaining), ReportText.Removed(l.Neurons, l.Remaining),
                .. hasChannels ? new[] { Panels.Count(l.Channels), Panels.Count(l.RemainingChannels) } : []]));
    }

    private static void Steps(HtmlWriter page, CompressionResult result)
    {
        if (result.Steps.Count > 0)
        {
            page.Open("details").Element("summary", Panels.Counted(result.Steps.Count, "step", "steps")).Open("ol");
            foreach (CompressionStep step in result.Steps.Take(MostSteps))
                page.Element("li", step.ToString());
            page.Close("ol");
            if (result.Steps.Count > MostSteps)
                page.Element("p", $"The first {Panels.Count(MostSteps)} of {Panels.Count(result.Steps.Count)}.");
            page.Close("details");
        }

        if (result.Remarks.Count == 0)
            return;
        page.Element("h3", "What stays, and why").Open("ul");
        foreach (string remark in result.Remarks)
            page.Element("li", remark);
        page.Close("ul");
    }
}
