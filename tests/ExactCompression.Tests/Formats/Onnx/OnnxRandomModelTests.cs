using CsCheck;
using ExactCompression.Formats.Onnx;
using ExactCompression.Formats.Onnx.Schema;
using ExactCompression.Tests.Compression;
using ExactCompression.Tests.Oracles;
using Google.Protobuf;
using Xunit;
using Xunit.Abstractions;
using static ExactCompression.Tests.Formats.Onnx.OnnxModelBuilder;
using AttributeProto = ExactCompression.Formats.Onnx.Schema.AttributeProto;
using DataType = ExactCompression.Formats.Onnx.Schema.TensorProto.Types.DataType;

namespace ExactCompression.Tests.Formats.Onnx;

/// <summary>Random chains in random spellings, in double so that ONNX Runtime's own rounding stays out of the way.</summary>
public sealed class OnnxRandomModelTests(ITestOutputHelper output)
{
    private static readonly string[] Spellings =
    [
        "Gemm", "GemmTransposed", "GemmScaled", "GemmRight", "MatMulAdd", "AddMatMul", "MatMulRight", "MatMulAlone",
        "Add", "AddReversed", "Sub", "SubReversed", "Mul", "Div", "Neg", "BatchNormalization",
        "Relu", "Relu", "Relu", "Relu", "MaxZero", "ClipZero",
        "Identity", "Dropout", "Flatten", "Reshape", "SqueezeUnsqueeze", "Transpose", "Cast",
    ];

    [Fact]
    public void Read_RandomChain_AgreesWithRuntime() =>
        Gen.Select(Gen.Int[1, 6], Gen.Int[0, Spellings.Length - 1].Array[1, 14], Gen.Int).ForAll(
            static sample =>
            {
                (int inputs, int[] spellings, int seed) = sample;
                var chain = new Chain(inputs, new Random(seed));
                foreach (int spelling in spellings)
                    chain.Append(Spellings[spelling]);
                OnnxModelBuilder model = chain.Finish();
                ReluNetwork network = OnnxRuntimeOracle.AssertAgrees(model.Model, 1, inputs);
                Assert.All(network.Layers.Take(network.Depth), static layer => Assert.Equal(Activation.Relu, layer.Activation));
            },
            count: 400,
            threads: 1,
            print: static t => $"{t.Item1}: {string.Join(' ', t.Item2.Select(static i => Spellings[i]))}, seed {t.Item3}");

    [Fact]
    public void Write_CompressedRandomChain_IsItsFileWithLess()
    {
        (int compressed, int anew) = (0, 0);
        Gen.Select(Gen.Int[1, 6], Gen.Int[0, Spellings.Length - 1].Array[4, 24], Gen.Int).ForAll(
            sample =>
            {
                (int inputs, int[] spellings, int seed) = sample;
                var random = new Random(seed);
                var chain = new Chain(inputs, random);
                foreach (int spelling in spellings)
                    chain.Append(Spellings[spelling]);
                ModelProto model = chain.Finish().Model;
                var source = new OnnxSource(model.ToByteArray(), "test.onnx");
                ReluNetwork network = OnnxReader.Network(model, new("test.onnx"), format: "Onnx", source: new("Onnx", source));
                if (network.Depth == 0)
                    return;
                InputDomain domain = InputDomain.Uniform(-0.5, -0.5 + (random.Next(3) switch { 0 => 2, 1 => 0.25, _ => 1.0 / 128 }));
                StabilityTable table = ExactDifference.Table(network, domain);
                foreach (CompressionLevel level in Enum.GetValues<CompressionLevel>())
                {
                    ReluNetwork result = LeoCompression.Compress(table, new() { Level = level }, CancellationToken.None).Compressed;
                    compressed++;
                    if (OnnxChainSurgery.TryWrite(result, WeightPrecision.Float64) is { } cut)
                        AssertWritten(model, result, ModelProto.Parser.ParseFrom(cut));
                    else
                        anew++;
                }
            },
            count: 300,
            threads: 1,
            print: static t => $"{t.Item1}: {string.Join(' ', t.Item2.Select(static i => Spellings[i]))}, seed {t.Item3}");
        output.WriteLine($"{compressed} compressed, {anew} written anew");

        // Columns of which one neuron is left look like rows, and a matrix may take more bytes than the scalars that it takes in.
        Assert.InRange(anew, 0, compressed / 5);
    }

    private static void AssertWritten(ModelProto model, ReluNetwork network, ModelProto cut)
    {
        OnnxSurgeryAssert.Written(model, network, cut.ToByteArray(), 1e-6, evaluates: true);
        NetworkAssert.SameBits(network, OnnxRuntimeOracle.Read(cut));
        Assert.InRange(cut.CalculateSize(), 1, model.CalculateSize());
    }

