using ExactCompression.Certificates.Checking;
using ExactCompression.Networks;
using ExactCompression.Tests.Oracles;
using Xunit;

namespace ExactCompression.Tests.Certificates.Graphs;

/// <summary>The checker's bounds through graphs of every kind, against exact values at points of the box.</summary>
public sealed class GraphPassTests
{
    /// <summary>Intervals, and backward passes with the default slopes.</summary>
    [Fact]
    public void Bounds_HardGraphs_HoldAtEveryPoint()
    {
        int finite = 0;
        Parallel.For(0, 250, new() { MaxDegreeOfParallelism = 2 }, seed =>
        {
            var random = new Random(seed);
            int kind = seed % HardNumbers.Kinds;
            (CheckedGraph graph, GraphBounds bounds, InputBox box) = Next(random, kind);
            GraphSide[] sides = [.. Enumerable.Range(0, 12).Select(_ => Side(random, graph, bounds, box, isPlain: true))];
            double[] passed = GraphPass.Bound(graph, bounds, sides, new(threads: 1));
            for (int p = 0; p < 6; p++)
            {
                Rational[][] values = ExactValues.Of(graph, Point(random, box));
                for (int v = 0; v < values.Length; v++)
                {
                    for (int i = 0; i < values[v].Length; i++)
                    {
                        (double low, double high) = (bounds.Lower(v)[i], bounds.Upper(v)[i]);
                        Interlocked.Add(ref finite, double.IsFinite(low) ? 1 : 0);
                        Assert.True(
                            (!double.IsFinite(low) || values[v][i] >= low) && (!double.IsFinite(high) || values[v][i] <= high),
                            $"seed {seed}, kind {kind}, value {v}, element {i}: [{low:R}, {high:R}]");
                    }
                }

                for (int k = 0; k < sides.Length; k++)
                    Assert.True(Holds(sides[k], passed[k], values), $"seed {seed}, kind {kind}, {sides[k]}: {passed[k]:R}");
            }
        });
        Assert.True(finite > 20_000, $"{finite}");
    }

    /// <summary>Any slopes and multipliers, where the assumed phases hold.</summary>
    [Fact]
    public void Bounds_AnySlopesAndPhases_HoldWhereThePhasesDo()
    {
        int met = 0, phased = 0;
        Parallel.For(0, 250, new() { MaxDegreeOfParallelism = 2 }, seed =>
        {
            var random = new Random(seed);
            int kind = seed % HardNumbers.Kinds;
            (CheckedGraph graph, GraphBounds bounds, InputBox box) = Next(random, kind);
            GraphSide[] sides = [.. Enumerable.Range(0, 12).Select(_ => Side(random, graph, bounds, box, isPlain: false))];
            double[] passed = GraphPass.Bound(graph, bounds, sides, new(threads: 1));
            for (int p = 0; p < 8; p++)
            {
                Rational[][] values = ExactValues.Of(graph, Point(random, box));
                for (int k = 0; k < sides.Length; k++)
                {
                    RectifierLines lines = sides[k].Lines!;
                    bool Satisfied((int Place, bool On, double Multiplier) phase)
                    {
                        (int v, int i) = lines.Field[phase.Place];
                        int sign = values[((RectifiedValue)graph.Values[v]).Source][i].Sign;
                        return phase.On ? sign >= 0 : sign <= 0;
                    }

                    if (!double.IsFinite(passed[k]) || !lines.Phases.All(Satisfied))
                        continue;
                    Interlocked.Increment(ref met);
                    Interlocked.Add(ref phased, lines.Phases.Count > 0 ? 1 : 0);
                    Assert.True(Holds(sides[k], passed[k], values), $"seed {seed}, kind {kind}, {sides[k]}: {passed[k]:R}");
                }
            }
        });
        Assert.True(met > 5_000 && phased > 200, $"{met}, {phased}");
    }

    /// <summary>Backward passes are what they are for: tighter than intervals where values cancel.</summary>
    [Fact]
    public void Bounds_ValuesThatCancel_AreTight()
    {
        var builder = new GraphBuilder();
        int x = builder.AddInput("x", new(1));
        int z = builder.Add(new DenseOperator([1, 1], [2, 2], 1), new(2), "", "", x);
        int y = builder.Add(new DenseOperator([1, -1], [0.25], 2), new(1), "", "", builder.Add(new ReluOperator(), new(2), "", "", z));
        builder.AddOutput("y", y);
        CheckedGraph graph = GraphReading.Read(new ReluNetwork(builder.Build()), "original", new());
        var bounds = new GraphBounds(graph, new([-1], [1]), "original", new());
        bounds.ExtendTo(graph.Values.Count - 1);
        int last = graph.Outputs[0];
        double[] passed = GraphPass.Bound(graph, bounds, [new(last, 0, true), new(last, 0, false)], new());
        Assert.Equal(2.25, bounds.Upper(last)[0], 1e-9);
        Assert.Equal(-1.75, bounds.Lower(last)[0], 1e-9);
        Assert.InRange(passed[0], 0.25, 0.25 + 1e-12);
        Assert.InRange(passed[1], -0.25, -0.25 + 1e-12);
    }

