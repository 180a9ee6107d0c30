namespace ExactCompression.Formats;

/// <summary>A network that a property declares.</summary>
/// <param name="Name">Its name; empty in VNN-LIB 1, which has one network without a name.</param>
/// <param name="At">Where it is declared.</param>
internal sealed record VnnlibNetwork(string Name, SExpression? At)
{
    /// <summary>The network that it is stated to be the same as (<c>equal-to</c>), or null.</summary>
    public string? EqualTo { get; init; }

    /// <summary>The network that it is stated to have the structure of (<c>isomorphic-to</c>), or null.</summary>
    public string? IsomorphicTo { get; init; }

    /// <summary>Its tensors, in the order of their declarations.</summary>
    public List<VnnlibTensor> Tensors { get; } = [];

    /// <summary>Number of elements of all its inputs or outputs.</summary>
    public int SizeOf(VnnlibRole role) => Tensors.Where(t => t.Role == role).Sum(static t => t.Size);
}

/// <summary>A tensor of a network.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Role">Whether it is an input, an output or within.</param>
/// <param name="ElementType">The type of its elements, as written.</param>
/// <param name="Shape">Its dimensions; empty for a scalar.</param>
/// <param name="Network">0-based number of its network.</param>
/// <param name="First">Number of its first element among those of its network and role.</param>
/// <param name="Size">Number of its elements.</param>
internal sealed record VnnlibTensor(
    string Name, VnnlibRole Role, string ElementType, IReadOnlyList<int> Shape, int Network, int First, int Size)
{
    /// <summary>An element as a property names it: <c>X[0,2]</c>.</summary>
    /// <param name="index">Row-major number of the element within the tensor.</param>
    public string NameOf(int index)
    {
        if (Shape.Count == 0)
            return Name;
        int[] indices = new int[Shape.Count];
        for (int d = Shape.Count - 1; d >= 0; d--)
            (index, indices[d]) = Math.DivRem(index, Shape[d]);
        return $"{Name}[{string.Join(',', indices)}]";
    }
}
