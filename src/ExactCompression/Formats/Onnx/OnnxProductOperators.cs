using ExactCompression.Networks;
using ExactCompression.Numerics;

namespace ExactCompression.Formats.Onnx;

/// <summary>Gemm and MatMul: the value is a row or a column, the other factor a constant matrix.</summary>
internal static class OnnxProductOperators
{
    /// <summary><c>alpha A' B' + beta C</c>, where <c>A'</c> or <c>B'</c> is the value.</summary>
    public static void Gemm(OnnxStep step)
    {
        OnnxNode node = step.Node;
        node.AllowAttributes("alpha", "beta", "transA", "transB");
        if (step.DataIndex > 1)
            throw node.Unsupported("Its summand C depends on the network's input.");
        bool dataLeft = step.DataIndex == 0;
        bool transposeData = node.Integer(dataLeft ? "transA" : "transB", 0) != 0;
        bool transposeMatrix = node.Integer(dataLeft ? "transB" : "transA", 0) != 0;
        OnnxTensor matrix = step.Constant(dataLeft ? 1 : 0);
        if (step.Shape.Length != 2 || matrix.Shape.Length != 2)
            throw node.ShapeFault($"It multiplies matrices, but the shapes are {OnnxShapes.Show(step.Shape)} and {OnnxShapes.Show(matrix.Shape)}.");
        (int rows, int columns) = transposeData ? (step.Shape[1], step.Shape[0]) : (step.Shape[0], step.Shape[1]);
        int outputs = Product(step, matrix, dataLeft ? rows : columns, asStored: dataLeft == transposeMatrix);
        step.Shape = dataLeft ? [1, outputs] : [outputs, 1];

        if (node.Float("alpha", 1) is var alpha && alpha != 1)
            step.Chain.Append(AffineMap.Scale(Filled(outputs, Finite(node, "alpha", alpha))), matrix.Precision);
        if (step.OptionalConstant(2) is { } summand)
            AddSummand(step, summand, Finite(node, "beta", node.Float("beta", 1)));
    }

    /// <summary>A matrix product by the rules of NumPy, where one factor is the value.</summary>
    public static void MatMul(OnnxStep step)
    {
        step.Node.AllowAttributes();
        step.RequireInputs(2);
        bool dataLeft = step.DataIndex == 0;
        OnnxTensor matrix = step.Constant(1 - step.DataIndex);
        if (step.Shape.Length == 0 || matrix.Shape.Length == 0)
            throw step.Node.ShapeFault("It does not multiply scalars.");

        // A vector counts as a row on the left and as a column on the right, and the dimension so added is dropped from the result.
        bool vector = step.Shape.Length == 1, matrixIsVector = matrix.Shape.Length == 1;
        int[] data = !vector ? step.Shape : dataLeft ? [1, step.Shape[0]] : [step.Shape[0], 1];
        int[] factor = !matrixIsVector ? matrix.Shape : dataLeft ? [matrix.Shape[0], 1] : [1, matrix.Shape[0]];
        int leading = OnnxShapes.Count(factor.AsSpan(0, factor.Length - 2));
        if (leading != 1)
            throw step.Node.Unsupported($"The factor {OnnxFault.Quote(matrix.Name)} of shape {OnnxShapes.Show(matrix.Shape)} is a stack of matrices.");
        int others = step.Count / Math.Max(1, dataLeft ? data[^1] : data[^2]);
        int outputs = Product(step, matrix.Reshaped(factor[^2..]), others, asStored: !dataLeft);

        var result = new List<int>(OnnxShapes.Broadcast(step.Node, data[..^2], factor[..^2]));
        if (!(dataLeft ? vector : matrixIsVector))
            result.Add(dataLeft ? 1 : outputs);
        if (!(dataLeft ? matrixIsVector : vector))
            result.Add(dataLeft ? outputs : 1);
        step.Shape = [.. result];
    }

    /// <summary>Appends the product with a matrix that is stored as a layer has it (outputs x inputs), or transposed.</summary>
    private static int Product(OnnxStep step, OnnxTensor matrix, int otherRows, bool asStored)
    {
        (int rows, int columns) = (matrix.Shape[0], matrix.Shape[1]);
        (int outputs, int inputs) = asStored ? (rows, columns) : (columns, rows);
        if (otherRows != 1)
            throw step.Node.ShapeFault($"The value of shape {OnnxShapes.Show(step.Shape)} is not one row for the {rows} x {columns} matrix {OnnxFault.Quote(matrix.Name)}. Networks for one input row, or with a symbolic batch, are supported.");
        if (inputs != step.Count || outputs == 0 || inputs == 0)
            throw step.Node.ShapeFault($"The value of shape {OnnxShapes.Show(step.Shape)} does not fit the {rows} x {columns} matrix {OnnxFault.Quote(matrix.Name)}.");
        double[] weights = asStored ? matrix.Weights : OnnxShapes.Transpose(matrix.Weights, matrix.Shape, [1, 0]);
        step.Chain.Append(AffineMap.Dense(weights, new double[outputs], outputs, inputs), matrix.Precision);
        return outputs;
    }

    private static void AddSummand(OnnxStep step, OnnxTensor summand, double beta)
    {
        int[] common = OnnxShapes.Broadcast(step.Node, step.Shape, summand.Shape);
        if (!common.AsSpan().SequenceEqual(step.Shape))
            throw step.Node.ShapeFault($"The summand of shape {OnnxShapes.Show(summand.Shape)} does not fit the product of shape {OnnxShapes.Show(step.Shape)}.");
        double[] shift = OnnxShapes.Expand(summand.Weights, summand.Shape, common);
        var radius = new double[shift.Length];
        for (int i = 0; i < shift.Length; i++)
        {
            ErrorFreeSum product = default;
            product.AddProduct(beta, 0, shift[i], 0);
            (shift[i], radius[i]) = (product.Value, product.Radius);
        }

        step.Chain.Append(AffineMap.Shift(shift, radius), summand.Precision);
    }

    private static double Finite(OnnxNode node, string name, float value) =>
        float.IsFinite(value) ? value : throw node.Fault("OnnxInvalidAttribute", $"The attribute '{name}' is not finite.");

    private static double[] Filled(int size, double value)
    {
        var values = new double[size];
        Array.Fill(values, value);
        return values;
    }
}
