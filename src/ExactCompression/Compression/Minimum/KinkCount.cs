using ExactCompression.Networks;
using ExactCompression.Numerics;

namespace ExactCompression.Compression.Minimum;

/// <summary>Counts kinks of a layer that no two can be of one neuron, whatever the layer is replaced by.</summary>
/// <remarks>
/// <para>Let <c>phi(x)</c> be what the layer takes, and let a replacement <c>V' relu(W' phi(x) + b') + c'</c> give the readers what
/// <c>V relu(W phi(x) + b) + c</c> gives them, for all <c>x</c> of the domain. At the kink of neuron <c>i</c>, <c>phi</c> is affine on a
/// cell, and the sum has a kink at every point of <c>i</c>'s hyperplane nearby. A neuron of the replacement is kinked on one hyperplane of
/// the cell at most; finitely many cover a piece of <c>i</c>'s, so one of them is the same: for some neuron <c>k(i)</c> of the replacement,
/// <c>y_k = w'_k phi + b'_k</c> is a multiple of <c>z_i</c>, not 0, as an affine function on the cell.</para>
/// <para>Choose a base cell, and let <c>D</c> be the rectifiers below that are on in one of the kinks' cells and off in the base cell, or
/// the other way round. Continue the affine functions of each cell to all of space, and let <c>X</c> be the inputs where those of the base
/// cell are 0 for every rectifier in <c>D</c>. On <c>X</c> the functions of all these cells agree, layer by layer: a rectifier that is on
/// in one and off in the other has the pre-activation 0 in both. So on <c>X</c>, <c>y_k(i)</c> is a multiple of <c>z_i</c>, both by the
/// base cell's pattern. If the gradients of <c>D</c> are independent, <c>X</c> is an affine space; if those of <c>z_i</c> and <c>z_j</c>
/// are independent beside them, the two functions are not proportional on it, and <c>k(i)</c> is not <c>k(j)</c>. So the replacement has at
/// least as many neurons as there are kinks that are pairwise so. All of this is the rank of rows of residues.</para>
/// <para>Linear neurons: the gradient in the base cell of what the readers take is a combination of gradients of the replacement's
/// neurons, of which those of the <c>K</c> neurons <c>k(i)</c> are, on <c>X</c>, multiples of <c>z_i</c>'s. If these gradients together
/// have rank <c>r</c> on <c>X</c>, and those of the <c>z_i</c> rank <c>s</c>, there are at least <c>r - s</c> neurons besides: <c>K + r -
/// s</c>.
/// <c>s</c> is at most <c>K</c>, and at most the number of values that the layer takes and that are not 0 in the base cell.</para>
/// </remarks>
/// <param name="graph">The graph.</param>
/// <param name="site">The layer.</param>
/// <param name="groups">The groups of its neurons.</param>
/// <param name="cone">The elements below that matter, by value.</param>
/// <param name="isFree">Which inputs the domain leaves free.</param>
internal sealed class KinkCount(LoweredGraph graph, LayerSite site, IReadOnlyList<NeuronGroup> groups, bool[]?[] cone, bool[] isFree)
{
    /// <summary>Rows are compared in a random projection to this many columns, which can only lower ranks.</summary>
    private const int Columns = 160;

    private readonly ulong[][]? projection = Project(graph.Input.Count);

