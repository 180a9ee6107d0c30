using System.Runtime.Intrinsics;

namespace ExactCompression.Numerics;

/// <summary>Target channels that a convolution computes at the same time.</summary>
/// <param name="First">The first of the group's channels.</param>
/// <param name="Count">How many there are.</param>
/// <param name="Width">Their number with padding.</param>
internal readonly record struct ChannelBlock(int First, int Count, int Width)
{
    /// <summary>The most channels of a block where vectors have a row in each lane.</summary>
    public const int Widest = 8;

    /// <summary>
    /// Blocks of <see cref="Widest"/>, 4 and single channels, and of 3 with vectors of 512 bits, for vectors that have a row in each lane.
    /// </summary>
    /// <param name="channels">Number of channels.</param>
    public static ChannelBlock[] ForRowLanes(int channels)
    {
        int widest = Vector512.IsHardwareAccelerated ? Widest : Widest / 2;
        return Divide(channels, left => left >= 6 ? widest : left == 3 && widest > 4 ? 3 : left >= 3 ? 4 : 1);
    }

    /// <summary>
    /// Blocks of vectors that have a channel in each lane: two or one, or half a one for the last channels; one where they have less than
    /// 512 bits.
    /// </summary>
    /// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
    /// <param name="channels">Number of channels.</param>
    public static ChannelBlock[] ForChannelLanes<T>(int channels)
        where T : unmanaged
    {
        int lanes = Vector512<T>.Count;
        return Divide(
            channels, left => !Vector512.IsHardwareAccelerated ? lanes : left > lanes ? 2 * lanes : 2 * left > lanes ? lanes : lanes / 2);
    }

    /// <summary>Blocks of 4 and single channels, and of 3 with vectors of 256 bits, for vectors that have a target in each lane.</summary>
    /// <param name="channels">Number of channels.</param>
    public static ChannelBlock[] ForPlaneLanes(int channels) =>
        Divide(channels, static left => left == 3 && !Vector512.IsHardwareAccelerated ? 3 : left >= 3 ? 4 : 1);

    private static ChannelBlock[] Divide(int channels, Func<int, int> widthOf)
    {
        var blocks = new List<ChannelBlock>();
        for (int first = 0; first < channels;)
        {
            int width = widthOf(channels - first), count = Math.Min(channels - first, width);
            blocks.Add(new(first, count, width));
            first += count;
        }

        return [.. blocks];
    }
}
