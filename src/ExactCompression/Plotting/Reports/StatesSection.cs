using System.Globalization;

namespace ExactCompression.Plotting.Reports;

/// <summary>The verdicts: states by layer, bounds, evidence, and each neuron.</summary>
internal static class StatesSection
{
    // A row takes about 150 bytes; a larger table belongs in a file of its own.
    private const int MostRows = 2000;

    // Bars of fewer pixels than this show nothing of single neurons.
    private const int MostBounds = 20000;

    /// <summary>Writes the sections.</summary>
    /// <param name="page">The page.</param>
    /// <param name="table">The verdicts.</param>
    /// <param name="cancellation">When cancelled, throws.</param>
    public static void Write(HtmlWriter page, StabilityTable table, CancellationToken cancellation)
    {
        if (table.Neurons.Count == 0)
            return;
        page.Open("section", ("aria-labelledby", "states")).Element("h2", "States by layer", ("id", "states"));
        Layers(page, table);
        InlinePicture.Write(
            page, "cells", StabilityPlot.States(table), table.Neurons.Count,
            $"A cell for each neuron in the colour of its state: {Panels.Count(table.StablyActive)} stably active, "
                + $"{Panels.Count(table.StablyInactive)} stably inactive, {Panels.Count(table.Unstable)} unstable, "
                + $"{Panels.Count(table.Undetermined)} undetermined; the table above counts them by layer.");
        page.Close("section");
        cancellation.ThrowIfCancellationRequested();
        page.Open("section", ("aria-labelledby", "bounds")).Element("h2", "Bounds on pre-activations", ("id", "bounds"));
        Bounds(page, table);
        Neurons(page, table);
        page.Close("section");
        page.Open("section", ("aria-labelledby", "evidence")).Element("h2", "How it was found", ("id", "evidence"));
        Evidence(page, table);
        page.Close("section");
    }

    private static void Layers(HtmlWriter page, StabilityTable table)
    {
        bool hasChannels = table.Layers.Any(static l => l.Channels != l.Neurons);
        HtmlTable.Write(
            page, "Neurons of each hidden layer by their state",
            [("Layer", false), ("Name", true), ("Shape", true), ("Neurons", false), ("Stably active", false), ("Stably inactive", false),
                ("Unstable", false), ("Undetermined", false),
                .. hasChannels ? new[] { ("Channels", false), ("Active channels", false), ("Inactive channels", false) } : []],
            table.Layers.Select(l => (IReadOnlyList<string>)[Panels.Count(l.Layer), l.Name, l.Shape, Panels.Count(l.Neurons),
                Panels.Count(l.StablyActive), Panels.Count(l.StablyInactive), Panels.Count(l.Unstable), Panels.Count(l.Undetermined),
                .. hasChannels
                    ? new[] { Panels.Count(l.Channels), Panels.Count(l.ActiveChannels), Panels.Count(l.InactiveChannels) } : []]));
    }

    private static void Bounds(HtmlWriter page, StabilityTable table)
    {
        if (!table.Neurons.Any(static n => double.IsFinite(n.LowerBound) || double.IsFinite(n.UpperBound)))
        {
            page.Element("p", "No bounds are known: Find-StableNeurons computes them.");
            return;
        }

        HtmlTable.Write(
            page, table.IsImported ? "Bounds of each hidden layer, as stated" : "Proven bounds of each hidden layer",
            [("Layer", false), ("Neurons", false), ("Lowest lower bound", false), ("Highest upper bound", false),
                ("Without a bound on one side", false)],
            table.Neurons.GroupBy(static n => n.Layer).Select(static layer => (IReadOnlyList<string>)[
                Panels.Count(layer.Key), Panels.Count(layer.Count()), BoundText.Lower(layer.Min(static n => n.LowerBound)),
                BoundText.Upper(layer.Max(static n => n.UpperBound)),
                Panels.Count(layer.Count(static n => !double.IsFinite(n.LowerBound) || !double.IsFinite(n.UpperBound)))]));
        if (table.Neurons.Count > MostBounds)
            page.Element("p", "There are too many neurons to draw their bounds here; Export-StabilityPlot -Kind Bounds -Layer draws those "
                + "of a layer.");
        else
            InlinePicture.Write(
                page, "bars", StabilityPlot.Bounds(table), table.Neurons.Count,
                "A bar for each neuron from its lower to its upper bound, sorted by state; the table above has the ends of each layer.");
    }

    private static void Neurons(HtmlWriter page, StabilityTable table)
    {
        int shown = Math.Min(MostRows, table.Neurons.Count);
        bool isPlaced = table.Neurons.Take(shown).Any(static n => n.Channel is not null);
        page.Open("details").Element("summary", shown == table.Neurons.Count
            ? $"Each of the {Panels.Counted(shown, "neuron", "neurons")}"
            : $"The first {Panels.Count(shown)} of {Panels.Count(table.Neurons.Count)} neurons; Export-StabilityTable writes all");
        HtmlTable.Write(
            page, "Neurons",
            [("Neuron", false), .. isPlaced ? new[] { ("Channel", false), ("Row", false), ("Column", false) } : [], ("State", true),
                ("Lower bound", false), ("Upper bound", false), ("Evidence", true)],
            table.Neurons.Take(shown).Select(n => (IReadOnlyList<string>)[$"{Whole(n.Layer)}:{Whole(n.Neuron)}",
                .. isPlaced ? new[] { Whole(n.Channel), Whole(n.Row), Whole(n.Column) } : [], PlotColors.Name(n.State),
                BoundText.Lower(n.LowerBound), BoundText.Upper(n.UpperBound), n.Evidence]));
        page.Close("details");
    }

    private static void Evidence(HtmlWriter page, StabilityTable table)
    {
        HtmlTable.Write(
            page, "What settled the neurons", [("Evidence", true), ("Neurons", false)],
            table.Neurons.GroupBy(static n => n.Evidence.Length == 0 ? "none yet" : n.Evidence, StringComparer.Ordinal)
                .OrderByDescending(static g => g.Count()).ThenBy(static g => g.Key, StringComparer.Ordinal).Take(50)
                .Select(static g => (IReadOnlyList<string>)[g.Key, Panels.Count(g.Count())]));
        string device = table.Device is null ? "" : $", on {table.Device}";
        if (table.Stages.Count > 0)
            HtmlTable.Write(
                page, $"Stages of the search, {ReportText.Time(table.Elapsed)} in all{device}",
                [("Stage", true), ("Decided", false), ("Time", false)],
                table.Stages.Select(static s => (IReadOnlyList<string>)[s.Name, Panels.Count(s.Decided), ReportText.Time(s.Elapsed)]));
    }

    private static string Whole(int? number) => number?.ToString(CultureInfo.InvariantCulture) ?? "";
}