    /// <summary>The lower bound that kinks give, with the cell of a point as the base cell.</summary>
    /// <param name="pattern">The base cell's pattern; all below the layer is known.</param>
    /// <param name="kinks">The kinks, any number for each group.</param>
    /// <param name="rows">What the readers take of the layer, to count linear neurons as well; null to count kinks alone.</param>
    public int At(CellPattern pattern, IReadOnlyList<Kink> kinks, IReadOnlyList<IReadOnlyList<(int Element, ulong Weight)>>? rows)
    {
        var gradients = new ModularGradients(graph, pattern, isFree);
        var own = new Dictionary<int, ulong[]>();
        var candidates = kinks.Select(kink => (kink.Group, Changes: Changes(pattern, kink.Pattern)))
            .OrderBy(static k => k.Changes.Count).DistinctBy(static k => k.Group).ToList();
        foreach ((int group, _) in candidates)
            own[group] = gradients.Of(site.Value, groups[group].Elements[0]);

        // Where a pre-activation of the layer may be 0, it is not known which gradients the sum has.
        int best = 0;
        if (rows is not null && pattern.IsKnown([site.Number]))
        {
            int[] inside = [.. candidates.Where(static k => k.Changes.Count == 0).Select(static k => k.Group)];
            best = CountLinear(gradients, pattern, own, inside, rows);
        }

        Dictionary<int, ulong[]> seen = own.ToDictionary(static o => o.Key, o => Projected(o.Value));
        var flat = new ModularRows();
        var changed = new HashSet<(int, int)>();
        var walls = new Dictionary<(int Number, int Element), ulong[]>();
        var taken = new List<int>();
        HashSet<ulong> keys = [];
        foreach ((int group, List<(int Number, int Element)> changes) in candidates)
        {
            List<(int Number, int Element)> added = [.. changes.Where(c => !changed.Contains(c))];
            if (added.Count == 0)
            {
                if (flat.Direction(seen[group]) is { } direction && keys.Add(Key(direction)))
                    taken.Add(group);
                continue;
            }

            ModularRows next = flat.Copy();
            if (next.Rank + added.Count > Columns - 2 || !added.All(c => next.Add(Wall(c))))
                continue;
            HashSet<ulong> nextKeys = KeysOf(next, taken.Append(group).Select(g => seen[g]));
            if (nextKeys.Count <= taken.Count)
                continue;
            (flat, keys) = (next, nextKeys);
            changed.UnionWith(added);
            taken.Add(group);
        }

        return Math.Max(best, taken.Count);

        ulong[] Wall((int Number, int Element) at) => walls.TryGetValue(at, out ulong[]? row)
            ? row
            : walls[at] = Projected(gradients.Of(graph.ValueOf(at.Number), at.Element));
    }

    private static HashSet<ulong> KeysOf(ModularRows flat, IEnumerable<ulong[]> rows) =>
        [.. rows.Select(flat.Direction).OfType<ulong[]>().Select(Key)];

    /// <summary>The same for equal rows; where it is for others, a kink more is left out.</summary>
    private static ulong Key(ulong[] direction)
    {
        ulong key = 1;
        foreach (ulong entry in direction)
            key = PrimeField.Add(PrimeField.Multiply(key, 0x9E3779B97F4A7C1), entry);
        return key;
    }

    private int CountLinear(
        ModularGradients gradients, CellPattern pattern, Dictionary<int, ulong[]> own, IReadOnlyList<int> inside,
        IReadOnlyList<IReadOnlyList<(int Element, ulong Weight)>> rows)
    {
        var flat = new ModularRows();
        int distinct = KeysOf(flat, inside.Select(group => own[group])).Count;
        foreach (int group in inside)
            flat.Add(own[group]);
        foreach (IReadOnlyList<(int Element, ulong Weight)> row in rows)
            flat.Add(gradients.Of(site.Value, row.Where(entry => pattern.IsOn(site.Number, entry.Element))));
        int source = graph.NumberOf(site.Source), width = graph.ShapeOf(site.Source).Count;
        int most = Enumerable.Range(0, width).Count(i => site.Source == 0 ? isFree[i] : source == 0 || pattern.IsOn(source, i));
        return distinct + Math.Max(0, flat.Rank - Math.Min(distinct, most));
    }

    /// <summary>The rectifiers below that are on in one of two cells alone, and that the neurons at the position can depend on.</summary>
    private List<(int Number, int Element)> Changes(CellPattern pattern, CellPattern other)
    {
        var changes = new List<(int Number, int Element)>();
        foreach (int number in site.Below)
        {
            if (cone[graph.ValueOf(number)] is not { } elements)
                continue;
            for (int i = 0; i < elements.Length; i++)
            {
                if (elements[i] && pattern.IsOn(number, i) != other.IsOn(number, i))
                    changes.Add((number, i));
            }
        }

        return changes;
    }

    private ulong[] Projected(ulong[] row)
    {
        if (projection is null)
            return row;
        var sums = new ulong[Columns];
        for (int i = 0; i < row.Length; i++)
        {
            if (row[i] == 0)
                continue;
            ulong[] to = projection[i];
            for (int j = 0; j < sums.Length; j++)
                sums[j] = PrimeField.Add(sums[j], PrimeField.Multiply(row[i], to[j]));
        }

        return sums;
    }

    private static ulong[][]? Project(int inputs)
    {
        if (inputs <= Columns)
            return null;
        var random = new Random(inputs);
        return [.. Enumerable.Range(0, inputs).Select(_ => Enumerable.Range(0, Columns).Select(
            _ => (ulong)random.NextInt64((long)PrimeField.Prime)).ToArray())];
    }
}
