using ExactCompression.Networks;

namespace ExactCompression.Formats.Onnx;

/// <summary>A node of the file that can stay.</summary>
/// <param name="node">The node.</param>
/// <param name="place">Its place in the file.</param>
internal sealed class OnnxPiece(OnnxNode node, int place)
{
    /// <summary>The node.</summary>
    public OnnxNode Node => node;

    /// <summary>Its place in the file.</summary>
    public int Place => place;

    /// <summary>For each value that it took, the value that it takes now.</summary>
    public Dictionary<int, int> Taken { get; } = [];

    /// <summary>What it became in the network's graph.</summary>
    public List<OnnxEditedStep> Steps { get; } = [];
}

/// <summary>A node of the network's graph before and after.</summary>
/// <param name="Value">The value that it gave before.</param>
/// <param name="Before">Its operator before.</param>
/// <param name="After">Its operator after.</param>
/// <param name="Taken">What is left of each value that it takes; null for all.</param>
/// <param name="Given">What is left of what it gives; null for all.</param>
internal sealed record OnnxEditedStep(
    int Value, Operator Before, Operator After, IReadOnlyList<AxisSelection?> Taken, AxisSelection? Given)
{
    /// <summary>Whether something of what it takes or gives is gone.</summary>
    public bool IsCut => Given is not null || Taken.Any(static t => t is not null);
}
