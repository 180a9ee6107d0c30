using Xunit;
using static ExactCompression.Tests.Formats.Onnx.OnnxModelBuilder;

namespace ExactCompression.Tests.Formats.Onnx;

/// <summary>A softmax that gives an output is evaluated, whatever its axis and the version of its operators.</summary>
public sealed class OnnxSoftmaxTests
{
    [Theory]
    [InlineData("Softmax", 13, null)]
    [InlineData("Softmax", 13, 1)]
    [InlineData("Softmax", 17, -2)]
    [InlineData("LogSoftmax", 13, 2)]
    [InlineData("LogSoftmax", 13, null)]
    [InlineData("Softmax", 11, null)]
    [InlineData("Softmax", 12, 2)]
    [InlineData("LogSoftmax", 11, -1)]
    [InlineData("LogSoftmax", 9, 1)]
    public void Read_SoftmaxOfAnyAxis_IsEvaluatedAsByTheRuntime(string type, long opset, int? axis)
    {
        OnnxModelBuilder builder = new OnnxModelBuilder().Input("x", "n", 3, 4, 2).Node("Relu", "x", "r")
            .Node(type, "r", "y", axis is { } a ? [Int("axis", a)] : []).Output("y", "n", 3, 4, 2);
        builder.Model.OpsetImport[0].Version = opset;
        ReluNetwork network = OnnxRuntimeOracle.AssertRead(builder.Model, 1e-6);
        Assert.True(network.IsEvaluated);
        Assert.Empty(network.Remarks);
        Assert.Null(network.Lowered.Outputs);
        var e = Assert.Throws<InvalidInputException>(() => network.Lowered.RequireOutputs("net"));
        Assert.Equal("OutputsNotLinear", e.ErrorId);
    }

    /// <summary>Several outputs, some of them shares; one value is an output both as it is and as shares.</summary>
    [Fact]
    public void Read_SeveralOutputs_EachHasItsOwnHead()
    {
        OnnxModelBuilder builder = new OnnxModelBuilder().Input("x", "n", 3).Weights("w", [3, 2], 1, -2, 0.5, 3, 2, -1)
            .Node("MatMul", "x w", "s").Node("Softmax", "s", "p").Node("LogSoftmax", "s", "l").Node("Relu", "s", "r")
            .Output("p", "n", 2).Output("s", "n", 2).Output("l", "n", 2).Output("r", "n", 2);
        builder.Model.OpsetImport[0].Version = 13;
        ReluNetwork network = OnnxRuntimeOracle.AssertRead(builder.Model, 1e-6);
        Assert.Equal([false, true, false, true], network.Lowered.Heads!.Select(static h => h is null));
    }

    /// <summary>Over a batch, or where layers follow, nothing is claimed.</summary>
    [Theory]
    [InlineData(0, "y")]
    [InlineData(-1, "z")]
    public void Read_SoftmaxThatIsNoHead_IsSaidNotToBeAnalysed(int axis, string output)
    {
        OnnxModelBuilder builder = new OnnxModelBuilder().Input("x", "n", 3).Node("Relu", "x", "r")
            .Node("Softmax", "r", "y", Int("axis", axis)).Node("Relu", "y", "z").Output(output, "n", 3);
        builder.Model.OpsetImport[0].Version = 13;
        ReluNetwork network = OnnxRuntimeOracle.Read(builder.Model);
        Assert.Contains("(Softmax) is not analysed", network.Remarks[0], StringComparison.Ordinal);
        Assert.False(network.IsEvaluated);
    }
}
