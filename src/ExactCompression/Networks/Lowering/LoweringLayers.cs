using ExactCompression.Numerics;

namespace ExactCompression.Networks;

/// <summary>The layers of a lowered graph while it is made.</summary>
/// <param name="input">Arrangement of the network's input.</param>
internal sealed class LoweringLayers(MapShape input)
{
    private readonly List<LoweredLayer> layers = [];

    /// <summary>The layers so far.</summary>
    public IReadOnlyList<LoweredLayer> Layers => layers;

    /// <summary>The arrangement of a value.</summary>
    /// <param name="value">0 for the input, else a layer's 1-based place.</param>
    public MapShape ShapeOf(int value) => value == 0 ? input : layers[value - 1].Shape;

    /// <summary>The value of an expression; makes a layer of it where there is none.</summary>
    /// <param name="expression">The expression.</param>
    public int ValueOf(AffineExpression expression)
    {
        if (expression.Value < 0)
            expression.Value = expression.Alias >= 0 ? expression.Alias : Append(expression, LayerUnit.Linear, 0, expression.Name);
        return expression.Value;
    }

    /// <summary>A linear map of an expression.</summary>
    /// <param name="name">Name of the node.</param>
    /// <param name="map">The map.</param>
    /// <param name="operand">What it takes.</param>
    /// <param name="bias">A number for each element of the result; null for none.</param>
    /// <param name="radius">Radii of the biases; null where they are exact.</param>
    public AffineExpression Apply(string name, ILinearMap map, AffineExpression operand, double[]? bias = null, double[]? radius = null) =>
        new(name, map.Output, [new(ValueOf(operand), map)], bias ?? new double[map.Output.Count], radius);

    /// <summary>A weighted sum of expressions of one length; the weights are 1 or -1, or others where rounding is none of their
    /// concern.</summary>
    /// <param name="name">Name of the node.</param>
    /// <param name="shape">Arrangement of the sum.</param>
    /// <param name="operands">Each expression with its weight, and whether nothing else reads it.</param>
    public AffineExpression Sum(
        string name, MapShape shape, params ReadOnlySpan<(AffineExpression Operand, double Weight, bool Once)> operands)
    {
        var terms = new List<LinearTerm>();
        var sum = new AffineExpression(name, shape, [], new double[shape.Count]);
        foreach ((AffineExpression operand, double weight, bool once) in operands)
        {
            if (once && weight == 1 && operand.Value < 0 && operand.Shape == shape)
            {
                terms.AddRange(operand.Terms);
                (double[] bias, double[]? radius) = sum.Plus(operand.Bias, operand.Radius);
                sum = new(name, shape, [], bias, radius);
            }
            else
            {
                terms.Add(new(ValueOf(operand), new DiagonalMap(shape, weight)));
            }
        }

        return new(name, shape, terms, sum.Bias, sum.Radius);
    }

    /// <summary><c>max(0, z)</c> of an expression plus a constant.</summary>
    /// <param name="name">Name of the node.</param>
    /// <param name="operand">The expression.</param>
    /// <param name="once">Whether nothing else reads it.</param>
    /// <param name="shift">What is added to it first.</param>
    /// <param name="layer">1-based number of the network's layer whose neurons these are; 0 for none.</param>
    public AffineExpression Rectify(string name, AffineExpression operand, bool once, double shift, int layer)
    {
        AffineExpression z = Pending(name, operand, once);
        if (shift != 0)
        {
            var shifts = new double[z.Shape.Count];
            Array.Fill(shifts, shift);
            (double[] bias, double[]? radius) = z.Plus(shifts);
            z = new(name, z.Shape, z.Terms, bias, radius);
        }

        return AffineExpression.Of(name, Append(z, LayerUnit.Rectifier, layer, name), z.Shape);
    }

    /// <summary>A smooth function of an expression.</summary>
    /// <param name="name">Name of the node.</param>
    /// <param name="operand">The expression.</param>
    /// <param name="once">Whether nothing else reads it.</param>
    /// <param name="unit">The function.</param>
    public AffineExpression Smooth(string name, AffineExpression operand, bool once, LayerUnit unit) =>
        AffineExpression.Of(name, Append(Pending(name, operand, once), unit, 0, name), operand.Shape);

    /// <summary>An expression whose terms a layer can take: its own, or the value that it has or gets.</summary>
    private AffineExpression Pending(string name, AffineExpression operand, bool once) =>
        once && operand.Value < 0 && operand.Alias < 0 ? operand : AffineExpression.Of(name, ValueOf(operand), operand.Shape);

    private int Append(AffineExpression z, LayerUnit unit, int layer, string name)
    {
        layers.Add(new(name, z.Shape, z.Terms, z.Bias, z.Radius, unit, layer));
        return layers.Count;
    }
}
