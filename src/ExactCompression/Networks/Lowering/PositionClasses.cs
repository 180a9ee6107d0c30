using System.Runtime.InteropServices;
using ExactCompression.Numerics;

namespace ExactCompression.Networks;

/// <summary>Which positions of a value are translates of one another; see <see cref="TranslatedNeurons"/>.</summary>
internal sealed class PositionClasses
{
    private readonly int[] numbers;
    private readonly (int Row, int Column)[] anchors;
    private readonly int[][] members;

    private PositionClasses(MapShape shape, int[] numbers, (int Row, int Column)[] anchors)
    {
        (Shape, this.numbers, this.anchors) = (shape, numbers, anchors);
        members = [.. Enumerable.Range(0, numbers.Length).GroupBy(p => numbers[p]).OrderBy(static g => g.Key)
            .Select(static g => g.ToArray())];
    }

    /// <summary>Arrangement of the value.</summary>
    public MapShape Shape { get; }

    /// <summary>Number of classes.</summary>
    public int Count => members.Length;

    /// <summary>Classes of the input's positions: by their domain.</summary>
    /// <param name="shape">Arrangement of the input.</param>
    /// <param name="domain">Its domain.</param>
    public static PositionClasses OfInput(MapShape shape, InputDomain domain)
    {
        // The ends as channels of one value: positions are alike where all of them are.
        double[] ends = [.. domain.Lower.Span, .. domain.Upper.Span];
        return new(shape, Columns(shape with { Channels = 2 * shape.Channels }, ends), Places(shape));
    }

    /// <summary>Classes of a layer's positions: by what they read.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="values">The classes of the values before, the input's first.</param>
    public static PositionClasses Of(LoweredLayer layer, PositionClasses[] values)
    {
        MapShape shape = layer.Shape;
        var keys = new List<int>[shape.Plane];
        int[] bias = Columns(shape, layer.Bias.Span), radius = Columns(shape, layer.BiasRadius.Span);
        for (int p = 0; p < keys.Length; p++)
            keys[p] = [bias[p], radius[p]];
        var anchors = new (int Row, int Column)?[shape.Plane];
        foreach (LinearTerm term in layer.Terms)
        {
            PositionClasses from = values[term.Source];
            if (term.Map.Output != shape || term.Map.Input != from.Shape || !TryRead(term.Map, from, keys, anchors))
                return Apart(shape);
        }

        var known = new Dictionary<string, int>(StringComparer.Ordinal);
        var numbers = new int[shape.Plane];
        for (int p = 0; p < numbers.Length; p++)
        {
            string key = new(MemoryMarshal.Cast<int, char>(CollectionsMarshal.AsSpan(keys[p])));
            if (!known.TryGetValue(key, out numbers[p]))
                known[key] = numbers[p] = known.Count;
        }

        return new(shape, numbers, Array.ConvertAll(anchors, static a => a ?? default));
    }

    /// <summary>The positions of a position's class, in order.</summary>
    /// <param name="position">Row-major.</param>
    public int[] Like(int position) => members[numbers[position]];

    /// <summary>The place of the input that moves with a position.</summary>
    /// <param name="position">Row-major.</param>
    public (int Row, int Column) AnchorOf(int position) => anchors[position];

    /// <summary>
    /// Adds to each position's key what a map reads for it: the classes of the positions, or -1 for padding, and where their anchors lie
    /// from the position's own, which is the first one that it meets.
    /// </summary>
    /// <returns>False where the map does not work position by position.</returns>
    private static bool TryRead(ILinearMap map, PositionClasses from, List<int>[] keys, (int Row, int Column)?[] anchors)
    {
        MapShape output = map.Output, input = map.Input;
        switch (map)
        {
            case ConvolutionMap { Geometry: var window }:
                for (int tap = 0; tap < window.Taps; tap++)
                {
                    (int y, int x) = Math.DivRem(tap, window.KernelWidth);
                    for (int p = 0; p < keys.Length; p++)
                        Read(p, window.InputRow(p / output.Width, y), window.InputColumn(p % output.Width, x));
                }

                return true;
            case SelectionMap selection:
                for (int p = 0; p < keys.Length; p++)
                    Read(p, selection.Rows[p / output.Width], selection.Columns[p % output.Width]);
                return true;
            case DiagonalMap diagonal:
                int[] factors = Columns(diagonal), radii = diagonal.Radius is DiagonalMap radius ? Columns(radius) : new int[keys.Length];
                for (int p = 0; p < keys.Length; p++)
                {
                    Read(p, p / output.Width, p % output.Width);
                    keys[p].Add(factors[p]);
                    keys[p].Add(radii[p]);
                }

                return diagonal.Radius is null or DiagonalMap;
            default:
                return false;
        }

        void Read(int position, int row, int column)
        {
            if (row < 0 || row >= input.Height || column < 0 || column >= input.Width)
            {
                keys[position].AddRange([-1, 0, 0]);
                return;
            }

            int at = (row * input.Width) + column;
            (int Row, int Column) anchor = from.anchors[at], own = anchors[position] ??= anchor;
            keys[position].AddRange([from.numbers[at], anchor.Row - own.Row, anchor.Column - own.Column]);
        }
    }

    /// <summary>A class for each position. Its anchor is a place of its own, which moves with nothing.</summary>
    private static PositionClasses Apart(MapShape shape) => new(shape, [.. Enumerable.Range(0, shape.Plane)], new (int, int)[shape.Plane]);

    private static (int Row, int Column)[] Places(MapShape shape) =>
        [.. Enumerable.Range(0, shape.Plane).Select(p => (p / shape.Width, p % shape.Width))];

    private static int[] Columns(DiagonalMap map)
    {
        var factors = new double[map.Output.Count];
        for (int i = 0; i < factors.Length; i++)
            factors[i] = map.FactorOf(i);
        return Columns(map.Output, factors);
    }

    /// <summary>A number for each position, the same where all channels have the same entries; 0 everywhere for no entries.</summary>
    private static int[] Columns(MapShape shape, ReadOnlySpan<double> entries)
    {
        var numbers = new int[shape.Plane];
        if (entries.IsEmpty)
            return numbers;
        for (int c = 0; c < shape.Channels; c++)
        {
            var known = new Dictionary<(int, double), int>();
            for (int p = 0; p < numbers.Length; p++)
            {
                (int, double) key = (numbers[p], entries[(c * shape.Plane) + p]);
                if (!known.TryGetValue(key, out int number))
                    known[key] = number = known.Count;
                numbers[p] = number;
            }
        }

        return numbers;
    }
}
