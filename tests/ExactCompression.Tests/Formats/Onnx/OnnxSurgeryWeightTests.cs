using ExactCompression.Formats.Onnx.Schema;
using Xunit;
using static ExactCompression.Tests.Formats.Onnx.OnnxModelBuilder;
using DataType = ExactCompression.Formats.Onnx.Schema.TensorProto.Types.DataType;

namespace ExactCompression.Tests.Formats.Onnx;

/// <summary>The ways in which files state weights: rows and columns go from each, and nothing else changes.</summary>
public class OnnxSurgeryWeightTests
{
    private readonly Random random = new(5);

    [Theory]
    [InlineData(0, 0, 1f, 1f)]
    [InlineData(0, 1, 1f, 1f)]
    [InlineData(0, 1, 0.5f, 2f)]
    [InlineData(0, 0, 1f, 0.5f)]
    public void Gemm_OfAnyForm_IsCut(int transA, int transB, float alpha, float beta)
    {
        OnnxModelBuilder model = new OnnxModelBuilder().Input("x", "n", 4).Output("y", "n", 3);
        foreach ((string name, int inputs, int outputs, long[] bias) in
            new[] { ("a", 4, 9, (long[])[9]), ("b", 9, 8, [1, 8]), ("c", 8, 7, [1]), ("d", 7, 3, []) })
        {
            model.Weights($"{name}.w", transB == 1 ? [outputs, inputs] : [inputs, outputs], Numbers(outputs * inputs))
                .Weights($"{name}.b", bias, Numbers((int)bias.Aggregate(1L, static (n, d) => n * d)));
            model.Node(
                "Gemm", $"{(name == "a" ? "x" : $"{(char)(name[0] - 1)}.r")} {name}.w {name}.b", name == "d" ? "y" : $"{name}.z",
                Int("transA", transA), Int("transB", transB), Float("alpha", alpha), Float("beta", beta));
            if (name != "d")
                model.Node("Relu", $"{name}.z", $"{name}.r");
        }

        foreach (ModelProto after in OnnxSurgeryAssert.Edits(model.Model, rewrites: false))
        {
            Assert.Equal(model.Graph.Node.Select(static n => (n.Name, n.OpType)), after.Graph.Node.Select(static n => (n.Name, n.OpType)));
            Assert.Equal(model.Graph.Node.SelectMany(static n => n.Attribute), after.Graph.Node.SelectMany(static n => n.Attribute));
            Assert.Equal(model.Graph.Initializer.Select(static t => t.Name), after.Graph.Initializer.Select(static t => t.Name));
        }

        OnnxSurgeryAssert.Edits(model.Model, rewrites: true);
    }

    [Fact]
    public void Gemm_WithTheMatrixOnTheLeft_IsCut()
    {
        ModelProto model = new OnnxModelBuilder().Input("x", 4, 1).Output("y", 3, 1)
            .Weights("a", [9, 4], Numbers(36)).Weights("s", [9, 1], Numbers(9)).Weights("b", [9, 3], Numbers(27))
            .Weights("t", [3, 1], Numbers(3))
            .Node("Gemm", "a x s", "z").Node("Relu", "z", "r").Node("Gemm", "b r t", "y", Int("transA", 1)).Model;
        OnnxSurgeryAssert.AllEdits(model);
    }

    [Fact]
    public void MatMul_OnEitherSide_IsCut()
    {
        OnnxSurgeryAssert.AllEdits(new OnnxModelBuilder().Input("x", "n", 4).Output("y", "n", 3)
            .Weights("a", [4, 9], Numbers(36)).Weights("s", [9], Numbers(9)).Weights("b", [9, 3], Numbers(27))
            .Weights("t", [1, 3], Numbers(3))
            .Node("MatMul", "x a", "m").Node("Add", "s m", "z").Node("Relu", "z", "r").Node("MatMul", "r b", "l").Node("Sub", "l t", "y")
            .Model);
        OnnxSurgeryAssert.AllEdits(new OnnxModelBuilder().Input("x", 4, 1).Output("y", 3, 1)
            .Weights("a", [9, 4], Numbers(36)).Weights("s", [9, 1], Numbers(9)).Weights("b", [3, 9], Numbers(27))
            .Node("MatMul", "a x", "m").Node("Add", "m s", "z").Node("Relu", "z", "r").Node("MatMul", "b r", "y").Model);
        OnnxSurgeryAssert.AllEdits(new OnnxModelBuilder().Input("x", "n", 5, 4).Output("y", "n", 5, 3)
            .Weights("a", [4, 9], Numbers(36)).Weights("s", [9], Numbers(9)).Weights("b", [9, 3], Numbers(27))
            .Node("MatMul", "x a", "m").Node("Add", "m s", "z").Node("Relu", "z", "r").Node("MatMul", "r b", "y").Model);
        OnnxSurgeryAssert.AllEdits(new OnnxModelBuilder().Input("x", 4).Output("y", 3)
            .Weights("a", [4, 9], Numbers(36)).Weights("s", [9], Numbers(9)).Weights("b", [9, 3], Numbers(27))
            .Node("MatMul", "x a", "m").Node("Add", "m s", "z").Node("Relu", "z", "r").Node("MatMul", "r b", "y").Model);
    }

