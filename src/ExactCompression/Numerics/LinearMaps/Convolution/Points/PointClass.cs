namespace ExactCompression.Numerics;

/// <summary>Sums of a <see cref="PointSums"/> that meet the same weights.</summary>
/// <param name="First">The first of them.</param>
/// <param name="Count">How many there are; as many places follow as fill a tile, which repeat the last one.</param>
/// <param name="FirstRun">The first run of what they meet.</param>
/// <param name="RunCount">How many runs there are.</param>
internal readonly record struct PointClass(int First, int Count, int FirstRun, int RunCount);
