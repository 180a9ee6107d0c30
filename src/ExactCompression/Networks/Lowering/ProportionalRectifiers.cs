using ExactCompression.Numerics;

namespace ExactCompression.Networks;

/// <summary>
/// Rectifiers of a layer whose pre-activations are multiples of one another, as one: <c>max(0, k z) = k max(0, z)</c> and
/// <c>max(0, -k z) = k max(0, z) - k z</c> for <c>k &gt; 0</c>. Networks have such pairs where a value is passed on through rectifiers,
/// as <c>max(0, z) - max(0, -z) = z</c>, or where a neuron was split. Bounds that relax each of a pair by itself lose what the two have to
/// do with each other, and no phase of one tells a search anything of the other.
/// </summary>
/// <remarks>
/// Nothing is rounded: factors are powers of two, a linear layer gives the pre-activations that are needed, and an entry whose sum would
/// be rounded stays as it is. All elements keep their places, though nothing above depends on some of them any more.
/// </remarks>
internal static class ProportionalRectifiers
{
    /// <summary>How many weights of a row are looked at before all of them are.</summary>
    private const int Glances = 8;

    /// <summary>Makes a graph of the same function, with the same rectifiers, in which the layers above depend on one of a pair alone.</summary>
    /// <param name="graph">The graph.</param>
    /// <returns>That graph; <paramref name="graph"/> itself where there are no such pairs.</returns>
    public static LoweredGraph Join(LoweredGraph graph)
    {
        Dictionary<int, List<Pair>> pairs = [];
        for (int number = 1; number <= graph.Rectifiers; number++)
        {
            if (PairsOf(graph.Rectifier(number)) is { Count: > 0 } some)
                pairs.Add(graph.ValueOf(number), some);
        }

        if (pairs.Count == 0)
            return graph;

        // Where each value is in the new graph, and where the pre-activations are that its readers need beside it.
        int[] places = new int[graph.Layers.Count + 1], linear = new int[places.Length];
        var layers = new List<LoweredLayer>();
        for (int value = 1; value < places.Length; value++)
        {
            LoweredLayer layer = graph.Layers[value - 1];
            List<LinearTerm> terms = [.. layer.Terms.SelectMany(
                term => pairs.GetValueOrDefault(term.Source) is { } some && term.Map is DenseMap { Radius: null } map
                    ? Joined(map, places[term.Source], linear[term.Source], some) : [term with { Source = places[term.Source] }])];
            layers.Add(layer with { Terms = terms });
            places[value] = layers.Count;
            if (!pairs.TryGetValue(value, out List<Pair>? own) || !own.Exists(static p => p.IsOpposed))
                continue;
            layers.Add(Linear(layers[^1], [.. own.Where(static p => p.IsOpposed).Select(static p => p.Other)]));
            linear[value] = layers.Count;
        }

        return new(
            graph.Input, layers, graph.Outputs is { } outputs ? [.. outputs.Select(o => places[o])] : null,
            places[graph.ValueOf(graph.Rectifiers)]);
    }

    /// <summary>The pairs of a layer; none where it is no layer of matrices with exact weights.</summary>
    private static List<Pair> PairsOf(LoweredLayer layer)
    {
        if (!layer.IsExact || !layer.Terms.All(static t => t.Map is DenseMap))
            return [];
        DenseMap[] maps = [.. layer.Terms.Select(static t => (DenseMap)t.Map)];
        var pairs = new List<Pair>();
        var kept = new Dictionary<int, List<int>>();
        for (int i = 0; i < layer.Width; i++)
        {
            int hash = Glance(layer, maps, i);
            if (!kept.TryGetValue(hash, out List<int>? alike))
                kept.Add(hash, alike = []);
            Pair? pair = alike.Select(other => PairOf(layer, maps, other, i)).FirstOrDefault(static p => p is not null);
            if (pair is { } found)
                pairs.Add(found);
            else
                alike.Add(i);
        }

        return pairs;
    }

    /// <summary>A number that rows have in common where one is a power of two times the other: of the digits of some entries.</summary>
    private static int Glance(LoweredLayer layer, DenseMap[] maps, int row)
    {
        HashCode hash = default;
        hash.Add(Digits(layer.Bias.Span[row]));
        foreach (DenseMap map in maps)
        {
            ReadOnlySpan<double> weights = map.Row(row);
            for (int k = 0; k < weights.Length; k += Math.Max(1, weights.Length / Glances))
                hash.Add(Digits(weights[k]));
        }

        return hash.ToHashCode();
    }

