using System.Numerics;
using CsCheck;
using ExactCompression.Formats;
using ExactCompression.Networks;
using ExactCompression.Numerics;
using ExactCompression.Tests.Certificates;
using ExactCompression.Tests.Formats.Onnx;
using ExactCompression.Tests.Oracles;
using Xunit;
using static ExactCompression.Tests.Formats.Onnx.OnnxModelBuilder;

namespace ExactCompression.Tests.Formats.Source;

/// <summary>C source, compiled and called: its outputs are those of the network.</summary>
public sealed class CSourceFormatTests
{
    [SkippableFact]
    public void Write_RandomChains_CompileAndComputeTheSame()
    {
        CompiledC.RequireCompiler();
        RandomNetworks.Cases(mostInputs: 4, mostLayers: 3, mostWidth: 6).Sample(
            static sample =>
            {
                AssertSame<double>(sample.Network, WeightPrecision.Float64);
                if (new CSourceFormat().Holds(sample.Network, WeightPrecision.Float32))
                    AssertSame<float>(sample.Network, WeightPrecision.Float32);
            },
            iter: 16, threads: 1);
    }

    [SkippableTheory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Write_Graphs_CompileAndComputeTheSame(int seed)
    {
        var random = new Random(seed);
        for (int k = 0; k < 4; k++)
        {
            ReluNetwork network = SmallGraphs.Next(random, () => (float)((random.NextDouble() * 2) - 1));
            AssertSame<double>(network, WeightPrecision.Float64);
            AssertSame<float>(network, WeightPrecision.Float32);
        }
    }

    [SkippableTheory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void Write_RandomGraphs_CompileAndComputeTheSame(int kind)
    {
        var random = new Random(kind);
        for (int k = 0; k < 6; k++)
            AssertSame<double>(RandomGraphs.Next(random, kind, nodes: 9, side: 6).Network, WeightPrecision.Float64);
    }

    /// <summary>Groups, strides, dilations and one-sided padding; and outputs that are the input, or one value twice.</summary>
    [SkippableFact]
    public void Write_OddConvolutionsAndOutputs_ComputeTheSame()
    {
        var random = new Random(5);
        double[] Numbers(int count) => [.. Enumerable.Range(0, count).Select(_ => (double)((float)random.NextDouble() - 0.5f))];
        OnnxModelBuilder builder = new OnnxModelBuilder().Input("x", "n", 4, 7, 6)
            .Weights("v", [6, 2, 3, 2], Numbers(72)).Weights("b", [6], Numbers(6)).Weights("w", [6, 1, 2, 2], Numbers(24))
            .Node("Conv", "x v b", "c", Int("group", 2), Ints("strides", 2, 1), Ints("pads", 1, 0, 0, 1), Ints("dilations", 1, 2))
            .Node("Relu", "c", "r").Node("Conv", "r w", "d", Int("group", 6)).Node("Identity", "d", "e").Node("Identity", "x", "i")
            .Node("Relu", "d", "f").Output("d").Output("f").Output("e").Output("i");
        ReluNetwork network = OnnxRuntimeOracle.Read(builder.Model);
        AssertSame<float>(network, WeightPrecision.Float32);
        AssertSame<double>(network, WeightPrecision.Float64);
    }

    [Fact]
    public void Write_Softmax_SaysToExportScores()
    {
        OnnxModelBuilder builder = new OnnxModelBuilder().Input("x", "n", 3).Node("Relu", "x", "r").Node("Softmax", "r", "y")
            .Output("y", "n", 3);
        builder.Model.OpsetImport[0].Version = 13;
        using var folder = new TemporaryFolder();
        var error = Assert.Throws<InvalidInputException>(
            () => NetworkFormats.Write(OnnxRuntimeOracle.Read(builder.Model), folder.File("a.c")));
        Assert.Equal("OutputsNotLinear", error.ErrorId);
        Assert.Contains("scores", error.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(folder.Path));
    }

    [SkippableTheory]
    [InlineData("digits_48-32-24_l1-0.004.onnx")]
    [InlineData("digits_conv_l1-0.004.onnx")]
    public void Write_Examples_ComputeTheSame(string file)
    {
        ReluNetwork network = NetworkFormats.Read(TestFiles.Example(file));
        AssertSame<float>(network, network.SourcePrecision);
        AssertSame<double>(network, WeightPrecision.Float64);
    }

    [SkippableFact]
    public void Write_OddLayers_ComputeTheSame()
    {
        double[] values = [double.Epsilon, -double.Epsilon, double.MaxValue / 1e10, -1e300, 1e-310, 0.1, -0.0, 1.0 / 3];
        ReluNetwork[] networks =
        [
            Chain(1, [2.5, 1]), // one neuron, one weight, no hidden layer
            Chain(2, [0, 0, 0, 0, 0, 0]), // no weight but 0: the input is not read
            Chain(8, [.. values, 0]),
            Chain(8, [.. values, 1, .. values, 1]), // duplicate rows
            Chain(8, [.. values, -1], Activation.Relu),
            Chain(6, [0, 0, 3, 0, 0, 0, 1, 1, 2, 3, 4, 5, 6, 0, 0, 0, 0, 0, 0, 0, -1]), // a sparse row, a whole one, an empty one
            Chain(300, [.. Enumerable.Range(0, 1204).Select(static i => i % 50 == 7 ? i / 7.0 : 0)]), // indices need two bytes
            Chain(256, [.. Enumerable.Range(0, 514).Select(static i => i >= 255 ? 0.25 : 0)]),
        ];
        foreach (ReluNetwork network in networks)
            AssertSame<double>(network, WeightPrecision.Float64);
        double[] small = [float.Epsilon, -float.Epsilon, float.MaxValue / 1024, 1e-42f, 0.1f, 16777217, -0.0, 3];
        AssertSame<float>(Chain(8, [.. small, 0.5f]), WeightPrecision.Float32);
    }

    [SkippableFact]
    public void Write_SparseRows_AreStoredAsIndicesAndWeights()
    {
        double[] numbers = [.. Enumerable.Range(0, 130).Select(static i => i == 5 ? 0.3 : 0)];
        using var sparse = new CompiledC(Chain(64, numbers), WeightPrecision.Float64);
        Assert.Contains("small_w1[1]", sparse.Text, StringComparison.Ordinal);
        using var dense = new CompiledC(Chain(2, [1, 2, 3, 4, 5, 6]), WeightPrecision.Float64);
        Assert.Contains("small_w1[4]", dense.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("small_n1", dense.Text, StringComparison.Ordinal);
    }

    [SkippableTheory]
    [InlineData("int.c", "network_int")]
    [InlineData("tanh.c", "network_tanh")]
    [InlineData("main.c", "network_main")]
    [InlineData("index.c", "network_index")]
    [InlineData("3 a-b.c", "network_3_a_b")]
    [InlineData("__x__y_.c", "x_y")]
    [InlineData("*-é‮.c", "network")]
    [InlineData("Ordinary_1.c", "Ordinary_1")]
    public void Write_NamesOfFiles_BecomeNamesOfFunctions(string file, string function)
    {
        using var compiled = new CompiledC(Chain(1, [2, 1]), WeightPrecision.Float64, file: file);
        Assert.True(compiled.Has(function));
        Assert.Equal([7.0], compiled.Evaluate([3.0], 1, function));
    }

    [SkippableTheory]
    [InlineData("a */ int x; /* b")]
    [InlineData("/*/**/*/")]
    [InlineData("??/??/")]
    [InlineData("line\n*/\r\u2028#error \u202E \\")]
    [InlineData("??\\")]
    public void Write_NamesOfNetworks_StayInTheComment(string name)
    {
        using var compiled = new CompiledC(Chain(1, [2, 1]).Renamed(name), WeightPrecision.Float64);
        Assert.Equal([7.0], compiled.Evaluate([3.0], 1));
    }

    [Fact]
    public void Identifiers_Reserved_AreNoneOfThoseGiven()
    {
        foreach (string word in CIdentifier.Reserved)
        {
            Assert.DoesNotContain(CIdentifier.Of(word), CIdentifier.Reserved);
            Assert.Equal("network_" + word, CIdentifier.Of(word));
        }

        Assert.InRange(CIdentifier.Of(new string('x', 1000)).Length, 1, 53);
    }

    [Theory]
    [InlineData(0.5, false, "0x1p-1")]
    [InlineData(0.1, false, "0x1.999999999999ap-4")]
    [InlineData(0.100000001490116119384765625, true, "0x1.99999ap-4f")]
    [InlineData(-3, true, "-3")]
    [InlineData(-0.0, false, "-0.0")]
    [InlineData(double.Epsilon, false, "0x1p-1074")]
    [InlineData(1.401298464324817e-45, true, "0x1p-149f")]
    [InlineData(double.MaxValue, false, "0x1.fffffffffffffp1023")]
    [InlineData(65536, false, "0x1p16")]
    public void Literals_AreExact(double value, bool single, string text) => Assert.Equal(text, CLiteral.Of(value, single));

    [SkippableFact]
    public void InputCheck_Float_NeverSaysYesOutside()
    {
        // Such ends are no floats, and the nearest ones are beyond some of them: the next within are the ends.
        double[] lower = [0.1, -0.1, 0.3], upper = [0.3, 0.2, 0.7];
        ReluNetwork network = new([new AffineLayer([1, 2, 3], [1], 1, 3, Activation.Identity)], statedDomain: new(lower, upper));
        using var compiled = new CompiledC(network, WeightPrecision.Float32, new() { InputCheck = true });
        for (int i = 0; i < 3; i++)
        {
            foreach (float end in (float[])[(float)lower[i], (float)upper[i]])
            {
                foreach (float x in (float[])[float.BitDecrement(end), end, float.BitIncrement(end)])
                {
                    float[] input = [0.2f, 0, 0.5f];
                    input[i] = x;
                    double[] point = Array.ConvertAll(input, static v => (double)v);
                    Assert.Equal(network.StatedDomain!.Contains(point), compiled.IsInDomain(input));
                }
            }
        }

        Assert.False(compiled.IsInDomain([float.NaN, 0, 0.5f]));
        Assert.Contains("rounded inward", compiled.Text, StringComparison.Ordinal);
    }

    [SkippableTheory]
    [InlineData(0.0, 1.0)]
    [InlineData(1e39, 1e40)] // no float lies there
    [InlineData(-1e40, 1e40)]
    [InlineData(0.1, 0.1)] // nor there
    public void InputCheck_UniformEnds_AreCompared(double low, double high)
    {
        InputDomain domain = InputDomain.Uniform(low, high).For(2);
        ReluNetwork network = new([new AffineLayer([1, 2], [1], 1, 2, Activation.Identity)], statedDomain: domain);
        using var single = new CompiledC(network, WeightPrecision.Float32, new() { InputCheck = true });
        using var full = new CompiledC(network, WeightPrecision.Float64, new() { InputCheck = true });
        foreach (double x in (double[])[low, high, (low + high) / 2, 0.5, 2, -1, double.NaN, double.PositiveInfinity])
        {
            Assert.Equal(domain.Contains([x, x]), full.IsInDomain([x, x]));
            Assert.Equal(domain.Contains([(float)x, (float)x]), single.IsInDomain([(float)x, (float)x]));
        }
    }

    [SkippableFact]
    public void Write_Compression_StatesOriginalDomainAndProof()
    {
        CompressionResult result = Made.Compression(Writing.Exports.Network("original"));
        using var compiled = new CompiledC(result.Compressed, WeightPrecision.Float32, new() { Compression = result, InputCheck = true });
        Assert.Contains($"Original: 'original', {result.Original.Architecture}.", compiled.Text, StringComparison.Ordinal);
        Assert.Contains($"Domain: {result.Domain.Description}.", compiled.Text, StringComparison.Ordinal);
        Assert.Contains("Proven deviation: ", compiled.Text, StringComparison.Ordinal);
        Assert.True(compiled.IsInDomain([0.5f, 0.5f]));
        Assert.False(compiled.IsInDomain([0.5f, 1.5f]));
        float[] outputs = compiled.Evaluate([0.25f, 0.75f], 2);
        double[] expected = Evaluate<double>(result.Original, [0.25, 0.75]);
        for (int i = 0; i < outputs.Length; i++)
            Assert.Equal(expected[i], outputs[i], 1e-5);
    }

    /// <summary>A cut at both ends is <c>l + max(0, z - l) - max(0, z - u)</c> in C, which rounds where a runtime only selects.</summary>
    [SkippableFact]
    public void Write_UnitsThatRoundInTheSource_StatesNoDeployedDeviation()
    {
        var builder = new GraphBuilder();
        int input = builder.AddInput("x", new(1));
        builder.AddOutput("y", builder.Add(new ClipOperator(-(1 << 27), 1 << 27), new(1), "c", "", input));
        StabilityTable table = StabilityTable.Undecided(new(builder.Build()), InputDomain.Unit.For(1));
        CompressionResult result = LeoCompression.Compress(
            table, new() { Level = CompressionLevel.DeleteOnly, Arithmetic = Arithmetic.Float32 }, CancellationToken.None);
        using var compiled = new CompiledC(result.Compressed, WeightPrecision.Float32, new() { Compression = result });
        Assert.True(Math.Abs(compiled.Evaluate([0.25f], 1)[0] - 0.25) > result.DeployedDeviation);
        Assert.DoesNotContain("Deployed deviation", compiled.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Write_RoundedWeights_StatesTheBound()
    {
        ReluNetwork network = Chain(1, [0.1, 1]);
        string text = Text(network, WeightPrecision.Float32).Replace("\n * ", " ", StringComparison.Ordinal);
        double bound = NetworkFormats.WrittenDeviation(network, "small.c", WeightPrecision.Float32, InputDomain.Unit);
        Assert.InRange(bound, (float)0.1 - 0.1, 2e-9);
        Assert.Contains(FormattableString.Invariant($"by more than {bound:R} over [0,1]^1"), text, StringComparison.Ordinal);
    }

    [Fact]
    public void Write_WhatItCannotHold_IsRefusedAndLeavesNothing()
    {
        AssertRefused("UnitNeedsLibrary", SmoothGraph(), "a.c", WeightPrecision.Float32, null);
        AssertRefused("WeightOverflow", Chain(1, [1e39, 1]), "a.c", WeightPrecision.Float32, null);
        AssertRefused("InputCheckWithoutDomain", Chain(1, [1, 1]), "a.c", WeightPrecision.Float32, new() { InputCheck = true });
        AssertRefused("InputCheckNotApplicable", Chain(1, [1, 1]), "a.onnx", WeightPrecision.Float32, new() { InputCheck = true });
    }

    private static void AssertRefused(string id, ReluNetwork network, string file, WeightPrecision precision, CSourceOptions? options)
    {
        using var folder = new TemporaryFolder();
        var error = Assert.Throws<InvalidInputException>(
            () => NetworkFormats.Write(network, folder.File(file), precision, source: options));
        Assert.Equal(id, error.ErrorId);
        Assert.Empty(Directory.GetFileSystemEntries(folder.Path));
    }

    private static ReluNetwork SmoothGraph()
    {
        var builder = new GraphBuilder();
        int input = builder.AddInput("x", new(2));
        int value = builder.Add(new SmoothOperator(IsTanh: true), new(2), "", "", input);
        builder.AddOutput("y", value);
        return new(builder.Build());
    }

    private static string Text(ReluNetwork network, WeightPrecision precision)
    {
        using var folder = new TemporaryFolder();
        NetworkFormats.Write(network, folder.File("small.c"), precision);
        return File.ReadAllText(folder.File("small.c"));
    }

    /// <summary>A chain without hidden layer: rows of weights, then the biases.</summary>
    private static ReluNetwork Chain(int inputs, double[] numbers, Activation activation = Activation.Identity)
    {
        int outputs = numbers.Length / (inputs + 1);
        return new(
            [new AffineLayer(numbers[..(outputs * inputs)], numbers[(outputs * inputs)..], outputs, inputs, activation,
                WeightPrecision.Float64)]);
    }

    private static T[] Evaluate<T>(ReluNetwork network, T[] input)
        where T : unmanaged, INumber<T>
    {
        using var evaluator = new NetworkEvaluator<T>(network);
        return evaluator.Evaluate(input, 1);
    }

    /// <summary>
    /// Compiles and compares, on some inputs: both sides sum in their own order, and differ by what rounding to the precision makes of the
    /// largest terms.
    /// </summary>
    private static void AssertSame<T>(ReluNetwork network, WeightPrecision precision)
        where T : unmanaged, INumber<T>
    {
        using var compiled = new CompiledC(network, precision);
        var random = new Random(7);
        double unit = precision == WeightPrecision.Float32 ? 1.0 / (1 << 24) : 1.0 / (1L << 53);
        LoweredGraph graph = network.Lowered;
        double operations = graph.Layers.Sum(static l => l.Terms.Sum(static t => t.Map.FanIn) + 2.0);
        for (int k = 0; k < 20; k++)
        {
            T[] input = [.. Enumerable.Range(0, network.InputSize).Select(_ => T.CreateChecked((float)((random.NextDouble() * 4) - 2)))];
            T[] expected = Evaluate(network, input), found = compiled.Evaluate(input, network.OutputSize);
            double[] sizes = Sizes(graph, [.. input.Select(static x => double.Abs(double.CreateChecked(x)))]);
            for (int i = 0; i < expected.Length; i++)
            {
                double smallest = precision == WeightPrecision.Float32 ? float.Epsilon : double.Epsilon;
                double tolerance = (2 * operations * unit * sizes[i]) + (smallest * operations);
                Assert.True(
                    expected[i] == found[i] || double.CreateChecked(T.Abs(expected[i] - found[i])) <= tolerance,
                    $"{expected[i]} and {found[i]} differ by more than {tolerance}: {network.Architecture}");
            }
        }
    }

    /// <summary>For each output, the sum of the absolute values of all products that it is made of.</summary>
    private static double[] Sizes(LoweredGraph graph, double[] input)
    {
        var values = new double[graph.Layers.Count + 1][];
        values[0] = input;
        var row = new SparseRow();
        for (int l = 0; l < graph.Layers.Count; l++)
        {
            values[l + 1] = [.. graph.Layers[l].Bias.ToArray().Select(Math.Abs)];
            foreach (LinearTerm term in graph.Layers[l].Terms)
            {
                for (int i = 0; i < values[l + 1].Length; i++)
                {
                    term.Map.ReadRow(i, row);
                    for (int j = 0; j < row.Count; j++)
                        values[l + 1][i] += Math.Abs(row.Weights[j]) * values[term.Source][row.Columns[j]];
                }
            }
        }

        return [.. graph.Scores!.SelectMany(score => values[score])];
    }
}
