namespace ExactCompression.Numerics;

/// <summary>What every target of a grid is a sum of: an element of a laid out plane, times a weight.</summary>
/// <param name="Source">From where the target would stand in the first channel's plane to the element.</param>
/// <param name="Weight">The place among the weights of a block of channels, each of which has one there.</param>
internal readonly record struct PlaneTerm(int Source, int Weight);
