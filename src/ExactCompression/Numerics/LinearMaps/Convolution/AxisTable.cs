using System.Buffers;
using System.Runtime.CompilerServices;

namespace ExactCompression.Numerics;

/// <summary>What each target in a window is a sum of, along one axis of a convolution.</summary>
internal readonly ref struct AxisTable
{
    private readonly AxisRun[] runs;
    private readonly int[] starts;

    /// <summary>Collects the runs.</summary>
    /// <param name="axis">The axis.</param>
    /// <param name="order">Its <see cref="ConvolutionAxis.Order"/>.</param>
    /// <param name="first">The first element of the source's window.</param>
    /// <param name="length">Its length.</param>
    /// <param name="target">The first element of the target's window.</param>
    /// <param name="targets">Its length.</param>
    /// <param name="merge">Whether neighbours are put together, or each is a run of its own.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public AxisTable(ConvolutionAxis axis, int[] order, int first, int length, int target, int targets, bool merge)
    {
        runs = ArrayPool<AxisRun>.Shared.Rent(targets * order.Length);
        starts = ArrayPool<int>.Shared.Rent(targets + 1);
        int count = starts[0] = 0;
        for (int t = 0; t < targets; t++)
        {
            for (int tap = 0; tap < order.Length; tap++)
            {
                if (!axis.TryMeet(target + t, order[tap], out int source) || source < first || source >= first + length)
                    continue;
                source -= first;
                AxisRun last = merge && count > starts[t] ? runs[count - 1] : default;
                if (last.Count > 0 && last.Tap + last.Count == tap && last.Source + last.Count == source)
                    runs[count - 1] = last with { Count = last.Count + 1 };
                else
                    runs[count++] = new(tap, source, 1);
            }

            starts[t + 1] = count;
        }
    }

    /// <summary>The runs, target after target.</summary>
    public Span<AxisRun> Runs => runs;

    /// <summary>Where each target's runs begin; their number last.</summary>
    public Span<int> Starts => starts;

    /// <summary>The runs of a target.</summary>
    /// <param name="target">0-based in the window.</param>
    public ReadOnlySpan<AxisRun> Of(int target) => runs.AsSpan(starts[target]..starts[target + 1]);

    /// <summary>Gives the arrays back.</summary>
    public void Dispose()
    {
        ArrayPool<AxisRun>.Shared.Return(runs);
        ArrayPool<int>.Shared.Return(starts);
    }
}