    /// <summary>Signs that points show are the true ones.</summary>
    [Fact]
    public void Signs_HardGraphs_AreTheTrueOnes()
    {
        int shown = 0;
        Parallel.For(0, 200, new() { MaxDegreeOfParallelism = 2 }, seed =>
        {
            var random = new Random(seed);
            (CheckedGraph graph, _, InputBox box) = Next(random, seed % HardNumbers.Kinds);
            double[][] points = [.. Enumerable.Range(0, 4).Select(_ => Points(random, box))];
            sbyte[][] signs = GraphPoints.Signs(graph, points, new(threads: 1));
            for (int p = 0; p < points.Length; p++)
            {
                Rational[][] values = ExactValues.Of(graph, points[p].Select(static v => (Rational)v));
                for (int k = 0; k < signs.Length; k++)
                {
                    Rational[] z = values[((RectifiedValue)graph.Values[graph.Rectifiers[k]]).Source];
                    for (int i = 0; i < z.Length; i++)
                    {
                        int sign = signs[k][(p * z.Length) + i];
                        Interlocked.Add(ref shown, Math.Abs(sign));
                        Assert.True(sign == 0 || sign == z[i].Sign, $"seed {seed}, rectifiers {k}, element {i}");
                    }
                }
            }
        });
        Assert.True(shown > 2_000, $"{shown}");
    }

    private static bool Holds(GraphSide side, double bound, Rational[][] values)
    {
        Rational value = values[side.Value][side.Element];
        return !double.IsFinite(bound) || (side.Above ? value : -value) <= bound;
    }

    private static (CheckedGraph Graph, GraphBounds Bounds, InputBox Box) Next(Random random, int kind)
    {
        (ReluNetwork network, double[] lower, double[] upper) = RandomGraphs.Next(random, kind, random.Next(1, 8), side: 4);
        CheckedGraph graph = GraphReading.Read(network, "original", new(threads: 1));
        var box = new InputBox(lower, upper);
        var bounds = new GraphBounds(graph, box, "original", new(threads: 1));
        foreach (int v in graph.Rectifiers)
        {
            // Bounds tighter than intervals, as claims prove them.
            int z = ((RectifiedValue)graph.Values[v]).Source;
            bounds.ExtendTo(v - 1);
            for (int i = 0; i < graph.Values[z].Size && random.Next(2) == 0; i++)
            {
                bool above = random.Next(2) == 0;
                bounds.Cut(z, i, above, GraphPass.Bound(graph, bounds, [new(z, i, above)], new(threads: 1))[0]);
            }
        }

        bounds.ExtendTo(graph.Values.Count - 1);
        return (graph, bounds, box);
    }

    private static GraphSide Side(Random random, CheckedGraph graph, GraphBounds bounds, InputBox box, bool isPlain)
    {
        int[] values = [.. Enumerable.Range(1, graph.Values.Count - 1).Where(v => graph.Values[v].Size > 0)];
        int value = values[random.Next(values.Length)], element = random.Next(graph.Values[value].Size);
        var side = new GraphSide(value, element, random.Next(2) == 0);
        if (isPlain)
            return side;
        IReadOnlyList<(int, int)> field = OpenField.Of(graph, bounds, value, element, new());
        float[] slopes = [.. field.Select(_ => random.Next(3) == 0 ? (random.NextSingle() * 4) - 2 : random.NextSingle())];
        int[] split = [.. Enumerable.Range(0, field.Count).OrderBy(_ => random.Next()).Take(random.Next(3))];
        return side with
        {
            Lines = new(field, slopes, [.. split.Select(p => (p, random.Next(2) == 0, (random.NextDouble() * 3) - 1))]),
        };
    }

    private static IEnumerable<Rational> Point(Random random, InputBox box) => Points(random, box).Select(static v => (Rational)v);

    private static double[] Points(Random random, InputBox box) => [.. box.Lower.Zip(box.Upper, (a, b) => random.Next(4) switch
    {
        0 => a,
        1 => b,
        _ => Math.Clamp(a + (random.NextDouble() * (b - a)), a, b),
    })];
}
