namespace ExactCompression.Networks;

/// <summary>A node of a network's graph: an operator and the values that it takes. It gives one value.</summary>
/// <param name="Name">The file's name for it, or one that was made up; unique in a graph.</param>
/// <param name="Operator">What it does.</param>
/// <param name="Inputs">The values that it takes, by their numbers in the graph.</param>
/// <param name="Shape">The shape of what it gives.</param>
internal sealed record GraphNode(string Name, Operator Operator, IReadOnlyList<int> Inputs, TensorShape Shape)
{
    /// <summary>The file's name for the value that it gives; empty where there is none.</summary>
    public string ValueName { get; init; } = "";
}

/// <summary>An input of a network's graph.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Shape">Its shape, without the batch.</param>
internal sealed record GraphInput(string Name, TensorShape Shape);

/// <summary>An output of a network's graph.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Value">The value that it is, by its number in the graph.</param>
internal sealed record GraphOutput(string Name, int Value);
