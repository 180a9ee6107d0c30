using ExactCompression.Networks;
using ExactCompression.Numerics;

namespace ExactCompression.Formats.Onnx;

/// <summary>Gemm and MatMul with a constant matrix on either side.</summary>
internal static class OnnxProductOperators
{
    /// <summary><c>alpha A' B' + beta C</c>, where <c>A'</c> or <c>B'</c> is a constant.</summary>
    public static void Gemm(OnnxStep step)
    {
        OnnxNode node = step.Node;
        if (step.Opset < 7)
            node.AllowAttributes("alpha", "beta", "transA", "transB", "broadcast");
        else
            node.AllowAttributes("alpha", "beta", "transA", "transB");
        bool dataLeft = step.IsConstant(1);
        if (!dataLeft && !step.IsConstant(0))
            throw new OnnxNotAnalysedException("Both factors depend on the network's input.");
        OnnxTensor matrix = step.Constant(dataLeft ? 1 : 0);
        OnnxValue value = step.Data(dataLeft ? 0 : 1);
        bool transposeData = node.Integer(dataLeft ? "transA" : "transB", 0) != 0;
        bool transposeMatrix = node.Integer(dataLeft ? "transB" : "transA", 0) != 0;
        if (value.Shape!.Length != 2 || matrix.Shape.Length != 2)
            throw node.ShapeFault(
                $"It multiplies matrices, but the shapes are {OnnxShapes.Show(value.Shape)} and {OnnxShapes.Show(matrix.Shape)}.");

        // The value as rows to be multiplied, whichever side it is on.
        bool asRows = dataLeft != transposeData;
        OnnxStep.KeepBatch(value, !asRows);
        (int rows, int inputs) = asRows ? (value.Shape[0], value.Shape[1]) : (value.Shape[1], value.Shape[0]);
        AffineMap product = Product(step, value.Shape, matrix.Reshaped(matrix.Shape), inputs, asStored: dataLeft == transposeMatrix);
        double alpha = Finite(node, "alpha", node.Float("alpha", 1)), beta = Finite(node, "beta", node.Float("beta", 1));
        if (alpha != 1)
        {
            step.Budget.Take((2L * product.Weights.Length, product.Weights.Length), node.Place);
            product = AffineJoin.Compose(AffineMap.Scale(AffineMap.Filled(product.Outputs, alpha)), product);
        }

        int[] shape = dataLeft ? [rows, product.Outputs] : [product.Outputs, rows];
        WeightPrecision precision = matrix.Precision;
        bool isBias = rows == 1 && step.IsConstant(2);
        if (isBias)
        {
            OnnxTensor summand = step.Constant(2);
            (double[] bias, double[] radius) = Summand(step, summand, shape, beta);
            product = AffineMap.Dense(product.Weights, bias, product.Outputs, product.Inputs, product.WeightRadius, radius);
            precision = (WeightPrecision)Math.Max((int)precision, (int)summand.Precision);
        }

        int number = Multiply(step, value, rows, asRows, product, precision, dataLeft, alpha, isBias ? beta : 1);
        OnnxValue result = step.Of(number, shape, value.IsBatch);
        step.Give(isBias || !node.HasInput(2) ? result : Plus(step, result, beta));
    }

    /// <summary>A matrix product by the rules of NumPy, where one factor is a constant.</summary>
    public static void MatMul(OnnxStep step)
    {
        step.Node.AllowAttributes();
        step.RequireInputs(2);
        bool dataLeft = step.IsConstant(1);
        if (!dataLeft && !step.IsConstant(0))
            throw new OnnxNotAnalysedException("Both factors depend on the network's input.");
        OnnxTensor matrix = step.Constant(dataLeft ? 1 : 0);
        OnnxValue value = step.Data(dataLeft ? 0 : 1);
        int[] shape = value.Shape!;
        if (shape.Length == 0 || matrix.Shape.Length == 0)
            throw step.Node.ShapeFault("It does not multiply scalars.");

        // A vector counts as a row on the left and as a column on the right, and the dimension so added is dropped from the result.
        bool vector = shape.Length == 1, matrixIsVector = matrix.Shape.Length == 1;
        int[] data = !vector ? shape : dataLeft ? [1, shape[0]] : [shape[0], 1];
        int[] factor = !matrixIsVector ? matrix.Shape : dataLeft ? [matrix.Shape[0], 1] : [1, matrix.Shape[0]];
        if (OnnxShapes.Count(factor.AsSpan(0, factor.Length - 2)) != 1)
            throw new OnnxNotAnalysedException(
                $"The factor {OnnxFault.Quote(matrix.Name)} of shape {OnnxShapes.Show(matrix.Shape)} is a stack of matrices.");
        OnnxStep.KeepBatch(value, factor.Length > data.Length || (!dataLeft && data.Length == 2));
        AffineMap product = Product(step, shape, matrix.Reshaped(factor[^2..]), dataLeft ? data[^1] : data[^2], asStored: !dataLeft);

        var result = new List<int>(OnnxShapes.Broadcast(step.Node, data[..^2], factor[..^2]));
        int columns = data[^1];
        if (dataLeft ? !vector : !matrixIsVector)
            result.Add(dataLeft ? data[^2] : product.Outputs);
        if (dataLeft ? !matrixIsVector : !vector)
            result.Add(dataLeft ? product.Outputs : columns);
        int number;
        if (dataLeft)
            number = Along(step, step.As(value.Number, OnnxShapes.Row(data)), product, matrix.Precision);
        else if (columns == 1)
            number = Along(step, step.As(value.Number, OnnxShapes.Row(data[..^1])), product, matrix.Precision);
        else
            number = Swapped(step, Along(step, Swapped(step, step.As(value.Number, new(data))), product, matrix.Precision));
        step.Give(step.Of(number, [.. result], value.IsBatch));
    }

