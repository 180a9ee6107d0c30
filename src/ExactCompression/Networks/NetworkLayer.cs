namespace ExactCompression;

/// <summary>
/// A layer of a network: piecewise-linear units with the linear maps below them, back to the units before; or, last, what leads to the
/// outputs. In a network of dense layers each one is an <see cref="AffineLayer"/>.
/// </summary>
public abstract class NetworkLayer
{
    /// <summary>The name of the node in the file; empty where there is none.</summary>
    public string Name { get; init; } = "";

    /// <summary>Shape of the layer: of its neurons, or of the outputs.</summary>
    public abstract TensorShape Shape { get; }

    /// <summary>Number of neurons, or of outputs.</summary>
    public int Outputs => Shape.Elements;

    /// <summary>What follows the linear maps.</summary>
    public abstract Activation Activation { get; }

    /// <summary>Number of connections: weights as stored, zero or not, without biases.</summary>
    public abstract long ConnectionCount { get; }

    /// <summary>Number of weights that are not zero.</summary>
    public abstract long NonZeroConnectionCount { get; }

    /// <summary>Number of weights and biases.</summary>
    public abstract long ParameterCount { get; }

    /// <summary>Multiply-adds for one row of input: a convolution's weights count at every position.</summary>
    public abstract long MultiplyAddCount { get; }

    /// <summary>Bytes of the weights and biases at the precision that they are stored in.</summary>
    public abstract long ByteCount { get; }
}
