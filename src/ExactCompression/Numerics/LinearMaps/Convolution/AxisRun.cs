namespace ExactCompression.Numerics;

/// <summary>Neighbours in the source of a convolution that meet neighbours among its packed weights.</summary>
/// <param name="Tap">The first weight's place.</param>
/// <param name="Source">The first element.</param>
/// <param name="Count">How many there are.</param>
internal readonly record struct AxisRun(int Tap, int Source, int Count);
