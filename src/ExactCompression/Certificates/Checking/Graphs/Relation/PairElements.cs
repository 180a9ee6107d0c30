namespace ExactCompression.Certificates.Checking;

/// <summary>
/// The elements of two networks under one number each, those of the compressed network first, and the range of each over the domain.
/// </summary>
internal sealed class PairElements
{
    private readonly double[] lower;
    private readonly double[] upper;
    private readonly int[] first;
    private readonly int[] owners;
    private readonly List<int>[] rectifiers;

    /// <summary>Numbers the elements of two networks with the same inputs.</summary>
    /// <param name="original">The original.</param>
    /// <param name="originalBounds">What is proven of its elements.</param>
    /// <param name="compressed">The compressed network.</param>
    /// <param name="compressedBounds">What is proven of its elements.</param>
    /// <param name="box">The domain.</param>
    /// <exception cref="Refusal">The networks do not have the domain's inputs, or are too large.</exception>
    public PairElements(
        CheckedGraph original, CheckedBounds originalBounds, CheckedGraph compressed, CheckedBounds compressedBounds, InputBox box)
    {
        (Original, Compressed) = (original, compressed);
        CheckedValue[] values = [.. compressed.Values, .. original.Values];
        CheckBudget.RequireNumbers("relation", values.Sum(static v => (long)v.Size));
        first = new int[values.Length + 1];
        for (int v = 0; v < values.Length; v++)
            first[v + 1] = first[v] + values[v].Size;
        (lower, upper, owners) = (new double[first[^1]], new double[first[^1]], new int[first[^1]]);
        for (int v = 0; v < values.Length; v++)
            Array.Fill(owners, v, first[v], values[v].Size);
        Copy(compressed, compressedBounds, 0, box);
        Copy(original, originalBounds, compressed.Values.Count, box);
        rectifiers = [.. values.Select(static _ => new List<int>())];
        for (int v = 0, count = compressed.Values.Count; v < values.Length; v++)
        {
            if (values[v] is RectifiedValue rectified)
                rectifiers[rectified.Source + (v < count ? 0 : count)].Add(v);
        }
    }

    /// <summary>The original.</summary>
    public CheckedGraph Original { get; }

    /// <summary>The compressed network.</summary>
    public CheckedGraph Compressed { get; }

    /// <summary>Number of all elements.</summary>
    public int Count => owners.Length;

    /// <summary>Number of all values.</summary>
    public int Values => first.Length - 1;

    /// <summary>The number of the original's first element.</summary>
    public int Own => first[Compressed.Values.Count];

    /// <summary>The first element of a value of the compressed network.</summary>
    public int First(int value) => first[value];

    /// <summary>The first element of a value of the original.</summary>
    public int FirstOwn(int value) => first[Compressed.Values.Count + value];

    /// <summary>The value that an element is of: those of the compressed network first.</summary>
    public int ValueOf(int element) => owners[element];

    /// <summary>A lower bound of an element.</summary>
    public double Lower(int element) => lower[element];

    /// <summary>An upper bound of an element.</summary>
    public double Upper(int element) => upper[element];

    /// <summary>At least the magnitude of an element.</summary>
    public double Size(int element) => Math.Max(Math.Abs(lower[element]), Math.Abs(upper[element]));

    /// <summary>The pre-activation of a rectifier.</summary>
    /// <param name="element">An element of a rectified value.</param>
    /// <returns>The element of the value before; -1 for an element that is no rectifier's.</returns>
    public int Below(int element)
    {
        int value = owners[element], count = Compressed.Values.Count;
        bool isOwn = value >= count;
        CheckedValue of = isOwn ? Original.Values[value - count] : Compressed.Values[value];
        return of is RectifiedValue rectified ? first[rectified.Source + (isOwn ? count : 0)] + element - first[value] : -1;
    }

    /// <summary>An element that is what a rectifier makes of one of the compressed network; -1 for none.</summary>
    /// <param name="element">The element; -1 for none.</param>
    public int Above(int element) =>
        element >= 0 && rectifiers[owners[element]] is [var value, ..] ? first[value] + element - first[owners[element]] : -1;

    /// <summary>
    /// Takes note of further bounds of an element, which hold for its rectifiers as well.
    /// </summary>
    /// <exception cref="Refusal">It is beyond what was known before, so that one of them is not true.</exception>
    public void Tighten(int element, double low, double high)
    {
        if (low > lower[element])
            lower[element] = low;
        if (high < upper[element])
            upper[element] = high;
        if (lower[element] > upper[element])
            throw new Refusal("relation", $"What is known of element {element} contradicts itself.");
        int value = owners[element];
        foreach (int rectified in rectifiers[value])
        {
            int above = first[rectified] + element - first[value];
            lower[above] = Math.Max(lower[above], Math.Max(0, lower[element]));
            upper[above] = Math.Min(upper[above], Math.Max(0, upper[element]));
        }
    }

    private void Copy(CheckedGraph graph, CheckedBounds bounds, int offset, InputBox box)
    {
        if (graph.Values is not [InputValue input, ..] || input.Size != box.Size)
            throw new Refusal("relation", "The networks do not have the same inputs.");
        for (int v = 0; v < graph.Values.Count; v++)
        {
            if (bounds.Lower[v].Length != graph.Values[v].Size || bounds.Upper[v].Length != graph.Values[v].Size)
                throw new ArgumentException("There is not a range for each element.", nameof(bounds));
            for (int i = 0, at = first[offset + v]; i < graph.Values[v].Size; i++, at++)
            {
                (double low, double high) = v == 0 ? (box.Lower[i], box.Upper[i]) : (bounds.Lower[v][i], bounds.Upper[v][i]);
                lower[at] = low > double.NegativeInfinity ? low : double.NegativeInfinity; // NaN is no bound
                upper[at] = high < double.PositiveInfinity ? high : double.PositiveInfinity;
                if (Below(at) is >= 0 and var z)
                    (lower[at], upper[at]) = (Math.Max(lower[at], Math.Max(0, lower[z])), Math.Min(upper[at], Math.Max(0, upper[z])));
            }
        }
    }
}
