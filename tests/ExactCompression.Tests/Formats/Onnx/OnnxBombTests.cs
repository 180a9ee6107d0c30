using ExactCompression.Formats;
using ExactCompression.Formats.Onnx;
using Xunit;

namespace ExactCompression.Tests.Formats.Onnx;

/// <summary>
/// Small files that ask for much work or memory: what can be done in proportion to the file is done, the rest is refused.
/// </summary>
public class OnnxBombTests
{
    [Fact]
    public void Read_ChainOfOuterProducts_IsAGraph()
    {
        const int Width = 8000;
        double[] ones = AllOf(Width, 1);
        OnnxModelBuilder model = new OnnxModelBuilder().Input("x", 1, Width).Weights("down", [Width, 1], ones).Weights(
            "up", [1, Width], ones);
        for (int i = 0; i < 20; i++)
            model.Node("MatMul", $"{(i == 0 ? "x" : $"u{i - 1}")} down", $"d{i}").Node("MatMul", $"d{i} up", $"u{i}");

        ReluNetwork network = Read(model.Output("u19", 1, Width));

        Assert.False(network.IsDense); // each product of two matrices would have 64 million entries
        Assert.Equal(40L * Width, network.ConnectionCount);
    }

    [Fact]
    public void Read_ThousandsOfElementwiseNodesBehindAMatrix_AreJoinedInVectors()
    {
        // Powers of two: whatever the order of joining, nothing rounds, and 0 comes to W again.
        const int Inputs = 500, Outputs = 400, Pairs = 2000;
        double[] weights = [.. Enumerable.Range(0, Inputs * Outputs).Select(static i => (double)(((i * 7919) % 1001) - 500))];
        OnnxModelBuilder model = new OnnxModelBuilder().Input("x", 1, Inputs)
            .Weights("w", [Inputs, Outputs], weights).Weights("two", [1], 2).Weights("half", [1], 0.5).Weights("one", [1], 1)
            .Node("MatMul", "x w", "v0");
        for (int i = 0; i < Pairs; i++)
            model.Node("Mul", $"v{i} two", $"a{i}").Node("Mul", $"a{i} half", $"b{i}").Node("Add", $"b{i} one", $"v{i + 1}");

        AffineLayer layer = Assert.Single(Read(model.Output($"v{Pairs}", 1, Outputs)).DenseLayers);

        Assert.True(layer.IsExact);
        for (int i = 0; i < Outputs; i++)
        {
            for (int j = 0; j < Inputs; j++)
                Assert.Equal(weights[(j * Outputs) + i], layer.Row(i)[j]);
        }

        Assert.All(layer.Bias.ToArray(), static b => Assert.Equal(Pairs, b));
    }

    [Fact]
    public void Read_ScalesBehindAMatrixAndBeforeAnother_AreAppliedOnce()
    {
        // y = (((x W + b) s) + c) V, all small whole numbers and exact.
        OnnxModelBuilder model = new OnnxModelBuilder().Input("x", 1, 2)
            .Weights("w", [2, 2], 1, 2, 3, 4).Weights("b", [2], 5, 6).Weights("s", [2], 2, -3).Weights("t", [2], 4, 8)
            .Weights("c", [2], 7, 9).Weights("v", [2, 1], 10, -1)
            .Node("Gemm", "x w b", "a").Node("Mul", "a s", "d").Node("Mul", "d t", "e").Node("Add", "e c", "f").Node("MatMul", "f v", "y")
            .Output("y", 1, 1);

        ReluNetwork network = Read(model);

        AffineLayer layer = Assert.Single(network.DenseLayers);
        Assert.True(layer.IsExact);
        // By hand: columns (1,3)*8 and (2,4)*-24, then times 10 and -1; bias (5*8+7)*10 - (6*-24+9).
        Assert.Equal([(8 * 10) + 48, (24 * 10) + 96], layer.Row(0).ToArray().Select(static w => (int)w));
        Assert.Equal([(47 * 10) + 135], layer.Bias.ToArray());
    }