    /// <summary>The product with a matrix that is stored as a layer has it (outputs x inputs), or transposed.</summary>
    private static AffineMap Product(OnnxStep step, int[] shape, OnnxTensor matrix, int inputs, bool asStored)
    {
        (int rows, int columns) = (matrix.Shape[0], matrix.Shape[1]);
        (int outputs, int taken) = asStored ? (rows, columns) : (columns, rows);
        if (taken != inputs || outputs == 0 || inputs == 0)
            throw step.Node.ShapeFault(
                $"The value of shape {OnnxShapes.Show(shape)} does not fit the {rows} x {columns} matrix "
                    + $"{OnnxFault.Quote(matrix.Name)}.");
        double[] weights = asStored ? matrix.Weights : Transposed(step, matrix);
        return AffineMap.Dense(weights, new double[outputs], outputs, inputs);
    }

    private static double[] Transposed(OnnxStep step, OnnxTensor matrix)
    {
        step.Budget.AllocateValues(matrix.Count, step.Node.Place);
        return OnnxLayout.Transpose(matrix.Weights, matrix.Shape, [1, 0], step.Budget);
    }

    /// <summary>A matrix along the last axis of a value.</summary>
    private static int Along(
        OnnxStep step, int number, AffineMap product, WeightPrecision precision, double alpha = 1, double beta = 1)
    {
        TensorShape taken = step.Reading.Builder.ShapeOf(number);
        var op = new DenseOperator(product.Weights, product.Bias, product.Inputs, precision)
        {
            WeightRadius = product.WeightRadius,
            BiasRadius = product.BiasRadius,
            Alpha = alpha,
            Beta = beta,
        };
        return step.Add(op, new([.. taken.SkipLast(1), product.Outputs]), number);
    }

    private static int Multiply(
        OnnxStep step, OnnxValue value, int rows, bool asRows, AffineMap product, WeightPrecision precision, bool rowsAfter, double alpha,
        double beta)
    {
        if (rows == 1)
            return Along(step, step.As(value.Number, new(product.Inputs)), product, precision, alpha, beta);
        int number = step.As(value.Number, new(value.Shape!));
        number = Along(step, asRows ? number : Swapped(step, number), product, precision, alpha, beta);
        return rowsAfter ? number : Swapped(step, number);
    }

    /// <summary>The last two axes in the other order.</summary>
    private static int Swapped(OnnxStep step, int number)
    {
        TensorShape shape = step.Reading.Builder.ShapeOf(number);
        int last = shape.Count - 1;
        int[] permutation = [.. Enumerable.Range(0, last - 1), last, last - 1];
        return step.Add(new TransposeOperator(permutation), new([.. permutation.Select(p => shape[p])]), number);
    }

    /// <summary><c>beta C</c>, one value for each output, with the radius of the products.</summary>
    private static (double[] Values, double[] Radius) Summand(OnnxStep step, OnnxTensor summand, int[] shape, double beta)
    {
        RequireFit(step, summand.Shape, shape);
        step.Budget.Work(OnnxShapes.Count(shape), step.Node.Place);
        double[] values = OnnxLayout.Expand(summand.Weights, summand.Shape, shape, step.Budget), radius = new double[values.Length];
        for (int i = 0; i < values.Length; i++)
        {
            ErrorFreeSum product = default;
            product.AddProduct(beta, 0, values[i], 0);
            (values[i], radius[i]) = (product.Value, product.Radius);
        }

        return (values, radius);
    }

    /// <summary>A product plus <c>beta C</c>, where <c>C</c> depends on the input or differs from row to row.</summary>
    private static OnnxValue Plus(OnnxStep step, OnnxValue product, double beta)
    {
        OnnxValue summand = step.Data(2);
        RequireFit(step, summand.Shape!, product.Shape!);
        OnnxBroadcast.Common(step, [product.Shape!, summand.Shape!], product, summand);
        int number = OnnxBroadcast.Spread(step, summand, summand.Shape!, product.Shape!);
        TensorShape row = OnnxShapes.Row(product.Shape!);
        if (beta != 1)
        {
            var part = AffinePart.Of(AffineMap.Scale(AffineMap.Filled(row.Elements, beta)), WeightPrecision.Float32)!;
            number = step.Add(new ScaleShiftOperator(part), row, number);
        }

        return step.Of(step.Add(new SumOperator([1, 1]), row, product.Number, number), product.Shape!, product.IsBatch || summand.IsBatch);
    }

    private static void RequireFit(OnnxStep step, int[] summand, int[] product)
    {
        int[] common = OnnxShapes.Broadcast(step.Node, product, summand);
        if (!common.AsSpan().SequenceEqual(product))
            throw step.Node.ShapeFault(
                $"The summand of shape {OnnxShapes.Show(summand)} does not fit the product of shape {OnnxShapes.Show(product)}.");
    }

    private static double Finite(OnnxNode node, string name, float value) =>
        float.IsFinite(value) ? value : throw node.Fault("OnnxInvalidAttribute", $"The attribute '{name}' is not finite.");
}
