namespace ExactCompression.Witnesses;

/// <summary>The smallest and largest pre-activation of a neuron over a batch, and the points that attain them.</summary>
/// <param name="Minimum">Smallest value; infinity where every value was NaN.</param>
/// <param name="Maximum">Largest value; minus infinity where every value was NaN.</param>
/// <param name="MinimumPoint">0-based point of the minimum; -1 where there is none.</param>
/// <param name="MaximumPoint">0-based point of the maximum; -1 where there is none.</param>
public readonly record struct NeuronExtremes(float Minimum, float Maximum, int MinimumPoint, int MaximumPoint);
