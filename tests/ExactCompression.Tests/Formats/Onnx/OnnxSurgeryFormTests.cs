using ExactCompression.Formats.Onnx.Schema;
using Xunit;
using static ExactCompression.Tests.Formats.Onnx.OnnxModelBuilder;
using DataType = ExactCompression.Formats.Onnx.Schema.TensorProto.Types.DataType;

namespace ExactCompression.Tests.Formats.Onnx;

/// <summary>The ways in which files state the same network: each follows an edit in its own way.</summary>
public class OnnxSurgeryFormTests
{
    private readonly Random random = new(5);

    [Theory]
    [InlineData("flatten")]
    [InlineData("-1,72")]
    [InlineData("0,-1")]
    [InlineData("0,72")]
    [InlineData("1,-1")]
    [InlineData("-1,8,9|flatten")]
    [InlineData("0,0,9|flatten")]
    [InlineData("shape,-1")]
    [InlineData("shape,72")]
    [InlineData("shape,shape*9")]
    [InlineData("node:-1,72")]
    public void Reshape_InAnyForm_Follows(string form)
    {
        OnnxModelBuilder model = Convolutions(form.StartsWith("1,", StringComparison.Ordinal) ? 1 : "n");
        string value = "b.r";
        foreach (string part in form.Split('|'))
            value = Reshape(model, part, value);
        model.Weights("c.w", [3, 72], Numbers(216)).Node("Gemm", $"{value} c.w", "y", Int("transB", 1));
        foreach (ModelProto after in OnnxSurgeryAssert.Edits(model.Model, rewrites: false))
            Assert.Equal("Gemm", after.Graph.Node[^1].OpType);
        OnnxSurgeryAssert.Edits(model.Model, rewrites: true);
    }

    [Theory]
    [InlineData(7)]
    [InlineData(9)]
    [InlineData(10)]
    [InlineData(11)]
    [InlineData(12)]
    [InlineData(13)]
    [InlineData(15)]
    [InlineData(18)]
    [InlineData(21)]
    public void Opset_OfAnyVersion_IsKept(int opset)
    {
        OnnxModelBuilder model = Convolutions("n", opset, opset < 9 ? 3 : 8);
        if (opset < 10)
            model.Node("Slice", "b.r", "s", Ints("axes", 1), Ints("starts", 1), Ints("ends", 7));
        else
            model.Integers("axes", 1).Integers("starts", 1).Integers("ends", 7).Node("Slice", "b.r starts ends axes", "s");
        if (opset < 13)
            model.Node("Split", "b.r", "p q", Int("axis", 1), Ints("split", 5, 3));
        else
            model.Integers("sizes", 5, 3).Node("Split", "b.r sizes", "p q", Int("axis", 1));
        model.Node("Concat", "q s p", "c", Int("axis", 1));
        if (opset < 11)
            model.Node("Clip", "c", "k", Float("min", -0.5f), Float("max", 0.75f));
        else
            model.Weights("min", [], -0.5).Weights("max", [], 0.75).Node("Clip", "c min max", "k");
        model.Weights("scale", [14, 1, 1], Numbers(14)).Node("Mul", "k scale", "m");
        if (opset < 18)
            model.Node("ReduceMean", "m", "g", Ints("axes", 2, 3), Int("keepdims", 0));
        else
            model.Integers("across", 2, 3).Node("ReduceMean", "m across", "g", Int("keepdims", 0));
        model.Weights("d.w", [14, 6], Numbers(84)).Weights("d.b", [6], Numbers(6)).Node("Gemm", "g d.w d.b", "d.z")
            .Node("Relu", "d.z", "d.r");
        model.Weights("c.w", [6, 3], Numbers(18)).Weights("c.b", [3], Numbers(3)).Node("Gemm", "d.r c.w c.b", "y");
        if (opset < 9)
            model.Graph.Input.Add(model.Graph.Initializer.Select(static t => new ValueInfoProto { Name = t.Name, Type = Type(t) }));
        OnnxSurgeryAssert.AllEdits(model.Model);
    }

