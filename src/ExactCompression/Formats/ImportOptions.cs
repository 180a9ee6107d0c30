namespace ExactCompression.Formats;

/// <summary>What an import may take, whom it tells, and what the user says of a file that does not say it itself.</summary>
public sealed record ImportOptions
{
    /// <summary>
    /// Memory that an import may take, in bytes. Null is in proportion to the file: 64 bytes for each of its bytes, and at least 512 MiB.
    /// The work that it may do (sums and products) is in proportion to this.
    /// </summary>
    public long? MaximumSize { get; init; }

    /// <summary>When cancelled, reading ends with <see cref="OperationCanceledException"/> within a second.</summary>
    public CancellationToken Cancellation { get; init; }

    /// <summary>Called, on the thread that reads, for each thing that the user should know; null to pass over them.</summary>
    public Action<string>? Warning { get; init; }

    /// <summary>What follows the hidden layers where the file does not say; null is ReLU with a warning.</summary>
    public Activation? Activation { get; init; }

    /// <summary>What decides the order of layers in a file of named tensors.</summary>
    public LayerOrdering Order { get; init; }

    /// <summary>Only tensors whose names begin so are read; null is all.</summary>
    public string? Prefix { get; init; }

    /// <summary>
    /// Refuses what the user says of named tensors where the file itself states which layers there are, and in which order.
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
}
