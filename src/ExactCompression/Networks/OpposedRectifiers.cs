using System.Runtime.CompilerServices;
using ExactCompression.Numerics;

namespace ExactCompression.Networks;

/// <summary>
/// Pairs of rectifiers of a layer that take opposite values, up to a factor, as one: <c>max(0, -k z) = k max(0, z) - k z</c> for
/// <c>k &gt; 0</c>. Networks have such pairs where a value is passed on through rectifiers, as <c>max(0, z) - max(0, -z) = z</c>, or where
/// a neuron was split. Bounds that relax each of a pair by itself lose what the two have to do with each other, and the phase of one tells
/// a search nothing of the other.
/// </summary>
/// <remarks>
/// <para>
/// A reader depends on one of a pair where its weights for the two have different signs. Where they have the same, as in
/// <c>max(0, z) + max(0, -z) = |z|</c>, lines below the two by themselves can be as tight, and those that bounds begin with are tighter.
/// </para>
/// <para>
/// Nothing is rounded: factors are powers of two, a linear layer gives the pre-activations that are needed, and an entry whose sum would
/// be rounded stays as it is. All elements keep their places, though nothing above depends on some of them any more.
/// </para>
/// </remarks>
internal static class OpposedRectifiers
{
    private const int Mantissa = 52;

    /// <summary>
    /// Makes a graph of the same function, with the same rectifiers, in which the layers above depend on one of a pair alone.
    /// </summary>
    /// <param name="graph">The graph.</param>
    /// <returns>That graph; <paramref name="graph"/> itself where there are no such pairs.</returns>
    public static LoweredGraph Join(LoweredGraph graph)
    {
        Dictionary<int, Pair[]> pairs = [];
        for (int number = 1; number <= graph.Rectifiers; number++)
        {
            if (MayHavePairs(graph.Rectifier(number)) && PairsOf(graph, number) is { Length: > 0 } some)
                pairs.Add(graph.ValueOf(number), some);
        }

        if (pairs.Count == 0)
            return graph;

        // Where each value is in the new graph; the pre-activations of its pairs come right behind it.
        var places = new int[graph.Layers.Count + 1];
        var layers = new List<LoweredLayer>();
        for (int value = 1; value < places.Length; value++)
        {
            LoweredLayer layer = graph.Layers[value - 1];
            layers.Add(layer with
            {
                Terms = [.. layer.Terms.SelectMany(
                    term => pairs.GetValueOrDefault(term.Source) is { } some && term.Map is DenseMap { Radius: null } map
                        ? Join(map, places[term.Source], some) : [term with { Source = places[term.Source] }])],
            });
            places[value] = layers.Count;
            if (pairs.TryGetValue(value, out Pair[]? own))
                layers.Add(Linear(layers[^1], Array.ConvertAll(own, static p => p.Other)));
        }

        return new(
            graph.Input, layers, graph.Scores is { } scores ? [.. scores.Select(s => places[s])] : null,
            places[graph.ValueOf(graph.Rectifiers)], graph.Heads);
    }

    /// <summary>
    /// Whether a layer is one of matrices with exact weights, two rows of which have the same shape: hardly any layer has, and every search
    /// looks.
    /// </summary>
    private static bool MayHavePairs(LoweredLayer layer)
    {
        foreach (LinearTerm term in layer.Terms)
        {
            if (term.Map is not DenseMap { Radius: null })
                return false;
        }

        if (!layer.BiasRadius.IsEmpty)
            return false;
        var shapes = new long[layer.Width];
        for (int i = 0; i < shapes.Length; i++)
        {
            shapes[i] = unchecked((long)ShapeOf(layer, i).Shape);
            if (shapes[i] != 0 && shapes.AsSpan(0, i).Contains(shapes[i]))
                return true; // 0 is the shape of a row without weights
        }

        return false;
    }

    /// <summary>The pairs of a layer that some reader can depend on one of.</summary>
    private static Pair[] PairsOf(LoweredGraph graph, int number)
    {
        int value = graph.ValueOf(number);
        DenseMap[] readers = [.. graph.Layers.SelectMany(static l => l.Terms).Where(t => t.Source == value).Select(
            static t => t.Map).OfType<DenseMap>().Where(static m => m.Radius is null)];
        return Array.FindAll(PairsOf(graph.Rectifier(number)), p => Array.Exists(readers, m => Joins(m, p)));
    }

    private static Pair[] PairsOf(LoweredLayer layer)
    {
        DenseMap[] maps = [.. layer.Terms.Select(static t => (DenseMap)t.Map)];
        var pairs = new List<Pair>();
        var single = new Dictionary<(ulong Shape, bool IsNegative), Queue<int>>();
        for (int i = 0; i < layer.Width; i++)
        {
            (ulong shape, bool isNegative) = ShapeOf(layer, i);
            if (single.TryGetValue((shape, !isNegative), out Queue<int>? others) && others.TryPeek(out int kept)
                && FactorOf(layer, maps, kept, i) is { } factor)
            {
                pairs.Add(new(kept, i, factor));
                others.Dequeue();
                continue;
            }

            if (!single.TryGetValue((shape, isNegative), out Queue<int>? alike))
                single.Add((shape, isNegative), alike = []);
            alike.Enqueue(i);
        }

        return [.. pairs];
    }

