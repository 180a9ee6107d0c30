using ExactCompression.Networks;

namespace ExactCompression.Certificates.Checking;

/// <summary>Piecewise-linear units as rectifiers and affine values; every equation holds exactly.</summary>
/// <param name="values">Where the values go.</param>
internal sealed class UnitReading(CheckedValues values)
{
    /// <summary>Reads a unit.</summary>
    /// <param name="node">Name of the node.</param>
    /// <param name="unit">The unit.</param>
    /// <param name="x">The values that it takes.</param>
    /// <exception cref="Refusal">The unit is of an unknown kind.</exception>
    public int Read(string node, UnitOperator unit, int[] x) => unit switch
    {
        ReluOperator => values.Rectify(node, x[0]),
        LeakyReluOperator leaky => Leaky(node, leaky.Slopes, x[0]),
        ClipOperator clip => Clip(node, clip.Lower, clip.Upper, x[0]),
        HardSigmoidOperator hard => Clip(node, 0, 1, values.Sum(node, hard.Beta, (x[0], hard.Alpha))),
        ExtremumOperator { IsMaximum: true } => values.Sum(node, 0, (x[1], 1), (Excess(node, x[0], x[1]), 1)),
        ExtremumOperator => values.Sum(node, 0, (x[0], 1), (Excess(node, x[0], x[1]), -1)),
        _ => throw new Refusal(node, $"The unit {unit.Name} is not known."),
    };

    /// <summary><c>a z + (1 - a) max(0, z)</c>.</summary>
    private int Leaky(string node, double[] slopes, int z)
    {
        int rectified = values.Rectify(node, z), size = values.SizeOf(z);
        double[] a = slopes.Length == size ? slopes : [.. Enumerable.Repeat(slopes[0], size)];
        DiagonalRows rest = DiagonalRows.Of([.. a.Select(static slope =>
        {
            (double value, double radius) = Ratios.OneMinus(slope);
            return (value, radius, new EntryOrigin('1', slope));
        })]);
        return values.Affine(node, new double[size], null, new CheckedTerm(z, new DiagonalRows(a)), new CheckedTerm(rectified, rest));
    }

    /// <summary>
    /// <c>l + max(0, z - l) - max(0, z - u)</c>; without a lower end <c>u - max(0, u - z)</c>. With the ends in the wrong order the upper
    /// one is all that is left.
    /// </summary>
    private int Clip(string node, double lower, double upper, int z)
    {
        if (double.IsNegativeInfinity(lower) && double.IsPositiveInfinity(upper))
        {
            values.Rectify(node, z); // its neurons have states, although nothing is cut off
            return z;
        }

        if (double.IsNegativeInfinity(lower))
            return values.Sum(node, upper, (values.Rectify(node, values.Sum(node, upper, (z, -1))), -1));
        int above = values.Rectify(node, z, -lower);
        if (double.IsPositiveInfinity(upper))
            return lower == 0 ? above : values.Sum(node, lower, (above, 1));
        int excess = values.Rectify(node, z, -Math.Max(upper, lower));
        if (upper >= lower)
            return values.Sum(node, lower, (above, 1), (excess, -1));
        var constant = new double[values.SizeOf(z)];
        Array.Fill(constant, upper);
        return values.Affine(node, constant, null);
    }

    /// <summary><c>max(0, x - y)</c>.</summary>
    private int Excess(string node, int x, int y) => values.Rectify(node, values.Sum(node, 0, (x, 1), (y, -1)));
}