    [Fact]
    public void Read_TransposesOfConstants_AreShared()
    {
        const int Size = 400, Deep = 60, Uses = 300;
        double[] weights = [.. Enumerable.Range(0, Size * Size).Select(static i => (double)(i % 1009))];
        OnnxModelBuilder model = new OnnxModelBuilder().Input("x", 1, Size).Weights("t0", [Size, Size], weights).Weights(
            "b0", [1, Size], AllOf(Size, 1));
        for (int i = 0; i < Deep; i++)
            model.Node("Transpose", $"t{i}", $"t{i + 1}").Node("Transpose", $"b{i}", $"b{i + 1}");
        model.Node("MatMul", $"x t{Deep}", "v0");
        for (int i = 0; i < Uses; i++)
            model.Node("Add", $"v{i} b{Deep}", $"v{i + 1}");

        AffineLayer layer = Assert.Single(Read(model.Output($"v{Uses}", 1, Size)).DenseLayers);

        Assert.Equal(weights[Size + 3], layer.Row(3)[1]);
        Assert.All(layer.Bias.ToArray(), static b => Assert.Equal(Uses, b));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Read_ThousandsOfUnsqueeze_AreRefusedByTheirDimensions(bool onConstant)
    {
        OnnxModelBuilder model = new OnnxModelBuilder().Input("x", 1, 4).Weights("c0", [4], 1, 2, 3, 4).Integers("axis", 0);
        string value = onConstant ? "c0" : "x";
        for (int i = 0; i < 3000; i++)
        {
            model.Node("Unsqueeze", $"{value} axis", $"v{i}");
            value = $"v{i}";
        }

        Refused(onConstant ? model.Node("Add", $"x {value}", "y").Output("y", 1, 4) : model.Output(value), "OnnxTooManyDimensions");
    }

    [Fact]
    public void Read_AHundredThousandReshapes_AreRead()
    {
        const int Nodes = 100_000;
        OnnxModelBuilder model = new OnnxModelBuilder().Input("x", 1, 6).Weights("w", [6, 1], 1, 2, 3, 4, 5, 6).Integers("s0", 2, 3)
            .Integers("s1", 1, 6);
        for (int i = 0; i < Nodes; i++)
            model.Node("Reshape", $"{(i == 0 ? "x" : $"v{i - 1}")} s{i % 2}", $"v{i}");

        ReluNetwork network = Read(model.Node("MatMul", $"v{Nodes - 1} w", "y").Output("y", 1, 1));

        Assert.Equal([1, 2, 3, 4, 5, 6], network.DenseLayers[0].Weights.ToArray());
    }

    [Fact]
    public void Read_DiagonalNetworkOfManyLayers_IsAGraph()
    {
        OnnxModelBuilder model = new OnnxModelBuilder().Input("x", 1, 5000).Weights("c", [1], 2);
        for (int i = 0; i < 40; i++)
            model.Node("Mul", $"{(i == 0 ? "x" : $"r{i - 1}")} c", $"m{i}").Node("Relu", $"m{i}", $"r{i}");

        ReluNetwork network = Read(model.Output("r39", 1, 5000));

        Assert.False(network.IsDense); // forty matrices of 25 million entries
        Assert.Equal(40 * 5000, network.NeuronCount);
        Assert.Equal(Math.ScaleB(1, 40), network.Evaluate(AllOf(5000, 1))[7]);
    }

    [Fact]
    public void Read_DiagonalNetwork_IsLimitedByTheMaximumSize()
    {
        OnnxModelBuilder model = new OnnxModelBuilder().Input("x", 1, 600).Weights("c", [1], 2).Node("Mul", "x c", "m").Node(
            "Relu", "m", "y").Output("y", 1, 600);

        Assert.True(Read(model).IsDense);
        Assert.False(Read(model, new() { MaximumSize = 1 << 20 }).IsDense); // 600 x 600 x 8 bytes are 2.9 MB
        Assert.True(Read(model, new() { MaximumSize = 1 << 23 }).IsDense);
        Refused(model, "ImportTooLarge", 1000);
    }

    [Theory]
    [InlineData(0x0a)] // nodes
    [InlineData(0x2a)] // initializers
    [InlineData(0x5a)] // inputs
    public void Read_EmptyObjects_AreCountedBeforeTheyAreMade(byte field)
    {
        // A graph of a hundred thousand objects of two bytes each; a length of three bytes goes before it.
        byte[] objects = [.. Enumerable.Repeat((byte[])[field, 0], 100_000).SelectMany(static pair => pair)];
        byte[] file = [0x08, 0x07, 0x3a, (byte)(objects.Length & 0x7f | 0x80), (byte)((objects.Length >> 7) & 0x7f | 0x80),
            (byte)(objects.Length >> 14), .. objects];
        using var folder = new TemporaryFolder();
        string path = folder.Write("n.onnx", file);

        InvalidFileException e = Assert.Throws<InvalidFileException>(
            () => NetworkFormats.Read(path, "Onnx", new() { MaximumSize = 10 << 20 }));
        Assert.Equal("ImportTooLarge", e.ErrorId);
        Assert.NotEqual("ImportTooLarge", Assert.Throws<InvalidFileException>(() => NetworkFormats.Read(path, "Onnx")).ErrorId);
    }

    [Fact]
    public void Read_ThousandsOfDimensions_AreRefused()
    {
        long[] many = [.. Enumerable.Repeat(1L, 4999), 4];
        OnnxModelBuilder Chain() => new OnnxModelBuilder().Input("x", 1, 4);

        Refused(Chain().Weights("c", many, 1, 2, 3, 4).Node("Add", "x c", "y").Output("y", 1, 4), "OnnxTooManyDimensions");
        Refused(Chain().Integers("s", many).Node("Reshape", "x s", "y").Output("y", 1, 4), "OnnxTooManyDimensions");
        Refused(
            new OnnxModelBuilder().Input("x", [.. many.Select(static d => (object)(int)d)]).Weights("c", [1], 2).Node("Mul", "x c", "y")
                .Output("y", 4), "OnnxTooManyDimensions");
    }

    [Fact]
    public void Read_OperandOfManyDimensions_IsExpandedRightly()
    {
        // [2,1,...,1,3] against [2,1,...,2,3]: every element is the row's and the column's.
        long[] shape = [2, .. Enumerable.Repeat(1L, 58), 3];
        int[] value = [2, .. Enumerable.Repeat(1, 57), 2, 3];
        OnnxModelBuilder model = new OnnxModelBuilder().Input("x", [.. value.Select(static d => (object)d)])
            .Weights("c", shape, 1, 2, 3, 4, 5, 6)
            .Node("Add", "x c", "y").Output("y", 12);

        Assert.Equal([1, 2, 3, 1, 2, 3, 4, 5, 6, 4, 5, 6], Assert.Single(Read(model).DenseLayers).Bias.ToArray());
    }

    /// <summary>Nodes are put in order before any of them is read: that ends, too.</summary>
    [Fact]
    public void Graph_Cancelled_EndsWhileNodesAreOrdered()
    {
        OnnxModelBuilder model = new OnnxModelBuilder().Input("x", "n", 3).Node("Relu", "x", "y").Output("y", "n", 3);
        Assert.Throws<OperationCanceledException>(() => new OnnxGraph(model.Graph, new("n.onnx"), new CancellationToken(canceled: true)));
    }

    [Fact]
    public void Read_Cancelled_EndsWithinALongProduct()
    {
        const int Size = 1500;
        double[] weights = [.. Enumerable.Range(0, Size * Size).Select(static i => (i % 97) / 97.0)];
        OnnxModelBuilder model = new OnnxModelBuilder().Input("x", 1, Size).Weights("w", [Size, Size], weights);
        for (int i = 0; i < 100; i++)
            model.Node("MatMul", $"{(i == 0 ? "x" : $"v{i - 1}")} w", $"v{i}");
        using var folder = new TemporaryFolder();
        string path = folder.Write("n.onnx", model.Output("v99", 1, Size).Bytes());
        using var soon = new CancellationTokenSource(TimeSpan.FromMilliseconds(300));

        Assert.ThrowsAny<OperationCanceledException>(
            () => NetworkFormats.Read(path, options: new() { MaximumSize = 1L << 40, Cancellation = soon.Token }));
    }

    [SkippableTheory]
    [InlineData("diag_40.onnx")]
    [InlineData("onnx_2_12303__slow2690.onnx")]
    public void Read_FilesThatTookLong_EndsEitherWay(string name)
    {
        using CancellationTokenSource guard = Guard();
        try
        {
            NetworkFormats.Read(TestFiles.Shared("faults/files/" + name), options: new() { Cancellation = guard.Token });
        }
        catch (InvalidFileException e)
        {
            Assert.NotEmpty(e.Place);
        }
    }

    private static double[] AllOf(int count, double value) => [.. Enumerable.Repeat(value, count)];

    // Only ends what hangs.
    private static CancellationTokenSource Guard() => new(TimeSpan.FromMinutes(5));

    private static ReluNetwork Read(OnnxModelBuilder model, ImportOptions? options = null)
    {
        using var folder = new TemporaryFolder();
        using CancellationTokenSource guard = Guard();
        return NetworkFormats.Read(folder.Write("n.onnx", model.Bytes()), options: (options ?? new()) with { Cancellation = guard.Token });
    }

    private static InvalidFileException Refused(OnnxModelBuilder model, string errorId, long? maximumSize = null)
    {
        InvalidFileException e = Assert.Throws<InvalidFileException>(() => Read(model, new() { MaximumSize = maximumSize }));
        Assert.Equal(errorId, e.ErrorId);
        return e;
    }
}
