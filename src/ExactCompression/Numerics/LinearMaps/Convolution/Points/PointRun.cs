namespace ExactCompression.Numerics;

/// <summary>Neighbours in a convolution's source that targets, each at its own point, meet with neighbours among the weights.</summary>
/// <param name="Source">Where they begin, from the target's point on.</param>
/// <param name="Weight">The first weight's place in a block of channels, each of which has a weight there.</param>
/// <param name="Count">How many there are.</param>
internal readonly record struct PointRun(int Source, int Weight, int Count);
