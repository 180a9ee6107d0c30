using System.Numerics;
using System.Runtime.Intrinsics.X86;
using ExactCompression.Numerics;
using ExactCompression.Tests.Oracles;
using Xunit;

namespace ExactCompression.Tests.Numerics;

/// <summary>Every pass of convolutions gives the same sums, whichever is the quickest: kernels choose among them.</summary>
public sealed class ConvolutionPassTests
{
    /// <summary>What no pass may touch behind the end of a result.</summary>
    private const int Guard = 40;

    public static TheoryData<string> Passes => ["Rows", "Channels", "Planes"];

    /// <summary>Channels, height and width of the input, output channels, kernel, stride, pad, dilation, groups.</summary>
    public static TheoryData<int, int, int, int, int, int, int, int, int> PlaneShapes => new()
    {
        { 2, 33, 5, 2, 3, 1, 1, 1, 2 },
        { 3, 5, 35, 3, 3, 1, 1, 1, 3 },
        { 2, 17, 19, 2, 5, 1, 2, 1, 2 },
        { 3, 9, 16, 6, 3, 2, 1, 1, 3 },
        { 2, 16, 17, 2, 4, 2, 1, 1, 2 },
        { 2, 13, 11, 4, 3, 3, 2, 2, 2 },
        { 2, 12, 15, 2, 3, 2, 3, 2, 2 },
        { 5, 16, 16, 6, 1, 2, 0, 1, 1 },
        { 5, 7, 15, 3, 1, 3, 0, 1, 1 },
        { 1, 28, 28, 5, 3, 1, 1, 1, 1 },
        { 1, 14, 29, 2, 7, 2, 3, 1, 1 },
        { 4, 1, 1, 4, 3, 1, 1, 1, 4 },
        { 4, 1, 1, 2, 7, 2, 3, 1, 2 },
        { 3, 3, 3, 5, 3, 1, 2, 1, 1 },
        { 3, 8, 8, 3, 3, 1, 6, 3, 3 },
        { 3, 20, 22, 5, 3, 1, 1, 1, 1 },
        { 3, 15, 16, 4, 3, 2, 1, 1, 1 },
        { 6, 9, 13, 7, 1, 1, 0, 1, 1 },
        { 3, 8, 8, 7, 1, 1, 0, 1, 1 },
        { 2, 32, 32, 9, 1, 2, 0, 1, 1 },
        { 3, 9, 17, 4, 1, 4, 0, 1, 1 },
        { 3, 11, 11, 4, 2, 3, 0, 1, 1 },
    };

    /// <summary>The pass of depthwise convolutions on this processor.</summary>
    private static string Depthwise => Avx2.IsSupported ? "Depthwise" : "Planes";

    [Theory]
    [MemberData(nameof(Passes))]
    public void Run_Forward_GivesTheSumsOverTheMapsEntries(string pass) =>
        MapCases.Seeds.ForAll(
            s =>
            {
                Forward<double>(pass, s.Rows, s.Seed);
                Forward<float>(pass, s.Rows, s.Seed);
            },
            count: 120);

    [Theory]
    [MemberData(nameof(Passes))]
    public void Run_TransposeOfAWindow_GivesTheSumsOverTheMapsEntries(string pass) =>
        MapCases.Seeds.ForAll(
            s =>
            {
                Transpose<double>(pass, s.Rows, s.Seed);
                Transpose<float>(pass, s.Rows, s.Seed);
            },
            count: 120);

    [Theory]
    [MemberData(nameof(PlaneShapes))]
    public void Run_PlanesOfManyShapes_GivesTheSumsOverTheMapsEntries(
        int channels, int height, int width, int targets, int kernel, int stride, int pad, int dilation, int groups)
    {
        var random = new Random(7);
        double[] filters = new double[targets * channels / groups * kernel * kernel];
        for (int i = 0; i < filters.Length; i++)
            filters[i] = random.Next(-9, 10);
        ConvolutionShape shape = new(kernel, kernel, stride, stride, pad, pad, pad, pad, dilation, dilation);
        var map = new ConvolutionMap(filters, targets, new(channels, height, width), shape, groups);
        foreach (int rows in new[] { 1, 2, 7, 40 })
        {
            Forward<double>("Planes", map, rows, random);
            Forward<float>("Planes", map, rows, random);
            Transpose<double>("Planes", map, rows, random);
            Transpose<float>("Planes", map, rows, random);
        }
    }

