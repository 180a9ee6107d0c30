using ExactCompression.Formats.Onnx;
using ExactCompression.Formats.Onnx.Schema;
using ExactCompression.Networks;
using Google.Protobuf;
using Xunit;

namespace ExactCompression.Tests.Formats.Onnx;

/// <summary>What holds of every file that an edited network is written as.</summary>
internal static class OnnxSurgeryAssert
{
    /// <summary>Reads a model, and edits it.</summary>
    /// <param name="model">The model.</param>
    /// <param name="edit">Makes an edit of its graph.</param>
    public static ReluNetwork Edited(ModelProto model, Func<NetworkGraph, GraphEdit> edit)
    {
        OnnxAttempt read = OnnxReader.Read(model, new("test.onnx"), new(new(), "test.onnx", 0), traces: false).Read;
        ReluNetwork network = OnnxRuntimeOracle.Read(model);
        GraphEdit made = edit(read.Graph);
        return new(made.Edited, "edited", "test.onnx", "Onnx", model: network.Interface)
        {
            Source = new("Onnx", new OnnxSource(model.ToByteArray(), "test.onnx")),
            Edit = made,
        };
    }

    /// <summary>Asserts that an edited network is written as a file that computes it and is otherwise as it was.</summary>
    /// <param name="model">The model before.</param>
    /// <param name="network">The network, edited.</param>
    /// <param name="tolerance">The largest difference over the size of the outputs.</param>
    /// <param name="evaluates">Whether the network can be evaluated, and the runtime runs such files.</param>
    /// <returns>The model afterwards.</returns>
    public static ModelProto Written(ModelProto model, ReluNetwork network, double tolerance = 1e-4, bool evaluates = true)
    {
        byte[] bytes = OnnxSurgery.Model((OnnxSource)network.Source!.Model, network.Edit!).ToByteArray();
        ModelProto after = ModelProto.Parser.ParseFrom(bytes);
        if (evaluates)
            OnnxRuntimeOracle.AssertEvaluates(network, bytes, tolerance);
        HashSet<string> stored = [.. model.Graph.Initializer.Select(static t => t.Name)];
        Assert.Equal(model.Graph.Input.Where(i => !stored.Contains(i.Name)), after.Graph.Input.Where(
            i => after.Graph.Initializer.All(t => t.Name != i.Name)));
        Assert.Equal(model.Graph.Output, after.Graph.Output);
        Assert.Equal(model.OpsetImport, after.OpsetImport);
        Assert.Equal(model.MetadataProps, after.MetadataProps);
        Assert.Equal(
            (model.IrVersion, model.ProducerName, model.ProducerVersion, model.Domain, model.ModelVersion, model.DocString, model.Graph.Name),
            (after.IrVersion, after.ProducerName, after.ProducerVersion, after.Domain, after.ModelVersion, after.DocString, after.Graph.Name));
        AssertSound(after);
        return after;
    }

    /// <summary>What the ONNX checker demands: names that are unique and known before they are used.</summary>
    private static void AssertSound(ModelProto model)
    {
        GraphProto graph = model.Graph;
        HashSet<string> known = [.. graph.Input.Select(static i => i.Name)];
        Assert.Equal(graph.Input.Count, known.Count);
        foreach (TensorProto tensor in graph.Initializer)
        {
            Assert.True(known.Add(tensor.Name) || model.IrVersion < 4, tensor.Name);
            Assert.True(model.IrVersion >= 4 || graph.Input.Any(i => i.Name == tensor.Name), tensor.Name);
        }

        HashSet<string> taken = [.. graph.Output.Select(static o => o.Name)];
        foreach (NodeProto node in graph.Node)
        {
            foreach (string input in node.Input.Where(static i => i.Length > 0))
                Assert.True(known.Contains(input), $"{node.Name} takes {input}");
            foreach (string output in node.Output.Where(static o => o.Length > 0))
                Assert.True(known.Add(output), output);
            taken.UnionWith(OnnxCaptures.Of(node));
        }

        Assert.All(graph.Output, o => Assert.Contains(o.Name, known));
        Assert.All(graph.Node, node => Assert.Contains(node.Output, taken.Contains));
        Assert.All(graph.Initializer, t => Assert.Contains(t.Name, taken));
        Assert.All(graph.ValueInfo, v => Assert.Contains(v.Name, known));
        string[] names = [.. graph.Node.Select(static n => n.Name).Where(static n => n.Length > 0)];
        Assert.Equal(names.Length, names.Distinct().Count());
    }
}
