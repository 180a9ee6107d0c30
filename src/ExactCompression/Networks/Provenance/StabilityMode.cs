namespace ExactCompression;

/// <summary>What training penalises to make neurons stable, given interval bounds l and u of a neuron's pre-activation.</summary>
public enum StabilityMode
{
    /// <summary>
    /// <c>u - l</c>: tight bounds. It never becomes flat, and it also tightens neurons that are stable already.
    /// </summary>
    Width,

    /// <summary>
    /// <c>-l u / 2</c> where l &lt; 0 &lt; u, the area of the triangle that relaxes the ReLU of an unstable neuron; 0 for a stable one. It
    /// never becomes flat before a neuron is stable.
    /// </summary>
    Area,

    /// <summary>
    /// <c>-tanh(1 + l u)</c>, the ReLU stability loss of Xiao et al. (ICLR 2019): smallest where both bounds have the same sign. Far from
    /// stability it is flat, and has no gradient.
    /// </summary>
    Tanh,
}