    [Fact]
    public void Run_DepthwiseThreeByThree_GivesTheSumsOverTheMapsEntries() =>
        MapCases.Seeds.ForAll(
            s =>
            {
                var random = new Random(s.Seed);
                ConvolutionMap map = MapCases.DepthwiseThreeByThree(random);
                Forward<double>(Depthwise, map, s.Rows, random);
                Forward<float>(Depthwise, map, s.Rows, random);
                Transpose<double>(Depthwise, map, s.Rows, random);
                Transpose<float>(Depthwise, map, s.Rows, random);
            },
            count: 200);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Run_DepthwiseWithInfinities_KeepsThemWhereTheyAreMet(int stride)
    {
        double[] filters = new double[2 * 9];
        Array.Fill(filters, 1);
        var map = new ConvolutionMap(filters, 2, new(2, 7, 9), new(3, 3, stride, stride, 1, 1, 1, 1), 2);
        Window input = Window.Whole(map.Input), output = Window.Whole(map.Output);
        for (int at = 0; at < map.Input.Count; at++)
        {
            double[] source = new double[map.Input.Count], result = new double[map.Output.Count];
            source[at] = double.PositiveInfinity;
            Pass<double>(Depthwise, map, 1, input, output, isTransposed: false).Run(source, [], result, add: false);
            var row = new SparseRow();
            for (int i = 0; i < result.Length; i++)
            {
                map.ReadRow(i, row);
                Assert.Equal(row.Columns[..row.Count].Contains(at) ? double.PositiveInfinity : 0, result[i]);
            }
        }

        for (int at = 0; at < map.Output.Count; at++)
        {
            double[] source = new double[map.Output.Count], result = new double[map.Input.Count];
            source[at] = double.PositiveInfinity;
            Pass<double>(Depthwise, map, 1, output, input, isTransposed: true).Run(source, [], result, add: false);
            var row = new SparseRow();
            map.ReadRow(at, row);
            for (int i = 0; i < result.Length; i++)
                Assert.Equal(row.Columns[..row.Count].Contains(i) ? double.PositiveInfinity : 0, result[i]);
        }
    }

    [Fact]
    public void Run_FewTargetChannels_GivesTheSumsOverTheMapsEntries() =>
        MapCases.Seeds.ForAll(
            s =>
            {
                var random = new Random(s.Seed);
                (ConvolutionMap forward, ConvolutionMap transpose) = MapCases.FewTargets(random);
                Forward<double>("Columns", forward, s.Rows, random);
                Forward<float>("Columns", forward, s.Rows, random);
                Transpose<double>("Columns", transpose, s.Rows, random, leastWidth: 16);
                Transpose<float>("Columns", transpose, s.Rows, random, leastWidth: 16);
                Transpose<float>("Rows", transpose, s.Rows, random);
            },
            count: 80);

    [Theory]
    [InlineData(1)]
    [InlineData(16)]
    public void Choose_GradientOfAGreyImage_ReadsTheSourceAsItLies(int rows)
    {
        var direction = new ConvolutionDirection<double>(new double[9 * 16], 16, 1, new(3, 3, 1, 1, 1, 1, 1, 1), 1, isTransposed: true);
        var plane = new Window(0, 0, 28, 28);
        Assert.IsType<ColumnSumPass<double>>(direction.Choose(rows, plane, plane));
    }

    /// <summary>Passes are prepared once and taken again where windows lie to one another as before, whatever came between.</summary>
    [Fact]
    public void ApplyTranspose_ManyWindowsAndRowsOfOneKernel_GivesTheSumsOverTheMapsEntries() =>
        MapCases.Seeds.ForAll(
            s =>
            {
                var random = new Random(s.Seed);
                ConvolutionMap map = random.Next(4) == 0 ? MapCases.DepthwiseThreeByThree(random) : MapCases.Convolution(random);
                MapCase[] cases = [.. Enumerable.Range(1, 5).Select(rows => new MapCase(map, rows, random))];
                ManyWindows<double>(map, cases, random);
                ManyWindows<float>(map, cases, random);
            },
            count: 40);

