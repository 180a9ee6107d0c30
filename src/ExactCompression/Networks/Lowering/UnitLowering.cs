using ExactCompression.Numerics;

namespace ExactCompression.Networks;

/// <summary>Piecewise-linear units as rectifiers between linear maps; each equation holds exactly.</summary>
/// <param name="layers">Where the layers go.</param>
internal sealed class UnitLowering(LoweringLayers layers)
{
    /// <summary>Lowers a unit.</summary>
    /// <param name="name">Name of the node.</param>
    /// <param name="unit">The unit.</param>
    /// <param name="operands">What it takes.</param>
    /// <param name="once">Whether nothing else reads what it takes.</param>
    /// <param name="layer">1-based number of the network's layer.</param>
    /// <exception cref="NotSupportedException">The unit is of an unknown kind.</exception>
    public AffineExpression Lower(string name, UnitOperator unit, AffineExpression[] operands, bool once, int layer) => unit switch
    {
        ReluOperator => layers.Rectify(name, operands[0], once, 0, layer),
        LeakyReluOperator leaky => Leaky(name, leaky.Slopes, operands[0], layer),
        ClipOperator clip => Clip(name, clip.Lower, clip.Upper, operands[0], once, layer),
        HardSigmoidOperator hard => Clip(name, 0, 1, Line(name, hard.Alpha, hard.Beta, operands[0]), true, layer),
        ExtremumOperator extremum => Extremum(name, extremum.IsMaximum, operands[0], operands[1], layer),
        _ => throw new NotSupportedException($"{unit.Name} cannot be lowered."),
    };

    /// <summary><c>a z + (1 - a) max(0, z)</c>.</summary>
    private AffineExpression Leaky(string name, double[] slopes, AffineExpression z, int layer)
    {
        MapShape shape = z.Shape;
        int value = layers.ValueOf(z);
        AffineExpression rectified = layers.Rectify(name, z, once: false, 0, layer);
        var (below, rest, radii) = (new double[shape.Count], new double[shape.Count], new double[shape.Count]);
        for (int i = 0; i < rest.Length; i++)
        {
            ErrorFreeSum sum = default;
            below[i] = slopes[slopes.Length == 1 ? 0 : i];
            sum.Add(1);
            sum.Add(-below[i]);
            (rest[i], radii[i]) = (sum.Value, sum.Radius);
        }

        bool exact = radii.AsSpan().IndexOfAnyExcept(0.0) < 0;
        return new(
            name, shape,
            [new(value, new DiagonalMap(shape, below)), new(layers.ValueOf(rectified), new DiagonalMap(shape, rest, exact ? null : radii))],
            new double[shape.Count]);
    }

    /// <summary><c>l + max(0, z - l) - max(0, z - u)</c>; without a lower end <c>u - max(0, u - z)</c>.</summary>
    private AffineExpression Clip(string name, double lower, double upper, AffineExpression z, bool once, int layer)
    {
        if (double.IsNegativeInfinity(lower))
        {
            if (double.IsPositiveInfinity(upper))
            {
                // Nothing is cut off: the neurons of the layer are its values.
                int value = layers.ValueOf(z);
                layers.Rectify(name, z, once: false, 0, layer);
                return AffineExpression.Of(name, value, z.Shape);
            }

            AffineExpression negative = layers.Sum(name, z.Shape, (z, -1, false));
            AffineExpression rest = layers.Rectify(name, negative, once: true, upper, layer);
            return Plus(layers.Sum(name, z.Shape, (rest, -1, false)), upper);
        }

        bool cutsAbove = !double.IsPositiveInfinity(upper);
        AffineExpression above = layers.Rectify(name, z, once && !cutsAbove, -lower, layer);
        if (!cutsAbove)
            return Plus(above, lower);
        AffineExpression excess = layers.Rectify(name, z, once: false, -Math.Max(upper, lower), 0);
        AffineExpression clipped = Plus(layers.Sum(name, z.Shape, (above, 1, false), (excess, -1, false)), lower);

        // ONNX cuts off above last: with the ends in the wrong order the upper one is all that is left.
        return upper >= lower ? clipped : Constant(name, clipped, upper);
    }

    /// <summary><c>y + max(0, x - y)</c>, <c>x - max(0, x - y)</c>.</summary>
    private AffineExpression Extremum(string name, bool isMaximum, AffineExpression x, AffineExpression y, int layer)
    {
        AffineExpression difference = layers.Sum(name, x.Shape, (x, 1, false), (y, -1, false));
        AffineExpression rectified = layers.Rectify(name, difference, once: true, 0, layer);
        return isMaximum
            ? layers.Sum(name, x.Shape, (y, 1, false), (rectified, 1, false))
            : layers.Sum(name, x.Shape, (x, 1, false), (rectified, -1, false));
    }

    private AffineExpression Line(string name, double factor, double term, AffineExpression z)
    {
        var terms = new double[z.Shape.Count];
        Array.Fill(terms, term);
        return layers.Apply(name, new DiagonalMap(z.Shape, factor), z, terms);
    }

    private static AffineExpression Plus(AffineExpression z, double term)
    {
        if (term == 0)
            return z;
        var terms = new double[z.Shape.Count];
        Array.Fill(terms, term);
        (double[] bias, double[]? radius) = z.Plus(terms);
        return new(z.Name, z.Shape, z.Terms, bias, radius);
    }

    private AffineExpression Constant(string name, AffineExpression z, double value) =>
        Plus(layers.Apply(name, new DiagonalMap(z.Shape, 0), z), value);
}
