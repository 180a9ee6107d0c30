using ExactCompression.Formats.Onnx.Schema;
using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;
using Xunit;
using Xunit.Abstractions;
using static ExactCompression.Tests.Formats.Onnx.OnnxModelBuilder;
using AttributeProto = ExactCompression.Formats.Onnx.Schema.AttributeProto;

namespace ExactCompression.Tests.Formats.Onnx;

/// <summary>
/// Models of one or two nodes with operands of any rank, of scalars too, and with attributes that may fit or not: what ONNX Runtime runs is
/// read and computes the same; what it refuses is refused in a sentence, or kept.
/// </summary>
public sealed class OnnxAnyNodeTests(ITestOutputHelper output)
{
    private static readonly long[] Opsets = [6, 7, 9, 11, 12, 13, 14, 17, 18, 21];

    private static readonly string[] Operators =
    [
        "Gemm", "MatMul", "Conv", "MaxPool", "AveragePool", "GlobalMaxPool", "GlobalAveragePool", "Add", "Sub", "Mul", "Div", "Neg", "Sum",
        "Mean", "BatchNormalization", "ReduceMean", "ReduceSum", "Relu", "LeakyRelu", "PRelu", "Abs", "HardSigmoid", "Clip", "Max", "Min",
        "Sigmoid", "Tanh", "Transpose", "Concat", "Slice", "Split", "Gather", "Pad", "Expand", "Tile", "Identity", "Dropout", "Flatten",
        "Reshape", "Squeeze", "Unsqueeze", "Cast", "Shape", "Size",
    ];

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Read_AnyNode_AgreesWithRuntimeOrIsRefused(int part)
    {
        (int valid, int analysed) = (0, 0);
        var failures = new List<string>();
        for (int seed = part; seed < 3000; seed += 2)
        {
            ModelProto model = new Case(new Random(seed), Operators[seed / 2 % Operators.Length]).Model();
            try
            {
                bool isValid = RunsInRuntime(model);
                valid += isValid ? 1 : 0;
                ReluNetwork network;
                try
                {
                    network = OnnxRuntimeOracle.Read(model);
                }
                catch (InvalidFileException e)
                    when (!isValid || e.Message.Contains("larger than the padded input", StringComparison.Ordinal))
                {
                    continue;
                }

                if (!isValid || (!network.IsDense && network.Lowered.Outputs is null))
                    continue;
                OnnxRuntimeOracle.AssertEvaluates(network, model.ToByteArray());
                analysed++;
            }
            catch (Exception e)
            {
                failures.Add($"{seed}: {Show(model)}: {e.GetType().Name}: {e.Message.ReplaceLineEndings(" ")}");
            }
        }

        Assert.True(failures.Count == 0, $"{failures.Count} failures:\n{string.Join('\n', failures.Take(40))}");
        output.WriteLine($"{valid} valid, {analysed} analysed");
        Assert.True(valid > 300 && analysed > 200, $"{valid} valid, {analysed} analysed");
    }

