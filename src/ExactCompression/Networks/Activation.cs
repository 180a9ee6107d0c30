namespace ExactCompression;

/// <summary>What follows the affine map of a layer.</summary>
public enum Activation
{
    /// <summary>Nothing: the layer is linear.</summary>
    Identity,

    /// <summary>The rectifier, <c>max(0, z)</c>.</summary>
    Relu,
}
