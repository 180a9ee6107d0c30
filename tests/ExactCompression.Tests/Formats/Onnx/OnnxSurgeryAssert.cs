using ExactCompression.Formats.Onnx;
using ExactCompression.Formats.Onnx.Schema;
using ExactCompression.Networks;
using ExactCompression.Tests.Oracles;
using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;
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
        return Written(model, network, bytes, tolerance, evaluates);
    }

    /// <summary>Asserts that a network was written as a file that computes it and is otherwise as it was.</summary>
    /// <param name="model">The model before.</param>
    /// <param name="network">The network, edited.</param>
    /// <param name="bytes">The file.</param>
    /// <param name="tolerance">The largest difference over the size of the outputs.</param>
    /// <param name="evaluates">Whether the network can be evaluated, and the runtime runs such files.</param>
    /// <returns>The model afterwards.</returns>
    public static ModelProto Written(ModelProto model, ReluNetwork network, byte[] bytes, double tolerance, bool evaluates)
    {
        ModelProto after = ModelProto.Parser.ParseFrom(bytes);
        if (evaluates)
        {
            OnnxRuntimeOracle.AssertEvaluates(network, bytes, tolerance);
            AssertRows(model, network, bytes, tolerance);
        }

        HashSet<string> stored = [.. model.Graph.Initializer.Select(static t => t.Name)];
        Assert.Equal(model.Graph.Input.Where(i => !stored.Contains(i.Name)), after.Graph.Input.Where(
            i => after.Graph.Initializer.All(t => t.Name != i.Name)));
        Assert.Equal(model.Graph.Output, after.Graph.Output);
        Assert.Equal(model.OpsetImport, after.OpsetImport);
        Assert.Equal(model.MetadataProps, after.MetadataProps);
        Assert.Equal(Stated(model), Stated(after));
        AssertSound(after);
        return after;
    }

    /// <summary>Asserts that several random edits of a model are written.</summary>
    /// <param name="model">The model before.</param>
    /// <param name="rewrites">Whether weights change and nodes go, besides channels.</param>
    /// <param name="evaluates">Whether the network can be evaluated.</param>
    /// <param name="shrinks">Whether files without other weights are smaller.</param>
    /// <returns>The models afterwards.</returns>
    public static List<ModelProto> Edits(ModelProto model, bool rewrites, bool evaluates = true, bool shrinks = true)
    {
        var written = new List<ModelProto>();
        bool isCut = false;
        for (int seed = 0; seed < 8; seed++)
        {
            int edits = seed;
            ReluNetwork network = Edited(model, graph => RandomEdits.Of(graph, edits, rewrites));
            isCut |= network.Edit!.Selections.Any(static s => s is not null);
            ModelProto after = Written(model, network, evaluates: evaluates);
            if (!evaluates)
            {
                using var session = new OnnxRuntimeOracle(after.ToByteArray(), optimise: false);
            }

            Assert.True(rewrites || !shrinks || after.CalculateSize() <= model.CalculateSize());
            written.Add(after);
        }

        Assert.True(isCut);
        return written;
    }

    /// <summary>Asserts that random edits of a model are written, those that only take channels away and others.</summary>
    /// <param name="model">The model before.</param>
    public static void AllEdits(ModelProto model)
    {
        Edits(model, rewrites: false);
        Edits(model, rewrites: true);
    }

    private static object[] Stated(ModelProto model) =>
    [
        model.IrVersion, model.ProducerName, model.ProducerVersion, model.Domain, model.ModelVersion, model.DocString, model.Graph.Name,
    ];

    /// <summary>Several rows at once are computed as one by one, where the model before took several.</summary>
    private static void AssertRows(ModelProto model, ReluNetwork network, byte[] after, double tolerance)
    {
        const int Rows = 3;
        IReadOnlyList<ModelTensor> stated = network.Interface!.Inputs;
        if (stated.Any(static t => t.Batch != 0 || t.Shape[0].Symbol is null))
            return;
        var random = new Random(2);
        double[][] inputs = [.. stated.Select(t => (double[])[.. Enumerable.Range(0, (int)t.Count * Rows).Select(
            _ => (double)(float)((random.NextDouble() * 3) - 1.5))])];
        long[][] shapes = [.. stated.Select(static t => (long[])[Rows, .. t.Shape.Skip(1).Select(static d => (long)d.Size)])];
        try
        {
            using var before = new OnnxRuntimeOracle(model.ToByteArray(), optimise: false);
            before.Run(inputs, shapes);
        }
        catch (OnnxRuntimeException)
        {
            return; // the model is for one row, whatever it declares
        }

        using var oracle = new OnnxRuntimeOracle(after, optimise: false);
        double[][] outputs = oracle.Run(inputs, shapes);
        if (outputs.Zip(network.Interface.Outputs).Any(static pair => pair.First.Length != Rows * pair.Second.Count))
            return;
        for (int row = 0; row < Rows; row++)
        {
            double[] expected = network.Evaluate([.. inputs.SelectMany(v => v.Skip(row * (v.Length / Rows)).Take(v.Length / Rows))]);
            double[] actual = [.. outputs.SelectMany(v => v.Skip(row * (v.Length / Rows)).Take(v.Length / Rows))];
            double scale = Math.Max(1, expected.Max(Math.Abs));
            Assert.All(expected.Zip(actual), pair => Assert.InRange(pair.Second - pair.First, -tolerance * scale, tolerance * scale));
        }
    }

    /// <summary>What the ONNX checker demands: names that are unique and known before they are used.</summary>
    private static void AssertSound(ModelProto model)
    {
        GraphProto graph = model.Graph;
        HashSet<string> known = [.. graph.Input.Select(static i => i.Name)];
        Assert.Equal(graph.Input.Count, known.Count);
        foreach (TensorProto tensor in graph.Initializer)
        {
            Assert.True(known.Add(tensor.Name) || graph.Input.Any(i => i.Name == tensor.Name), tensor.Name);
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
