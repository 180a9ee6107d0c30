namespace ExactCompression.Compression.Minimum;

/// <summary>
/// A proven kink: an input of the domain at which the pre-activations of a group of neurons are 0 and change sign, while every other
/// pre-activation of their layer and below is known around it. So what the readers take has a kink there, and along the group's hyperplane
/// alone.
/// </summary>
/// <param name="Group">0-based number of the group.</param>
/// <param name="Pattern">The pattern of what lies below, on both sides.</param>
internal sealed record Kink(int Group, CellPattern Pattern);