    [Fact]
    public void Choose_WindowsAwayFromBorders_GivesThePassOfTheOthers()
    {
        ConvolutionShape shape = new(3, 3, 2, 2, 1, 1, 1, 1);
        var direction = new ConvolutionDirection<double>(new double[9 * 4 * 8], 8, 4, shape, 1, isTransposed: true);
        ConvolutionPass<double> Of(int rows, int top, int left) =>
            direction.Choose(rows, new(top, left, 2, 3), new((2 * top) - 1, (2 * left) - 1, 5, 7));
        Assert.Same(Of(3, 2, 4), Of(3, 5, 1));
        Assert.NotSame(Of(3, 2, 4), Of(4, 2, 4));
        Assert.NotSame(Of(3, 2, 4), direction.Choose(3, new(0, 4, 2, 3), new(0, 7, 4, 7)));
    }

    [Fact]
    public void Choose_DepthwiseAndOneByOneConvolutions_ReadsPlanesAsTheyLie()
    {
        var depthwise = new ConvolutionDirection<double>(new double[9 * 32], 1, 1, new(3, 3, 1, 1, 1, 1, 1, 1), 32, isTransposed: true);
        var pointwise = new ConvolutionDirection<double>(new double[16 * 32], 32, 16, new(1, 1), 1, isTransposed: false);
        var plane = new Window(0, 0, 16, 16);
        Assert.True(depthwise.Choose(16, plane, plane) is DepthwisePass<double> or PlaneLanePass<double>);
        Assert.IsType<PlaneLanePass<double>>(pointwise.Choose(16, plane, plane));
    }

    [Fact]
    public void Choose_KernelWithGreatDilation_DoesNotLayOutTheZerosBetween()
    {
        const int Far = 1 << 20;
        var shape = new ConvolutionShape(2, 2, 1, 1, 0, 0, Far, Far, Far, Far);
        var direction = new ConvolutionDirection<double>(new double[4], 1, 1, shape, 1, isTransposed: false);
        Assert.IsNotType<PlaneLanePass<double>>(direction.Choose(1, new(0, 0, 3, 3), new(0, 0, 3, 3)));
    }

    [Fact]
    public void Choose_TransposeWithGreatStrides_DoesNotKeepAGridForEachRemainder()
    {
        const int Far = 1 << 12;
        var direction = new ConvolutionDirection<double>(new double[4], 1, 1, new(2, 2, Far, Far), 1, isTransposed: true);
        Assert.IsNotType<PlaneLanePass<double>>(direction.Choose(1, new(0, 0, 2, 2), new(0, 0, Far + 2, Far + 2)));
    }

    private static void ManyWindows<T>(ConvolutionMap map, MapCase[] cases, Random random)
        where T : unmanaged, INumberBase<T>
    {
        using ILinearKernel<T> kernel = map.Pack<T>();
        for (int i = 0; i < 12; i++)
        {
            MapCase c = cases[random.Next(cases.Length)];
            Window from = c.DrawWindow(map.Output), to = c.Widen(map.Below(from), map.Input);
            T[] above = c.Draw<T>(from.CountIn(map.Output), c.Rows);
            for (int twice = 0; twice < 2; twice++)
            {
                AssertResult(
                    c.ApplyTranspose(above, from, to, null),
                    [],
                    result => kernel.ApplyTranspose(above, from, c.Rows, result, to, add: false));
            }
        }
    }

    private static void Forward<T>(string name, int rows, int seed)
        where T : unmanaged, INumberBase<T>
    {
        var random = new Random(seed);
        Forward<T>(name, MapCases.Convolution(random), rows, random);
    }

