using ExactCompression.Formats;
using ExactCompression.Gpu;
using ExactCompression.Networks;
using ExactCompression.Numerics;
using ExactCompression.Tests.Formats;
using Xunit;

namespace ExactCompression.Tests.Gpu;

[Collection(DeviceTests.Name)]
public sealed class IlgpuWitnessSessionTests(WitnessDevices devices)
{
    /// <summary>
    /// Device, points, widths: single elements, sizes around and between tiles of every group size, one to four hidden layers.
    /// </summary>
    public static TheoryData<string, int, int[]> Shapes => new()
    {
        { "cpu-1", 1, [1, 1, 1] },
        { "cpu-1", 9, [5, 7, 6, 3, 5, 2] },
        { "cpu-2", 7, [17, 9, 3] },
        { "cpu-2", 33, [3, 8, 1, 4, 2] },
        { "cpu-4", 1, [2, 1, 5, 1] },
        { "cpu-4", 18, [33, 17, 16, 2] },
        { "cpu-8", 35, [6, 33, 5, 1] },
        { "cuda", 1, [1, 1, 1] },
        { "cuda", 700, [70, 129, 64, 65, 17, 3] },
        { "opencl", 1, [1, 1, 1] },
        { "opencl", 700, [70, 129, 64, 65, 17, 3] },
    };

    public static TheoryData<string> Names => ["cpu-1", "cpu-2", "cpu-4", "cuda", "opencl"];

    [SkippableTheory]
    [MemberData(nameof(Shapes))]
    public void Forward_AnyShape_GivesEveryNeuronsExtremes(string name, int count, int[] widths)
    {
        using SessionComparison comparison = Open(name, count, TestNetworks.Random(count, widths));
        comparison.Forward();
    }

    [SkippableTheory]
    [MemberData(nameof(Shapes))]
    public void Ascend_EachLayerInTurn_MovesAsTheFormula(string name, int count, int[] widths)
    {
        using SessionComparison comparison = Open(name, count, TestNetworks.Random(count, widths));
        Assert.InRange(comparison.Ascend(), 0.5, 1);
    }

    [SkippableTheory]
    [MemberData(nameof(Names))]
    public void Forward_GraphsOfAllKinds_GivesEveryNeuronsExtremes(string name)
    {
        for (int seed = 0; seed < Graphs(name); seed++)
        {
            using SessionComparison comparison = Open(name, (5 * seed) + 1, TestNetworks.Graph(seed));
            comparison.Forward();
        }
    }

    [SkippableTheory]
    [MemberData(nameof(Names))]
    public void Ascend_GraphsOfAllKinds_MovesAsTheFormula(string name)
    {
        double compared = 0;
        for (int seed = 0; seed < Graphs(name); seed++)
        {
            using SessionComparison comparison = Open(name, (2 * seed) + 1, TestNetworks.Graph(seed));
            compared += comparison.Ascend() / Graphs(name);
        }

        Assert.InRange(compared, 0.5, 1);
    }

    /// <summary>Layers that add matrices to what is there, in any order, and read a value twice.</summary>
    [SkippableTheory]
    [MemberData(nameof(Names))]
    public void Session_SumsWithMatrices_ComputesAndMovesAsTheFormula(string name)
    {
        MapShape six = MapShape.Vector(6), five = MapShape.Vector(5);
        DenseMap Matrix(MapShape output, MapShape input) => new(Numbers(output.Count * input.Count), output, input);
        LinearTerm Of(int source, ILinearMap map) => new(source, map);
        LoweredLayer Layer(MapShape shape, bool isRectifier, params ReadOnlySpan<LinearTerm> terms) =>
            new("", shape, terms.ToArray(), Numbers(shape.Count), default, isRectifier ? LayerUnit.Rectifier : LayerUnit.Linear, 0);
        var graph = new LoweredGraph(
            six,
            [
                Layer(six, true, Of(0, Matrix(six, six)), Of(0, new DiagonalMap(six))),
                Layer(five, false, Of(1, Matrix(five, six)), Of(0, Matrix(five, six))),
                Layer(five, true, Of(2, new DiagonalMap(five, -1)), Of(1, Matrix(five, six))),
                Layer(six, true, Of(3, Matrix(six, five)), Of(1, new DiagonalMap(six)), Of(2, Matrix(six, five))),
                Layer(five, true, Of(4, Matrix(five, six))),
                Layer(six, true, Of(5, Matrix(six, five)), Of(4, Matrix(six, six))),
            ],
            [6]);
        using (SessionComparison forward = Open(name, 21, Network(graph)))
            forward.Forward();
        using SessionComparison ascent = Open(name, 21, Network(graph));
        Assert.InRange(ascent.Ascend(), 0.9, 1);
    }

    [SkippableTheory]
    [MemberData(nameof(Names))]
    public void Ascend_LayerThatTakesNothingOfTheInput_LeavesThePoints(string name)
    {
        // z of the second layer is the same everywhere. An attack on the first leaves gradients behind, which are none of the second's.
        MapShape one = MapShape.Vector(1), two = MapShape.Vector(2);
        LoweredLayer first = new("", two, [new(0, new DiagonalMap(two))], new double[2], default, LayerUnit.Rectifier, 0);
        LoweredLayer second = new("", one, [new(1, new SparseMap(one, two, [0, 0], [], []))], Numbers(1), default, LayerUnit.Rectifier, 0);
        using SessionComparison comparison = Open(name, 9, Network(new(two, [first, second], [2])));
        Assert.Equal(1, comparison.Ascend());
    }

    /// <summary>Trained networks on which ILGPU's CPU accelerator would take minutes for a search.</summary>
    [SkippableTheory]
    [InlineData("cpu-1", "digits_res_l1-0.002")]
    [InlineData("cpu-1", "digits_pool_l1-0.002")]
    [InlineData("cpu-1", "digits_avg_l1-0.0003")]
    public void Session_TrainedGraph_ComputesAndMovesAsTheFormula(string name, string network)
    {
        ReluNetwork graph = NetworkFormats.Read(TestFiles.Shared($"networks/conv/{network}.onnx"));
        using (SessionComparison forward = Open(name, 3, graph))
            forward.Forward();
        using SessionComparison ascent = Open(name, 2, graph);
        Assert.InRange(ascent.Ascend(), 0.1, 1);
    }

    /// <summary>How many graphs are tried: few where 16 threads wait for each other on a few cores.</summary>
    private static int Graphs(string name) => name == "cpu-4" ? 2 : 8;

    /// <summary>A network that is seen as a given graph.</summary>
    private static ReluNetwork Network(LoweredGraph graph)
    {
        var builder = new GraphBuilder();
        TensorShape shape = new(graph.Input.Count);
        builder.AddOutput("y", builder.Add(new ReluOperator(), shape, "", "", builder.AddInput("x", shape)));
        return new ReluNetwork(builder.Build()).With(graph);
    }

    private static double[] Numbers(int count) =>
        [.. Enumerable.Range(0, count).Select(static k => (double)(float)Math.Sin((7 * k * k) + 1))];

    private SessionComparison Open(string name, int count, ReluNetwork network) => new(Find(name), count, network);

    private IlgpuWitnessDevice Find(string name)
    {
        IlgpuWitnessDevice? device = devices.Find(name);
        Skip.If(device is null, $"There is no {name} device here.");
        return device;
    }
}
