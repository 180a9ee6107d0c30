using ExactCompression.Formats;
using ExactCompression.Formats.Onnx.Schema;
using ExactCompression.Networks;
using Google.Protobuf;
using Xunit;
using Xunit.Abstractions;

namespace ExactCompression.Tests.Formats.Onnx;

/// <summary>All public files at hand: read as ONNX Runtime runs them, and written as they were.</summary>
public sealed class OnnxCorpusTests(ITestOutputHelper output)
{
    [SkippableTheory]
    [InlineData("conv")]
    [InlineData("reference")]
    [InlineData("relusplit")]
    [InlineData("trained")]
    [InlineData("vnncomp")]
    [InlineData("wild")]
    public void Read_PublicFiles_AgreesWithRuntime(string folder)
    {
        var failures = new List<string>();
        foreach (string file in Directory.GetFiles(TestFiles.Shared("networks/" + folder), "*.onnx", SearchOption.AllDirectories).Order())
        {
            string name = Path.GetRelativePath(TestFiles.Shared("networks"), file);
            try
            {
                ReluNetwork network = NetworkFormats.Read(file);
                output.WriteLine(
                    $"{name}: {(network.IsDense ? "dense" : "graph")} {network.Architecture} {string.Join(' ', network.Remarks)}");
                byte[] content = File.ReadAllBytes(file);
                if (network.IsDense || network.Lowered.Outputs is not null)
                    OnnxRuntimeOracle.AssertEvaluates(network, Runnable(ModelProto.Parser.ParseFrom(content)).ToByteArray());
                else
                    AssertBeforeOpaque(network, ModelProto.Parser.ParseFrom(content));
                using var target = new TemporaryFolder();
                NetworkFormats.Write(network, target.File("again.onnx"));
                Assert.Equal(content, File.ReadAllBytes(target.File("again.onnx")));
            }
            catch (Exception e) when (e is not SkipException)
            {
                failures.Add($"{name}: {e.Message}");
            }
        }

        Assert.True(failures.Count == 0, string.Join(Environment.NewLine, failures));
    }

    /// <summary>What opaque nodes take is as the runtime has it: the model with those values as its outputs.</summary>
    private static void AssertBeforeOpaque(ReluNetwork network, ModelProto model)
    {
        var opaque = network.Graph!.Nodes.Where(static n => n.Operator is OpaqueOperator).ToArray();
        string[] values = [.. model.Graph.Node.Where(n => opaque.Any(o => o.Name == n.Name || o.ValueName == n.Output[0])).Select(
            static n => n.Input[0]).Distinct().Take(1)];
        model.Graph.Output.Clear();
        model.Graph.Output.Add(values.Select(static v => new ValueInfoProto { Name = v,
            Type = new() { TensorType = new() { ElemType = TensorProto.Types.DataType.Float } } }));
        OnnxRuntimeOracle.AssertRead(Runnable(model));
    }

    /// <summary>The model with arithmetic as runtimes still have it.</summary>
    private static ModelProto Runnable(ModelProto model)
    {
        if (model.OpsetImport.All(static set => set.Domain.Length > 0 || set.Version >= 7))
            return model;
        model.OpsetImport[0].Version = 7;
        foreach (NodeProto node in model.Graph.Node.Where(static n => n.OpType is "Add" or "Sub" or "Mul" or "Div"))
            node.Attribute.Clear();
        return model;
    }
}
