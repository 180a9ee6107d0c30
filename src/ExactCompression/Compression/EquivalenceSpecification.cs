using ExactCompression.Compression.Equivalence;

namespace ExactCompression;

/// <summary>A statement about two networks from a file: where their inputs lie, and how far their outputs may differ.</summary>
public sealed class EquivalenceSpecification
{
    /// <summary>The file.</summary>
    public required string Path { get; init; }

    /// <summary>What the file calls the first network.</summary>
    public required string Reference { get; init; }

    /// <summary>What the file calls the second network.</summary>
    public required string Difference { get; init; }

    /// <summary>The smallest box of doubles that holds all inputs that the file allows.</summary>
    public required InputDomain Domain { get; init; }

    /// <summary>What counts as equal, for each output.</summary>
    public required IReadOnlyList<DifferenceRange> Ranges { get; init; }

    /// <summary>
    /// Whether the file asserts the opposite: its assertions hold at inputs where the outputs differ too much, so that the networks are
    /// equivalent if and only if nothing satisfies them.
    /// </summary>
    public required bool AssertsViolation { get; init; }

    /// <summary>What was understood, as sentences.</summary>
    public required IReadOnlyList<string> Statements { get; init; }

    /// <summary>The boxes that the file allows.</summary>
    internal IReadOnlyList<StatedBox> Boxes { get; init; } = [];

    /// <inheritdoc/>
    public override string ToString() => PrintableText.Of(System.IO.Path.GetFileName(Path));
}
