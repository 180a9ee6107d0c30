using System.Numerics;
using ExactCompression.Numerics;
using ExactCompression.Tests.Oracles;
using Xunit;

namespace ExactCompression.Tests.Numerics;

public sealed class LinearKernelTests
{
    /// <summary>What no kernel may touch behind the end of a result.</summary>
    private const int Guard = 40;

    public static TheoryData<string> Kinds => ["Convolution", "Dense", "Diagonal", "Selection", "Sparse"];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Apply_AnyMap_GivesTheSumsOverItsEntries(string kind) =>
        MapCases.Seeds.ForAll(
            s =>
            {
                Apply<double>(Case(kind, s));
                Apply<float>(Case(kind, s));
            },
            count: 150);

    [Theory]
    [MemberData(nameof(Kinds))]
    public void ApplyTranspose_AnyMapAndWindow_GivesTheSumsOverItsEntries(string kind) =>
        MapCases.Seeds.ForAll(
            s =>
            {
                ApplyTranspose<double>(Case(kind, s), s.Seed);
                ApplyTranspose<float>(Case(kind, s), s.Seed);
            },
            count: 150);

    [Theory]
    [MemberData(nameof(Kinds))]
    public void ApplyTranspose_InfiniteOrNotANumber_ReachesEveryElementThatDependsOnIt(string kind) =>
        MapCases.Seeds.ForAll(
            s =>
            {
                Poison<double>(Case(kind, s), new(s.Seed), [double.PositiveInfinity, double.NegativeInfinity, double.NaN]);
                Poison<float>(Case(kind, s), new(s.Seed), [float.PositiveInfinity, float.NegativeInfinity, float.NaN]);
            },
            count: 60);

    [Theory]
    [MemberData(nameof(Kinds))]
    public void ApplyTranspose_WholeWindows_IsAdjointToApply(string kind) =>
        MapCases.Seeds.ForAll(
            s =>
            {
                MapCase c = Case(kind, s);
                int inputs = c.Map.Input.Count, outputs = c.Map.Output.Count;
                double[] x = c.Draw<double>(inputs, c.Rows), y = c.Draw<double>(outputs, c.Rows);
                double[] forward = new double[y.Length], backward = new double[x.Length];
                using ILinearKernel<double> kernel = c.Map.Pack<double>();
                kernel.Apply(x, c.Rows, [], forward, add: false);
                kernel.ApplyTranspose(y, Window.Whole(c.Map.Output), c.Rows, backward, Window.Whole(c.Map.Input), add: false);
                for (int r = 0; r < c.Rows; r++)
                {
                    Assert.Equal(
                        Dot(forward.AsSpan(r * outputs, outputs), y.AsSpan(r * outputs, outputs)),
                        Dot(x.AsSpan(r * inputs, inputs), backward.AsSpan(r * inputs, inputs)));
                }
            },
            count: 100);

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Below_AnyWindow_HoldsEveryEntry(string kind) =>
        MapCases.Seeds.ForAll(
            s =>
            {
                MapCase c = Case(kind, s);
                Window above = c.DrawWindow(c.Map.Output), below = c.Map.Below(above);
                Assert.Equal(Window.Whole(c.Map.Input), Window.Whole(c.Map.Input).Union(below));
                var row = new SparseRow();
                for (int i = 0; i < c.Map.Output.Count; i++)
                {
                    if (MapCase.PlaceIn(above, c.Map.Output, i) < 0)
                        continue;
                    c.Map.ReadRow(i, row);
                    Assert.All(row.Columns.ToArray(), column => Assert.True(MapCase.PlaceIn(below, c.Map.Input, column) >= 0));
                }
            },
            count: 100);

    [Fact]
    public void Apply_OneKernelFromManyThreads_GivesEachItsOwnResult()
    {
        MapCase c = new(MapCases.Convolution(new(5)), 9, new(6));
        double[] input = c.Draw<double>(c.Map.Input.Count, c.Rows), expected = c.Apply(input, [], null);
        using ILinearKernel<double> kernel = c.Map.Pack<double>();
        Parallel.For(0, 200, _ =>
        {
            var result = new double[expected.Length];
            kernel.Apply(input, c.Rows, [], result, add: false);
            Assert.Equal(expected, result);
        });
    }

