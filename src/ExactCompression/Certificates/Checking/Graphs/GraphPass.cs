namespace ExactCompression.Certificates.Checking;

/// <summary>One side of an element that a backward pass bounds: <c>v</c> from above, or <c>-v</c> from above.</summary>
/// <param name="Value">The value.</param>
/// <param name="Element">0-based element.</param>
/// <param name="Above">Which side.</param>
/// <param name="Lines">Slopes and assumptions for rectifiers that it depends on; null for the default slopes and no assumption.</param>
internal sealed record GraphSide(int Value, int Element, bool Above, RectifierLines? Lines = null);

/// <summary>
/// What a certificate suggests for the open rectifiers that a bound depends on (<see cref="OpenField"/>): a slope for the lower line of
/// each, and for some an assumption on the phase. The bound then holds only where the assumptions do.
/// </summary>
/// <param name="Field">The rectifiers, increasing by value and element.</param>
/// <param name="Slopes">A slope for each.</param>
/// <param name="Phases">Assumptions: the place in <paramref name="Field"/>, whether it is on, and a multiplier.</param>
internal sealed record RectifierLines(
    IReadOnlyList<(int Value, int Element)> Field, float[] Slopes, IReadOnlyList<(int Place, bool On, double Multiplier)> Phases);

/// <summary>
/// Bounds elements of values by linear functions of the values below, last to first, down to the input box: CROWN (Zhang et al., NeurIPS
/// 2018) on a graph, with multipliers for assumed phases (beta-CROWN: Wang et al., NeurIPS 2021).
/// </summary>
/// <remarks>
/// <para>
/// Everywhere in the domain, the side is at most <c>sum_v c_v v + K</c> over the values that are not yet replaced, up to the charges. An
/// affine value is replaced by its definition. Coefficients <c>A</c> of a rectified value become <c>D</c> of what it rectifies and a
/// constant: whatever <c>D</c> is, <c>A relu(z) &lt;= D z + T</c> on <c>[l,u]</c> with <c>T = max(0, (A - D) u, -D l)</c>, since the
/// difference is linear on both sides of 0. On <c>[0,u]</c> it suffices that <c>T = max(0, (A - D) u)</c>, on <c>[l,0]</c> that <c>T =
/// max(0, -D l)</c>. So slopes and multipliers of a certificate need no check: bad ones give bad bounds, never false ones.
/// </para>
/// <para>
/// Coefficients of a value with several readers are added up. Each is a sum of at most <see cref="GraphReaders.MostTerms"/> products, and
/// its distance from the true one is charged with every product: <see cref="GraphBounds.Charges"/> per unit of the reader's coefficient.
/// A number that overflowed makes the bound NaN or infinite, and proves nothing.
/// </para>
/// </remarks>
internal sealed class GraphPass
{
    private readonly CheckedGraph graph;
    private readonly GraphBounds bounds;
    private readonly CheckBudget budget;
    private readonly SparseRow?[] rows;
    private readonly bool[] isReached;
    private readonly MapRow entries = new();
    private Dictionary<(int Value, int Element), int>? places;
    private double constant, size, charge, loss;
    private long constants;

    /// <summary>Prepares passes on one thread.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="bounds">Bounds of the values that the passes go through.</param>
    /// <param name="budget">Its budget.</param>
    public GraphPass(CheckedGraph graph, GraphBounds bounds, CheckBudget budget)
    {
        (this.graph, this.bounds, this.budget) = (graph, bounds, budget);
        (rows, isReached) = (new SparseRow[graph.Values.Count], new bool[graph.Values.Count]);
    }

    /// <summary>Bounds of many sides, on all cores.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="bounds">Bounds of the values.</param>
    /// <param name="sides">What to bound; values below must have bounds.</param>
    /// <param name="budget">Its budget.</param>
    public static double[] Bound(CheckedGraph graph, GraphBounds bounds, IReadOnlyList<GraphSide> sides, CheckBudget budget)
    {
        var found = new double[sides.Count];
        Parallel.For(
            0, found.Length, budget.Parallel, () => new GraphPass(graph, bounds, budget),
            (k, _, pass) =>
            {
                found[k] = pass.Bound(sides[k]);
                return pass;
            },
            static _ => { });
        return found;
    }