    [Theory]
    [InlineData("Identity")]
    [InlineData("Constant")]
    [InlineData("Half")]
    [InlineData("Transpose")]
    [InlineData("Unsqueeze")]
    [InlineData("Typed")]
    [InlineData("Sum")]
    public void Weights_StoredInAnyWay_KeepTheirForm(string form)
    {
        OnnxModelBuilder model = new OnnxModelBuilder().Input("x", "n", 4).Output("y", "n", 3);
        Matrix(model, form, "a", 4, 9);
        Matrix(model, form, "b", 9, 3);
        model.Node("MatMul", "x a", "z").Node("Relu", "z", "r").Node("MatMul", "r b", "y");
        foreach (ModelProto after in OnnxSurgeryAssert.Edits(model.Model, rewrites: false))
        {
            if (form != "Sum")
                Assert.Equal(model.Graph.Node.Select(static n => n.Name), after.Graph.Node.Select(static n => n.Name));
            foreach ((TensorProto old, TensorProto now) in model.Graph.Initializer.Zip(after.Graph.Initializer))
            {
                Assert.True(
                    form == "Sum"
                    || (old.Name == now.Name && old.DataType == now.DataType && old.RawData.IsEmpty == now.RawData.IsEmpty));
            }
        }

        OnnxSurgeryAssert.Edits(model.Model, rewrites: true);
    }

    [Fact]
    public void Weights_OfSeveralNodes_AreCutForEach()
    {
        OnnxModelBuilder model = new OnnxModelBuilder().Input("x", "n", 6, 3, 3).Output("y", "n", 6, 3, 3)
            .Weights("w", [6, 6, 1, 1], Numbers(36)).Weights("s", [6], Numbers(6))
            .Node("Conv", "x w s", "a").Node("Relu", "a", "a.r").Node("Conv", "a.r w s", "b").Node("Relu", "b", "b.r")
            .Node("Conv", "b.r w s", "y");
        OnnxSurgeryAssert.Edits(model.Model, rewrites: false, shrinks: false);
        OnnxSurgeryAssert.Edits(model.Model, rewrites: true);
    }

    [Fact]
    public void Model_OfDoubles_StaysOfDoubles()
    {
        var model = new OnnxModelBuilder(type: DataType.Double);
        model.Input("x", "n", 4).Output("y", "n", 3).Weights("a", [4, 9], Numbers(36)).Weights("s", [9], Numbers(9))
            .Weights("b", [9, 3], Numbers(27)).Node("Gemm", "x a s", "z").Node("Relu", "z", "r").Node("Gemm", "r b", "y");
        foreach (bool rewrites in (bool[])[true, false])
        {
            foreach (ModelProto after in OnnxSurgeryAssert.Edits(model.Model, rewrites))
                Assert.All(after.Graph.Initializer, static t => Assert.Equal(DataType.Double, t.DataType));
        }
    }

    /// <summary>A matrix of a name, stored in some form.</summary>
    private void Matrix(OnnxModelBuilder model, string form, string name, int rows, int columns)
    {
        double[] numbers = Array.ConvertAll(Numbers(rows * columns), static v => (double)(Half)v);
        long[] dims = [rows, columns];
        switch (form)
        {
            case "Identity":
                model.Weights($"{name}.w", dims, numbers).Node("Identity", $"{name}.w", name);
                break;
            case "Constant":
                model.Node("Constant", "", name, TensorValue("value", Tensor("inner", dims, numbers, DataType.Float)));
                break;
            case "Half":
                model.Add(Tensor($"{name}.w", dims, numbers, DataType.Float16))
                    .Node("Cast", $"{name}.w", name, Int("to", (long)DataType.Float));
                break;
            case "Transpose":
                model.Weights($"{name}.w", [columns, rows], numbers).Node("Transpose", $"{name}.w", name, Ints("perm", 1, 0));
                break;
            case "Unsqueeze":
                model.Weights($"{name}.w", dims, numbers).Integers($"{name}.a", 0).Node("Unsqueeze", $"{name}.w {name}.a", $"{name}.u")
                    .Node("Squeeze", $"{name}.u {name}.a", name);
                break;
            case "Typed":
                IEnumerable<float> singles = numbers.Select(static v => (float)v);
                model.Add(new() { Name = name, DataType = DataType.Float, Dims = { dims }, FloatData = { singles } });
                break;
            default:
                model.Weights($"{name}.w", dims, numbers).Weights($"{name}.v", [1], 0.5).Node("Add", $"{name}.w {name}.v", name);
                break;
        }
    }

    private double[] Numbers(int count) => [.. Enumerable.Range(0, count).Select(_ => (double)(float)((random.NextDouble() * 2) - 1))];
}