    [Theory]
    [InlineData("Gather")]
    [InlineData("GatherOne")]
    [InlineData("Steps")]
    [InlineData("Back")]
    [InlineData("Pad")]
    [InlineData("Transpose")]
    [InlineData("PRelu")]
    [InlineData("Normalisation")]
    [InlineData("Constant")]
    [InlineData("Max")]
    public void Arrangements_OfChannels_Follow(string kind)
    {
        OnnxModelBuilder model = Convolutions("n");
        switch (kind)
        {
            case "Gather":
                model.Integers("i", 7, 0, 3, 3, -2).Node("Gather", "b.r i", "c", Int("axis", 1));
                break;
            case "GatherOne":
                model.Add(new() { Name = "i", DataType = DataType.Int64, Int64Data = { 6 } }).Node("Gather", "b.r i", "c1", Int("axis", 1))
                    .Integers("one", 1).Node("Unsqueeze", "c1 one", "c");
                break;
            case "Steps":
                model.Integers("a", 0).Integers("e", 99).Integers("x1", 1).Integers("s", 2).Node("Slice", "b.r a e x1 s", "c");
                break;
            case "Back":
                model.Integers("a", -1).Integers("e", -99).Integers("x1", 1).Integers("s", -1).Node("Slice", "b.r a e x1 s", "c");
                break;
            case "Pad":
                model.Integers("p", 0, 0, 1, 1, 0, 0, 0, 1).Node("Pad", "b.r p", "c");
                break;
            case "Transpose":
                model.Node("Transpose", "b.r", "t", Ints("perm", 0, 2, 3, 1)).Weights("t.s", [8], Numbers(8)).Node("Mul", "t t.s", "u")
                    .Node("Transpose", "u", "c", Ints("perm", 0, 3, 1, 2));
                break;
            case "PRelu":
                model.Weights("s", [8, 1, 1], Numbers(8)).Node("PRelu", "b.r s", "c");
                break;
            case "Normalisation":
                foreach (string name in (string[])["n.s", "n.b", "n.m", "n.v"])
                    model.Weights(name, [8], Array.ConvertAll(Numbers(8), Math.Abs));
                model.Node("BatchNormalization", "b.r n.s n.b n.m n.v", "n1").Weights("d.w", [8, 1, 1, 1], Numbers(8))
                    .Node("Conv", "n1 d.w", "c", Int("group", 8));
                break;
            case "Constant":
                model.Weights("k", [1, 2, 3, 3], Numbers(18)).Node("Concat", "b.r k b.r", "c", Int("axis", 1));
                break;
            default:
                model.Weights("k", [1, 8, 1, 1], Numbers(8)).Node("Max", "b.r k", "c1").Weights("l", [8, 1, 1], Numbers(8))
                    .Node("Sum", "c1 l b.r", "c");
                break;
        }

        int channels = kind switch { "Gather" => 5, "GatherOne" => 1, "Steps" => 4, "Constant" => 18, _ => 8 };
        model.Node("GlobalAveragePool", "c", "g").Node("Flatten", "g", "f").Weights("c.w", [3, channels], Numbers(3 * channels))
            .Node("Gemm", "f c.w", "y", Int("transB", 1));
        OnnxSurgeryAssert.AllEdits(model.Model);
    }

    [Fact]
    public void Outputs_InBetween_StayWhole()
    {
        OnnxModelBuilder model = Convolutions("n");
        model.Node("GlobalMaxPool", "b.r", "g").Node("Flatten", "g", "f").Weights("c.w", [3, 8], Numbers(24))
            .Node("Gemm", "f c.w", "y", Int("transB", 1)).Output("a.r", "n", 6, 5, 5);
        OnnxSurgeryAssert.AllEdits(model.Model);
    }

    [Fact]
    public void Nodes_NotAnalysed_StayAsTheyAre()
    {
        OnnxModelBuilder model = Convolutions("n");
        model.Node("GlobalMaxPool", "b.r", "g").Node("Flatten", "g", "f").Weights("c.w", [3, 8], Numbers(24))
            .Node("Gemm", "f c.w", "l", Int("transB", 1)).Node("Softmax", "l", "y");
        foreach (ModelProto after in OnnxSurgeryAssert.Edits(model.Model, rewrites: false, evaluates: false))
            Assert.Equal(model.Graph.Node[^1], after.Graph.Node[^1]);
        OnnxSurgeryAssert.Edits(model.Model, rewrites: true, evaluates: false);
    }

    [Fact]
    public void Batch_ThatIsFixed_Stays()
    {
        OnnxModelBuilder model = Convolutions(5);
        model.Integers("to", 5, -1).Node("Reshape", "b.r to", "f").Weights("c.w", [3, 72], Numbers(216))
            .Node("Gemm", "f c.w", "y", Int("transB", 1));
        OnnxSurgeryAssert.AllEdits(model.Model);
    }

