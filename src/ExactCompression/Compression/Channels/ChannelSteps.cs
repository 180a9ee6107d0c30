using System.Globalization;
using ExactCompression.Networks;

namespace ExactCompression.Compression.Channels;

/// <summary>Says what a <see cref="ChannelPlan"/> removes, and what it could not remove.</summary>
internal sealed class ChannelSteps
{
    private readonly ChannelPlan plan;
    private readonly IReadOnlyList<UnitOrigin?> origins;
    private readonly NetworkGraph graph;
    private readonly int[] layers;
    private readonly HashSet<int> told = [];

    private ChannelSteps(ChannelPlan plan, IReadOnlyList<UnitOrigin?> origins)
    {
        (this.plan, this.origins) = (plan, origins);
        graph = plan.Graph;
        layers = new int[graph.Nodes.Count];
        for (int n = layers.Length - 1, layer = (origins.LastOrDefault(static o => o is not null)?.Layer ?? 0) + 1; n >= 0; n--)
            layers[n] = layer = origins[n]?.Layer ?? layer;
    }

    /// <summary>What is done to a unit's neurons, in words; of a map, it is done to channels.</summary>
    /// <param name="description">The words for neurons.</param>
    /// <param name="shape">Shape of the unit.</param>
    public static string Described(string description, TensorShape shape) =>
        shape.Count > 1 ? description.Replace("neuron", "channel", StringComparison.Ordinal) : description;

    /// <summary>The steps of a plan, layer by layer.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="origins">For each node, the layer of the original that it is.</param>
    public static IReadOnlyList<CompressionStep> Of(ChannelPlan plan, IReadOnlyList<UnitOrigin?> origins)
    {
        var steps = new ChannelSteps(plan, origins);
        List<CompressionStep> units = [.. steps.Of(static op => op is UnitOperator, _ => true)];
        List<CompressionStep> filters =
        [
            .. steps.Of(static op => op is ConvolutionOperator or DenseOperator, c => !steps.told.Contains(plan.Ties.GroupOf(c))),
        ];
        return [.. units.Concat(filters).Concat(steps.OfSums()).OrderBy(static s => s.Layer)];
    }

    /// <summary>Sentences on channels of units that are 0 over the domain and stay nevertheless.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="origins">For each node, the layer of the original that it is.</param>
    public static IEnumerable<string> Kept(ChannelPlan plan, IReadOnlyList<UnitOrigin?> origins)
    {
        NetworkGraph graph = plan.Graph;
        for (int n = 0; n < graph.Nodes.Count; n++)
        {
            int value = graph.ValueOf(n), start = plan.Axes.Start(value);
            if (graph.Nodes[n].Operator is not UnitOperator)
                continue;
            int[] kept = [.. Enumerable.Range(0, plan.Axes.Count(value)).Where(i => plan.Zeros[start + i] && plan.IsKept[start + i])];
            foreach (IGrouping<string, int> reason in kept.GroupBy(i => WhyKept(plan, start + i)))
                yield return $"{graph.Nodes[n].Name}: {List(plan, origins[n], value, reason)} stably inactive and kept, "
                    + $"because {reason.Key}.";
        }
    }

    /// <summary>Sentences on channels of units that are 0 at some positions over the domain, and not at others: they stay.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="draft">The graph that it is for.</param>
    public static IEnumerable<string> PartlyInactive(ChannelPlan plan, GraphDraft draft)
    {
        for (int n = 0; n < draft.Units.Count; n++)
        {
            GraphNode node = plan.Graph.Nodes[n];
            if (draft.Units[n] is not { } bounds || node.Operator is not ReluOperator || node.Shape.Count < 2)
                continue;
            int value = plan.Graph.ValueOf(n), axis = plan.Axes.AxisOf(value);
            bool IsInactive(int e) => bounds.States[e] == NeuronState.StablyInactive;
            int[] partly = [.. Enumerable.Range(0, plan.Axes.Count(value)).Where(
                i => !plan.Zeros[plan.Axes.Start(value) + i] && ZeroChannels.Elements(node.Shape, axis, i).Any(IsInactive))];
            if (partly.Length > 0)
                yield return $"{node.Name}: {List(plan, draft.Origins[n], value, partly)} stably inactive at some positions "
                    + "and kept for the others.";
        }
    }

