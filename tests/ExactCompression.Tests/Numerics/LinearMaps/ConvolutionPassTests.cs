using System.Numerics;
using ExactCompression.Numerics;
using ExactCompression.Tests.Oracles;
using Xunit;

namespace ExactCompression.Tests.Numerics;

/// <summary>Every pass of convolutions gives the same sums, whichever is the quickest: kernels choose among them.</summary>
public sealed class ConvolutionPassTests
{
    public static TheoryData<string> Passes => ["Rows", "Channels", "Planes"];

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

    [Fact]
    public void Choose_DepthwiseAndOneByOneConvolutions_ReadsPlanesAsTheyLie()
    {
        var depthwise = new ConvolutionDirection<double>(new double[9 * 32], 1, 1, new(3, 3, 1, 1, 1, 1, 1, 1), 32, isTransposed: true);
        var pointwise = new ConvolutionDirection<double>(new double[16 * 32], 32, 16, new(1, 1), 1, isTransposed: false);
        var plane = new Window(0, 0, 16, 16);
        Assert.IsType<PlaneLanePass<double>>(depthwise.Choose(16, plane, plane));
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

    private static void Forward<T>(string name, int rows, int seed)
        where T : unmanaged, INumberBase<T>
    {
        var random = new Random(seed);
        ConvolutionMap map = MapCases.Convolution(random);
        var c = new MapCase(map, rows, random);
        T[] input = c.Draw<T>(map.Input.Count, rows), bias = c.Draw<T>(map.Output.Count, 1), begin = c.Draw<T>(map.Output.Count, rows);
        Window from = Window.Whole(map.Input), to = Window.Whole(map.Output);
        IConvolutionPass<T> pass = Pass<T>(name, map, isTransposed: false);
        T[] result = new T[rows * map.Output.Count], sum = [.. begin];
        pass.Run(input, from, rows, bias, result, to, add: false);
        pass.Run(input, from, rows, [], sum, to, add: true);
        Assert.Equal(c.Apply(input, bias, null), result);
        Assert.Equal(c.Apply(input, [], begin), sum);
    }

    private static void Transpose<T>(string name, int rows, int seed)
        where T : unmanaged, INumberBase<T>
    {
        var random = new Random(seed);
        ConvolutionMap map = MapCases.Convolution(random);
        var c = new MapCase(map, rows, random);
        Window from = c.DrawWindow(map.Output), to = c.Widen(map.Below(from), map.Input);
        T[] above = c.Draw<T>(from.CountIn(map.Output), rows), begin = c.Draw<T>(to.CountIn(map.Input), rows);
        IConvolutionPass<T> pass = Pass<T>(name, map, isTransposed: true);
        T[] result = new T[begin.Length], sum = [.. begin];
        pass.Run(above, from, rows, [], result, to, add: false);
        pass.Run(above, from, rows, [], sum, to, add: true);
        Assert.Equal(c.ApplyTranspose(above, from, to, null), result);
        Assert.Equal(c.ApplyTranspose(above, from, to, begin), sum);
    }

    private static IConvolutionPass<T> Pass<T>(string name, ConvolutionMap map, bool isTransposed)
        where T : unmanaged, INumberBase<T>
    {
        ConvolutionShape shape = map.Geometry;
        var rows = new ConvolutionAxis(shape.KernelHeight, shape.StrideRows, shape.PadTop, shape.DilationRows, isTransposed);
        var columns = new ConvolutionAxis(shape.KernelWidth, shape.StrideColumns, shape.PadLeft, shape.DilationColumns, isTransposed);
        T[] filters = Array.ConvertAll(map.Filters.ToArray(), T.CreateChecked);
        return name switch
        {
            "Rows" => new RowLanePass<T>(Pack(ChannelBlock.ForRowLanes), rows, columns),
            "Channels" => new ChannelLanePass<T>(Pack(ChannelBlock.ForChannelLanes<T>), rows, columns),
            _ => new PlaneLanePass<T>(Pack(ChannelBlock.ForPlaneLanes), rows, columns),
        };

        ConvolutionWeights<T> Pack(Func<int, ChannelBlock[]> blocksOf) =>
            new(filters, map.Groups, map.Output.Channels / map.Groups, map.Input.Channels / map.Groups, rows, columns, blocksOf);
    }
}