    private sealed class Chain
    {
        private readonly OnnxModelBuilder model = new OnnxModelBuilder(type: DataType.Double);
        private readonly Random random;
        private string value = "input";
        private int width;
        private int names;

        public Chain(int inputs, Random random)
        {
            this.random = random;
            width = inputs;
            model.Input("input", 1, inputs);
        }

        public void Append(string spelling)
        {
            int outputs = random.Next(1, 7);
            switch (spelling)
            {
                case "Gemm":
                    Widen("Gemm", $"{value} {Weights([width, outputs])} {Weights([outputs])}", outputs);
                    break;
                case "GemmTransposed":
                    Widen("Gemm", $"{value} {Weights([outputs, width])} {Weights([1, outputs])}", outputs, Int("transB", 1));
                    break;
                case "GemmScaled":
                    Widen("Gemm", $"{value} {Weights([width, outputs])} {Weights([1])}", outputs, Float("alpha", 0.7f),
                        Float("beta", -1.3f));
                    break;
                case "GemmRight": // a column, by transposing the row, and back again
                    Step("Transpose", value);
                    Widen("Gemm", $"{Weights([outputs, width])} {value} {Weights([outputs, 1])}", outputs);
                    Step("Transpose", value);
                    break;
                case "MatMulAdd":
                    Widen("MatMul", $"{value} {Weights([width, outputs])}", outputs);
                    Step("Add", $"{value} {Weights([outputs])}");
                    break;
                case "AddMatMul":
                    Step("Add", $"{Weights([1, width])} {value}");
                    Widen("MatMul", $"{value} {Weights([width, outputs])}", outputs);
                    break;
                case "MatMulRight":
                    Step("Transpose", value, Ints("perm", 1, 0));
                    Widen("MatMul", $"{Weights([outputs, width])} {value}", outputs);
                    Step("Transpose", value, Ints("perm", 1, 0));
                    break;
                case "MatMulAlone":
                    Widen("MatMul", $"{value} {Weights([width, outputs])}", outputs);
                    break;
                case "Add" or "Sub" or "Mul" or "Div":
                    Step(spelling, $"{value} {Weights(random.Next(2) == 0 ? [width] : [])}");
                    break;
                case "AddReversed" or "SubReversed":
                    Step(spelling[..3], $"{Weights(random.Next(2) == 0 ? [1, width] : [1])} {value}");
                    break;
                case "BatchNormalization":
                    Step(spelling, $"{value} {Weights([width])} {Weights([width])} {Weights([width])} {Weights([width], positive: true)}",
                        Float("epsilon", 1e-3f));
                    break;
                case "MaxZero":
                    model.Weights($"c{++names}", [], 0);
                    Step("Max", $"{value} c{names}");
                    break;
                case "ClipZero":
                    model.Weights($"c{++names}", [], 0);
                    Step("Clip", $"{value} c{names}");
                    break;
                case "Reshape":
                    model.Integers($"c{++names}", 1, -1);
                    Step("Reshape", $"{value} c{names}");
                    break;
                case "SqueezeUnsqueeze":
                    model.Integers($"c{++names}", 0);
                    int axes = names;
                    Step("Squeeze", $"{value} c{axes}");
                    Step("Unsqueeze", $"{value} c{axes}");
                    break;
                case "Transpose":
                    Step("Transpose", value);
                    Step("Transpose", value);
                    break;
                case "Cast":
                    Step("Cast", value, Int("to", (long)DataType.Double));
                    break;
                default:
                    Step(spelling, value);
                    break;
            }
        }

        public OnnxModelBuilder Finish()
        {
            model.Graph.Node[^1].Output[0] = "output";
            return model.Output("output", 1, width);
        }

        private void Widen(string type, string inputs, int outputs, params AttributeProto[] attributes)
        {
            Step(type, inputs, attributes);
            width = outputs;
        }

        private void Step(string type, string inputs, params AttributeProto[] attributes)
        {
            value = $"v{++names}";
            model.Node(type, inputs, value, attributes);
        }

        private string Weights(long[] dims, bool positive = false)
        {
            int count = (int)dims.Aggregate(1L, static (a, b) => a * b);
            model.Weights(
                $"c{++names}", dims,
                [.. Enumerable.Range(0, count).Select(_ => (random.NextDouble() + 0.1) * (positive || random.Next(2) == 0 ? 1 : -1))]);
            return $"c{names}";
        }
    }
}
