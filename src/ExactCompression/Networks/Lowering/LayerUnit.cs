namespace ExactCompression.Networks;

/// <summary>What a layer of a lowered graph does with its sums, element by element.</summary>
internal enum LayerUnit
{
    /// <summary>Nothing: it gives <c>z</c>.</summary>
    Linear,

    /// <summary><c>max(0, z)</c>.</summary>
    Rectifier,

    /// <summary><c>1 / (1 + exp(-z))</c>.</summary>
    Logistic,

    /// <summary>The hyperbolic tangent.</summary>
    Tanh,
}
