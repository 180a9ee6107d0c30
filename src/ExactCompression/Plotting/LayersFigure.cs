using ScottPlot;

namespace ExactCompression.Plotting;

/// <summary>A compression: the fate of each layer's neurons, and the connections before and after.</summary>
internal static class LayersFigure
{
    private const float RowHeight = 34;
    private const float LabelRoom = 130;
    private const double BarSize = 0.72;

    public static Figure Of(CompressionResult result)
    {
        IReadOnlyList<NeuronFates> fates = NeuronFates.Of(result);
        var all = new SortedDictionary<NeuronFate, int>();
        foreach (KeyValuePair<NeuronFate, int> gone in fates.SelectMany(static f => f.Gone))
            all[gone.Key] = all.GetValueOrDefault(gone.Key) + gone.Value;
        return new()
        {
            Title = $"{result.Original.Name}: {result.Original.Architecture} to {result.Compressed.Architecture}",
            Subtitle =
                $"The same function over {result.Domain.Description}{Deviation(result)}",
            Legend =
            [
                new($"kept: {Panels.Count(fates.Sum(static f => f.Kept))}", PlotColors.Slate),
                .. all.Select(static gone => new LegendEntry($"{Name(gone.Key)}: {Panels.Count(gone.Value)}", ColorOf(gone.Key))),
            ],
            Panels = width => [Neurons(result, fates, width), .. Channels(ChannelRows.Of(result), width), Connections(result, width)],
        };
    }

    /// <summary>Up to what the function is the same; nothing where no weight is new.</summary>
    private static string Deviation(CompressionResult result)
    {
        string largest = BoundText.Deviation(result.ConditionalDeviation);
        return !result.IsProven ? $", up to {largest} (not proven)" : result.ProvenDeviation == 0 ? "" : $", up to {largest} (proven)";
    }

    private static Panel Neurons(CompressionResult result, IReadOnlyList<NeuronFates> fates, float width)
    {
        var bars = new List<Bar>();
        foreach (NeuronFates fate in fates)
        {
            double end = 0;
            Append(bars, fate.Layer, ref end, fate.Kept, PlotColors.Slate);
            foreach ((NeuronFate reason, int count) in fate.Gone)
                Append(bars, fate.Layer, ref end, count, ColorOf(reason));
        }

        Plot plot = Rows(
            bars, [.. fates.Select(static f => $"Layer {f.Layer}")],
            [.. fates.Select(static f => ((double)f.Before, $"{Panels.Count(f.Kept)} of {Panels.Count(f.Before)} kept"))], width);
        return new(
            plot, fates.Count * RowHeight + Panels.BottomUnlabelled + Panels.Top,
            $"Neurons: {Panels.Count(result.Original.NeuronCount)} to {Panels.Count(result.Compressed.NeuronCount)} "
                + $"({Panels.Percent(result.NeuronsRemovedPercent)} removed)");
    }

    /// <summary>The channels of each layer one by one, in their order.</summary>
    private static IEnumerable<Panel> Channels(IReadOnlyList<ChannelRow> layers, float width)
    {
        if (layers.Count == 0)
            yield break;
        var bars = new List<Bar>();
        for (int row = 0; row < layers.Count; row++)
        {
            double end = 0;
            foreach (NeuronFate? fate in layers[row].Fates)
                Append(bars, row + 1, ref end, 1, fate is { } gone ? ColorOf(gone) : PlotColors.Slate);
        }

        (double End, string Text)[] kept =
            [.. layers.Select(static l => ((double)l.Fates.Count, $"{l.Fates.Count(static f => f is null)} of {l.Fates.Count} kept"))];
        Plot plot = Rows(bars, [.. layers.Select(static l => $"Layer {l.Layer}")], kept, width);
        yield return new(plot, layers.Count * RowHeight + Panels.BottomUnlabelled + Panels.Top, "Channels, in their order");
    }

    private static Panel Connections(CompressionResult result, float width)
    {
        var bars = new List<Bar>();
        ReluNetwork[] networks = [result.Original, result.Compressed];
        for (int n = 0; n < networks.Length; n++)
        {
            double end = 0;
            for (int layer = 0; layer < networks[n].Layers.Count; layer++)
                Append(bars, n + 1, ref end, networks[n].Layers[layer].ConnectionCount,
                    layer % 2 == 0 ? PlotColors.Slate : PlotColors.Slate.Lighten(0.35));
        }

        Plot plot = Rows(
            bars, ["Before", "After"], [.. networks.Select(static n => ((double)n.ConnectionCount, Panels.Count(n.ConnectionCount)))],
            width);
        return new(
            plot, networks.Length * RowHeight + Panels.BottomUnlabelled + Panels.Top,
            $"Connections: {Panels.Percent(result.ConnectionsRemovedPercent)} removed (shades part the weights of one layer from the "
                + $"next's)");
    }

    private static void Append(List<Bar> bars, int row, ref double end, double length, Color color)
    {
        if (length <= 0)
            return;
        bars.Add(
            new() { Orientation = Orientation.Horizontal, Position = row, Size = BarSize, ValueBase = end, Value = end + length,
                FillColor = color, LineColor = Colors.White, LineWidth = 1 });
        end += length;
    }

    /// <summary>Bars to the right, one row below the other, with a name before and a number after each.</summary>
    private static Plot Rows(List<Bar> bars, string[] names, (double End, string Text)[] labels, float width)
    {
        Plot plot = Panels.Create(new PixelPadding(Panels.Left, Panels.Right, Panels.BottomUnlabelled, Panels.Top));
        plot.Add.Bars(bars).Horizontal = true;
        for (int row = 0; row < labels.Length; row++)
            Panels.AddText(plot, " " + labels[row].Text, labels[row].End, row + 1, Alignment.MiddleLeft, 12.5f, PlotColors.Ink);
        float room = width - Panels.Left - Panels.Right;
        double longest = Math.Max(1, labels.Max(static l => l.End));
        double end = longest * room / Math.Max(room / 2, room - LabelRoom);
        plot.Axes.SetLimits(0, end, names.Length + 0.5, 0.5);
        plot.Axes.Bottom.TickGenerator = Panels.Ticks(Panels.RoundTicks(0, longest, Panels.TicksIn(room * longest / end, longest)));
        plot.Grid.XAxisStyle.IsVisible = true;
        plot.Grid.YAxisStyle.IsVisible = false;
        Panels.HideLine(plot.Axes.Left);
        plot.Axes.Left.TickLabelStyle.FontSize = 12.5f;
        plot.Axes.Left.TickLabelStyle.ForeColor = PlotColors.Ink;
        plot.Axes.Left.TickGenerator = Panels.Ticks(names.Select(static (name, row) => (row + 1.0, name)));
        return plot;
    }

    private static string Name(NeuronFate fate) => fate switch
    {
        NeuronFate.Inactive => "removed, always 0",
        NeuronFate.Merged => "merged into others",
        NeuronFate.Unused => "removed, read by none",
        NeuronFate.Constant => "constant, put into biases",
        NeuronFate.Folded => "folded into the next layer",
        _ => "gone in the collapse to a constant",
    };

    private static Color ColorOf(NeuronFate fate) => fate switch
    {
        NeuronFate.Inactive => PlotColors.Orange,
        NeuronFate.Merged => PlotColors.Sky,
        NeuronFate.Unused => PlotColors.Yellow,
        NeuronFate.Constant => PlotColors.Vermilion,
        NeuronFate.Folded => PlotColors.Green,
        _ => PlotColors.Purple,
    };
}
