using ExactCompression.Formats.Onnx;
using ExactCompression.Formats.Onnx.Schema;
using ExactCompression.Networks;
using ExactCompression.Tests.Oracles;
using Xunit;
using Xunit.Abstractions;

namespace ExactCompression.Tests.Formats.Onnx;

/// <summary>Edited networks are written as the files that they came from, with only what changed changed.</summary>
public class OnnxSurgeryTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Model_RandomGraphs_AreWhatTheEditSays(bool rewrites)
    {
        var failures = new List<string>();
        for (int seed = 0; seed < 300; seed++)
        {
            NetworkGraph graph = OperatorGraphs.Of(new Random(seed), 1 + (seed % 12));
            ModelProto model = OnnxGraphWriter.Model(new ReluNetwork(graph, $"random{seed}"), WeightPrecision.Float32);
            int edits = seed;
            ReluNetwork network = OnnxSurgeryAssert.Edited(model, g => RandomEdits.Of(g, edits, rewrites));
            try
            {
                // Runtimes pad for max pooling by their lowest number, which a sum in double does not survive.
                bool padsByLowest = model.Graph.Initializer.Any(static t => t.Name.EndsWith(".border", StringComparison.Ordinal));
                ModelProto after = OnnxSurgeryAssert.Written(model, network, evaluates: !padsByLowest);
                if (!rewrites)
                    Assert.True(after.CalculateSize() <= model.CalculateSize() + 16);
            }
            catch (Exception e)
            {
                failures.Add($"{seed}: {e.Message}");
            }
        }

        Assert.True(failures.Count == 0, string.Join(Environment.NewLine, failures.Take(20).Prepend($"{failures.Count}")));
    }

    [SkippableFact]
    public void Model_ConvolutionalNetworks_AreWhatTheEditSays()
    {
        var failures = new List<string>();
        foreach (string file in Directory.GetFiles(TestFiles.Shared("networks/conv"), "*.onnx").Order())
        {
            ModelProto model = ModelProto.Parser.ParseFrom(File.ReadAllBytes(file));
            for (int seed = 0; seed < 4; seed++)
            {
                (int edits, bool rewrites) = (seed, seed % 2 == 1);
                try
                {
                    ReluNetwork network = OnnxSurgeryAssert.Edited(model, g => RandomEdits.Of(g, edits, rewrites));
                    ModelProto after = OnnxSurgeryAssert.Written(model, network);
                    output.WriteLine(
                        $"{Path.GetFileName(file)} {seed}: {model.CalculateSize()} -> {after.CalculateSize()} bytes, "
                            + $"{model.Graph.Node.Count} -> {after.Graph.Node.Count} nodes");
                    Assert.InRange(after.CalculateSize(), 1, model.CalculateSize());
                    if (!rewrites)
                        AssertUntouched(model, after);
                }
                catch (Exception e)
                {
                    failures.Add($"{Path.GetFileName(file)} {seed}: {e.Message}");
                }
            }
        }

        Assert.True(failures.Count == 0, string.Join(Environment.NewLine, failures.Take(20)));
    }

    /// <summary>Public files of all origins; those of several megabytes take too long.</summary>
    [SkippableTheory]
    [InlineData("vnncomp")]
    [InlineData("wild")]
    public void Model_PublicFiles_AreWhatTheEditSays(string folder)
    {
        const long Largest = 1_500_000;
        var failures = new List<string>();
        foreach (string file in Directory.GetFiles(TestFiles.Shared("networks/" + folder), "*.onnx", SearchOption.AllDirectories).Order())
        {
            if (new FileInfo(file).Length > Largest)
                continue;
            string name = Path.GetRelativePath(TestFiles.Shared("networks"), file);
            foreach (bool rewrites in (bool[])[false, true])
            {
                try
                {
                    ModelProto model = ModelProto.Parser.ParseFrom(File.ReadAllBytes(file));
                    new OnnxSource([], file).Embed(model);
                    ReluNetwork network = OnnxSurgeryAssert.Edited(model, g => RandomEdits.Of(g, 1, rewrites));
                    bool evaluates = network.Lowered.Outputs is not null && model.OpsetImport[0].Version >= 7;
                    ModelProto after = OnnxSurgeryAssert.Written(model, network, evaluates: evaluates);
                    output.WriteLine(
                        $"{name}: {model.CalculateSize()} -> {after.CalculateSize()} bytes, {model.Graph.Node.Count} -> "
                            + $"{after.Graph.Node.Count} nodes{(evaluates ? "" : ", not evaluated")}");
                }
                catch (Exception e) when (e is not SkipException)
                {
                    failures.Add($"{name} {rewrites}: {e.Message}");
                }
            }
        }

        Assert.True(failures.Count == 0, string.Join(Environment.NewLine, failures));
    }

    /// <summary>Nodes keep their order, names and attributes; tensors of the same size are the same.</summary>
    private static void AssertUntouched(ModelProto before, ModelProto after)
    {
        Assert.Equal(before.Graph.Node.Select(static n => n.Name), after.Graph.Node.Select(static n => n.Name));
        Assert.Equal(before.Graph.Initializer.Select(static t => t.Name), after.Graph.Initializer.Select(static t => t.Name));
        foreach ((TensorProto old, TensorProto now) in before.Graph.Initializer.Zip(after.Graph.Initializer))
        {
            if (old.Dims.SequenceEqual(now.Dims))
                Assert.Equal(old, now);
        }
    }
}
