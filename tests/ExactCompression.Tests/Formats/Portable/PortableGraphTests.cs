using ExactCompression.Formats;
using ExactCompression.Formats.Onnx;
using ExactCompression.Networks;
using ExactCompression.Tests.Oracles;
using Google.Protobuf;
using Xunit;

namespace ExactCompression.Tests.Formats.Portable;

/// <summary>Graphs survive as bytes, operator by operator; what no network has is refused.</summary>
public sealed class PortableGraphTests
{
    [Fact]
    public void Read_RandomGraphs_AreTheSame()
    {
        for (int seed = 0; seed < 200; seed++)
        {
            var network = new ReluNetwork(OperatorGraphs.Of(new Random(seed), 1 + (seed % 15)), $"random{seed}", null, "Onnx");
            byte[] bytes = PortableForm.Of(network);
            var read = (ReluNetwork)PortableForm.Read(bytes);

            Assert.Equal(bytes, PortableForm.Of(read));
            Assert.Equal(network.Architecture, read.Architecture);
            Assert.Equal(network.Graph!.Nodes.Select(static n => n.Name), read.Graph!.Nodes.Select(static n => n.Name));
            Assert.Equal(
                OnnxGraphWriter.Model(network, WeightPrecision.Float32).ToByteArray(),
                OnnxGraphWriter.Model(read, WeightPrecision.Float32).ToByteArray());
        }
    }

    [Fact]
    public void Read_OpaqueNode_KeepsItsNameAndReason()
    {
        ReluNetwork network = Of(new OpaqueOperator("Erf") { Reason = "smooth" }, new(2));
        var read = (ReluNetwork)PortableForm.Read(PortableForm.Of(network));

        var opaque = Assert.IsType<OpaqueOperator>(read.Graph!.Nodes[0].Operator);
        Assert.Equal(("Erf", "smooth"), (opaque.Name, opaque.Reason));
    }

    [Fact]
    public void Read_WhatNoNetworkHas_IsRefused()
    {
        Refused(new ConstantOperator([1, double.NaN]), new(2), inputs: 0);
        Refused(new LeakyReluOperator([double.PositiveInfinity], Activation.LeakyRelu), new(2));
        Refused(new LeakyReluOperator([0.5], Activation.Abs), new(2));
        Refused(new LeakyReluOperator([0.5], Activation.Max), new(2));
        Refused(new ClipOperator(double.NaN, 1), new(2));
        Refused(new ClipOperator(double.PositiveInfinity, 1), new(2));
        Refused(new HardSigmoidOperator(double.NaN, 1), new(2));
        Refused(new DenseOperator([1, double.NaN, 2, 3], [1, 2], 2), new(2));
        Refused(new ScaleShiftOperator(AffinePart.Divide([1, 0], WeightPrecision.Float32)), new(2));
        Refused(
            new ScaleShiftOperator(AffinePart.BatchNormalization([1, 1], [1, 1], [1, 1], [1, -1], 0.5, WeightPrecision.Float32)), new(2));
        Refused(new ReluOperator(), new(1 << 14, 1 << 14)); // a few bytes, and memory for all neurons
        PortableForm.Read(PortableForm.Of(Of(new ReluOperator(), new(1 << 10, 1 << 10))));
    }

    private static void Refused(Operator op, TensorShape shape, int inputs = 1) => Assert.Equal(
        "PortableFormInvalid",
        Assert.Throws<InvalidInputException>(() => PortableForm.Read(PortableForm.Of(Of(op, shape, inputs)))).ErrorId);

    private static ReluNetwork Of(Operator op, TensorShape shape, int inputs = 1)
    {
        var builder = new GraphBuilder();
        int x = builder.AddInput("x", shape);
        builder.AddOutput("y", builder.Add(op, shape, "node", "", inputs == 0 ? [] : [x]));
        return new(builder.Build());
    }
}
