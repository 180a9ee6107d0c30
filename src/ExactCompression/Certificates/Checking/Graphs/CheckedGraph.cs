namespace ExactCompression.Certificates.Checking;

/// <summary>
/// A network as the checker sees it: values, each a flat vector, that are the input, affine functions of values before, or their
/// rectifiers. All piecewise-linear units are made of these.
/// </summary>
/// <param name="Values">The values, each after those that it is made of; the first is the input.</param>
/// <param name="Outputs">The values that are the network's outputs, in their order.</param>
internal sealed record CheckedGraph(IReadOnlyList<CheckedValue> Values, IReadOnlyList<int> Outputs)
{
    /// <summary>The rectified values that are bounded and claimed about, in their order: all but those of a dense network's
    /// outputs.</summary>
    public IReadOnlyList<int> Rectifiers { get; init; } = [];

    /// <summary>
    /// For each hidden layer of the network, the place in <see cref="Rectifiers"/> of those whose arguments are its neurons'
    /// pre-activations. Poolings have rectifiers that are no layer's, and clipped units have more than one for each neuron.
    /// </summary>
    public IReadOnlyList<int> Layers { get; init; } = [];
}

/// <summary>One value of a network.</summary>
/// <param name="Name">The name of the node that it comes from, for messages.</param>
/// <param name="Size">Number of its elements.</param>
internal abstract record CheckedValue(string Name, int Size);

/// <summary>The network's input.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Size">Number of its elements.</param>
internal sealed record InputValue(string Name, int Size) : CheckedValue(Name, Size);

/// <summary>A sum of linear maps of values before, and a bias.</summary>
/// <param name="Name">The name of the node.</param>
/// <param name="Size">Number of its elements.</param>
/// <param name="Terms">The values, each with its map; none for a constant.</param>
/// <param name="Bias">A number for each element.</param>
/// <param name="BiasRadius">How far each may be from the true one; null where all are exact.</param>
internal sealed record AffineValue(string Name, int Size, IReadOnlyList<CheckedTerm> Terms, double[] Bias, double[]? BiasRadius = null)
    : CheckedValue(Name, Size);

/// <summary>The larger of 0 and each element of a value before.</summary>
/// <param name="Name">The name of the node.</param>
/// <param name="Size">Number of its elements.</param>
/// <param name="Source">The value.</param>
internal sealed record RectifiedValue(string Name, int Size, int Source) : CheckedValue(Name, Size);

/// <summary>
/// What a node that cannot be analysed gives: any number, but the same for the same operator at the same operands.
/// </summary>
/// <param name="Name">The name of the node.</param>
/// <param name="Size">Number of its elements.</param>
/// <param name="Sources">What it takes.</param>
/// <param name="Meaning">What it does, exactly: two with the same text give the same at the same operands.</param>
internal sealed record OpaqueValue(string Name, int Size, IReadOnlyList<int> Sources, string Meaning) : CheckedValue(Name, Size)
{
    /// <summary>How steep a smooth function is at most, element by element: the logistic function 1/4, the hyperbolic tangent 1. Null for
    /// all else.</summary>
    public double? Steepest => Meaning switch { "Sigmoid" => 0.25, "Tanh" => 1, _ => null };

    /// <summary>How the elements of a softmax, or of the logarithm of one, belong together; null for all else.</summary>
    public CheckedSoftmax? Softmax { get; init; }
}

/// <summary>
/// Softmax of groups of elements, <c>p_i = exp(x_i) / sum_j exp(x_j)</c>, or its logarithm. The magnitudes of the derivatives of <c>p_i</c>
/// add up to <c>2 p_i (1 - p_i) &lt;= 1/2</c>, those of <c>log p_i</c> to <c>2 (1 - p_i) &lt; 2</c>.
/// </summary>
/// <param name="Count">Elements of a group.</param>
/// <param name="Step">From one of them to the next; so many groups are intertwined.</param>
/// <param name="IsLogarithm">Whether it is the logarithm.</param>
internal sealed record CheckedSoftmax(int Count, int Step, bool IsLogarithm)
{
    /// <summary>At least the move of a result where no element of its group moves by more than 1.</summary>
    public double Steepest => IsLogarithm ? 2 : 0.5;

    /// <summary>The first element of an element's group.</summary>
    /// <param name="element">Its place.</param>
    public int FirstOf(int element) => (element / (Count * Step) * Count * Step) + (element % Step);
}

/// <summary>A value before, with its map.</summary>
/// <param name="Source">The value.</param>
/// <param name="Map">Its map.</param>
internal sealed record CheckedTerm(int Source, CheckedMap Map);

/// <summary>
/// A linear map, by its rows. Rows are made when they are asked for, so that a convolution takes no more memory than its filters.
/// </summary>
internal abstract class CheckedMap
{
    /// <summary>Number of elements that it gives.</summary>
    public abstract int Rows { get; }

    /// <summary>Number of elements that it takes.</summary>
    public abstract int Columns { get; }

    /// <summary>The largest number of entries of a row.</summary>
    public abstract int MostEntries { get; }

    /// <summary>Whether all entries are the true ones: no radius is above 0.</summary>
    public virtual bool IsExact => true;

    /// <summary>The entries of a row other than 0, by increasing column.</summary>
    /// <param name="row">The row.</param>
    /// <param name="columns">Room for <see cref="MostEntries"/> columns.</param>
    /// <param name="weights">Room for as many weights.</param>
    /// <param name="radii">Room for as many radii, by how much each weight may differ from the true one; all 0 if exact.</param>
    /// <returns>Number of entries.</returns>
    public abstract int Row(int row, Span<int> columns, Span<double> weights, Span<double> radii);

    /// <summary>
    /// What the true entries of a row are made of where these have radii, such as a division's numbers: two rows with the same weights,
    /// and the same origin that is not the default, have the same true entries.
    /// </summary>
    /// <param name="row">The row.</param>
    public virtual EntryOrigin OriginOf(int row) => default;

    /// <summary>Adds all that it is to the hash of its graph.</summary>
    /// <param name="hash">The hash.</param>
    public abstract void Append(GraphHash hash);
}

/// <summary>The numbers of a file that an entry is computed from, where double cannot hold it.</summary>
/// <param name="Kind">How it is computed; 0 if it is not said.</param>
/// <param name="First">The first number.</param>
/// <param name="Second">The second number.</param>
/// <param name="Third">The third number.</param>
internal readonly record struct EntryOrigin(char Kind, double First, double Second = 0, double Third = 0);
