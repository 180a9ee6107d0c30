namespace ExactCompression.Plotting.Reports;

/// <summary>The first screen: what was found, in a sentence and a few large figures, and whatever is not proven of it.</summary>
internal static class ReportSummary
{
    /// <summary>Writes the title and what stands below it.</summary>
    /// <param name="page">The page.</param>
    /// <param name="title">The title.</param>
    /// <param name="table">The verdicts.</param>
    /// <param name="compression">The compression that rests on them, or null.</param>
    public static void Write(HtmlWriter page, string title, StabilityTable table, CompressionResult? compression)
    {
        page.Open("header").Element("h1", title);
        page.Element("p", compression is null ? Sentence(table) : Sentence(compression), ("class", "lead"));
        foreach (string warning in Warnings(table, compression))
            page.Element("p", warning, ("class", "warning"), ("role", "note"));
        page.Open("dl", ("class", "figures"));
        foreach ((string name, string value, string more) in compression is null ? Figures(table) : Figures(compression))
            page.Open("div").Element("dt", name).Open("dd").Text(value).Element("small", more).Close("dd").Close("div");
        page.Close("dl").Close("header");
    }

    private static string Sentence(StabilityTable table)
    {
        int all = table.Neurons.Count, stable = table.StablyActive + table.StablyInactive;
        string proven = table.UnprovenStable == 0 ? "" : $" ({Panels.Count(table.UnprovenStable)} of these verdicts are not proven)";
        string open = table.Undetermined == 0
            ? ""
            : $"; whether {Panels.Count(table.Undetermined)} more ({Panels.Percent(100.0 * table.Undetermined / all)}) are is open";
        return all == 0
            ? "The network has no hidden neurons."
            : $"{(open.Length > 0 ? "At least " : "")}{Panels.Count(stable)} of {Panels.Counted(all, "hidden neuron", "hidden neurons")} "
                + $"({Panels.Percent(100.0 * stable / all)}) {(stable == 1 ? "is" : "are")} stable over "
                + $"{table.Domain.ShortDescription}{proven}{open}.";
    }

    private static string Sentence(CompressionResult result)
    {
        (ReluNetwork before, ReluNetwork after) = (result.Original, result.Compressed);
        string sizes = before.Architecture != after.Architecture ? $"{before.Architecture} became {after.Architecture}"
            : before.ConnectionCount == after.ConnectionCount ? $"Nothing was removed from {before.Architecture}"
            : $"{before.Architecture} went from {Panels.Count(before.ConnectionCount)} to "
                + $"{Panels.Counted(after.ConnectionCount, "connection", "connections")}";
        string outcome = !result.IsProven
            ? "it is not proven that both compute the same function."
            : result.ProvenDeviation == 0
            ? $"both compute the same function over {result.Domain.ShortDescription} (proven)."
            : $"no output differs by more than {BoundText.Deviation(result.ProvenDeviation)} over {result.Domain.ShortDescription} "
                + "(proven).";
        return $"{sizes}: {outcome}";
    }

    private static IEnumerable<string> Warnings(StabilityTable table, CompressionResult? compression)
    {
        if (compression is { IsProven: false })
            yield return compression.Unproven > 0
                ? $"Unproven: the compression rests on {Panels.Counted(compression.Unproven, "verdict", "verdicts")} that nothing here "
                    + "proves."
                : "Unproven: the compression is a copy from outside, and nothing here proves what it says.";
        else if (table.IsImported)
            yield return "Imported: verdicts and bounds are as their source states them, and are not proven here.";
        else if (table.UnprovenStable > 0)
            yield return $"{Panels.Counted(table.UnprovenStable, "stable verdict is", "stable verdicts are")} not proven: imported, or the "
                + "claim of a MILP solver within its tolerance.";
        if (compression is { Unconfirmed: > 0 })
            yield return $"{Panels.Counted(compression.Unconfirmed, "neuron was", "neurons were")} kept that a MILP solver or an imported "
                + "table claims to be stable: no proof was found, or a proof of the contrary.";
        if (table.Undetermined > 0)
            yield return compression is null
                ? $"{Panels.Counted(table.Undetermined, "neuron is", "neurons are")} undetermined: a search by inputs alone does not "
                    + "decide those that are stable, and a time limit, or an operator that is not analysed, leaves others open."
                : $"{Panels.Counted(table.Undetermined, "neuron is", "neurons are")} undetermined, and no step counts on what they "
                    + "are: more may be removable.";
    }

    private static IEnumerable<(string Name, string Value, string More)> Figures(StabilityTable table)
    {
        (string Name, int Count)[] states = [("Stably active", table.StablyActive), ("Stably inactive", table.StablyInactive),
            ("Unstable", table.Unstable), ("Undetermined", table.Undetermined)];
        return states.Select(s => (s.Name, Panels.Count(s.Count),
            table.Neurons.Count == 0 ? "" : Panels.Percent(100.0 * s.Count / table.Neurons.Count)));
    }

    private static IEnumerable<(string Name, string Value, string More)> Figures(CompressionResult result)
    {
        (ReluNetwork before, ReluNetwork after) = (result.Original, result.Compressed);
        (string Name, long Before, long After)[] sizes = [("Neurons", before.NeuronCount, after.NeuronCount),
            ("Connections", before.ConnectionCount, after.ConnectionCount), ("Bytes of weights", before.ByteCount, after.ByteCount)];
        foreach ((string name, long was, long now) in sizes)
            yield return (name, $"{Panels.Count(was)} → {Panels.Count(now)}", was == 0 ? "" : $"{ReportText.Removed(was, now)} removed");
        yield return ("Proven deviation", BoundText.Deviation(result.ProvenDeviation), "of any output, in real arithmetic");
        if (result.DeployedDeviation is { } deployed)
            yield return ("Deployed deviation", BoundText.Deviation(deployed), "of any output, in float32");
    }
}
