namespace ExactCompression.Numerics;

/// <summary>Target channels that a convolution computes at the same time.</summary>
/// <param name="First">The first of the group's channels.</param>
/// <param name="Count">How many there are.</param>
/// <param name="Width">Their number with padding: 1, 4 or <see cref="Widest"/>.</param>
internal readonly record struct ChannelBlock(int First, int Count, int Width)
{
    /// <summary>The most channels of a block.</summary>
    public const int Widest = 8;
}