    /// <summary>An upper bound of a side; infinite or NaN where nothing is proven.</summary>
    /// <param name="side">The side.</param>
    public double Bound(GraphSide side)
    {
        (constant, size, charge, loss, constants) = (0, 0, 0, Outward.Tiny, 0);
        places = side.Lines is null ? null : Places(side.Lines);
        HashSet<int>? phased = side.Lines is null ? null : [.. side.Lines.Phases.Select(p => side.Lines.Field[p.Place].Value)];
        RowOf(side.Value).Add(side.Element, side.Above ? 1 : -1);
        for (int v = side.Value; v >= 0; v--)
        {
            bool isPhased = phased?.Contains(v) == true;
            if (!isReached[v] && !isPhased)
                continue;
            SparseRow row = RowOf(v);
            isReached[v] = false;
            if (row.Elements.Length == 0 && !isPhased)
                continue;
            budget.Spend(1 + row.Elements.Length);
            loss += bounds.Loss(v); // even where all coefficients are 0: they may have underflowed
            switch (graph.Values[v])
            {
                case AffineValue affine:
                    PassAffine(affine, bounds.Charges(v), row);
                    break;
                case RectifiedValue rectified:
                    PassRectified(v, rectified.Source, side.Lines, row);
                    break;
                default:
                    PassRange(v, row);
                    break;
            }

            row.Clear();
        }

        return Math.BitIncrement(constant + ((charge * (1 + 1e-7)) + (Outward.Gamma(constants) * size) + loss));
    }

    private static Dictionary<(int Value, int Element), int> Places(RectifierLines lines)
    {
        var places = new Dictionary<(int Value, int Element), int>(lines.Field.Count);
        for (int k = 0; k < lines.Field.Count; k++)
            places[lines.Field[k]] = k;
        return places;
    }

    private SparseRow RowOf(int value)
    {
        isReached[value] = true;
        return rows[value] ??= new(graph.Values[value].Size);
    }

    private void AddConstant(double term)
    {
        constant += term;
        size += Math.Abs(term);
        constants++;
    }

    private void PassAffine(AffineValue value, double[] charges, SparseRow row)
    {
        foreach (int i in row.Elements)
        {
            double c = row[i];
            if (value.Bias[i] != 0)
                AddConstant(c * value.Bias[i]);
            charge += Math.Abs(c) * charges[i];
        }

        foreach (CheckedTerm term in value.Terms)
        {
            budget.Spend((double)row.Elements.Length * term.Map.MostEntries);
            SparseRow next = RowOf(term.Source);
            foreach (int i in row.Elements)
            {
                if (row[i] == 0)
                    continue;
                entries.Read(term.Map, i);
                next.Add(entries.Columns, row[i], entries.Weights);
            }
        }
    }

    private void PassRectified(int value, int source, RectifierLines? lines, SparseRow row)
    {
        double[] low = bounds.Lower(source), high = bounds.Upper(source);
        if (lines is not null)
            PassPhases(value, source, lines, row);
        isReached[source] = true;
        foreach (int i in row.Elements)
        {
            double a = row[i];
            if (low[i] >= 0)
            {
                Replace(source, i, a, 0);
            }
            else if (a != 0 && !(high[i] <= 0))
            {
                int place = places is not null && places.TryGetValue((value, i), out int at) ? at : -1;
                (double d, double t) = Relaxed(a, low[i], high[i], place < 0 ? null : lines!.Slopes[place]);
                Replace(source, i, d, t);
            }
        }
    }

    private static (double Slope, double Constant) Relaxed(double a, double low, double high, double? slope)
    {
        double d = a > 0
            ? a * Math.Min(1, high / (high - low)) // NaN if a bound is infinite: nothing is then proven
            : a * (slope ?? (high > -low ? 1 : 0));
        return (d, Math.Max(0, Math.Max((a - d) * high, -d * low)));
    }

    /// <summary>Where a phase is assumed, the multiplier counts even if nothing else does.</summary>
    private void PassPhases(int value, int source, RectifierLines lines, SparseRow row)
    {
        foreach ((int place, bool on, double multiplier) in lines.Phases)
        {
            (int at, int i) = lines.Field[place];
            if (at != value)
                continue;
            double a = row.Take(i), d = on ? a + multiplier : -multiplier;
            Replace(source, i, d, Math.Max(0, on ? (a - d) * bounds.Upper(source)[i] : -d * bounds.Lower(source)[i]));
        }
    }

    /// <summary>
    /// The coefficient of what is rectified is used as it was rounded. Where others read that value too it is added to theirs, which rounds
    /// once more.
    /// </summary>
    private void Replace(int source, int element, double coefficient, double term)
    {
        if (term != 0)
            AddConstant(term);
        if (bounds.Readers.IsShared(source))
            charge += Math.Abs(coefficient) * Outward.Gamma(bounds.Readers.MostTerms(source)) * bounds.Sizes(source)[element];
        RowOf(source).Add(element, coefficient);
    }

    private void PassRange(int value, SparseRow row)
    {
        double[] low = bounds.Lower(value), high = bounds.Upper(value);
        foreach (int i in row.Elements)
        {
            if (row[i] != 0)
                AddConstant(row[i] * (row[i] > 0 ? high[i] : low[i]));
        }
    }
}