    private static string Show(ModelProto model)
    {
        string Shape(string name) => model.Graph.Initializer.FirstOrDefault(t => t.Name == name) is { } tensor
            ? $"{name}[{string.Join(',', tensor.Dims)}]{(tensor.Int64Data.Count > 0 ? $"={string.Join(',', tensor.Int64Data)}" : "")}"
            : model.Graph.Input.FirstOrDefault(i => i.Name == name) is { } input
            ? $"{name}[{string.Join(',', input.Type.TensorType.Shape.Dim.Select(static d => d.DimValue))}]" : name;
        return $"opset {model.OpsetImport[0].Version} " + string.Join("; ", model.Graph.Node.Select(
            n => $"{n.OpType}({string.Join(' ', n.Input.Select(Shape))}) {string.Join(' ', n.Attribute.Select(
                static a => $"{a.Name}={(a.Ints.Count > 0 ? string.Join(',', a.Ints) : a.I)}"))}"));
    }

    private static bool RunsInRuntime(ModelProto model)
    {
        try
        {
            using var oracle = new OnnxRuntimeOracle(model.ToByteArray(), optimise: false);
            double[][] values = [.. model.Graph.Input.Select(static i => Array.ConvertAll(
                new double[i.Type.TensorType.Shape.Dim.Aggregate(1, static (n, d) => n * (int)d.DimValue)], static _ => 0.5))];
            oracle.Run(values, [.. model.Graph.Input.Select(static i => (long[])[.. i.Type.TensorType.Shape.Dim.Select(d => d.DimValue)])]);
            return true;
        }
        catch (OnnxRuntimeException)
        {
            return false;
        }
    }

    private sealed class Case(Random random, string first)
    {
        private readonly OnnxModelBuilder model = new(Opsets[random.Next(Opsets.Length)]);
        private readonly int[] shape = [.. Enumerable.Range(0, random.Next(5)).Select(
            i => i == 0 && random.Next(2) == 0 ? 1 : random.Next(1, 4))];
        private int names;

        private long Opset => model.Model.OpsetImport[0].Version;

        public ModelProto Model()
        {
            model.Input("x", [.. shape.Select(static d => (object)d)]);
            Add(first, "x", "y");
            string last = "y";
            if (random.Next(3) == 0)
            {
                Add(random.Next(2) == 0 ? "Relu" : Operators[random.Next(Operators.Length)], "y", "z");
                last = "z";
            }

            model.Output(last);
            ModelProto made = model.WithoutOutputShapes();
            if (made.Graph.Node[^1].OpType is "Shape" or "Size")
                made.Graph.Output[0].Type.TensorType.ElemType = TensorProto.Types.DataType.Int64;
            return made;
        }

        private void Add(string op, string x, string y)
        {
            int rank = shape.Length;
            List<AttributeProto> attributes = [];
            void Maybe(Func<AttributeProto> attribute, int share = 2)
            {
                if (random.Next(share) == 0)
                    attributes.Add(attribute());
            }

            long Axis() => random.Next(-rank - 1, rank + 1);
            long[] Some(int least, int most, int length) =>
                [.. Enumerable.Range(0, length).Select(_ => (long)random.Next(least, most + 1))];
            string Ints(params long[] values)
            {
                string name = $"i{names++}";
                model.Integers(name, values);
                return name;
            }

            int spatial = Math.Max(0, rank - 2);
            string inputs = x;
            switch (op)
            {
                case "Gemm":
                    inputs = $"{x} {Weights(Matching(2))} {Weights(Broadcastable())}";
                    Maybe(() => Int("transA", random.Next(2)));
                    Maybe(() => Int("transB", random.Next(2)));
                    break;
                case "MatMul":
                    inputs = random.Next(2) == 0 ? $"{x} {Weights(Matching(random.Next(1, 4)))}" : $"{Weights(Matching(2))} {x}";
                    break;
                case "Conv":
                    int channels = rank > 1 ? shape[1] : 1, groups = random.Next(3) == 0 ? channels : 1;
                    int[] kernel = [.. Some(1, 2, spatial).Select(static k => (int)k)];
                    inputs = $"{x} {Weights([groups * random.Next(1, 3), channels / groups, .. kernel])}";
                    Maybe(() => Int("group", groups), groups == 1 ? 3 : 1);
                    Windows();
                    break;
                case "MaxPool" or "AveragePool":
                    attributes.Add(OnnxModelBuilder.Ints("kernel_shape", Some(1, 2, spatial)));
                    Windows();
                    Maybe(() => Int("ceil_mode", 1), 4);
                    break;
                case "Add" or "Sub" or "Mul" or "Div" or "PRelu" or "Max" or "Min" or "Sum" or "Mean":
                    inputs = random.Next(3) == 0 && op != "PRelu" ? $"{Weights(Broadcastable())} {x}"
                        : random.Next(4) == 0 && op is not ("PRelu" or "Div" or "Mul") ? $"{x} {x}" : $"{x} {Weights(Broadcastable())}";
                    break;
                case "BatchNormalization":
                    int width = rank > 1 ? shape[1] : 1;
                    inputs = $"{x} {Weights([width])} {Weights([width])} {Weights([width])} {Weights([width])}";
                    break;
                case "ReduceMean" or "ReduceSum":
                    if (op == "ReduceSum" ? Opset >= 13 : Opset >= 18)
                        inputs = random.Next(4) == 0 ? x : $"{x} {Ints([Axis()])}";
                    else
                        Maybe(() => OnnxModelBuilder.Ints("axes", Axis()));
                    Maybe(() => Int("keepdims", random.Next(2)));
                    break;
                case "Clip":
                    if (Opset >= 11)
                        inputs = $"{x} {Weights([])} -";
                    else
                        attributes.Add(Float("min", 0.25f));
                    break;
                case "Transpose":
                    long[] order = [.. Enumerable.Range(0, rank).OrderBy(_ => random.Next()).Select(static a => (long)a)];
                    Maybe(() => OnnxModelBuilder.Ints("perm", order));
                    break;
                case "Concat":
                    inputs = random.Next(2) == 0 ? $"{x} {x}" : $"{x} {Weights(shape)}";
                    attributes.Add(Int("axis", Axis()));
                    break;
                case "Slice":
                    if (Opset >= 10)
                        inputs = $"{x} {Ints(Some(-2, 1, 1))} {Ints(Some(-1, 4, 1))} {Ints([Axis()])} {Ints(random.Next(3) == 0 ? -1 : 1)}";
                    else
                        attributes.AddRange([OnnxModelBuilder.Ints("starts", 0), OnnxModelBuilder.Ints("ends", 1),
                            OnnxModelBuilder.Ints("axes", Axis())]);
                    break;
                case "Split":
                    Maybe(() => Int("axis", Axis()));
                    break;
                case "Gather":
                    inputs = $"{x} {Ints(Some(-1, 1, random.Next(1, 3)))}";
                    Maybe(() => Int("axis", Axis()));
                    break;
                case "Pad":
                    if (Opset >= 11)
                        inputs = $"{x} {Ints(Some(-1, 2, 2 * rank))}";
                    else
                        attributes.Add(OnnxModelBuilder.Ints("pads", Some(0, 1, 2 * rank)));
                    break;
                case "Expand":
                    inputs = $"{x} {Ints(Some(1, 3, random.Next(0, 4)))}";
                    break;
                case "Tile":
                    inputs = $"{x} {Ints(Some(1, 2, rank))}";
                    break;
                case "Flatten":
                    Maybe(() => Int("axis", Axis()));
                    break;
                case "Reshape":
                    inputs = $"{x} {Ints(random.Next(3) switch { 0 => [-1], 1 => [0, -1], _ => [1, -1, .. Some(1, 2, random.Next(2))] })}";
                    break;
                case "Squeeze" or "Unsqueeze":
                    if (Opset >= 13)
                        inputs = $"{x} {Ints([Axis()])}";
                    else
                        attributes.Add(OnnxModelBuilder.Ints("axes", Axis()));
                    break;
                case "Cast":
                    attributes.Add(Int("to", 1));
                    break;
            }

            model.Node(op, inputs, y, [.. attributes]);

            void Windows()
            {
                Maybe(() => OnnxModelBuilder.Ints("strides", Some(1, 2, spatial)));
                Maybe(() => OnnxModelBuilder.Ints("pads", Some(0, 1, 2 * spatial)));
                Maybe(() => OnnxModelBuilder.Ints("dilations", Some(1, 2, spatial)), 4);
            }
        }

        /// <summary>A shape of which the input's is a part, or that is part of the input's, more or less.</summary>
        private int[] Broadcastable() => random.Next(4) switch
        {
            0 => [],
            1 => [.. shape.Select(d => random.Next(2) == 0 ? 1 : d)],
            2 => [.. shape.Skip(random.Next(shape.Length + 1))],
            _ => [random.Next(1, 3), .. shape.Select(d => random.Next(2) == 0 ? 1 : d)],
        };

        /// <summary>The shape of a matrix that may fit behind the input.</summary>
        private int[] Matching(int rank) =>
            [.. Enumerable.Range(0, rank).Select(i => i == Math.Max(0, rank - 2) && shape.Length > 0 ? shape[^1] : random.Next(1, 4))];

        private string Weights(int[] dims)
        {
            string name = $"w{names++}";
            model.Weights(
                name, Array.ConvertAll(dims, static d => (long)d),
                [.. Enumerable.Range(0, dims.Aggregate(1, static (n, d) => n * d)).Select(_ => 0.25 + (random.Next(8) / 4.0))]);
            return name;
        }
    }
}