    [Fact]
    public void Declarations_InBetween_Follow()
    {
        OnnxModelBuilder model = Convolutions("n");
        model.Node("GlobalMaxPool", "b.r", "g").Node("Flatten", "g", "f").Weights("c.w", [3, 8], Numbers(24))
            .Node("Gemm", "f c.w", "y", Int("transB", 1));
        var other = new OnnxModelBuilder().Output("a.r", "n", 6, 5, 5).Output("b.r", "n", 8, 3, 3).Output("f", "n", 8);
        model.Graph.ValueInfo.Add(other.Graph.Output);
        foreach (ModelProto after in OnnxSurgeryAssert.Edits(model.Model, rewrites: false))
        {
            long channels = after.Graph.Initializer.Single(static t => t.Name == "a.w").Dims[0];
            ValueInfoProto stated = after.Graph.ValueInfo.Single(static v => v.Name == "a.r");
            Assert.Equal(channels, stated.Type.TensorType.Shape.Dim[1].DimValue);
            Assert.Equal("n", stated.Type.TensorType.Shape.Dim[0].DimParam);
        }

        OnnxSurgeryAssert.Edits(model.Model, rewrites: true);
    }

    [Fact]
    public void Order_OfTheFile_NeedNotBeOne()
    {
        OnnxModelBuilder model = Convolutions("n");
        model.Node("GlobalMaxPool", "b.r", "g").Node("Flatten", "g", "f").Weights("c.w", [3, 8], Numbers(24))
            .Node("Gemm", "f c.w", "y", Int("transB", 1)).Node("Neg", "f", "nobody");
        NodeProto[] nodes = [.. model.Graph.Node.Reverse()];
        model.Graph.Node.Clear();
        model.Graph.Node.Add(nodes);
        foreach (NodeProto node in nodes)
            node.Name = "";
        OnnxSurgeryAssert.AllEdits(model.Model);
    }

    /// <summary>Two convolutions over 2 channels of 7 x 7, the second to 8 channels of 3 x 3.</summary>
    private OnnxModelBuilder Convolutions(object batch, int opset = 13, int ir = 7) => new OnnxModelBuilder(opset, ir)
        .Input("x", batch, 2, 7, 7).Output("y", batch, 3)
        .Weights("a.w", [6, 2, 3, 3], Numbers(108)).Weights("a.b", [6], Numbers(6)).Weights("b.w", [8, 6, 3, 3], Numbers(432))
        .Node("Conv", "x a.w a.b", "a.z").Node("Relu", "a.z", "a.r").Node("Conv", "a.r b.w", "b.z", Ints("kernel_shape", 3, 3))
        .Node("Relu", "b.z", "b.r");

    private static string Reshape(OnnxModelBuilder model, string form, string value)
    {
        string name = $"{value}.f";
        if (form == "flatten")
        {
            model.Node("Flatten", value, name);
        }
        else if (form.StartsWith("node:", StringComparison.Ordinal))
        {
            long[] sizes = [.. form[5..].Split(',').Select(static s => long.Parse(s, System.Globalization.CultureInfo.InvariantCulture))];
            var stored = new TensorProto { DataType = DataType.Int64, Dims = { sizes.Length }, Int64Data = { sizes } };
            model.Node("Constant", "", "to", TensorValue("value", stored)).Node("Reshape", $"{value} to", name);
        }
        else if (form.StartsWith("shape", StringComparison.Ordinal))
        {
            model.Node("Shape", value, "sh").Integers("zero", 0).Node("Gather", "sh zero", "rows");
            string rest = form.Split(',')[1];
            if (rest == "shape*9")
                model.Integers("first", 1).Integers("nine", 9).Node("Gather", "sh first", "channels").Node("Mul", "channels nine", "rest");
            else
                model.Integers("rest", long.Parse(rest, System.Globalization.CultureInfo.InvariantCulture));
            model.Node("Concat", "rows rest", "to", Int("axis", 0)).Node("Reshape", $"{value} to", name);
        }
        else
        {
            model.Integers("to", [.. form.Split(',').Select(
                static s => long.Parse(s, System.Globalization.CultureInfo.InvariantCulture))]).Node("Reshape", $"{value} to", name);
        }

        return name;
    }

    private static TypeProto Type(TensorProto tensor)
    {
        var shape = new TensorShapeProto();
        shape.Dim.Add(tensor.Dims.Select(static d => new TensorShapeProto.Types.Dimension { DimValue = d }));
        return new() { TensorType = new() { ElemType = tensor.DataType, Shape = shape } };
    }

    private double[] Numbers(int count) => [.. Enumerable.Range(0, count).Select(_ => (double)(float)((random.NextDouble() * 2) - 1))];
}
