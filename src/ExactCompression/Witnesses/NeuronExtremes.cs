namespace ExactCompression.Witnesses;

/// <summary>The smallest and largest pre-activation of a neuron over a batch, and the points that reach them.</summary>
/// <param name="Minimum">Smallest value; infinity where no point gave a number.</param>
/// <param name="Maximum">Largest value; minus infinity where no point gave a number.</param>
/// <param name="MinimumPoint">0-based point of the minimum; -1 where there is none.</param>
/// <param name="MaximumPoint">0-based point of the maximum; -1 where there is none.</param>
public readonly record struct NeuronExtremes(float Minimum, float Maximum, int MinimumPoint, int MaximumPoint);
