namespace ExactCompression.Formats;

/// <summary>The limits of an import, its warnings, and what the user states about a file that does not state it itself.</summary>
public sealed record ImportOptions
{
    /// <summary>
    /// Memory that an import may use, in bytes. Null means in proportion to the file: 64 bytes for each of its bytes, and at least 512 MiB.
    /// The work that it may do (sums and products) is in proportion to this.
    /// </summary>
    public long? MaximumSize { get; init; }

    /// <summary>When cancelled, reading ends with <see cref="OperationCanceledException"/> within a second.</summary>
    public CancellationToken Cancellation { get; init; }

    /// <summary>Receives warnings, on the reading thread; null to ignore them.</summary>
    public Action<string>? Warning { get; init; }

    /// <summary>What follows the hidden layers if the file does not state it; null is ReLU with a warning.</summary>
    public Activation? Activation { get; init; }

    /// <summary>What determines the order of layers in a file of named tensors.</summary>
    public LayerOrdering Order { get; init; }

    /// <summary>Only tensors whose names begin with this are read; null for all.</summary>
    public string? Prefix { get; init; }

    /// <summary>
    /// Shape of one input, without the batch, for a file that holds modules but not the height and width of what they take, or that leaves
    /// sizes open; null if the file determines it. What is found out about a network holds for that size.
    /// </summary>
    public TensorShape? InputShape { get; init; }

    /// <summary>
    /// Shapes of inputs by their names, without the batch, for a file that leaves sizes of several inputs open; null for none.
    /// </summary>
    public IReadOnlyDictionary<string, TensorShape>? InputShapes { get; init; }

    /// <summary>The shape that a user states.</summary>
    /// <param name="dimensions">The dimensions, outermost first, without the batch.</param>
    /// <exception cref="InvalidInputException">It has too many elements.</exception>
    public static TensorShape ShapeOf(params ReadOnlySpan<int> dimensions)
    {
        try
        {
            return new(dimensions);
        }
        catch (OverflowException)
        {
            throw new InvalidInputException(
                "InputShapeTooLarge", $"An input of {string.Join('x', dimensions.ToArray())} has too many elements.",
                "State the shape of one input: channels, height and width.");
        }
    }

    /// <summary>
    /// Refuses options for named tensors if the file itself states its layers and their order.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="what">What it is.</param>
    /// <exception cref="InvalidInputException">A prefix or an order is given.</exception>
    internal void RequireNoNames(string path, string what)
    {
        if (Prefix is not null)
            throw new InvalidInputException(
                "PrefixNotApplicable", $"'{path}' is {what}, which has no named tensors for -Prefix to choose from.", "Leave -Prefix out.");
        if (Order != LayerOrdering.Auto)
            throw new InvalidInputException(
                "OrderNotApplicable",
                $"'{path}' is {what}, which itself states the order of its layers, so -Order {Order} cannot decide it.",
                "Leave -Order out.");
    }

    /// <summary>Refuses a shape of the input for a file that itself states it, or whose tensors determine it.</summary>
    /// <param name="path">The file.</param>
    /// <param name="what">What it is.</param>
    /// <exception cref="InvalidInputException">A shape is given.</exception>
    internal void RequireNoInputShape(string path, string what)
    {
        if (InputShape is not null || InputShapes is not null)
            throw new InvalidInputException(
                "InputShapeNotApplicable", $"'{path}' is {what}: -InputShape applies to PyTorch modules that were pickled whole, and to "
                    + "ONNX files that leave sizes open.",
                "Leave -InputShape out; where it is meant for a PyTorch module, save that whole: torch.save(model, path).");
    }
}
