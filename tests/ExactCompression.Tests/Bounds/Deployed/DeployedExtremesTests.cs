using ExactCompression.Bounds.Deployed;
using ExactCompression.Formats.Onnx;
using ExactCompression.Networks;
using ExactCompression.Tests.Formats.Onnx;
using Xunit;

namespace ExactCompression.Tests.Bounds.Deployed;

/// <summary>Arithmetic on the way to a value that rounds, underflows or overflows where the value itself does not.</summary>
public sealed class DeployedExtremesTests
{
    [Fact]
    public void Of_FactorOfAProduct_IsARoundingOfItsOwn()
    {
        // 1.5 * 1.5 is a float32, but 1.5 fl(1.5 x) is not fl(2.25 x).
        OnnxModelBuilder model = new OnnxModelBuilder().Input("x", 1, 1).Output("y", 1, 1).Weights("w", [1, 1], 1.5)
            .Node("Gemm", "x w", "y", OnnxModelBuilder.Float("alpha", 1.5f));
        ReluNetwork network = OnnxReader.Network(
            model.Model, new("net.onnx"), format: "Onnx", source: new("Onnx", new OnnxSource(model.Bytes(), "net.onnx")));
        int above = 0;
        for (int k = 1; k < 4000; k += 2)
        {
            float x = 1 + (k / (float)(1 << 23)), product = 1.5f * x;
            double error = Math.Abs((1.5f * product) - (2.25 * x));
            above += error > 2.25 * x / (1 << 24) ? 1 : 0;
            Assert.InRange(error, 0, Proven(FileNodes.Of(network).Nodes, x, x));
        }

        Assert.NotEqual(0, above);
    }

    [Theory]
    [InlineData(1e-20, 1e-20, 1e18)]
    [InlineData(1e-10, 1e-32, 1e10)]
    public void Of_FactorsThatUnderflowWhereTheyAreFolded_CountsThat(double weight, double factor, double input)
    {
        float w = (float)weight, s = (float)factor, t = 1e28f, x = (float)input;
        NetworkGraph graph = Chain(Dense(w), Scale(s), Scale(t));
        double exact = (double)w * s * t * x;
        Assert.True(Proven(graph, x, x) >= Math.Abs(((double)(w * s) * t * x) - exact)); // gradual underflow; flushed, all is lost
        Assert.True(Proven(graph, x, x) >= exact);
    }

    [Fact]
    public void Of_TermOfANodeWhoseFactorUnderflowsWithTheNext_CountsThat()
    {
        // b (s s' ) s'' with s s' below all floats, as the biases of a product before.
        NetworkGraph graph = Chain(
            new DenseOperator([1], [1e20f], 1), Scale(1e-22f), Scale(1e-22f), Scale(1e28f));
        Assert.True(Proven(graph, 0, 0) >= 1e20 * 1e-22 * 1e-22 * 1e28 * 0.999);
    }

    [Fact]
    public void Of_FactorsThatOverflowWhereTheyAreFolded_IsInfinite() =>
        Assert.Equal(double.PositiveInfinity, Proven(Chain(Dense(1e20f), Scale(1e20f)), 0, 1e-10f));

    [Fact]
    public void Of_NormalisationWhoseScaleUnderflowsBeforeTheRoot_CountsThat()
    {
        float s = 1e-35f, variance = 1e-20f, x = 1e-5f, t = 1e28f;
        var part = AffinePart.BatchNormalization([s], [0], [0], [variance], 0, WeightPrecision.Float32);
        double exact = (double)x * s / Math.Sqrt(variance) * t, found = (double)(float)((x * s) / MathF.Sqrt(variance)) * t;
        Assert.NotEqual(0, found - exact);
        Assert.True(Proven(Chain(new ScaleShiftOperator(part), Scale(t)), x, x) >= exact); // flushed, all is lost
    }

    [Fact]
    public void Of_NormalisationThatOverflowsBeforeTheRoot_IsInfinite()
    {
        var part = AffinePart.BatchNormalization([1e10], [0], [0], [1e30], 0, WeightPrecision.Float32);
        Assert.Equal(double.PositiveInfinity, Proven(Chain(new ScaleShiftOperator(part)), 1e29f, 1e29f));
    }

    [Theory]
    [InlineData(1e-7f)]
    [InlineData(0f)]
    public void Of_NormalisationThatOverflowsBeforeTheScale_IsInfinite(float scale)
    {
        var part = AffinePart.BatchNormalization([scale], [0], [0], [1e-6], 0, WeightPrecision.Float32); // (x - m) / sqrt(v + e) s
        Assert.Equal(double.PositiveInfinity, Proven(Chain(new ScaleShiftOperator(part)), 1e37f, 1e37f));
    }

    [Fact]
    public void Of_MeanWhoseSumOverflows_IsInfinite()
    {
        var builder = new GraphBuilder();
        int x = builder.AddInput("x", new(1, 4, 4));
        builder.AddOutput("y", builder.Add(new AveragePoolOperator(new(4, 4), false, (0, 0)), new(1, 1, 1), "p", "", x));
        float[] one = [.. Enumerable.Repeat(1.5e38f, 16)];
        Assert.Equal(double.PositiveInfinity, Proven(builder.Build(), one, one));
    }

    [Fact]
    public void Of_SubnormalNumberThatIsOnlySelected_MayBeFlushed() =>
        Assert.InRange(Proven(Chain(new ReluOperator()), 0, 1e-38f), 1e-38, 1e-37);

    [Fact]
    public void Of_InfiniteWeightOfAValueThatIsZero_IsInfinite() =>
        Assert.Equal(double.PositiveInfinity, Proven(Chain(new DenseOperator([1e39], [0], 1, WeightPrecision.Float64)), 0, 0));

    private static DenseOperator Dense(float weight) => new([weight], [0], 1);

    private static ScaleShiftOperator Scale(float factor) => new(AffinePart.Of(AffineMap.Scale([factor]), WeightPrecision.Float32)!);

    private static NetworkGraph Chain(params ReadOnlySpan<Operator> operators)
    {
        var builder = new GraphBuilder();
        int value = builder.AddInput("x", new(1));
        foreach (Operator op in operators)
            value = builder.Add(op, new(1), "n", "", value);
        builder.AddOutput("y", value);
        return builder.Build();
    }

    private static double Proven(NetworkGraph graph, float lower, float upper) => Proven(graph, [lower], [upper]);

    private static double Proven(NetworkGraph graph, float[] lower, float[] upper) => Assert.Single(
        DeployedError.Of(
            GraphLowering.LowerNodewise(graph),
            new([.. lower.Select(static v => (double)v)], [.. upper.Select(static v => (double)v)]), CancellationToken.None));
}
