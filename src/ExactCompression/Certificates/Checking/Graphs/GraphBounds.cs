namespace ExactCompression.Certificates.Checking;

/// <summary>
/// Proven bounds of the values of a graph, one value after another: by interval arithmetic from those that it takes, and tighter where
/// something better is proven. They hold everywhere in the domain.
/// </summary>
internal sealed class GraphBounds
{
    private readonly CheckedGraph graph;
    private readonly string name;
    private readonly CheckBudget budget;
    private readonly double[]?[] lower, upper, sizes, charges;
    private readonly double[] losses;

    /// <summary>Begins with the input.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="domain">The box of its inputs.</param>
    /// <param name="name">Its name in messages.</param>
    /// <param name="budget">Its budget.</param>
    /// <exception cref="Refusal">The box is of another size, or a weight is not finite.</exception>
    public GraphBounds(CheckedGraph graph, InputBox domain, string name, CheckBudget budget)
    {
        if (graph.Values[0].Size != domain.Size)
            throw new Refusal("domain", $"It has {domain.Size} ends, the network {graph.Values[0].Size} inputs.");
        (this.graph, this.name, this.budget) = (graph, name, budget);
        int count = graph.Values.Count;
        (lower, upper, sizes, charges) = (new double[count][], new double[count][], new double[count][], new double[count][]);
        (losses, Readers) = (new double[count], GraphReaders.Of(graph, name, budget));
        Set(0, domain.Lower, domain.Upper);
        Known = 1;
    }

    /// <summary>How many terms are added up at most in a coefficient of each value.</summary>
    public GraphReaders Readers { get; }

    /// <summary>Number of values, from the first on, whose bounds are known.</summary>
    public int Known { get; private set; }

    /// <summary>Lower bounds of a value.</summary>
    /// <param name="value">Its number.</param>
    public double[] Lower(int value) => lower[value]!;

    /// <summary>Upper bounds of a value.</summary>
    /// <param name="value">Its number.</param>
    public double[] Upper(int value) => upper[value]!;

    /// <summary>Largest magnitudes of a value.</summary>
    /// <param name="value">Its number.</param>
    public double[] Sizes(int value) => sizes[value]!;

    /// <summary>
    /// For each element of an affine value, how far a multiple <c>|d| = 1</c> of its computed row can be from the true one, over what it
    /// takes: rounding of products and of sums with other readers' coefficients, and the radii.
    /// </summary>
    /// <param name="value">Its number.</param>
    public double[] Charges(int value) => charges[value]!;

    /// <summary>More than what underflows where coefficients of a value are computed, and multiplied with it.</summary>
    /// <param name="value">Its number.</param>
    public double Loss(int value) => losses[value];

    /// <summary>What is proven of all values, which must all be known.</summary>
    public CheckedBounds All() => new(Array.ConvertAll(lower, static low => low!), Array.ConvertAll(upper, static high => high!));

    /// <summary>Bounds the next values by interval arithmetic, up to one that is wanted.</summary>
    /// <param name="value">The number of the last one.</param>
    public void ExtendTo(int value)
    {
        for (; Known <= value; Known++)
        {
            (double[] low, double[] high) = graph.Values[Known] switch
            {
                AffineValue affine => Affine(Known, affine),
                RectifiedValue { Source: var z } => (Rectified(lower[z]!), Rectified(upper[z]!)),
                OpaqueValue opaque => Opaque(opaque),
                _ => throw new Refusal($"{name}, {graph.Values[Known].Name}", "It is another input."),
            };
            Set(Known, low, high);
        }
    }

    /// <summary>Keeps a proven bound of an element if it is tighter; one that is not finite proves nothing.</summary>
    /// <param name="value">The value, whose bounds are known.</param>
    /// <param name="element">The element.</param>
    /// <param name="above">Whether it bounds the element from above, or its negative.</param>
    /// <param name="bound">The bound.</param>
    public void Cut(int value, int element, bool above, double bound)
    {
        if (!double.IsFinite(bound))
            return;
        (double[] low, double[] high) = (lower[value]!, upper[value]!);
        if (above)
            high[element] = Math.Min(high[element], bound);
        else
            low[element] = Math.Max(low[element], -bound);
        sizes[value]![element] = Math.Max(Math.Abs(low[element]), Math.Abs(high[element]));
    }

    private void Set(int value, double[] low, double[] high)
    {
        (lower[value], upper[value]) = ([.. low], [.. high]);
        double[] size = sizes[value] = new double[low.Length];
        for (int i = 0; i < size.Length; i++)
            size[i] = Math.Max(Math.Abs(low[i]), Math.Abs(high[i]));
        losses[value] = Outward.Tiny * (1 + size.Sum());
    }

    private static double[] Rectified(double[] z) => Array.ConvertAll(z, static bound => Math.Max(0, bound));

    /// <summary>The logistic function, the tangent and a softmax have ranges; nothing is known of anything else.</summary>
    private static (double[] Lower, double[] Upper) Opaque(OpaqueValue value)
    {
        (double least, double most) = (value.Meaning, value.Softmax) switch
        {
            ("Sigmoid", _) or (_, { IsLogarithm: false }) => (0, 1),
            ("Tanh", _) => (-1, 1),
            (_, { IsLogarithm: true }) => (double.NegativeInfinity, 0),
            _ => (double.NegativeInfinity, double.PositiveInfinity),
        };
        double[] low = new double[value.Size], high = new double[value.Size];
        Array.Fill(low, least);
        Array.Fill(high, most);
        return (low, high);
    }

    private (double[] Lower, double[] Upper) Affine(int number, AffineValue value)
    {
        double[] low = new double[value.Size], high = new double[value.Size], charge = charges[number] = new double[value.Size];
        int most = value.Terms.Select(static t => t.Map.MostEntries).DefaultIfEmpty().Max();
        RowBlocks(value, (first, end) =>
        {
            int[] columns = new int[most];
            double[] weights = new double[most], radii = new double[most];
            for (int i = first; i < end; i++)
            {
                var sum = new IntervalSum(value.Bias[i], value.BiasRadius?[i] ?? 0);
                double rounding = 0;
                foreach (CheckedTerm term in value.Terms)
                {
                    int count = term.Map.Row(i, columns, weights, radii);
                    rounding += Outward.Gamma(Readers.MostTerms(term.Source)) * sum.Add(
                        columns.AsSpan(0, count), weights, radii, lower[term.Source]!, upper[term.Source]!, sizes[term.Source]!);
                }

                charge[i] = ((rounding + sum.Radius) * (1 + 1e-7)) + Outward.Tiny;
                (low[i], high[i]) = sum.Bounds();
            }
        });
        return (low, high);
    }

    private void RowBlocks(AffineValue value, Action<int, int> run)
    {
        double each = 1 + value.Terms.Sum(static t => (double)t.Map.MostEntries);
        int rows = (int)Math.Clamp(1e6 / each, 1, Math.Max(1, value.Size)), blocks = (value.Size + rows - 1) / rows;
        Parallel.For(0, blocks, budget.Parallel, block =>
        {
            (int first, int end) = (block * rows, Math.Min(value.Size, (block + 1) * rows));
            budget.Spend(4 * each * (end - first));
            run(first, end);
        });
    }
}
