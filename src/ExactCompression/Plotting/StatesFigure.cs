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
            Panels.AddText(plot, Headline(layer), 0, grid.HeaderMiddle(layer.Layer - 1), Alignment.MiddleLeft, 12.5f, PlotColors.Ink);

        plot.Axes.SetLimits(0, grid.Columns, grid.Height, 0);
        Panels.HideLine(plot.Axes.Left);
        Panels.HideLine(plot.Axes.Bottom);
        plot.Axes.Left.TickGenerator = Panels.Ticks(grid.RowTicks());
        plot.Axes.Bottom.TickGenerator = Panels.Ticks(grid.ColumnTicks());
        plot.Axes.Bottom.Label.Text = (grid.HasSeveralRows, grid.HasMaps) switch
        {
            (_, true) => "Neuron, or a map of neurons for each channel, counted on from the number at the left of its row",
            (true, _) => "Neuron, counted on from the number at the left of its row",
            _ => "Neuron",
        };
        return new(plot, (float)grid.Height + Panels.Bottom);
    }

    private static string Shape(LayerStability layer) => layer.Dimensions.Count < 2 ? "" : $" ({layer.Shape})";

    private static string Headline(LayerStability layer)
    {
        (int Count, string Name)[] parts = [(layer.StablyActive, "stably active"), (layer.StablyInactive, "stably inactive"),
            (layer.Unstable, "unstable"), (layer.Undetermined, "undetermined")];
        return $"Layer {layer.Layer}{Shape(layer)}: {Panels.Counted(layer.Neurons, "neuron", "neurons")}, "
            + $"{string.Join(", ", parts.Where(static p => p.Count > 0).Select(static p => $"{Panels.Count(p.Count)} {p.Name}"))}";
    }
}
