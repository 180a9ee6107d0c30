namespace ExactCompression;

/// <summary>
/// What a model file states beside the function that it computes: names and shapes of its input and output, and metadata. An ONNX file that
/// is written from the network, or from its compression, states the same, so that it can take the original's place.
/// </summary>
/// <param name="Input">The input; the first of several.</param>
/// <param name="Output">The output; the first of several.</param>
public sealed record ModelInterface(ModelTensor Input, ModelTensor Output)
{
    /// <summary>All inputs, in their order.</summary>
    public IReadOnlyList<ModelTensor> Inputs { get; init; } = [Input];

    /// <summary>All outputs, in their order.</summary>
    public IReadOnlyList<ModelTensor> Outputs { get; init; } = [Output];

    /// <summary>Name of the graph; empty for none.</summary>
    public string GraphName { get; init; } = "";

    /// <summary>What made the file; empty where it does not say.</summary>
    public string Producer { get; init; } = "";

    /// <summary>The producer's version; empty where the file does not say.</summary>
    public string ProducerVersion { get; init; } = "";

    /// <summary>Whose model it is, as a reversed domain name; empty where the file does not say.</summary>
    public string Domain { get; init; } = "";

    /// <summary>Version of the model; 0 where the file does not say.</summary>
    public long Version { get; init; }

    /// <summary>A text on the model; empty for none.</summary>
    public string Description { get; init; } = "";

    /// <summary>Other entries, in the file's order.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Metadata { get; init; } = [];

    /// <summary>The first input or node with values of 16 bits; null where there is none.</summary>
    internal string? Narrowed { get; init; }

    /// <inheritdoc/>
    public override string ToString() => PrintableText.Of($"{string.Join(", ", Inputs)} -> {string.Join(", ", Outputs)}");
}

/// <summary>The input or output of a model.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Shape">Its dimensions, outermost first.</param>
public sealed record ModelTensor(string Name, IReadOnlyList<ModelDimension> Shape)
{
    /// <summary>Number of values for one row of input.</summary>
    public long Count => Shape.Aggregate(1L, static (count, dimension) => checked(count * dimension.Size));

    /// <summary>The dimension that grows with the rows of input, without moving them in memory; -1 where none does.</summary>
    public int Batch
    {
        get
        {
            for (int i = 0; i < Shape.Count && Shape[i].Size == 1; i++)
            {
                if (Shape[i].Symbol is not null || Shape[i].Rows > 1)
                    return i;
            }

            return -1;
        }
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Name} [{string.Join(',', Shape)}]";
}

/// <summary>A dimension of a model's input or output.</summary>
/// <param name="Size">Its size for one row of input: the batch counts as 1.</param>
/// <param name="Symbol">The name that stands in the size's place in the file, such as <c>batch</c>; empty where nothing does; null where
/// the size is fixed.</param>
/// <param name="Rows">The size of a batch that the file fixes; 1 elsewhere.</param>
public readonly record struct ModelDimension(int Size, string? Symbol = null, int Rows = 1)
{
    /// <inheritdoc/>
    public override string ToString() =>
        Symbol switch { null => (Size * Rows).ToString(System.Globalization.CultureInfo.InvariantCulture), "" => "?", _ => Symbol };
}
