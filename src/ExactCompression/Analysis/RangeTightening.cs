using System.Diagnostics;
using ExactCompression.Bounds;
using ExactCompression.Branching;
using ExactCompression.Networks;
using ExactCompression.Numerics;
using ExactCompression.Verdicts;
using ExactCompression.Witnesses;

namespace ExactCompression.Analysis;

/// <summary>
/// Tightens the ranges of a layer's open rectifiers by a small search tree for each end: the loosest bound of a tree's sub-problems holds
/// for the whole domain. What is relaxed in the layers above depends on these ranges, so that trees there become many times smaller.
/// </summary>
internal static class RangeTightening
{
    /// <summary>Sub-problems of an end: most of what many more would gain.</summary>
    private const int Budget = 128;

    /// <summary>Trees that are in memory together.</summary>
    private const int Batch = 32;

    /// <summary>Tightens the ranges of a layer, those that loosen the layers above most first.</summary>
    /// <param name="ledger">What is known.</param>
    /// <param name="layer">1-based layer with rectifiers, above the first; a deeper one is open.</param>
    /// <param name="map">The layer.</param>
    /// <param name="below">The layers below it.</param>
    /// <param name="search">What is open in the layers above.</param>
    /// <param name="time">The maximum time; null for no limit.</param>
    /// <param name="clock">Threads, and the token to stop on.</param>
    public static void Run(
        VerdictLedger ledger, int layer, LoweredLayer map, RelaxedGraph below, WitnessSearch search, TimeSpan? time, SearchClock clock)
    {
        var watch = Stopwatch.StartNew();
        int first = ledger.Offsets[layer - 1];
        var bounds = new AlphaBetaCrown(map, below);
        bool[] counts = ReadBy(ledger, layer, search);
        int[] loosest = [.. Enumerable.Range(first, map.Width).Where(
            i => counts[i - first] && ledger.Lower[i] < 0 && ledger.Upper[i] > 0).OrderByDescending(
            i => -ledger.Lower[i] * ledger.Upper[i] / (ledger.Upper[i] - ledger.Lower[i]))];
        SignTarget[] ends = [.. ledger.OnePerClass(
            loosest.SelectMany(static i => new SignTarget[] { new(i, true), new(i, false) }), static end => (end.Index, end.Above))];
        foreach (SignTarget[] some in ends.Chunk(Batch))
        {
            if (watch.Elapsed > time)
                return;
            clock.Report(SearchStage.BranchAndBound, layer);
            using var trees = new SearchTrees(ledger, layer, bounds, [.. some]);
            Parallel.ForEach(trees.All, clock.Parallel, tree => tree.Continue(Budget, null, clock.Parallel));
            foreach (ReluBranchAndBound tree in trees.All)
                ledger.BoundClass(tree.Target.Index, tree.Target.Above, tree.LoosestBound, Evidence.BranchAndBound);
        }
    }

    /// <summary>Which elements of a layer the open targets of the layers above depend on, through rectifiers that can be on.</summary>
    private static bool[] ReadBy(VerdictLedger ledger, int layer, WitnessSearch search)
    {
        LoweredGraph graph = ledger.Graph;
        int number = ledger.DeepestOpen(), last = graph.ValueOf(number);
        var marks = new bool[last + 1][];
        for (int value = 0; value <= last; value++)
            marks[value] = new bool[graph.ShapeOf(value).Count];
        var row = new SparseRow();
        for (int value = last; value > graph.ValueOf(layer); value--)
        {
            LoweredLayer current = graph.Layers[value - 1];
            int offset = current.IsRectifier ? ledger.Offsets[number - 1] : -1;
            if (current.IsRectifier)
            {
                foreach (SignTarget target in search.Open(number--))
                    marks[value][target.Index - offset] = true;
            }

            for (int i = 0; i < current.Width; i++)
            {
                if (!marks[value][i] || (offset >= 0 && ledger.Upper[offset + i] <= 0))
                    continue;
                foreach (LinearTerm term in current.Terms)
                {
                    term.Map.ReadRow(i, row);
                    for (int k = 0; k < row.Count; k++)
                        marks[term.Source][row.Columns[k]] = true;
                }
            }
        }

        return marks[graph.ValueOf(layer)];
    }
}
