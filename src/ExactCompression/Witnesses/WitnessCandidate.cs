namespace ExactCompression.Witnesses;

/// <summary>A point where a device has found a missing sign, in float32: to be confirmed.</summary>
/// <param name="Neuron">The neuron, numbered over all hidden layers.</param>
/// <param name="Above">Whether the value is above 0, else below.</param>
/// <param name="Place">The same for candidates at the same point.</param>
public readonly record struct WitnessCandidate(int Neuron, bool Above, long Place)
{
    /// <summary>By what factor a value must exceed the last candidate's to be proposed again: that one was rejected.</summary>
    internal const float Growth = 1.05f;
}