    private static string WhyKept(ChannelPlan plan, int channel)
    {
        int group = plan.Ties.GroupOf(channel);
        if (plan.Ties.WhyFixed(channel) is { } reason)
            return reason;
        if (plan.Spared.Any(s => plan.Ties.GroupOf(s) == group))
            return "nothing would be left of a value";
        for (int n = 0; n < plan.Graph.Nodes.Count; n++)
        {
            GraphNode node = plan.Graph.Nodes[n];
            if (node.Inputs is not [var read] || !ChannelTies.Mixes(node.Operator, plan.Graph.ShapeOf(read), plan.Axes.AxisOf(read)))
                continue;
            int start = plan.Axes.Start(read), count = plan.Axes.Count(read);
            if (Enumerable.Range(start, count).Any(c => plan.Ties.GroupOf(c) == group && !plan.Zeros[c]))
                return $"it goes together with what {node.Name} reads of {NameOf(plan.Graph, read)}";
        }

        return "it goes together with channels that are read";
    }

    private static string NameOf(NetworkGraph graph, int value) => graph.Producer(value)?.Name ?? graph.Inputs[value].Name;

    /// <summary>Such as <c>channels 1, 4 of 16 are</c>; where the value is a layer of the original, by their numbers there.</summary>
    private static string List(ChannelPlan plan, UnitOrigin? origin, int value, IEnumerable<int> channels)
    {
        const int Most = 8;
        bool isOriginal = origin is not null && plan.Axes.AxisOf(value) == 0 && origin.Shape.Count > 0;
        int[] all = [.. channels.Select(i => isOriginal ? origin!.Channels[i] : i)];
        int count = isOriginal ? origin!.Shape[0] : plan.Axes.Count(value);
        string word = plan.Graph.ShapeOf(value).Count > 1 ? "channel" : "neuron";
        string some = string.Join(", ", all.Take(Most).Select(static i => i.ToString(CultureInfo.InvariantCulture)));
        string rest = all.Length > Most ? FormattableString.Invariant($" and {all.Length - Most} more") : "";
        return FormattableString.Invariant(
            $"{word}{(all.Length == 1 ? "" : "s")} {some}{rest} of {count} {(all.Length == 1 ? "is" : "are")}");
    }

    private IEnumerable<CompressionStep> Of(Func<Operator, bool> wants, Func<int, bool> tells)
    {
        for (int n = 0; n < graph.Nodes.Count; n++)
        {
            if (!wants(graph.Nodes[n].Operator))
                continue;
            int value = graph.ValueOf(n), start = plan.Axes.Start(value), count = plan.Axes.Count(value);
            int[] gone = [.. Enumerable.Range(0, count).Where(
                i => (!plan.IsNeeded[value] || !plan.IsKept[start + i]) && tells(start + i))];
            foreach (IGrouping<bool, int> kind in gone.GroupBy(i => plan.Zeros[start + i]).OrderByDescending(static k => k.Key))
                yield return Step(n, value, kind);
        }
    }

    private CompressionStep Step(int n, int value, IGrouping<bool, int> channels)
    {
        GraphNode node = graph.Nodes[n];
        int[] neurons = origins[n] is { } origin ? Neurons(origin, plan.Axes.AxisOf(value), channels) : [];
        string what = channels.Key
            ? node.Operator is UnitOperator ? "stably inactive" : "0 over the domain"
            : "read by nothing";
        foreach (int i in channels)
            told.Add(plan.Ties.GroupOf(plan.Axes.Start(value) + i));
        return new(
            channels.Key ? CompressionStepKind.RemoveInactive : CompressionStepKind.RemoveUnused, layers[n], neurons,
            $"{node.Name}: {List(plan, origins[n], value, channels)} {what}, and removed.");
    }

    /// <summary>The neurons of the original layer that channels are.</summary>
    private static int[] Neurons(UnitOrigin origin, int axis, IEnumerable<int> channels) => axis == 0
        ? origin.Neurons(channels.Select(i => origin.Channels[i]))
        : [.. channels.SelectMany(i => ZeroChannels.Elements(origin.Shape, axis, i)).Order()];

    private IEnumerable<CompressionStep> OfSums()
    {
        foreach ((int n, int k) in plan.Dropped.Order().Where(d => graph.Nodes[d.Node].Operator is SumOperator))
        {
            if (plan.IsNeeded[graph.ValueOf(n)])
                yield return new(
                    CompressionStepKind.RemoveInactive, layers[n], [],
                    $"{graph.Nodes[n].Name}: what {NameOf(graph, graph.Nodes[n].Inputs[k])} adds is 0 over the domain, and removed.");
        }
    }
}
