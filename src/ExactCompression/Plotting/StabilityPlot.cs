using ExactCompression.Plotting;

namespace ExactCompression;

/// <summary>Pictures of verdicts, compressions and sweeps.</summary>
public static class StabilityPlot
{
    /// <summary>The state of each neuron, layer by layer.</summary>
    /// <exception cref="InvalidInputException">The network has no hidden neurons.</exception>
    public static Picture States(StabilityTable table) => new(StatesFigure.Of(WithNeurons(table)));

    /// <summary>The bounds of each neuron's pre-activation as bars, sorted within each layer.</summary>
    /// <param name="table">The table.</param>
    /// <param name="layers">1-based hidden layers; null or empty for all.</param>
    /// <exception cref="InvalidInputException">There is no such layer, or the table has no bounds.</exception>
    public static Picture Bounds(StabilityTable table, IReadOnlyList<int>? layers = null) =>
        new(BoundsFigure.Of(WithNeurons(table), layers));

    /// <summary>The fate of the neurons of each layer, and of the connections.</summary>
    /// <exception cref="InvalidInputException">The network has no hidden neurons.</exception>
    public static Picture Layers(CompressionResult result)
    {
        WithNeurons(result.Table);
        return new(LayersFigure.Of(result));
    }

    /// <summary>Compression against a quantity that was varied, from the rows of a sweep.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="options">What is shown.</param>
    /// <exception cref="InvalidInputException">The rows lack a column, or contain no numbers in it.</exception>
    public static Picture Compression(PlotRows rows, SweepPlotOptions? options = null) => new(SweepFigure.Of(rows, options ?? new()));

    private static StabilityTable WithNeurons(StabilityTable table) =>
        table.Network.NeuronCount > 0
            ? table
            : throw new InvalidInputException(
                "NetworkHasNoNeurons", $"'{table.Network.Name}' has no hidden neurons to show.", "Give a network with hidden layers.");
}
