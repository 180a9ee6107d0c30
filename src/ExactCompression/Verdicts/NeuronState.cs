namespace ExactCompression;

/// <summary>What a hidden neuron does over the whole input domain.</summary>
public enum NeuronState
{
    /// <summary>Not decided; compression treats it as unstable.</summary>
    Undetermined,

    /// <summary><c>z &lt;= 0</c> on all of the domain: it always gives 0. A neuron that is 0 everywhere counts as inactive.</summary>
    StablyInactive,

    /// <summary><c>z &gt;= 0</c> on all of the domain: it is linear.</summary>
    StablyActive,

    /// <summary><c>z &gt; 0</c> somewhere and <c>z &lt; 0</c> somewhere else.</summary>
    Unstable,
}