    /// <summary>
    /// A number that rows have in common where one is a power of two, or its negative, times the other; and the sign of the first entry.
    /// </summary>
    private static (ulong Shape, bool IsNegative) ShapeOf(LoweredLayer layer, int row)
    {
        ulong first = 0, sum = 0, factor = 0;
        foreach (LinearTerm term in layer.Terms)
            Add(((DenseMap)term.Map).Row(row), ref first, ref sum, ref factor);
        Add(layer.Bias.Span.Slice(row, 1), ref first, ref sum, ref factor);
        return (sum, first >> 63 != 0);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Add(ReadOnlySpan<double> entries, ref ulong first, ref ulong sum, ref ulong factor)
    {
        foreach (double entry in entries)
        {
            factor += 0x9E3779B97F4A7C15; // another for each entry, and odd or not, none is 0
            if (entry == 0)
                continue;
            ulong bits = BitConverter.DoubleToUInt64Bits(entry);
            if (first == 0)
                first = bits & ~((1UL << Mantissa) - 1); // sign and exponent
            sum += (((bits - (first & ~(1UL << 63))) ^ (first & (1UL << 63))) + 1) * factor;
        }
    }

    /// <summary>The power of two whose negative one row is of another; null if it is none.</summary>
    private static double? FactorOf(LoweredLayer layer, DenseMap[] maps, int kept, int other)
    {
        double factor = 0;
        foreach (DenseMap map in maps)
        {
            if (!IsMultiple(map.Row(kept), map.Row(other), ref factor))
                return null;
        }

        // A row without weights is a constant, which needs no relaxation.
        return factor < 0 && IsMultiple(layer.Bias.Span.Slice(kept, 1), layer.Bias.Span.Slice(other, 1), ref factor) ? -factor : null;
    }

    /// <summary>Whether numbers are exactly a multiple of others, by a power of two or its negative.</summary>
    private static bool IsMultiple(ReadOnlySpan<double> numbers, ReadOnlySpan<double> multiples, ref double factor)
    {
        for (int k = 0; k < numbers.Length; k++)
        {
            if (factor == 0 && numbers[k] != 0)
            {
                factor = multiples[k] / numbers[k];
                if (!double.IsNormal(factor) || !double.IsNormal(1 / factor) || !double.IsPow2(Math.Abs(factor)))
                    return false;
            }

            // There and back: a product that underflows would be rounded.
            if (factor * numbers[k] != multiples[k] || (multiples[k] != 0 && multiples[k] / factor != numbers[k]))
                return false;
        }

        return true;
    }

    /// <summary>A map over one of each pair, and one over the pre-activations of the other.</summary>
    private static IEnumerable<LinearTerm> Join(DenseMap map, int source, Pair[] pairs)
    {
        int columns = map.Input.Count;
        double[] weights = map.Weights.ToArray(), own = new double[map.Output.Count * pairs.Length];
        for (int row = 0; row < map.Output.Count; row++)
        {
            Span<double> entries = weights.AsSpan(row * columns, columns);
            for (int k = 0; k < pairs.Length; k++)
            {
                (int kept, int other, _) = pairs[k];
                if (SumOf(entries, pairs[k]) is { } sum)
                    (entries[kept], entries[other], own[(row * pairs.Length) + k]) = (sum, 0, entries[other]);
            }
        }

        yield return new(source, new DenseMap(weights, map.Output, map.Input));
        yield return new(source + 1, new DenseMap(own, map.Output, MapShape.Vector(pairs.Length)));
    }

    private static bool Joins(DenseMap map, Pair pair) =>
        Enumerable.Range(0, map.Output.Count).Any(row => SumOf(map.Row(row), pair) is not null);

    /// <summary>
    /// A row's weight of one of a pair where it does not depend on the other any more; null where it goes on depending on both.
    /// </summary>
    private static double? SumOf(ReadOnlySpan<double> entries, Pair pair)
    {
        double kept = entries[pair.Kept], other = entries[pair.Other], product = pair.Factor * other;
        if (!(kept > 0 ? other < 0 : kept < 0 && other > 0) || product / pair.Factor != other)
            return null;
        var sum = default(ErrorFreeSum);
        sum.Add(kept);
        sum.Add(product);
        return sum.Radius == 0 && double.IsFinite(sum.Value) ? sum.Value : null;
    }

    /// <summary>The pre-activations of some elements of a layer.</summary>
    private static LoweredLayer Linear(LoweredLayer layer, int[] elements)
    {
        MapShape shape = MapShape.Vector(elements.Length);
        return new(
            layer.Name, shape, [.. layer.Terms.Select(term => term with { Map = Rows((DenseMap)term.Map, elements, shape) })],
            Array.ConvertAll(elements, i => layer.Bias.Span[i]), default, LayerUnit.Linear, 0);
    }

    private static DenseMap Rows(DenseMap map, int[] rows, MapShape shape) =>
        new(rows.SelectMany(i => map.Row(i).ToArray()).ToArray(), shape, map.Input);

    /// <summary>Two rectifiers of a layer.</summary>
    /// <param name="Kept">The one that readers go on depending on.</param>
    /// <param name="Other">The other.</param>
    /// <param name="Factor">A power of two: the other takes the negative of so many times what the one takes.</param>
    private readonly record struct Pair(int Kept, int Other, double Factor);
}
