using ExactCompression.Networks;
using ExactCompression.Numerics;

namespace ExactCompression.Formats.Onnx;

/// <summary>Gemm and MatMul: the value is a row or a column, the other factor a constant matrix.</summary>
internal static class OnnxProductOperators
{
    /// <summary><c>alpha A' B' + beta C</c>, where <c>A'</c> or <c>B'</c> is the value.</summary>
    public static void Gemm(OnnxNodeReader step)
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
            throw node.ShapeFault(
                $"It multiplies matrices, but the shapes are {OnnxShapes.Show(step.Shape)} and {OnnxShapes.Show(matrix.Shape)}.");
        (int rows, int columns) = transposeData ? (step.Shape[1], step.Shape[0]) : (step.Shape[0], step.Shape[1]);
        AffineMap product = Product(step, matrix, dataLeft ? rows : columns, asStored: dataLeft == transposeMatrix);
        step.Shape = dataLeft ? [1, product.Outputs] : [product.Outputs, 1];
        if (node.Float("alpha", 1) is var alpha && alpha != 1)
        {
            step.Budget.Take((2L * product.Weights.Length, product.Weights.Length), node.Place);
            product = AffineJoin.Compose(AffineMap.Scale(AffineMap.Filled(product.Outputs, Finite(node, "alpha", alpha))), product);
        }

        (WeightPrecision precision, OnnxTensor? summand) = (matrix.Precision, step.OptionalConstant(2));
        if (summand is not null)
        {
            (double[] bias, double[] radius) = Summand(step, summand, Finite(node, "beta", node.Float("beta", 1)));
            product = AffineMap.Dense(product.Weights, bias, product.Outputs, product.Inputs, product.WeightRadius, radius);
            precision = (WeightPrecision)Math.Max((int)precision, (int)summand.Precision);
        }

        step.Append(product, precision);
    }

    /// <summary>A matrix product by the rules of NumPy, where one factor is the value.</summary>
    public static void MatMul(OnnxNodeReader step)
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
            throw step.Node.Unsupported(
                $"The factor {OnnxFault.Quote(matrix.Name)} of shape {OnnxShapes.Show(matrix.Shape)} is a stack of matrices.");
        int others = step.Count / Math.Max(1, dataLeft ? data[^1] : data[^2]);
        AffineMap product = Product(step, matrix.Reshaped(factor[^2..]), others, asStored: !dataLeft);

        var result = new List<int>(OnnxShapes.Broadcast(step.Node, data[..^2], factor[..^2]));
        if (!(dataLeft ? vector : matrixIsVector))
            result.Add(dataLeft ? 1 : product.Outputs);
        if (!(dataLeft ? matrixIsVector : vector))
            result.Add(dataLeft ? product.Outputs : 1);
        step.Shape = [.. result];
        step.Append(product, matrix.Precision);
    }

    /// <summary>The product with a matrix that is stored as a layer has it (outputs x inputs), or transposed.</summary>
    private static AffineMap Product(OnnxNodeReader step, OnnxTensor matrix, int otherRows, bool asStored)
    {
        (int rows, int columns) = (matrix.Shape[0], matrix.Shape[1]);
        (int outputs, int inputs) = asStored ? (rows, columns) : (columns, rows);
        if (otherRows != 1)
            throw step.Node.ShapeFault(
                $"The value of shape {OnnxShapes.Show(step.Shape)} is not one row for the {rows} x {columns} matrix "
                    + $"{OnnxFault.Quote(matrix.Name)}. Networks for one input row, or with a symbolic batch, are supported.");
        if (inputs != step.Count || outputs == 0 || inputs == 0)
            throw step.Node.ShapeFault(
                $"The value of shape {OnnxShapes.Show(step.Shape)} does not fit the {rows} x {columns} matrix "
                    + $"{OnnxFault.Quote(matrix.Name)}.");
        double[] weights = asStored ? matrix.Weights : Transposed(step, matrix);
        return AffineMap.Dense(weights, new double[outputs], outputs, inputs);
    }

    private static double[] Transposed(OnnxNodeReader step, OnnxTensor matrix)
    {
        step.Budget.AllocateValues(matrix.Count, step.Node.Place);
        return OnnxLayout.Transpose(matrix.Weights, matrix.Shape, [1, 0], step.Budget);
    }

    /// <summary><c>beta C</c>, one value for each output, with the radius of the products.</summary>
    private static (double[] Values, double[] Radius) Summand(OnnxNodeReader step, OnnxTensor summand, double beta)
    {
        int[] common = OnnxShapes.Broadcast(step.Node, step.Shape, summand.Shape);
        if (!common.AsSpan().SequenceEqual(step.Shape))
            throw step.Node.ShapeFault(
                $"The summand of shape {OnnxShapes.Show(summand.Shape)} does not fit the product of shape {OnnxShapes.Show(step.Shape)}.");
        double[] values = step.Expand(summand.Weights, summand.Shape, common), radius = new double[values.Length];
        for (int i = 0; i < values.Length; i++)
        {
            ErrorFreeSum product = default;
            product.AddProduct(beta, 0, values[i], 0);
            (values[i], radius[i]) = (product.Value, product.Radius);
        }

        return (values, radius);
    }

    private static double Finite(OnnxNode node, string name, float value) =>
        float.IsFinite(value) ? value : throw node.Fault("OnnxInvalidAttribute", $"The attribute '{name}' is not finite.");
}
