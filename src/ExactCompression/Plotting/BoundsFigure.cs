using System.Globalization;
using ScottPlot;

namespace ExactCompression.Plotting;

/// <summary>The proven bounds on each neuron's pre-activation, as bars that cross zero or do not.</summary>
internal static class BoundsFigure
{
    private const int ManyLayers = 3;
    private const double ThinnestBar = 4;
    private static readonly int[] TickSteps = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000];

    /// <summary>Makes the figure.</summary>
    /// <param name="table">The table.</param>
    /// <param name="layers">1-based layers; null for all.</param>
    /// <exception cref="InvalidInputException">There is no such layer, or the table has no bounds.</exception>
    public static Figure Of(StabilityTable table, IReadOnlyList<int>? layers)
    {
        int depth = table.Network.Depth;
        if (layers?.FirstOrDefault(l => l < 1 || l > depth, 1) is int unknown && (unknown < 1 || unknown > depth))
            throw new InvalidInputException(
                "LayerUnknown", $"'{table.Network.Name}' has no layer {unknown}.", $"Its hidden layers are 1 to {depth}.");
        int[] shown = layers is { Count: > 0 } ? [.. layers.Distinct().Order()] : [.. Enumerable.Range(1, depth)];
        NeuronStability[] neurons = [.. table.Neurons.Where(n => shown.Contains(n.Layer))];
        if (!neurons.Any(static n => double.IsFinite(n.LowerBound) || double.IsFinite(n.UpperBound)))
            throw new InvalidInputException(
                "TableHasNoBounds", $"The table of '{table.Network.Name}' has no bounds to show.",
                "Find-StableNeurons computes them; a stable_neurons.npy contains none, and Find-UnstableNeuronsGpu computes none.");
        int open = neurons.Count(static n => !double.IsFinite(n.LowerBound) || !double.IsFinite(n.UpperBound));
        float height = shown.Length > ManyLayers ? 190 : 250;
        bool isLogarithmic = shown.Any(layer => SymmetricScale.IsNeeded([.. table.NeuronsOf(layer).Select(Size)], height - Panels.Bottom));
        return new()
        {
            Title = $"{table.Network.Name}: bounds on pre-activations over {table.Domain.ShortDescription}",
            Subtitle =
                "Each bar runs from the lower to the upper proven bound; neurons are sorted by state and by the middle of their bounds",
            Legend = StatesFigure.Legend(neurons),
            Notes = open == 0
                ? []
                : [$"{Panels.Counted(open, "neuron", "neurons")} of '{table.Network.Name}' {(open == 1 ? "has" : "have")} no bound on "
                    + $"one side or on both: such bars run to the edge of the plot."],
            Panels = width => [.. shown.Select(layer => Panel(table, layer, width, height, layer == shown[^1], isLogarithmic))],
        };
    }

    private static Panel Panel(StabilityTable table, int layer, float width, float height, bool isLast, bool isLogarithmic)
    {
        NeuronStability[] neurons = [.. table.NeuronsOf(layer).OrderBy(static n => Rank(n.State)).ThenBy(Middle).ThenBy(
            static n => n.Neuron)];
        SymmetricScale scale = isLogarithmic ? SymmetricScale.Logarithmic(neurons.Select(Size)) : SymmetricScale.Linear;
        (double bottom, double top) = Limits(neurons, scale);
        Plot plot = Panels.Create(
            new PixelPadding(Panels.Left, Panels.Right, isLast ? Panels.Bottom : Panels.BottomUnlabelled, Panels.Top));
        float cell = (width - Panels.Left - Panels.Right) / neurons.Length;
        double thin = (top - bottom) * ThinnestBar / height;
        plot.Add.Bars(
            (Bar[])[.. neurons.Select(
                (n, at) => BarOf(n, at, Shown(n.LowerBound), Shown(n.UpperBound), thin, cell >= 4 ? 0.82 : 1))]);
        plot.Add.HorizontalLine(0, 1.2f, PlotColors.Ink);
        plot.Axes.SetLimits(-0.6, neurons.Length - 0.4, bottom, top);
        plot.Axes.Left.Label.Text = scale.IsLogarithmic ? "Pre-activation (logarithmic)" : "Pre-activation";
        float room = height - Panels.Top - (isLast ? Panels.Bottom : Panels.BottomUnlabelled);
        plot.Axes.Left.TickGenerator = Panels.Ticks(scale.Ticks(bottom, top, room));
        bool isNamed = cell >= 13;
        plot.Axes.Bottom.TickGenerator = Panels.Ticks(isNamed
            ? neurons.Select(static (n, at) => ((double)at, n.Neuron.ToString(CultureInfo.InvariantCulture)))
            : RankTicks(neurons.Length));
        if (isNamed)
            plot.Axes.Bottom.TickLabelStyle.FontSize = Math.Min(11, cell * 0.62f);
        if (isLast)
            plot.Axes.Bottom.Label.Text = isNamed ? "Neuron" : "Neurons, sorted";
        double Shown(double bound) => Math.Clamp(scale.Place(bound), bottom, top);
        return new(plot, height, $"Layer {layer}: {Panels.Counted(neurons.Length, "neuron", "neurons")}");
    }

    /// <summary>A visible bar: if bounds nearly meet, it is enlarged, away from zero if the neuron is stable.</summary>
    private static Bar BarOf(NeuronStability neuron, int at, double low, double high, double thin, double size)
    {
        double missing = Math.Max(0, thin - (high - low));
        double below = neuron.State switch
        {
            NeuronState.StablyInactive => missing,
            NeuronState.StablyActive => 0,
            _ => missing / 2,
        };
        return new() { Position = at, Size = size, ValueBase = low - below, Value = high + missing - below,
            FillColor = PlotColors.Of(neuron.State), LineWidth = 0 };
    }

    /// <summary>The places of the finite bounds, including zero, with a margin.</summary>
    private static (double Bottom, double Top) Limits(NeuronStability[] neurons, SymmetricScale scale)
    {
        double[] ends = [0, .. neurons.SelectMany(static n => (double[])[n.LowerBound, n.UpperBound]).Where(double.IsFinite).Select(
            scale.Place)];
        double bottom = ends.Min(), top = ends.Max(), air = Math.Max((top - bottom) * 0.04, 1e-9);
        return (bottom - air, top + air);
    }

    /// <summary>How far a bar goes from 0.</summary>
    private static double Size(NeuronStability neuron) => Math.Max(Math.Abs(neuron.LowerBound), Math.Abs(neuron.UpperBound));

    /// <summary>Inactive, then what lies on both sides of zero, then active.</summary>
    private static int Rank(NeuronState state) => state switch
    {
        NeuronState.StablyInactive => 0,
        NeuronState.Unstable => 1,
        NeuronState.Undetermined => 2,
        _ => 3,
    };

    private static double Middle(NeuronStability neuron) => (double.IsFinite(neuron.LowerBound), double.IsFinite(neuron.UpperBound)) switch
    {
        (true, true) => 0.5 * neuron.LowerBound + 0.5 * neuron.UpperBound,
        (true, false) => neuron.LowerBound,
        (false, true) => neuron.UpperBound,
        _ => 0,
    };

    private static IEnumerable<(double Position, string Label)> RankTicks(int count)
    {
        int step = TickSteps.First(s => count / s <= 10 || s == TickSteps[^1]);
        for (int rank = step; rank <= count; rank += step)
            yield return (rank - 1, Panels.Count(rank));
    }
}
