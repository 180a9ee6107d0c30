using CsCheck;
using ExactCompression.Certificates.Checking;
using ExactCompression.Tests.Oracles;
using Xunit;

namespace ExactCompression.Tests.Certificates.Graphs;

/// <summary>
/// Relations that nobody meant: whatever a relation says, what the checker derives from it is true, or it is refused.
/// </summary>
public sealed class GraphRelationForgeryTests
{
    /// <summary>Made-up relations of networks of numbers that are hard to round, on points and boxes.</summary>
    [Fact]
    public void Deviation_AnyRelation_IsNeverBelowTheTruth()
    {
        int shown = 0, refused = 0;
        Gen.Int[0, int.MaxValue - 1].ForAll(
            seed =>
            {
                var random = new Random(seed);
                int kind = random.Next(HardNumbers.Kinds);
                (CheckedGraph original, CheckedGraph compressed) = Pair(random, kind);
                (double[] lower, double[] upper) = HardNumbers.Box(random, kind, original.Values[0].Size);
                bool isPoint = random.Next(2) == 0;
                var box = new InputBox(lower, isPoint ? lower : upper);
                (CheckedBounds known, CheckedBounds others) = (Bounds(original, box, isPoint), Bounds(compressed, box, isPoint));
                Rational truth = Rational.Zero;
                for (int n = 0; n < (isPoint ? 1 : 6); n++)
                    truth = Rational.Max(truth, SmallValues.Difference(original, compressed, box.Lower.Zip(
                        box.Upper, (l, u) => random.Next(2) == 0 ? l : u)));
                for (int n = 0; n < 8; n++)
                {
                    GraphRelation relation = Drawn(random, original, compressed);
                    try
                    {
                        double found = GraphRelationCheck.Deviation(relation, original, known, compressed, others, box, new(threads: 1));
                        Assert.True(truth <= found, $"{seed}: {found} {string.Join(" ", relation.Values.Select(static v => v.Kinds))}");
                        Interlocked.Increment(ref shown);
                    }
                    catch (Refusal)
                    {
                        Interlocked.Increment(ref refused);
                    }
                }
            },
            count: 600);
        Assert.InRange(shown, 1200, int.MaxValue);
        Assert.InRange(refused, 8, int.MaxValue);
    }

    /// <summary>What cannot be a relation at all is refused, with its place.</summary>
    [Fact]
    public void Deviation_WhatIsNoRelation_IsRefused()
    {
        CheckedGraph graph = new SmallValues(2).Rows(0, [0, 0], [1, 2, 3, 4]).Relu(1).Sum(2, 0, 1, 1).Graph;
        ValueRelation affine = Of("tt", 2, 3), gates = Of("gg", 4, 5), output = Of("t", 6);
        Assert.Equal(0, Found(affine, gates, output));
        Refused("relation", affine, gates);
        Refused("kinds", affine, Of("g", 4), output);
        Refused("kinds", affine, Of("gd", 4), output);
        Refused("kinds", Of("gg", 4, 5), gates, output);
        Refused("targets", affine, Of("gg", 4), output);
        Refused("targets", affine, Of("gg", 4, -1), output);
        Refused("targets", affine, Of("gg", 4, 14), output);
        Refused("targets", affine, Of("gg", 4, 3), output); // no rectifier
        Refused("targets", affine, Of("gg", 4, 11), output); // an element of the original that is not kept
        Refused("targets", affine, Of("gg", 4, 9), output); // one that cannot be
        Refused("targets", Of("tt", 2, 11), gates, output);
        Refused("factors", affine, gates with { Factors = [1] }, output);
        Refused("factors", affine, gates with { Factors = [1, 0] }, output);
        Refused("factors", affine, gates with { Factors = [1, -1] }, output);
        Refused("factors", affine, gates with { Factors = [1, double.NaN] }, output);
        Refused("factors", affine with { Factors = [1, double.PositiveInfinity] }, gates, output);

        double Found(params ValueRelation[] values)
        {
            var box = new InputBox([-1, -1], [1, 1]);
            CheckedBounds bounds = IntervalRanges.Of(graph, box);
            return GraphRelationCheck.Deviation(new([ValueRelation.None, .. values]), graph, bounds, graph, bounds, box, new());
        }

        void Refused(string place, params ValueRelation[] values) =>
            Assert.EndsWith(place, Assert.Throws<Refusal>(() => Found(values)).Place);
    }

    /// <summary>Forms that grow with each layer, and a check that would take too long, are refused before they are made.</summary>
    [Fact]
    public void Deviation_DirectFormsOfWideLayers_AreCounted()
    {
        double[] weights = [.. Enumerable.Range(0, 40 * 40).Select(static i => ((i * 7) % 11) - 5.0)];
        SmallValues values = new(40);
        for (int layer = 0; layer < 6; layer++)
            values.Rows(values.Last, new double[40], weights);
        CheckedGraph graph = values.Graph;
        var box = new InputBox(new double[40], [.. Enumerable.Repeat(1.0, 40)]);
        CheckedBounds bounds = IntervalRanges.Of(graph, box);
        GraphRelation direct = SmallValues.Relation([.. Enumerable.Repeat((new string('d', 40), Array.Empty<int>()), 6)]);
        var refusal = Assert.Throws<Refusal>(
            () => GraphRelationCheck.Deviation(direct, graph, bounds, graph, bounds, box, new CheckBudget(200_000)));
        Assert.Equal("work", refusal.Place);
        using var source = new CancellationTokenSource();
        source.Cancel();
        Assert.ThrowsAny<OperationCanceledException>(
            () => GraphRelationCheck.Deviation(direct, graph, bounds, graph, bounds, box, new CheckBudget(cancellation: source.Token)));
    }

