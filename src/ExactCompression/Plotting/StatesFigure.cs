using ScottPlot;

namespace ExactCompression.Plotting;

/// <summary>The state of each neuron: a cell each, in rows, layer by layer.</summary>
internal static class StatesFigure
{
    private static readonly NeuronState[] Order = [NeuronState.StablyActive, NeuronState.StablyInactive, NeuronState.Unstable,
        NeuronState.Undetermined];

    public static Figure Of(StabilityTable table) => new()
    {
        Title = $"{table.Network.Name}: state of each neuron over {table.Domain.ShortDescription}",
        Subtitle = $"{Panels.Counted(table.Neurons.Count, "neuron", "neurons")} in "
            + $"{Panels.Counted(table.Network.Depth, "hidden layer", "hidden layers")}, {table.Network.Architecture}",
        Legend = Legend(table.Neurons),
        Panels = width => [Panel(table, width)],
    };

    /// <summary>The states that occur, with their numbers of neurons.</summary>
    public static IReadOnlyList<LegendEntry> Legend(IReadOnlyCollection<NeuronStability> neurons) =>
        [.. Order.Select(state => (State: state, Count: neurons.Count(n => n.State == state))).Where(static s => s.Count > 0)
            .Select(s => new LegendEntry(
                $"{PlotColors.Name(s.State)}: {Panels.Count(s.Count)} ({Panels.Percent(100.0 * s.Count / neurons.Count)})",
                PlotColors.Of(s.State)))];

    private static Panel Panel(StabilityTable table, float width)
    {
        var grid = new CellGrid(table.Layers.Select(static l => l.Dimensions), width - Panels.Left - Panels.Right);
        Plot plot = Panels.Create(new PixelPadding(Panels.Left, Panels.Right, Panels.Bottom, 0));
        plot.HideGrid();
        var bars = new List<Bar>(table.Neurons.Count);
        foreach (NeuronStability neuron in table.Neurons)
        {
            (int column, double top) = grid.Place(neuron.Layer - 1, neuron.Neuron);
            bars.Add(new()
            {
                Orientation = Orientation.Horizontal,
                Position = top + grid.Cell / 2,
                Size = grid.Cell,
                ValueBase = column,
                Value = column + 1,
                FillColor = PlotColors.Of(neuron.State),
                LineColor = Colors.White,
                LineWidth = grid.Cell >= 6 ? 1 : 0,
            });
        }

        plot.Add.Bars(bars).Horizontal = true;
        foreach (LayerStability layer in table.Layers)
        {
            Panels.AddText(
                plot, TextLines.Fit(Headline(layer), PictureFont.Regular, Panels.LabelSize, width - Panels.Left - Panels.Right), 0,
                grid.HeaderMiddle(layer.Layer - 1), Alignment.MiddleLeft, Panels.LabelSize, PlotColors.Ink);
            foreach ((double column, double middle, string label) in grid.ChannelNumbers(layer.Layer - 1))
                Panels.AddText(plot, label, column, middle, Alignment.MiddleLeft, Panels.TickTextSize, PlotColors.Faint);
        }

        plot.Axes.SetLimits(0, grid.Columns, grid.Height, 0);
        Panels.HideLine(plot.Axes.Left);
        Panels.HideLine(plot.Axes.Bottom);
        plot.Axes.Left.TickGenerator = Panels.Ticks(grid.RowTicks());
        plot.Axes.Bottom.TickGenerator = Panels.Ticks(grid.ColumnTicks());
        Panels.Label(
            plot.Axes.Bottom,
            (grid.HasSeveralRows, grid.HasMaps) switch
            {
                (_, true) => "Neuron; of a layer with channels, a map for each, by rows and columns",
                (true, _) => "Neuron, counted on from the number at the left of its row",
                _ => "Neuron",
            },
            width);
        return new(plot, (float)grid.Height + Panels.Bottom);
    }

    private static string Shape(LayerStability layer) => layer.Dimensions.Count < 2 ? "" : $" ({layer.Shape})";

    private static string Headline(LayerStability layer)
    {
        (int Count, string Name)[] parts = [(layer.StablyActive, "stably active"), (layer.StablyInactive, "stably inactive"),
            (layer.Unstable, "unstable"), (layer.Undetermined, "undetermined")];
        (int Count, string Name)[] whole = [(layer.ActiveChannels, "active"), (layer.InactiveChannels, "inactive")];
        string[] channels = [.. whole.Where(c => layer.Channels != layer.Neurons && c.Count > 0).Select(
            static c => $"{Panels.Count(c.Count)} wholly {c.Name}")];
        return $"Layer {layer.Layer}{Shape(layer)}: {Panels.Counted(layer.Neurons, "neuron", "neurons")}, "
            + $"{string.Join(", ", parts.Where(static p => p.Count > 0).Select(static p => $"{Panels.Count(p.Count)} {p.Name}"))}"
            + (channels.Length == 0 ? "" : $"; {Panels.Counted(layer.Channels, "channel", "channels")}, {string.Join(", ", channels)}");
    }
}
