using CsCheck;
using ExactCompression.Formats.Onnx.Schema;
using ExactCompression.Tests.Oracles;
using Xunit;
using static ExactCompression.Tests.Formats.Onnx.OnnxModelBuilder;

namespace ExactCompression.Tests.Formats.Onnx;

/// <summary>Convolutions and poolings of random geometry, against ONNX Runtime.</summary>
public sealed class OnnxWindowTests
{
    [Fact]
    public void Conv_OfAnyGeometry_AgreesWithRuntime() => Gen.Int.ForAll(
        static seed =>
        {
            var random = new Random(seed);
            (Geometry geometry, int groups, int perGroup, int filters) =
                (new Geometry(random, dilates: true), random.Next(1, 4), random.Next(1, 3), random.Next(1, 3));
            object[] sizes = geometry.Sizes;
            OnnxModelBuilder model = new OnnxModelBuilder()
                .Input("x", [random.Next(3) == 0 ? "N" : (object)1, groups * perGroup, .. sizes]).Output("y")
                .Weights(
                    "w", [groups * filters, perGroup, .. geometry.Kernel],
                        Values(random, groups * filters * perGroup * geometry.KernelCount))
                .Weights("b", [groups * filters], Values(random, groups * filters))
                .Node("Conv", random.Next(2) == 0 ? "x w b" : "x w", "c", [Int("group", groups), .. geometry.Attributes])
                .Node("Relu", "c", "y");
            OnnxRuntimeOracle.AssertRead(model.WithoutOutputShapes());
        },
        count: 150,
        threads: 1);

    [Theory]
    [InlineData("MaxPool")]
    [InlineData("AveragePool")]
    public void Pool_OfAnyGeometry_AgreesWithRuntime(string operation) => Gen.Int.ForAll(
        seed =>
        {
            var random = new Random(seed);
            var geometry = new Geometry(random, dilates: operation == "MaxPool");
            OnnxModelBuilder model = new OnnxModelBuilder(opset: 12).Input("x", [1, 2, .. geometry.Sizes]).Output("y");
            List<AttributeProto> attributes = [Ints("kernel_shape", geometry.Kernel), .. geometry.Attributes];
            if (geometry.IsExplicit && random.Next(2) == 0)
                attributes.Add(Int("ceil_mode", 1));
            if (operation == "AveragePool")
                attributes.Add(Int("count_include_pad", random.Next(2)));
            OnnxRuntimeOracle.AssertRead(model.Node(operation, "x", "y", [.. attributes]).WithoutOutputShapes());
        },
        count: 150,
        threads: 1);

    [Theory]
    [InlineData("GlobalAveragePool")]
    [InlineData("GlobalMaxPool")]
    public void GlobalPool_OfAnyRank_AgreesWithRuntime(string operation)
    {
        foreach (object[] sizes in (object[][])[[5], [3, 4], [2, 3, 2]])
            OnnxRuntimeOracle.AssertRead(
                new OnnxModelBuilder().Input("x", ["N", 3, .. sizes]).Output("y").Node(operation, "x", "y").WithoutOutputShapes());
    }

    [Fact]
    public void Conv_OfAFixedBatch_AgreesWithRuntime()
    {
        OnnxModelBuilder model = new OnnxModelBuilder().Input("x", 4, 2, 5, 5).Output("y", 4, 18)
            .Weights("w", [2, 2, 3, 3], Values(new(3), 36))
            .Integers("shape", 4, -1).Node("Conv", "x w", "c").Node("Relu", "c", "r").Node("Reshape", "r shape", "y");
        Assert.Equal("2x5x5-2x3x3-18", OnnxRuntimeOracle.AssertRead(model.Model).Architecture);
    }

    [Fact]
    public void MaxPool_WithIndices_GivesTheMaximum()
    {
        OnnxModelBuilder model = new OnnxModelBuilder().Input("x", 1, 1, 4, 4).Output("y", 1, 1, 2, 2)
            .Node("MaxPool", "x", "y i", Ints("kernel_shape", 2, 2), Ints("strides", 2, 2));
        OnnxRuntimeOracle.AssertRead(model.Model);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void BatchNormalization_BehindAConvolution_AgreesWithRuntime(bool flattened)
    {
        OnnxModelBuilder model = new OnnxModelBuilder().Input("x", "N", 1, 4, 4).Output("y").Weights("w", [2, 1, 3, 3], Values(new(1), 18))
            .Weights("s", [2], 1.5, -0.7).Weights("b", [2], 0.1, 0.2).Weights("m", [2], -0.3, 0.4).Weights("v", [2], 0.9, 0.05)
            .Node("Conv", "x w", "c").Node("BatchNormalization", "c s b m v", flattened ? "n" : "y");
        if (flattened)
            model.Node("Relu", "n", "r").Node("Flatten", "r", "y");
        OnnxRuntimeOracle.AssertRead(model.WithoutOutputShapes());
    }

    private static double[] Values(Random random, int count) =>
        [.. Enumerable.Range(0, count).Select(_ => (random.NextDouble() * 2) - 1)];

    /// <summary>A random geometry over one or two axes whose windows meet the input.</summary>
    private sealed class Geometry
    {
        public Geometry(Random random, bool dilates)
        {
            int rank = random.Next(1, 3);
            string mode = random.Next(5) switch { 0 => "SAME_UPPER", 1 => "SAME_LOWER", 2 => "VALID", _ => "" };
            bool isSame = mode.StartsWith("SAME", StringComparison.Ordinal); // where the runtime knows no dilations and no negative padding
            int[] sizes = new int[rank], kernel = new int[rank],
                strides = new int[rank], dilations = new int[rank], pads = new int[2 * rank];
            for (int axis = 0; axis < rank; axis++)
            {
                (kernel[axis], strides[axis], dilations[axis]) = (random.Next(1, 4), random.Next(1, 4),
                    dilates && !isSame ? random.Next(1, 3) : 1);
                strides[axis] = isSame ? Math.Min(strides[axis], kernel[axis]) : strides[axis];
                sizes[axis] = ((kernel[axis] - 1) * dilations[axis]) + random.Next(1, 6);
                (pads[axis], pads[rank + axis]) = (random.Next(kernel[axis]), random.Next(kernel[axis]));
            }

            Sizes = [.. sizes.Select(static s => (object)s)];
            Kernel = [.. kernel.Select(static k => (long)k)];
            KernelCount = kernel.Aggregate(static (a, b) => a * b);
            Attributes.Add(Ints("strides", [.. strides.Select(static s => (long)s)]));
            if (dilates)
                Attributes.Add(Ints("dilations", [.. dilations.Select(static d => (long)d)]));
            IsExplicit = mode.Length == 0;
            Attributes.Add(IsExplicit
                ? Ints("pads", [.. pads.Select(static p => (long)p)])
                : new()
                {
                    Name = "auto_pad",
                    Type = AttributeProto.Types.AttributeType.String,
                    S = Google.Protobuf.ByteString.CopyFromUtf8(mode),
                });
        }

        public object[] Sizes { get; }

        public long[] Kernel { get; }

        public int KernelCount { get; }

        public bool IsExplicit { get; }

        public List<AttributeProto> Attributes { get; } = [];
    }
}
