using System.Buffers;
using System.Runtime.CompilerServices;

namespace ExactCompression.Numerics;

/// <summary>
/// Sums along one axis of a convolution that meet the same weights, each at its own place of the source. Together, a target's runs are one
/// sum: those alike are of targets that are not near a border, or that leave the same remainder when they are divided by the stride.
/// Apart, each run is a sum to be added to others: those of one weight are alike, which suits windows that are mostly border.
/// </summary>
internal readonly ref struct AxisClasses
{
    private readonly AxisTable table;
    private readonly bool apart;
    private readonly int sums;
    private readonly int[] lists;

    /// <summary>Finds the classes.</summary>
    /// <param name="table">What each target is a sum of.</param>
    /// <param name="targets">Number of targets.</param>
    /// <param name="apart">Whether each run is a sum of its own.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public AxisClasses(AxisTable table, int targets, bool apart)
    {
        this.table = table;
        this.apart = apart;
        sums = apart ? table.Starts[targets] : targets;
        lists = ArrayPool<int>.Shared.Rent(6 * sums);
        Span<int> heads = lists.AsSpan(0, sums), sizes = lists.AsSpan(sums, sums), next = lists.AsSpan(2 * sums, sums);
        Span<int> targetOf = lists.AsSpan(3 * sums, sums), sources = lists.AsSpan(4 * sums, sums), tails = lists.AsSpan(5 * sums, sums);
        for (int sum = 0, target = 0; sum < sums; sum++)
        {
            while (apart && table.Starts[target + 1] <= sum)
                target++;
            targetOf[sum] = apart ? target : sum;
            sources[sum] = RunsOf(sum) is [AxisRun first, ..] ? first.Source : 0;
            next[sum] = -1;
            int c = 0;
            while (c < Count && !AreAlike(RunsOf(heads[c]), RunsOf(sum)))
                c++;
            if (c == Count)
            {
                heads[Count++] = sum;
                sizes[c] = 0;
            }
            else
                next[tails[c]] = sum;
            tails[c] = sum;
            sizes[c]++;
        }
    }

    /// <summary>Number of classes.</summary>
    public int Count { get; }

    /// <summary>The first sum of a class.</summary>
    /// <param name="index">0-based.</param>
    public int First(int index) => lists[index];

    /// <summary>The number of sums in a class.</summary>
    /// <param name="index">0-based.</param>
    public int SizeOf(int index) => lists[sums + index];

    /// <summary>The next sum of the same class, or -1.</summary>
    /// <param name="sum">A sum.</param>
    public int Next(int sum) => lists[(2 * sums) + sum];

    /// <summary>The target that a sum belongs to.</summary>
    /// <param name="sum">A sum.</param>
    public int TargetOf(int sum) => lists[(3 * sums) + sum];

    /// <summary>The runs of a sum.</summary>
    /// <param name="sum">A sum.</param>
    public ReadOnlySpan<AxisRun> RunsOf(int sum) => apart ? table.Runs.Slice(sum, 1) : table.Of(sum);

    /// <summary>The first element of the source that a sum meets; 0 if it meets none.</summary>
    /// <param name="sum">A sum.</param>
    public int FirstSource(int sum) => lists[(4 * sums) + sum];

    /// <summary>Gives the arrays back.</summary>
    public void Dispose() => ArrayPool<int>.Shared.Return(lists);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
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
