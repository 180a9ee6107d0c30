using System.Runtime.CompilerServices;

namespace ExactCompression.Numerics;

/// <summary>
/// Sums along one axis of a convolution that meet the same weights, each at its own place of the source. Together, a target's runs are one
/// sum: those alike are of targets that are not near a border, or that leave the same remainder when they are divided by the stride.
/// Apart, each run is a sum to be added to others: those of one weight are alike, which suits windows that are mostly border.
/// </summary>
internal sealed class AxisClass
{
    private AxisClass(AxisRun[] runs) => Runs = runs;

    /// <summary>What the first of them is a sum of.</summary>
    public AxisRun[] Runs { get; }

    /// <summary>The sums: which target each belongs to, and the first element of the source that it meets.</summary>
    public List<(int Target, int Source)> Sums { get; } = [];

    /// <summary>Finds the classes.</summary>
    /// <param name="table">What each target is a sum of.</param>
    /// <param name="apart">Whether each run is a sum of its own.</param>
    /// <returns>Those that meet anything.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static List<AxisClass> Find(AxisTable table, bool apart)
    {
        var classes = new List<AxisClass>();
        for (int target = 0; target < table.Starts.Length - 1; target++)
        {
            int first = table.Starts[target], end = table.Starts[target + 1], length = apart ? 1 : end - first;
            for (; first < end; first += length)
                Add(classes, table.Runs.AsSpan(first, length), target);
        }

        return classes;
    }

    private static void Add(List<AxisClass> classes, ReadOnlySpan<AxisRun> runs, int target)
    {
        int c = 0;
        while (c < classes.Count && !AreAlike(classes[c].Runs, runs))
            c++;
        if (c == classes.Count)
            classes.Add(new([.. runs]));
        classes[c].Sums.Add((target, runs[0].Source));
    }

    private static bool AreAlike(ReadOnlySpan<AxisRun> first, ReadOnlySpan<AxisRun> second)
    {
        if (first.Length != second.Length)
            return false;
        for (int i = 0; i < first.Length; i++)
        {
            if (first[i].Tap != second[i].Tap || first[i].Count != second[i].Count
                || first[i].Source - first[0].Source != second[i].Source - second[0].Source)
                return false;
        }

        return true;
    }
}
