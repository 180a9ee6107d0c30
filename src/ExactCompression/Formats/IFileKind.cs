namespace ExactCompression.Formats;

/// <summary>One kind of file among several that the extension of a new file selects.</summary>
internal interface IFileKind
{
    /// <summary>The extension with the dot, lower case.</summary>
    string Extension { get; }

    /// <summary>What one would choose it for, such as <c>for the paper's code</c>; empty where that goes without saying.</summary>
    string Purpose { get; }
}
