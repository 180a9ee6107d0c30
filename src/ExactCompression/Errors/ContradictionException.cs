namespace ExactCompression;

/// <summary>
/// A claim about a neuron that a proof refutes: a MILP solver, or a table from outside, was wrong by more than a tolerance explains. The
/// proof counts; the table keeps both in the neuron's evidence.
/// </summary>
public sealed class ContradictionException : ExactCompressionException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="network">The network's name.</param>
    /// <param name="layer">1-based hidden layer.</param>
    /// <param name="neuron">0-based neuron within its layer.</param>
    /// <param name="claim">What was claimed, and by what.</param>
    /// <param name="proof">What refutes it.</param>
    public ContradictionException(string network, int layer, int neuron, string claim, string proof)
        : base("ContradictingEvidence",
            $"On layer {layer}, neuron {neuron} of '{network}' this claim is wrong: {claim}; it contradicts {proof}. The proof "
                + $"counts, and the neuron's evidence names both.")
    {
        Layer = layer;
        Neuron = neuron;
        Claim = claim;
        Proof = proof;
    }

    /// <summary>1-based hidden layer.</summary>
    public int Layer { get; }

    /// <summary>0-based neuron within its layer.</summary>
    public int Neuron { get; }

    /// <summary>What was claimed, and by what.</summary>
    public string Claim { get; }

    /// <summary>What refutes it.</summary>
    public string Proof { get; }
}
