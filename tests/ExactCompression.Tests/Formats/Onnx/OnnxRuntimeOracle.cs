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
    private long[] outputShape = [];

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
        outputShape = outputs[0].GetTensorTypeAndShape().Shape;
        return metadata.ElementType == typeof(double)
            ? outputs[0].GetTensorDataAsSpan<double>().ToArray()
            : Array.ConvertAll(outputs[0].GetTensorDataAsSpan<float>().ToArray(), static v => (double)v);
    }

    /// <summary>Runs several inputs through the model.</summary>
    /// <param name="inputs">The values of each, row-major.</param>
    /// <param name="shapes">The shape of each.</param>
    /// <returns>The values of each output.</returns>
    public double[][] Run(double[][] inputs, long[][] shapes)
    {
        OrtValue[] values = [.. session.InputNames.Select((name, i) => session.InputMetadata[name].ElementType == typeof(double)
            ? OrtValue.CreateTensorValueFromMemory(inputs[i], shapes[i])
            : OrtValue.CreateTensorValueFromMemory(Array.ConvertAll(inputs[i], static v => (float)v), shapes[i]))];
        using var options = new RunOptions();
        using IDisposableReadOnlyCollection<OrtValue> outputs = session.Run(options, session.InputNames, values, session.OutputNames);
        double[][] results = [.. outputs.Select(static o => o.GetTensorTypeAndShape().ElementDataType == Microsoft.ML.OnnxRuntime.Tensors
            .TensorElementType.Double
            ? o.GetTensorDataAsSpan<double>().ToArray()
            : Array.ConvertAll(o.GetTensorDataAsSpan<float>().ToArray(), static v => (double)v))];
        Array.ForEach(values, static v => v.Dispose());
        return results;
    }

    public void Dispose() => session.Dispose();

    /// <summary>
    /// Asserts that the library reads a model as the runtime runs it, at random inputs, whatever its inputs, outputs and batch are; and
    /// that it is written as it was.
    /// </summary>
    /// <returns>The network that was read.</returns>
    public static ReluNetwork AssertRead(ModelProto model, double tolerance = 1e-4)
    {
        ReluNetwork network = Read(model);
        AssertEvaluates(network, model.ToByteArray(), tolerance);
        return network;
    }

    /// <summary>Asserts that a network and the model that it was read from compute the same at random inputs.</summary>
    public static void AssertEvaluates(ReluNetwork network, byte[] model, double tolerance = 1e-4)
    {
        using var oracle = new OnnxRuntimeOracle(model, optimise: false);
        IReadOnlyList<ModelTensor> stated = network.Interface!.Inputs;
        int rows = stated.Max(static t => t.Shape.Count > 0 ? t.Shape[0].Rows : 1);
        var random = new Random(1);
        for (int trial = 0; trial < 4; trial++)
        {
            double[][] inputs = [.. stated.Select(tensor => (double[])[.. Enumerable.Range(0, (int)tensor.Count * Rows(tensor)).Select(
                _ => (double)(float)(random.NextDouble() * 3 - 1 - (trial % 2)))])];
            double[][] outputs = oracle.Run(
                inputs, [.. stated.Select(static t => (long[])[.. t.Shape.Select(static d => (long)d.Size * d.Rows)])]);
            for (int row = 0; row < rows; row += 1 + (rows / 4))
            {
                double[] expected = [.. outputs.Zip(network.Interface.Outputs, (o, t) => Row(o, Rows(t), row)).SelectMany(static o => o)];
                double[] actual = network.Evaluate([.. inputs.Zip(stated, (o, t) => Row(o, Rows(t), row)).SelectMany(static o => o)]);
                Assert.Equal(expected.Length, actual.Length);
                double scale = Math.Max(1, expected.Max(Math.Abs));
                for (int i = 0; i < expected.Length; i++)
                    Assert.InRange(actual[i] - expected[i], -tolerance * scale, tolerance * scale);
            }
        }
    }

    private static int Rows(ModelTensor tensor) => tensor.Shape.Count > 0 ? tensor.Shape[0].Rows : 1;

    private static double[] Row(double[] values, int rows, int row) =>
        values[(values.Length / rows * (rows == 1 ? 0 : row))..(values.Length / rows * (rows == 1 ? 1 : row + 1))];

    /// <summary>The network that the library reads from a model.</summary>
    public static ReluNetwork Read(ModelProto model) => OnnxReader.Network(model, new OnnxFault("test.onnx"));

    /// <summary>
    /// Asserts that the library reads a model as the runtime runs it, at random inputs, and writes one that can take its place.
    /// </summary>
    /// <returns>The network that was read.</returns>
    public static ReluNetwork AssertAgrees(ModelProto model, params long[] shape)
    {
        ReluNetwork network = Read(model);
        AssertAgrees(
            network, model.ToByteArray(),
            network.Precision == WeightPrecision.Float64 && model.Graph.Input[^1].Type.TensorType.ElemType == DataType.Double
                ? 1e-12
                : 1e-5, shape, optimise: false);
        AssertTakesThePlaceOf(model.ToByteArray(), network, shape);
        return network;
    }

    /// <summary>
    /// Asserts that what is written of a network has the names and shapes of the model that it was read from, and gives the same values in
    /// the same shape.
    /// </summary>
    /// <param name="model">The model.</param>
    /// <param name="network">The network that was read from it, or what became of that.</param>
    /// <param name="shape">The shape of an input for one row.</param>
    /// <param name="tolerance">The largest difference over the size of the outputs.</param>
    public static void AssertTakesThePlaceOf(byte[] model, ReluNetwork network, long[] shape, double tolerance = 1e-4)
    {
        ModelProto before = ModelProto.Parser.ParseFrom(model), after = OnnxWriter.Model(network, network.Precision);
        AssertSame(before.Graph.Input.Single(i => before.Graph.Initializer.All(t => t.Name != i.Name)), after.Graph.Input.Single());
        AssertSame(before.Graph.Output.Single(), after.Graph.Output.Single());
        Assert.Equal(before.MetadataProps, after.MetadataProps);
        using OnnxRuntimeOracle original = new(model, optimise: false), written = new(after.ToByteArray(), optimise: false);
        int batch = network.Interface!.Input.Batch;
        foreach (int rows in batch < 0 || network.Interface.Output.Batch < 0 ? (int[])[1] : [1, 3])
        {
            double[] input = [.. Enumerable.Range(0, rows * network.InputSize).Select(
                static i => (double)(float)Math.Abs(Math.Sin(i + 1)))];
            long[] given = [.. shape];
            if (batch >= 0)
                given[batch] = rows;
            double[] expected;
            try
            {
                expected = original.Run(input, given);
            }
            catch (OnnxRuntimeException) when (rows > 1)
            {
                continue; // the model is for one row, whatever it declares
            }

            double[] actual = written.Run(input, given);
            Assert.Equal(original.outputShape, written.outputShape);
            double scale = Math.Max(1, expected.Max(Math.Abs));
            Assert.All(expected.Zip(actual), pair => Assert.InRange(pair.Second - pair.First, -tolerance * scale, tolerance * scale));
        }
    }

    /// <summary>A model need not declare a shape.</summary>
    private static void AssertSame(ValueInfoProto before, ValueInfoProto after)
    {
        Assert.Equal(before.Name, after.Name);
        if (before.Type?.TensorType?.Shape is { } shape)
            Assert.Equal(shape, after.Type.TensorType.Shape);
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
