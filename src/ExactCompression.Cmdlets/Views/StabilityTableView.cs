using System.Management.Automation;
using System.Management.Automation.Host;

namespace ExactCompression.Cmdlets.Views;

/// <summary>
/// The view of a stability table: a bar for each layer, beside the counts whose headings are the bar's legend. The format file calls this.
/// </summary>
public static class StabilityTableView
{
    private const int LayerWidth = 5;
    private const int Gap = 2;
    private const int Margin = 1;
    private const int NarrowestBar = 10;
    private const int WidestBar = 60;

    /// <summary>What a list has room for behind its labels on a screen of 80 columns, where longer lines are broken within words.</summary>
    private const int ListWidth = 62;

    /// <summary>The whole view, line by line.</summary>
    /// <param name="table">The table.</param>
    /// <param name="host">The session's host: its width, and whether it has colours.</param>
    /// <param name="style">The session's <c>$PSStyle</c>.</param>
    public static IEnumerable<string> Lines(StabilityTable table, PSHost? host, PSObject? style)
    {
        var palette = Palette.Of(host, style);
        var bar = new StateBar(palette);
        NeuronState[] states = [.. StateBar.Order.Where(state => state != NeuronState.Undetermined || table.Undetermined > 0)];
        int[] widths = [.. states.Select(static state => StateBar.Label(state).Length + 2)];
        string gap = new(' ', Gap);
        string[] channels = [.. table.Layers.Select(layer => Channels(layer, gap))];
        int room = ColumnText.ScreenWidth(host) - Margin - LayerWidth - Gap - widths.Sum(static w => w + Gap);
        int longest = channels.Select(static text => text.Length).DefaultIfEmpty().Max();
        if (room - longest < NarrowestBar)
            (channels, longest) = (Array.ConvertAll(channels, static _ => ""), 0);
        int cells = Math.Clamp(room - longest, NarrowestBar, WidestBar);

        yield return $"{palette.Heading(PrintableText.Of(table.Network.Name))} over {PrintableText.Of(table.Domain.ShortDescription)}";
        int width = ColumnText.ScreenWidth(host) - 1;
        foreach (string line in ColumnText.Lines(Summary(table), width))
            yield return line;
        string imported = table.IsImported ? "Imported: verdicts and bounds are as stated at the source, and are not proven here yet" : "";
        foreach (string line in imported.Length == 0 ? [] : ColumnText.Lines(imported, width))
            yield return line;
        yield return "";
        yield return palette.Heading("Layer") + gap + new string(' ', cells) + string.Concat(states.Select(state =>
            $"{gap}{palette.Paint(state, Palette.Sign(state).ToString())} {palette.Heading(StateBar.Label(state))}"));
        int widest = Widest(table);
        foreach (LayerStability layer in table.Layers)
        {
            yield return Units.Count(layer.Layer).PadLeft(LayerWidth) + gap + bar.Draw(layer, cells, widest)
                + string.Concat(states.Zip(widths, (state, width) =>
                gap + Units.Count(StateBar.Count(layer, state)).PadLeft(width)))
                + channels[layer.Layer - 1];
        }
    }

    /// <summary>The layers in words, with bars of a fixed width and no colours.</summary>
    /// <param name="instance">The table.</param>
    public static string Layers(PSObject instance)
    {
        var table = (StabilityTable)instance.BaseObject;
        var bar = new StateBar(Palette.Plain);
        int widest = Widest(table);
        string[] words = [.. table.Layers.Select(static layer =>
            $"{layer.StablyActive} active{Rank(layer)}, {layer.StablyInactive} inactive, {layer.Unstable} unstable"
                + (layer.Undetermined > 0 ? $", {layer.Undetermined} undetermined" : ""))];
        string[] channels = [.. table.Layers.Select(static layer => Channels(layer, ""))];
        string[] labels = [.. table.Layers.Select(static layer => $"{layer.Layer}: ")];
        bool hasBars = labels.Zip(words).All(static line => line.First.Length + NarrowestBar + 1 + line.Second.Length <= ListWidth);
        return string.Join(Environment.NewLine, table.Layers.Select((layer, l) =>
        {
            string line = labels[l] + (hasBars ? bar.Draw(layer, NarrowestBar, widest) + " " : "") + words[l];
            return channels[l].Length == 0 ? line : line.Length + 2 + channels[l].Length <= ListWidth ? $"{line}; {channels[l]}"
                : line + Environment.NewLine + new string(' ', labels[l].Length) + channels[l];
        }));
    }

    /// <summary>The rank of a layer's active rows, in words; empty where it is not known.</summary>
    /// <param name="layer">The layer.</param>
    public static string Rank(LayerStability layer) => layer.ActiveRank is { } rank ? $" (rank {rank})" : "";

    /// <summary>What each kind of evidence decided, and how long it took.</summary>
    /// <param name="instance">The table.</param>
    public static string Stages(PSObject instance) =>
        string.Join(
            Environment.NewLine,
            ((StabilityTable)instance.BaseObject).Stages.Select(
                static stage => $"{PrintableText.Of(stage.Name)}: {Units.Count(stage.Decided)} decided in {Units.Time(stage.Elapsed)}"));

    /// <summary>The shape of a layer with rows and columns, and how many of its channels are stable everywhere.</summary>
    private static string Channels(LayerStability layer, string before)
    {
        if (layer.Channels == layer.Neurons)
            return "";
        (int Count, string Name)[] stable = [(layer.ActiveChannels, "active"), (layer.InactiveChannels, "inactive")];
        string[] parts = [.. stable.Where(static s => s.Count > 0).Select(static s => $"{Units.Count(s.Count)} {s.Name}")];
        return before + layer.Shape
            + (parts.Length == 0 ? "" : $", {string.Join(", ", parts)} of {Units.Count(layer.Channels)} channels");
    }

    private static int Widest(StabilityTable table) => table.Layers.Select(static layer => layer.Neurons).DefaultIfEmpty().Max();

    private static string Summary(StabilityTable table)
    {
        int stable = table.StablyActive + table.StablyInactive;
        string unproven = table.UnprovenStable > 0 ? $" ({Units.Count(table.UnprovenStable)} unproven: {Sources(table)})" : "";
        string time = table.Elapsed > TimeSpan.Zero ? $", in {Units.Time(table.Elapsed)}" : "";
        return $"{Units.Count(stable)} of {Units.Count(table.Neurons.Count)} neurons stable{unproven}, {Units.Count(table.Unstable)} "
            + $"unstable, {Units.Count(table.Undetermined)} undetermined{time}";
    }

    /// <summary>The source of the unproven stable verdicts.</summary>
    private static string Sources(StabilityTable table)
    {
        NeuronStability[] unproven = [.. table.Neurons.Where(
            static n => n.State is NeuronState.StablyActive or NeuronState.StablyInactive && !n.IsProven)];
        bool imported = unproven.Any(static n => n.IsImported), solver = !unproven.All(static n => n.IsImported);
        return (imported, solver) switch { (true, true) => "imported, or MILP verdicts", (true, false) => "imported",
            _ => "MILP verdicts" };
    }
}
