namespace ExactCompression;

/// <summary>What follows the affine map of a layer.</summary>
public enum Activation
{
    /// <summary>Nothing: the layer is linear.</summary>
    Identity,

    /// <summary>The rectifier, <c>max(0, z)</c>.</summary>
    Relu,

    /// <summary><c>z</c> above 0, a fixed fraction of it below.</summary>
    LeakyRelu,

    /// <summary><c>z</c> above 0, a learned fraction of it below.</summary>
    PRelu,

    /// <summary>Cut off at a lower end, an upper end, or both.</summary>
    Clip,

    /// <summary>A line cut off at 0 and 1.</summary>
    HardSigmoid,

    /// <summary>The absolute value.</summary>
    Abs,

    /// <summary>The larger of two values.</summary>
    Max,

    /// <summary>The smaller of two values.</summary>
    Min,
}
