namespace ExactCompression.Formats;

/// <summary>What determines the order of layers in a file of named tensors, such as a state dict.</summary>
public enum LayerOrdering
{
    /// <summary>The numbers in the names; a file in which names and file order disagree, or are ambiguous, is refused.</summary>
    Auto,

    /// <summary>The numbers in the names, whatever the order of the file.</summary>
    Names,

    /// <summary>The order of the file, whatever the names.</summary>
    File,
}