    private static long Digits(double number) => BitConverter.DoubleToInt64Bits(number) & ((1L << 52) - 1);

    private static Pair? PairOf(LoweredLayer layer, DenseMap[] maps, int kept, int other)
    {
        double factor = 0;
        foreach (DenseMap map in maps)
        {
            if (!IsMultiple(map.Row(kept), map.Row(other), ref factor))
                return null;
        }

        // A row without weights is a constant, which needs no relaxation.
        return factor != 0 && IsMultiple(layer.Bias.Span.Slice(kept, 1), layer.Bias.Span.Slice(other, 1), ref factor)
            ? new(kept, other, Math.Abs(factor), factor < 0) : null;
    }

    /// <summary>Whether numbers are exactly a multiple of others, by a power of two or its negative.</summary>
    private static bool IsMultiple(ReadOnlySpan<double> numbers, ReadOnlySpan<double> multiples, ref double factor)
    {
        for (int k = 0; k < numbers.Length; k++)
        {
            if (factor == 0 && numbers[k] != 0)
            {
                factor = multiples[k] / numbers[k];
                if (factor == 0 || !double.IsNormal(factor) || !double.IsNormal(1 / factor) || Digits(factor) != 0)
                    return false;
            }

            // There and back: a product that underflows would be rounded.
            if (factor * numbers[k] != multiples[k] || multiples[k] != 0 && multiples[k] / factor != numbers[k])
                return false;
        }

        return true;
    }

    /// <summary>A map over one of each pair, and one over the pre-activations of those that are opposed.</summary>
    private static IEnumerable<LinearTerm> Joined(DenseMap map, int source, int linear, List<Pair> pairs)
    {
        int columns = map.Input.Count, opposed = pairs.Count(static p => p.IsOpposed);
        double[] weights = map.Weights.ToArray(), own = new double[map.Output.Count * opposed];
        for (int row = 0; row < map.Output.Count; row++)
        {
            Span<double> entries = weights.AsSpan(row * columns, columns);
            int place = row * opposed;
            foreach (Pair pair in pairs)
            {
                double weight = entries[pair.Other];
                if (weight != 0 && SumOf(entries[pair.Kept], weight, pair.Factor) is { } sum)
                {
                    (entries[pair.Kept], entries[pair.Other]) = (sum, 0);
                    if (pair.IsOpposed)
                        own[place] = weight;
                }

                place += pair.IsOpposed ? 1 : 0;
            }
        }

        yield return new(source, new DenseMap(weights, map.Output, map.Input));
        if (own.AsSpan().ContainsAnyExcept(0.0))
            yield return new(linear, new DenseMap(own, map.Output, MapShape.Vector(opposed)));
    }

    /// <summary>A number and a power of two times another; null where that would be rounded.</summary>
    private static double? SumOf(double number, double other, double factor)
    {
        double product = factor * other;
        if (!double.IsFinite(product) || product / factor != other)
            return null;
        var sum = default(ErrorFreeSum);
        sum.Add(number);
        sum.Add(product);
        return sum.Radius == 0 && double.IsFinite(sum.Value) ? sum.Value : null;
    }

    /// <summary>The pre-activations of some elements of a layer.</summary>
    private static LoweredLayer Linear(LoweredLayer layer, int[] elements)
    {
        MapShape shape = MapShape.Vector(elements.Length);
        return new(
            layer.Name, shape, [.. layer.Terms.Select(term => new LinearTerm(term.Source, Rows((DenseMap)term.Map, elements, shape)))],
            Array.ConvertAll(elements, i => layer.Bias.Span[i]), default, LayerUnit.Linear, 0);
    }

    private static DenseMap Rows(DenseMap map, int[] rows, MapShape shape)
    {
        double[] weights = [.. rows.SelectMany(i => map.Row(i).ToArray())];
        return new(weights, shape, map.Input);
    }

    /// <summary>Two rectifiers of a layer.</summary>
    /// <param name="Kept">The one that readers go on depending on.</param>
    /// <param name="Other">The one whose pre-activation is a multiple of that one's.</param>
    /// <param name="Factor">The absolute value of the factor, a power of two.</param>
    /// <param name="IsOpposed">Whether the factor is negative.</param>
    private readonly record struct Pair(int Kept, int Other, double Factor, bool IsOpposed);
}
