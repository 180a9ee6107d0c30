namespace ExactCompression.Witnesses;

/// <summary>A neuron and the sign that its pre-activation should get: the target of a search for a witness.</summary>
/// <param name="Index">The neuron's index over all layers.</param>
/// <param name="Above">Whether the sign is positive.</param>
internal readonly record struct SignTarget(int Index, bool Above);
