namespace ExactCompression.Numerics;

/// <summary>How the elements lie that a <see cref="PointSums"/> is of.</summary>
/// <param name="Channel">From a position's element in one channel to that in the next.</param>
/// <param name="Place">From one position to the next.</param>
/// <param name="Row">From one row of the batch to the next.</param>
internal readonly record struct PointStrides(int Channel, int Place, int Row);