    private static ValueRelation Of(string kinds, params int[] targets) => new() { Kinds = kinds, Targets = targets, Factors = [] };

    /// <summary>Two networks, of which the second is much like the first: fewer rows, other roundings, other signs.</summary>
    private static (CheckedGraph Original, CheckedGraph Compressed) Pair(Random random, int kind)
    {
        int inputs = random.Next(1, 4), layers = random.Next(1, 4);
        SmallValues original = new(inputs), compressed = new(inputs);
        for (int l = 0, columns = inputs; l < layers; l++)
        {
            int rows = l == layers - 1 ? 1 : random.Next(1, 4);
            double[] weights = [.. Enumerable.Range(0, rows * columns).Select(_ => HardNumbers.Next(random, kind))];
            double[] bias = [.. Enumerable.Range(0, rows).Select(_ => HardNumbers.Next(random, kind))];
            if (rows > 1 && random.Next(2) == 0)
            {
                double factor = random.Next(3) switch { 0 => -1, 1 => 0.5, _ => -0.3 };
                for (int c = 0; c < columns; c++)
                    weights[columns + c] = factor * weights[c];
            }

            original.Rows(original.Last, bias, weights);
            compressed.Rows(
                compressed.Last, Array.ConvertAll(bias, b => Moved(b, random)), Array.ConvertAll(weights, w => Moved(w, random)));
            if (l < layers - 1 && random.Next(4) > 0)
            {
                original.Relu(original.Last);
                compressed.Relu(compressed.Last);
            }

            columns = rows;
        }

        return (original.Graph, compressed.Graph);
    }

    private static double Moved(double number, Random random) => random.Next(12) switch
    {
        0 => Math.BitIncrement(number),
        1 when Math.Abs(number) < 1e30 => (float)number,
        2 => 0,
        _ => number,
    };

    /// <summary>On a point, the values themselves as far as doubles hold them; then all that is charged is rounding.</summary>
    private static CheckedBounds Bounds(CheckedGraph graph, InputBox box, bool isPoint)
    {
        if (!isPoint)
            return IntervalRanges.Of(graph, box);
        Rational[][] values = ExactValues.Of(graph, box.Lower.Select(static x => (Rational)x));
        double[][] lower = [.. values.Select(static v => Array.ConvertAll(v, Below))];
        return new(lower, [.. values.Select((v, k) => v.Select(
            (x, i) => lower[k][i] == x ? lower[k][i] : Math.BitIncrement(lower[k][i])).ToArray())]);
    }

    /// <summary>The largest double that is not above a number.</summary>
    private static double Below(Rational number)
    {
        double low = double.MinValue, high = double.MaxValue;
        if (number.Sign == 0)
            return 0;
        if (number.Sign > 0)
            low = 0;
        else
            high = 0;
        while (Math.BitIncrement(low) < high)
        {
            long a = BitConverter.DoubleToInt64Bits(Math.Abs(low)), b = BitConverter.DoubleToInt64Bits(Math.Abs(high));
            double middle = Math.CopySign(BitConverter.Int64BitsToDouble(Math.Min(a, b) + (Math.Abs(a - b) / 2)), number.Sign);
            if (middle == low || middle == high)
                break;
            (low, high) = (Rational)middle <= number ? (middle, high) : (low, middle);
        }

        return low;
    }

    /// <summary>A relation whose targets are mostly likely ones.</summary>
    private static GraphRelation Drawn(Random random, CheckedGraph original, CheckedGraph compressed)
    {
        int[] first = [.. compressed.Values.Select((_, v) => compressed.Values.Take(v).Sum(static w => w.Size))];
        int own = compressed.Values.Sum(static v => v.Size), count = own + original.Values.Sum(static v => v.Size);
        var relations = new ValueRelation[original.Values.Count];
        relations[0] = ValueRelation.None;
        for (int v = 1; v < relations.Length; v++)
        {
            int size = original.Values[v].Size, at = v;
            string letters = original.Values[v] is AffineValue ? "ttttddc" : "ggggnnlokkc";
            string kinds = new([.. Enumerable.Range(0, size).Select(_ => letters[random.Next(letters.Length)])]);
            int[] places = [.. Enumerable.Range(0, size).Where(i => kinds[i] is 't' or 'g' or 'n')];
            int[] targets = [.. places.Select(i => random.Next(20) switch
            {
                0 => random.Next(count),
                1 => own + original.Values.Take(at).Sum(static w => w.Size) + random.Next(size),
                < 6 => first[at] + random.Next(size),
                _ => first[at] + i,
            })];
            double[] factors = [.. places.Select(i => random.Next(8) switch
            {
                0 => 0.5,
                1 => 1 / 0.3,
                2 when kinds[i] == 't' => -0.3,
                _ => 1.0,
            })];
            relations[v] = new() { Kinds = kinds, Targets = targets, Factors = random.Next(3) == 0 ? factors : [] };
        }

        return new(relations);
    }
}
