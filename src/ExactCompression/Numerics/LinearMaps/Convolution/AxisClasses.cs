using System.Buffers;
using System.Runtime.CompilerServices;

namespace ExactCompression.Numerics;

/// <summary>
/// Targets along one axis of a convolution that meet the same weights, each at its own place of the source: those that are not near a
/// border, or that leave the same remainder when they are divided by the stride.
/// </summary>
internal readonly ref struct AxisClasses
{
    private readonly int[] next;
    private readonly int[] heads;

    /// <summary>Finds the classes.</summary>
    /// <param name="table">What each target is a sum of.</param>
    /// <param name="targets">Number of targets.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public AxisClasses(AxisTable table, int targets)
    {
        next = ArrayPool<int>.Shared.Rent(targets);
        heads = ArrayPool<int>.Shared.Rent(targets);
        int[] tails = ArrayPool<int>.Shared.Rent(targets);
        for (int t = 0; t < targets; t++)
        {
            next[t] = -1;
            int c = 0;
            while (c < Count && !AreAlike(table, heads[c], t))
                c++;
            if (c == Count)
                heads[Count++] = t;
            else
                next[tails[c]] = t;
            tails[c] = t;
        }

        ArrayPool<int>.Shared.Return(tails);
    }

    /// <summary>Number of classes.</summary>
    public int Count { get; }

    /// <summary>The first target of a class.</summary>
    /// <param name="index">0-based.</param>
    public int First(int index) => heads[index];

    /// <summary>The next target of the same class, or -1.</summary>
    /// <param name="target">A target.</param>
    public int Next(int target) => next[target];

    /// <summary>Gives the arrays back.</summary>
    public void Dispose()
    {
        ArrayPool<int>.Shared.Return(next);
        ArrayPool<int>.Shared.Return(heads);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static bool AreAlike(AxisTable table, int a, int b)
    {
        ReadOnlySpan<AxisRun> first = table.Of(a), second = table.Of(b);
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
