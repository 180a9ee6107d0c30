using System.Runtime.CompilerServices;

namespace ExactCompression.Numerics;

/// <summary>What each target in a window is a sum of, along one axis of a convolution.</summary>
internal sealed class AxisTable
{
    /// <summary>Collects the runs.</summary>
    /// <param name="axis">The axis.</param>
    /// <param name="order">Its <see cref="ConvolutionAxis.Order"/>.</param>
    /// <param name="windows">The windows.</param>
    /// <param name="merge">Whether neighbours are put together, or each is a run of its own.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public AxisTable(ConvolutionAxis axis, int[] order, AxisWindows windows, bool merge)
    {
        Starts = new int[windows.Targets + 1];
        var runs = new List<AxisRun>();
        for (int t = 0; t < windows.Targets; t++)
        {
            for (int tap = 0; tap < order.Length; tap++)
            {
                if (!axis.TryMeet(windows, t, order[tap], out int source))
                    continue;
                AxisRun last = merge && runs.Count > Starts[t] ? runs[^1] : default;
                if (last.Count > 0 && last.Tap + last.Count == tap && last.Source + last.Count == source)
                    runs[^1] = last with { Count = last.Count + 1 };
                else
                    runs.Add(new(tap, source, 1));
            }

            Starts[t + 1] = runs.Count;
        }

        Runs = [.. runs];
    }

    /// <summary>The runs, target after target.</summary>
    public AxisRun[] Runs { get; }

    /// <summary>Where each target's runs begin; their number last.</summary>
    public int[] Starts { get; }

    /// <summary>The runs of a target.</summary>
    /// <param name="target">0-based in the window.</param>
    public ReadOnlySpan<AxisRun> Of(int target) => Runs.AsSpan(Starts[target]..Starts[target + 1]);
}
