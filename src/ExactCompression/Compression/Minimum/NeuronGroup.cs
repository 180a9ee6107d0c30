using ExactCompression.Numerics;

namespace ExactCompression.Compression.Minimum;

/// <summary>
/// Neurons of a layer, at one position, whose weights and biases are multiples of each other: <c>(w_k, b_k) = c_k (w, b)</c>, opposites
/// too. Their kinks lie on one hyperplane, and across it the gradient of what a reader takes jumps by <c>(sum_k |c_k| v_k) w</c>, where
/// <c>v_k</c> is its weight of neuron <c>k</c>: <c>v relu(c t)</c> has slope <c>v c</c> above and 0 below where <c>c</c> is positive, 0
/// above and <c>v c</c> below where it is negative.
/// </summary>
/// <param name="Elements">The neurons, as elements of the layer.</param>
/// <param name="Factors">Residues of <c>|c_k|</c>, up to a factor that all share.</param>
internal sealed record NeuronGroup(int[] Elements, ulong[] Factors)
{
    /// <summary>
    /// The groups of the neurons at a position whose kink reaches a reader: the jump is not 0. Neurons that read nothing are in none.
    /// </summary>
    /// <param name="site">The layer.</param>
    /// <param name="position">0-based position.</param>
    public static IReadOnlyList<NeuronGroup> Visible(LayerSite site, int position)
    {
        var byDirection = new Dictionary<ulong, List<(int Element, double Leading, double[] Row)>>();
        var groups = new List<List<(int Element, double Leading, double[] Row)>>();
        for (int channel = 0; channel < site.Channels; channel++)
        {
            int element = (channel * site.Plane) + position;
            double[] row = RowOf(site, element);
            int first = Array.FindIndex(row, 0, row.Length - 1, static w => w != 0);
            if (first < 0)
                continue;
            ulong key = Key(row, first);
            List<(int Element, double Leading, double[] Row)>? group = byDirection.GetValueOrDefault(key);
            if (group is null || !AreProportional(group[0].Row, row, first))
                groups.Add(byDirection[key] = group = []);
            group.Add((element, row[first], row));
        }

        return OnlyVisible(site, [.. groups.Select(static g => new NeuronGroup(
            [.. g.Select(static n => n.Element)], [.. g.Select(static n => PrimeField.Of(Math.Abs(n.Leading)))]))]);
    }

    private static List<NeuronGroup> OnlyVisible(LayerSite site, IReadOnlyList<NeuronGroup> groups)
    {
        var member = new Dictionary<int, (int Group, ulong Factor)>();
        for (int g = 0; g < groups.Count; g++)
        {
            for (int k = 0; k < groups[g].Elements.Length; k++)
                member.Add(groups[g].Elements[k], (g, groups[g].Factors[k]));
        }

        var isVisible = new bool[groups.Count];
        var jumps = new Dictionary<int, ulong>();
        foreach (IReadOnlyList<(int Element, ulong Weight)> row in site.ReaderRows())
        {
            jumps.Clear();
            foreach ((int element, ulong weight) in row)
            {
                if (member.TryGetValue(element, out (int Group, ulong Factor) of))
                    jumps[of.Group] = PrimeField.Add(jumps.GetValueOrDefault(of.Group), PrimeField.Multiply(weight, of.Factor));
            }

            foreach ((int group, ulong jump) in jumps)
                isVisible[group] |= jump != 0;
        }

        return [.. groups.Where((_, g) => isVisible[g])];
    }

    /// <summary>A neuron's weights, and its bias at the end.</summary>
    private static double[] RowOf(LayerSite site, int element)
    {
        var row = new SparseRow();
        site.Map.ReadRow(element, row);
        return [.. row.Weights, site.Layer.Bias.Span[element]];
    }

    /// <summary>The same for rows that are multiples of each other.</summary>
    private static ulong Key(double[] row, int first)
    {
        ulong scale = PrimeField.Invert(PrimeField.Of(row[first])), key = 0;
        foreach (double w in row)
            key = PrimeField.Add(PrimeField.Multiply(key, 0x9E3779B97F4A7C1), PrimeField.Multiply(scale, PrimeField.Of(w)));
        return key;
    }

    private static bool AreProportional(double[] a, double[] b, int first)
    {
        if (a.Length != b.Length)
            return false;
        for (int i = 0; i < a.Length; i++)
        {
            if (((Dyadic)a[i] * (Dyadic)b[first] - (Dyadic)b[i] * (Dyadic)a[first]).Sign != 0)
                return false;
        }

        return true;
    }
}
