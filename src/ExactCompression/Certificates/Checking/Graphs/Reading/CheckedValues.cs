namespace ExactCompression.Certificates.Checking;

/// <summary>The values of a graph while it is read.</summary>
/// <param name="name">The network's name in messages.</param>
/// <param name="budget">Its budget.</param>
internal sealed class CheckedValues(string name, CheckBudget budget)
{
    private readonly List<CheckedValue> values = [];
    private readonly List<int> rectifiers = [];
    private long elements;

    /// <summary>The rectified values so far that are bounded and claimed about.</summary>
    public IReadOnlyList<int> Rectifiers => rectifiers;

    /// <summary>The budget.</summary>
    public CheckBudget Budget => budget;

    /// <summary>Number of elements of a value.</summary>
    /// <param name="value">The value.</param>
    public int SizeOf(int value) => values[value].Size;

    /// <summary>Adds a value.</summary>
    /// <param name="value">The value.</param>
    /// <returns>Its number.</returns>
    /// <exception cref="Refusal">All of them together have too many elements.</exception>
    public int Add(CheckedValue value)
    {
        elements += value.Size;
        CheckBudget.RequireNumbers($"{name}, {value.Name}", elements);
        budget.Spend(value.Size);
        values.Add(value);
        return values.Count - 1;
    }

    /// <summary>Adds a sum of maps of values, and a bias.</summary>
    /// <param name="node">The node that it comes from.</param>
    /// <param name="bias">A number for each element.</param>
    /// <param name="radii">Radii of the biases; null where they are exact.</param>
    /// <param name="terms">The values with their maps.</param>
    /// <exception cref="Refusal">A bias is not finite, or a map does not fit.</exception>
    public int Affine(string node, double[] bias, double[]? radii, params CheckedTerm[] terms)
    {
        if (Array.Exists(bias, static b => !double.IsFinite(b)))
            throw new Refusal($"{name}, {node}", "A number is beyond the range of double.");
        foreach (CheckedTerm term in terms)
        {
            if (term.Map.Rows != bias.Length || term.Map.Columns != values[term.Source].Size)
                throw new Refusal($"{name}, {node}", "Its numbers do not fit the values that it takes.");
        }

        return Add(new AffineValue(node, bias.Length, terms, bias, radii));
    }

    /// <summary>Adds a map of a value.</summary>
    /// <param name="node">The node that it comes from.</param>
    /// <param name="x">The value.</param>
    /// <param name="map">The map.</param>
    public int Map(string node, int x, CheckedMap map) => Affine(node, new double[map.Rows], null, new CheckedTerm(x, map));

    /// <summary>Elements of a value; the value itself where all of them stay where they are.</summary>
    /// <param name="node">The node that it comes from.</param>
    /// <param name="x">The value.</param>
    /// <param name="sources">For each element, which of those of the value it is; -1 for 0.</param>
    public int Select(string node, int x, int[] sources)
    {
        var map = new SelectedRows(sources, values[x].Size);
        return map.IsIdentity ? x : Map(node, x, map);
    }

    /// <summary>A value plus a number for each element; the value itself where all of these are 0.</summary>
    /// <param name="node">The node that it comes from.</param>
    /// <param name="x">The value.</param>
    /// <param name="shifts">The numbers.</param>
    public int Shifted(string node, int x, double[] shifts) =>
        Array.TrueForAll(shifts, static s => s == 0)
            ? x
            : Affine(node, shifts, null, new CheckedTerm(x, DiagonalRows.Of(shifts.Length, 1)));

    /// <summary>A sum of multiples of values of one size, and a constant.</summary>
    /// <param name="node">The node that it comes from.</param>
    /// <param name="constant">The constant, for all elements.</param>
    /// <param name="terms">The values with their factors.</param>
    public int Sum(string node, double constant, params (int Value, double Factor)[] terms)
    {
        var bias = new double[values[terms[0].Value].Size];
        Array.Fill(bias, constant);
        return Affine(node, bias, null, [.. terms.Select(t => new CheckedTerm(t.Value, DiagonalRows.Of(bias.Length, t.Factor)))]);
    }

    /// <summary>The larger of 0 and a value plus a constant.</summary>
    /// <param name="node">The node that it comes from.</param>
    /// <param name="x">The value.</param>
    /// <param name="shift">The constant, for all elements.</param>
    /// <param name="isClaimed">Whether it is bounded and claimed about.</param>
    public int Rectify(string node, int x, double shift = 0, bool isClaimed = true)
    {
        int z = shift == 0 ? x : Sum(node, shift, (x, 1)), value = Add(new RectifiedValue(node, values[z].Size, z));
        if (isClaimed)
            rectifiers.Add(value);
        return value;
    }

    /// <summary>The graph.</summary>
    /// <param name="outputs">The values that are outputs.</param>
    /// <param name="layers">For each layer of the network, the place of its neurons among the rectifiers.</param>
    public CheckedGraph ToGraph(IReadOnlyList<int> outputs, IEnumerable<int> layers) =>
        new(values, outputs) { Rectifiers = rectifiers, Layers = [.. layers] };
}
