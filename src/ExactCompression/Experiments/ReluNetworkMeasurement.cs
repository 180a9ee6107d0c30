namespace ExactCompression;

/// <summary>Accuracy, size and speed of a network.</summary>
public sealed class ReluNetworkMeasurement
{
    /// <summary>The network.</summary>
    public required ReluNetwork Network { get; init; }

    /// <summary>The network's name.</summary>
    public string Name => Network.Name;

    /// <summary>Widths from input to output.</summary>
    public string Architecture => Network.Architecture;

    /// <summary>The domain that the network was compressed over, or that was asked for; null for a network alone.</summary>
    public InputDomain? Domain { get; init; }

    /// <summary>Rows of the data; 0 without data.</summary>
    public required int Rows { get; init; }

    /// <summary>Rows that lie in the <see cref="Domain"/>; null without data or domain.</summary>
    public int? RowsInside { get; init; }

    /// <summary>
    /// Share, 0 to 1, of the rows in the <see cref="Domain"/>, of all rows where there is none, whose largest output is that of their label
    /// (the lowest index if several are largest); null without labels, without rows inside, and where the outputs are not evaluated.
    /// Outside the domain a compressed network is another function, and its accuracy there says nothing about the compression.
    /// </summary>
    public required double? Accuracy { get; init; }

    /// <summary>The same share of all rows, those outside the <see cref="Domain"/> too.</summary>
    public double? AccuracyAll { get; init; }

    /// <summary>
    /// Of a compressed network, the share of rows in the <see cref="Domain"/>, 0 to 1, that it assigns to the same class as its original,
    /// both evaluated in double; null for any other network, and without rows inside.
    /// </summary>
    public double? Agreement { get; init; }

    /// <summary>Hidden neurons.</summary>
    public int Neurons => Network.NeuronCount;

    /// <summary>Weights, zero or not, without biases; as many multiply-adds per row.</summary>
    public long Connections => Network.ConnectionCount;

    /// <summary>Weights that are not zero.</summary>
    public long NonZeroConnections => Network.NonZeroConnectionCount;

    /// <summary>Weights and biases.</summary>
    public long Parameters => Network.ParameterCount;

    /// <summary>Multiply-adds that one row takes.</summary>
    public long MultiplyAdds => Network.MultiplyAddCount;

    /// <summary>
    /// Bytes of the weights and biases at the precision that they are stored in; a file has its nodes, names and metadata besides.
    /// </summary>
    public long Bytes => Network.ByteCount;

    /// <summary>
    /// Time of a single row, on one thread, at the network's own precision: the median of several runs; null where the outputs depend on
    /// nodes that this module does not evaluate, such as attention.
    /// </summary>
    public TimeSpan? RowTime => RowMicroseconds is { } time ? TimeSpan.FromMicroseconds(time) : null;

    /// <summary>
    /// Time per row in a batch, on one thread, at the network's own precision: the median of several runs; null as
    /// <see cref="RowTime"/> is.
    /// </summary>
    public TimeSpan? BatchRowTime => BatchRowMicroseconds is { } time ? TimeSpan.FromMicroseconds(time) : null;

    /// <summary><see cref="RowTime"/> in microseconds, finer than its ticks of a tenth.</summary>
    public required double? RowMicroseconds { get; init; }

    /// <summary><see cref="BatchRowTime"/> in microseconds, finer than its ticks of a tenth.</summary>
    public required double? BatchRowMicroseconds { get; init; }

    /// <summary>The version of ONNX Runtime that was measured; null where none was.</summary>
    public string? OnnxRuntimeVersion { get; init; }

    /// <summary>
    /// Microseconds that ONNX Runtime takes for a single row of the file that is written of the network, on one thread, at the file's
    /// precision; per row where the file has a fixed number of rows. The median of several runs; null where it was not measured.
    /// </summary>
    public double? OnnxRuntimeRowMicroseconds { get; init; }

    /// <summary><see cref="OnnxRuntimeRowMicroseconds"/> as a time.</summary>
    public TimeSpan? OnnxRuntimeRowTime => OnnxRuntimeRowMicroseconds is { } time ? TimeSpan.FromMicroseconds(time) : null;

    /// <summary><see cref="OnnxRuntimeBatchRowMicroseconds"/> as a time.</summary>
    public TimeSpan? OnnxRuntimeBatchRowTime => OnnxRuntimeBatchRowMicroseconds is { } time ? TimeSpan.FromMicroseconds(time) : null;

    /// <summary>Microseconds per row that ONNX Runtime takes in a batch; null where it was not measured.</summary>
    public double? OnnxRuntimeBatchRowMicroseconds { get; init; }

    /// <summary>
    /// The largest difference of any output, over the rows that were timed, between ONNX Runtime and this module's evaluation in double;
    /// null where it was not measured, or where the outputs are not of floating-point numbers.
    /// </summary>
    public double? OnnxRuntimeDifference { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"{Name} ({Architecture})";
}