    private static MapCase Case(string kind, (int Rows, int Seed) s) => MapCase.Of(kind, s.Rows, s.Seed);

    private static void Apply<T>(MapCase c)
        where T : unmanaged, INumberBase<T>
    {
        int inputs = c.Map.Input.Count, outputs = c.Map.Output.Count;
        T[] input = c.Draw<T>(inputs, c.Rows), begin = c.Draw<T>(outputs, c.Rows), bias = c.Draw<T>(outputs, 1);
        using ILinearKernel<T> kernel = c.Map.Pack<T>();
        AssertResult(c.Apply(input, bias, null), [], result => kernel.Apply(input, c.Rows, bias, result, add: false));
        AssertResult(c.Apply(input, [], null), [], result => kernel.Apply(input, c.Rows, [], result, add: false));
        AssertResult(c.Apply(input, [], begin), begin, result => kernel.Apply(input, c.Rows, [], result, add: true));
    }

    private static void ApplyTranspose<T>(MapCase c, int seed)
        where T : unmanaged, INumberBase<T>
    {
        bool whole = c.Map is DenseMap || seed % 4 == 0;
        Window from = whole ? Window.Whole(c.Map.Output) : c.DrawWindow(c.Map.Output);
        Window to = c.Map is DenseMap or SparseMap ? Window.Whole(c.Map.Input) : c.Widen(c.Map.Below(from), c.Map.Input);
        T[] above = c.Draw<T>(from.CountIn(c.Map.Output), c.Rows), begin = c.Draw<T>(to.CountIn(c.Map.Input), c.Rows);
        using ILinearKernel<T> kernel = c.Map.Pack<T>();
        AssertResult(
            c.ApplyTranspose(above, from, to, null), [], result => kernel.ApplyTranspose(above, from, c.Rows, result, to, add: false));
        AssertResult(
            c.ApplyTranspose(above, from, to, begin), begin, result => kernel.ApplyTranspose(above, from, c.Rows, result, to, add: true));
    }

    /// <summary>A coefficient that proves nothing must leave a mark wherever a weight other than 0 meets it.</summary>
    private static void Poison<T>(MapCase c, Random random, T[] poisons)
        where T : unmanaged, INumberBase<T>
    {
        Window from = Window.Whole(c.Map.Output), to = Window.Whole(c.Map.Input);
        int size = c.Map.Output.Count, inputs = c.Map.Input.Count;
        T[] above = c.Draw<T>(size, c.Rows), below = new T[c.Rows * inputs];
        int row = random.Next(c.Rows), element = random.Next(size);
        above[(row * size) + element] = poisons[random.Next(poisons.Length)];
        using ILinearKernel<T> kernel = c.Map.Pack<T>();
        kernel.ApplyTranspose(above, from, c.Rows, below, to, add: false);
        var entries = new SparseRow();
        c.Map.ReadRow(element, entries);
        var marked = new HashSet<int>();
        for (int k = 0; k < entries.Count; k++)
        {
            if (entries.Weights[k] != 0)
                marked.Add(entries.Columns[k]);
        }

        for (int r = 0; r < c.Rows; r++)
        {
            for (int i = 0; i < inputs; i++)
            {
                bool finite = T.IsFinite(below[(r * inputs) + i]);
                if (r != row)
                    Assert.True(finite);
                else if (marked.Contains(i))
                    Assert.False(finite);
            }
        }
    }

    private static void AssertResult<T>(T[] expected, T[] begin, Action<T[]> compute)
        where T : unmanaged, INumberBase<T>
    {
        var result = new T[expected.Length + Guard];
        Array.Fill(result, T.CreateChecked(-1000));
        begin.CopyTo(result, 0);
        compute(result);
        for (int i = 0; i < expected.Length; i++)
        {
            if (result[i] != expected[i])
                Assert.Fail($"Element {i} is {result[i]}, not {expected[i]}.");
        }

        Assert.All(result.AsSpan(expected.Length).ToArray(), static v => Assert.Equal(T.CreateChecked(-1000), v));
    }

    private static double Dot(ReadOnlySpan<double> x, ReadOnlySpan<double> y)
    {
        double sum = 0;
        for (int i = 0; i < x.Length; i++)
            sum += x[i] * y[i];
        return sum;
    }
}
