namespace ExactCompression.Formats;

/// <summary>What an element of a tensor is to its network.</summary>
internal enum VnnlibRole
{
    /// <summary>An input.</summary>
    Input,

    /// <summary>A value within the network.</summary>
    Hidden,

    /// <summary>An output.</summary>
    Output,
}

/// <summary>An element of a tensor that a property is about.</summary>
/// <param name="Network">0-based number of the network, in the order of declarations.</param>
/// <param name="Role">What it is.</param>
/// <param name="Index">0-based number among all inputs, hidden values or outputs of the network, row-major, tensor after tensor.</param>
internal readonly record struct VnnlibVariable(int Network, VnnlibRole Role, int Index);
