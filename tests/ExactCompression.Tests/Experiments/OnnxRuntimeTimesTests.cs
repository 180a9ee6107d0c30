using System.Reflection;
using ExactCompression.Experiments;
using ExactCompression.Formats;
using ExactCompression.Formats.Onnx;
using ExactCompression.Formats.Onnx.Schema;
using ExactCompression.Networks;
using ExactCompression.Tests.Formats;
using ExactCompression.Tests.Oracles;
using Microsoft.ML.OnnxRuntime;
using Xunit;

namespace ExactCompression.Tests.Experiments;

/// <summary>ONNX Runtime through its C interface, against its own package for .NET.</summary>
public class OnnxRuntimeTimesTests
{
    /// <summary>The package's native library lies beside the tests.</summary>
    private static string Folder => AppContext.BaseDirectory;

    [Fact]
    public void Functions_AreWhereThePackageHasThem()
    {
        Type table = typeof(InferenceSession).Assembly.GetType("Microsoft.ML.OnnxRuntime.OrtApi", throwOnError: true)!;
        string[] names = [.. table.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic)
            .OrderBy(static f => f.MetadataToken).Select(static f => f.Name)];
        Assert.All(Enum.GetValues<OnnxRuntimeFunction>(), f => Assert.Equal(f.ToString(), names[(int)f]));
    }

    [Theory]
    [InlineData("digits_48-32-24_l1-0.004.onnx")]
    [InlineData("digits_conv_l1-0.004.onnx")]
    public void Measure_Example_GivesWhatThisModuleGives(string file)
    {
        ReluNetwork network = NetworkFormats.Read(TestFiles.Example(file));
        ReluNetworkMeasurement measured = NetworkMeasurement.Measure(network, null, new() { OnnxRuntime = Folder }, CancellationToken.None);
        Assert.Equal(OrtEnv.Instance().GetVersionString(), measured.OnnxRuntimeVersion);
        Assert.InRange(measured.OnnxRuntimeDifference!.Value, 1e-12, 1e-4);
        Assert.True(measured.OnnxRuntimeRowMicroseconds > 0 && measured.OnnxRuntimeBatchRowMicroseconds > 0);
    }

    [Fact]
    public void Measure_Compression_TimesBothNetworks()
    {
        ReluNetwork network = NetworkFormats.Read(TestFiles.Example("digits_conv_l1-0.004.onnx"));
        StabilityTable table = StabilityAnalysis.FindStable(StabilityTable.Undecided(network), null, new(), CancellationToken.None);
        CompressionResult result = LeoCompression.Compress(table, new(), CancellationToken.None);
        IReadOnlyList<ReluNetworkMeasurement> both = NetworkMeasurement.Measure(
            result, null, new() { OnnxRuntime = Folder }, CancellationToken.None);
        Assert.Equal(2, both.Count);
        Assert.All(both, static m => Assert.InRange(m.OnnxRuntimeDifference!.Value, 0, 1e-4));
        Assert.All(NetworkMeasurement.Measure(result, null, CancellationToken.None), static m => Assert.Null(m.OnnxRuntimeVersion));
    }

    /// <summary>Graphs of every operator, several inputs among them, with weights of float64.</summary>
    [Fact]
    public void Measure_Graphs_GivesWhatThisModuleGives()
    {
        int compared = 0;
        for (int seed = 0; seed < 25; seed++)
        {
            (ReluNetwork network, InputDomain _) = CompressibleGraphs.Next(new Random(seed), 6);
            double[] rows = [.. Enumerable.Range(0, 5 * network.InputSize).Select(static i => i % 7 / 8.0)];
            double? difference = OnnxRuntimeTimes.Of(Folder, network, rows, CancellationToken.None).Difference;
            Assert.True(difference is null or < 1e-3, $"{seed}: {difference}");
            compared += difference is null ? 0 : 1;
        }

        Assert.InRange(compared, 15, 25);
    }

    /// <summary>What this module does not evaluate is timed by ONNX Runtime alone; a softmax it does.</summary>
    [Theory]
    [InlineData("Softplus")]
    [InlineData("Softmax")]
    public void Measure_NodeNotAnalysedAtTheEnd_HasTheTimesOfOnnxRuntime(string type)
    {
        ModelProto model = OnnxGraphWriter.Model(
            NetworkFormats.Read(TestFiles.Example("digits_conv_l1-0.004.onnx")), WeightPrecision.Float32);
        string logits = model.Graph.Output[0].Name;
        model.Graph.Node.Add(new NodeProto { OpType = type, Input = { logits }, Output = { "shares" } });
        model.Graph.Output[0].Name = "shares";
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder.File("softmax.onnx"), Bytes(model));
        var data = new InputData(new float[128], 2, 64, [0, 1]);
        ReluNetworkMeasurement measured = NetworkMeasurement.Measure(
            NetworkFormats.Read(folder.File("softmax.onnx")), data, new() { OnnxRuntime = Folder }, CancellationToken.None);
        if (type == "Softmax")
        {
            Assert.NotNull(measured.RowTime);
            Assert.NotNull(measured.Accuracy);
            Assert.InRange(measured.OnnxRuntimeDifference!.Value, 0, 1e-6);
        }
        else
            Assert.Equal((null, null, null), (measured.RowTime, measured.Accuracy, measured.OnnxRuntimeDifference));
        Assert.True(measured.Parameters > 1000 && measured.OnnxRuntimeRowMicroseconds > 0);
    }

    [Fact]
    public void Session_FixedNumberOfRows_TakesThatMany()
    {
        ReluNetwork network = NetworkFormats.Read(TestFiles.Example("digits_conv_l1-0.004.onnx"));
        ModelProto model = OnnxGraphWriter.Model(network, WeightPrecision.Float32);
        model.Graph.Input[0].Type.TensorType.Shape.Dim[0] = new() { DimValue = 3 };
        using var session = new OnnxRuntimeSession(OnnxRuntimeLibrary.Load(Folder), Bytes(model), network.InputSize);
        Assert.Equal(3, session.Rows);
        double[] rows = [.. Enumerable.Range(0, 3 * network.InputSize).Select(static i => i % 16 / 16.0)];
        using OnnxRuntimeFeed feed = session.Prepare(rows);
        session.Run(feed);
        using var evaluator = new NetworkEvaluator<double>(network);
        double[] expected = evaluator.Evaluate(rows, 3), given = feed.Output(0)!;
        Assert.Equal(expected.Length, given.Length);
        Assert.All(expected.Zip(given), static pair => Assert.InRange(pair.First - pair.Second, -1e-4, 1e-4));
    }

    [Fact]
    public void Session_OtherInputs_AreRefused()
    {
        ReluNetwork network = NetworkFormats.Read(TestFiles.Example("digits_conv_l1-0.004.onnx"));
        byte[] model = Bytes(OnnxGraphWriter.Model(network, WeightPrecision.Float32));
        OnnxRuntimeLibrary library = OnnxRuntimeLibrary.Load(Folder);
        Assert.Equal("OnnxRuntimeInputs", Refused(() => new OnnxRuntimeSession(library, model, 63)));
        Assert.Equal("OnnxRuntimeFailed", Refused(() => new OnnxRuntimeSession(library, model.AsSpan(0, 50).ToArray(), 64)));
    }

    [Fact]
    public void Load_WhatIsNoLibrary_SaysWhatToGive()
    {
        using var folder = new TemporaryFolder();
        Assert.Equal("OnnxRuntimeNotUsable", Refused(() => OnnxRuntimeLibrary.Load(folder.Path)));
        Assert.Equal("OnnxRuntimeNotUsable", Refused(() => OnnxRuntimeLibrary.Load(folder.File("nothing.so"))));
        File.WriteAllText(folder.File("text.so"), "no library");
        Assert.Equal("OnnxRuntimeNotUsable", Refused(() => OnnxRuntimeLibrary.Load(folder.File("text.so"))));
    }

    private static byte[] Bytes(ModelProto model)
    {
        using var stream = new MemoryStream();
        using (var output = new Google.Protobuf.CodedOutputStream(stream, leaveOpen: true))
            model.WriteTo(output);
        return stream.ToArray();
    }

    private static string Refused(Func<object> make) => Assert.Throws<InvalidInputException>(make).ErrorId;
}
