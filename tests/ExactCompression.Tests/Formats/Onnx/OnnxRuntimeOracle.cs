using ExactCompression.Formats.Onnx;
using ExactCompression.Formats.Onnx.Schema;
using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;
using Xunit;
using DataType = ExactCompression.Formats.Onnx.Schema.TensorProto.Types.DataType;

namespace ExactCompression.Tests.Formats.Onnx;

/// <summary>ONNX Runtime, which decides what a file computes.</summary>
internal sealed class OnnxRuntimeOracle : IDisposable
{
    private readonly InferenceSession session;

    /// <summary>Loads a model.</summary>
    /// <param name="model">The file's bytes.</param>
    /// <param name="optimise">Whether the runtime may fuse nodes, as it does by default; some of its fusions refuse sound double
    /// graphs.</param>
    public OnnxRuntimeOracle(byte[] model, bool optimise = true)
    {
        using var options = new SessionOptions { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL, IntraOpNumThreads = 1 };
        if (!optimise)
            options.GraphOptimizationLevel = GraphOptimizationLevel.ORT_DISABLE_ALL;
        session = new InferenceSession(model, options);
    }

    /// <summary>Runs a batch through the model.</summary>
    /// <param name="input">Row-major values.</param>
    /// <param name="shape">The shape that the model's input gets.</param>
    public double[] Run(double[] input, params long[] shape)
    {
        NodeMetadata metadata = session.InputMetadata.Single().Value;
        using OrtValue value = metadata.ElementType == typeof(double)
            ? OrtValue.CreateTensorValueFromMemory(input, shape)
            : OrtValue.CreateTensorValueFromMemory(Array.ConvertAll(input, static v => (float)v), shape);
        using var options = new RunOptions();
        using IDisposableReadOnlyCollection<OrtValue> outputs = session.Run(options, session.InputNames, [value], session.OutputNames);
        return metadata.ElementType == typeof(double)
            ? outputs[0].GetTensorDataAsSpan<double>().ToArray()
            : Array.ConvertAll(outputs[0].GetTensorDataAsSpan<float>().ToArray(), static v => (double)v);
    }

    public void Dispose() => session.Dispose();

    /// <summary>The network that the library reads from a model.</summary>
    public static ReluNetwork Read(ModelProto model) => new(OnnxReader.Layers(model, new OnnxFault("test.onnx")));

    /// <summary>Asserts that the library reads a model as the runtime runs it, at random inputs.</summary>
    /// <returns>The network that was read.</returns>
    public static ReluNetwork AssertAgrees(ModelProto model, params long[] shape)
    {
        ReluNetwork network = Read(model);
        AssertAgrees(
            network, model.ToByteArray(),
            network.Precision == WeightPrecision.Float64 && model.Graph.Input[^1].Type.TensorType.ElemType == DataType.Double
                ? 1e-12
                : 1e-5, shape, optimise: false);
        return network;
    }

    /// <summary>Asserts that a network and a model compute the same at random inputs, to the rounding of the model's arithmetic.</summary>
    public static void AssertAgrees(ReluNetwork network, byte[] model, double tolerance, params long[] shape) =>
        AssertAgrees(network, model, tolerance, shape, optimise: true);

    private static void AssertAgrees(ReluNetwork network, byte[] model, double tolerance, long[] shape, bool optimise)
    {
        using var oracle = new OnnxRuntimeOracle(model, optimise);
        var random = new Random(1);
        for (int trial = 0; trial < 8; trial++)
        {
            double[] input = [.. Enumerable.Range(0, network.InputSize).Select(
                _ => (double)(float)(random.NextDouble() * 2 - (trial % 2)))];
            double[] expected = oracle.Run(input, shape), actual = network.Evaluate(input);
            Assert.Equal(expected.Length, actual.Length);
            double scale = Math.Max(1, expected.Max(Math.Abs));
            for (int i = 0; i < expected.Length; i++)
                Assert.InRange(actual[i] - expected[i], -tolerance * scale, tolerance * scale);
        }
    }
}
