using ExactCompression.Compression.Channels;
using ExactCompression.Networks;

namespace ExactCompression.Compression.Schedules;

/// <summary>Compresses a network that is a graph: channel groups that are not needed are removed.</summary>
internal static class GraphSchedule
{
    /// <summary>Compresses a network.</summary>
    /// <param name="table">Verdicts that may be rested on.</param>
    /// <param name="cancellation">When cancelled, throws.</param>
    /// <returns>What was done to its graph, in steps, and sentences on what could not be done.</returns>
    public static (GraphEdit Edit, IReadOnlyList<CompressionStep> Steps, IReadOnlyList<string> Remarks) Run(
        StabilityTable table, CancellationToken cancellation)
    {
        ChannelPlan plan = ChannelRemoval.Find(table.Network.Graph!, Verdicts(table), cancellation);
        return (ChannelSelection.Apply(plan), ChannelSteps.Of(plan), [.. ChannelSteps.Kept(plan)]);
    }

    /// <summary>For each unit node, the verdicts on its neurons.</summary>
    private static List<Func<int, NeuronState>> Verdicts(StabilityTable table)
    {
        var states = new List<Func<int, NeuronState>>();
        int start = 0;
        for (int layer = 1; layer <= table.Network.Depth; layer++)
        {
            int first = start;
            states.Add(e => table.Neurons[first + e].State);
            start += table.Network.WidthOf(layer);
        }

        return states;
    }
}