    private static void Forward<T>(string name, ConvolutionMap map, int rows, Random random)
        where T : unmanaged, INumberBase<T>
    {
        var c = new MapCase(map, rows, random);
        T[] input = c.Draw<T>(map.Input.Count, rows), bias = c.Draw<T>(map.Output.Count, 1), begin = c.Draw<T>(map.Output.Count, rows);
        Window from = Window.Whole(map.Input), to = Window.Whole(map.Output);
        ConvolutionPass<T> pass = Pass<T>(name, map, rows, from, to, isTransposed: false);
        AssertResult(c.Apply(input, bias, null), [], result => pass.Run(input, bias, result, add: false));
        AssertResult(c.Apply(input, [], null), [], result => pass.Run(input, [], result, add: false));
        AssertResult(c.Apply(input, [], begin), begin, result => pass.Run(input, [], result, add: true));
    }

    private static void Transpose<T>(string name, int rows, int seed)
        where T : unmanaged, INumberBase<T>
    {
        var random = new Random(seed);
        Transpose<T>(name, MapCases.Convolution(random), rows, random);
    }

    private static void Transpose<T>(string name, ConvolutionMap map, int rows, Random random, int leastWidth = 0)
        where T : unmanaged, INumberBase<T>
    {
        var c = new MapCase(map, rows, random);
        Window from = c.DrawWindow(map.Output);
        if (from.Width < leastWidth)
            from = new(from.Top, random.Next(map.Output.Width - leastWidth + 1), from.Height, leastWidth);
        Window to = c.Widen(map.Below(from), map.Input);
        T[] above = c.Draw<T>(from.CountIn(map.Output), rows), begin = c.Draw<T>(to.CountIn(map.Input), rows);
        ConvolutionPass<T> pass = Pass<T>(name, map, rows, from, to, isTransposed: true);
        AssertResult(c.ApplyTranspose(above, from, to, null), [], result => pass.Run(above, [], result, add: false));
        AssertResult(c.ApplyTranspose(above, from, to, begin), begin, result => pass.Run(above, [], result, add: true));
    }

    private static void AssertResult<T>(T[] expected, T[] begin, Action<T[]> compute)
        where T : unmanaged, INumberBase<T>
    {
        var result = new T[expected.Length + Guard];
        Array.Fill(result, T.CreateChecked(-1000));
        begin.CopyTo(result, 0);
        compute(result);
        Assert.Equal(expected, result[..expected.Length]);
        Assert.All(result[expected.Length..], static v => Assert.Equal(T.CreateChecked(-1000), v));
    }

    private static ConvolutionPass<T> Pass<T>(string name, ConvolutionMap map, int count, Window from, Window to, bool isTransposed)
        where T : unmanaged, INumberBase<T>
    {
        ConvolutionShape shape = map.Geometry;
        var rows = new ConvolutionAxis(shape.KernelHeight, shape.StrideRows, shape.PadTop, shape.DilationRows, isTransposed);
        var columns = new ConvolutionAxis(shape.KernelWidth, shape.StrideColumns, shape.PadLeft, shape.DilationColumns, isTransposed);
        T[] filters = Array.ConvertAll(map.Filters.ToArray(), T.CreateChecked);
        var windows = new BatchWindows(
            count,
            rows.Between(from.Top, from.Height, to.Top, to.Height),
            columns.Between(from.Left, from.Width, to.Left, to.Width));
        return name switch
        {
            "Rows" => new RowLanePass<T>(Pack(ChannelBlock.ForRowLanes), windows),
            "Depthwise" => new DepthwisePass<T>(Pack(ChannelBlock.ForPlaneLanes), windows),
            "Columns" => new ColumnSumPass<T>(Pack(ChannelBlock.ForPlaneLanes), windows),
            "Channels" => new ChannelLanePass<T>(Pack(ChannelBlock.ForChannelLanes<T>), windows),
            _ => new PlaneLanePass<T>(Pack(ChannelBlock.ForPlaneLanes), windows),
        };

        ConvolutionWeights<T> Pack(Func<int, ChannelBlock[]> blocksOf) =>
            new(filters, map.Groups, map.Output.Channels / map.Groups, map.Input.Channels / map.Groups, rows, columns, blocksOf);
    }
}
