using ExactCompression.Numerics;

namespace ExactCompression.Networks;

/// <summary>
/// A sum of linear maps and a constant on its way to becoming a layer. It becomes one where it is read more than once, or by another map;
/// a unit or a sum takes its terms as they are.
/// </summary>
internal sealed class AffineExpression
{
    /// <summary>An expression.</summary>
    /// <param name="name">Name of the node that it comes from.</param>
    /// <param name="shape">Arrangement of its elements.</param>
    /// <param name="terms">Its terms.</param>
    /// <param name="bias">A number for each element.</param>
    /// <param name="radius">Radii of the biases; null where they are exact.</param>
    public AffineExpression(string name, MapShape shape, IReadOnlyList<LinearTerm> terms, double[] bias, double[]? radius = null) =>
        (Name, Shape, Terms, Bias, Radius) = (name, shape, terms, bias, radius);

    /// <summary>Name of the node that it comes from.</summary>
    public string Name { get; }

    /// <summary>Arrangement of its elements.</summary>
    public MapShape Shape { get; }

    /// <summary>Its terms.</summary>
    public IReadOnlyList<LinearTerm> Terms { get; }

    /// <summary>A number for each element.</summary>
    public double[] Bias { get; }

    /// <summary>Radii of the biases; null where they are exact.</summary>
    public double[]? Radius { get; }

    /// <summary>The layer that it has become: its value; -1 where it has not.</summary>
    public int Value { get; set; } = -1;

    /// <summary>The value that it is nothing but another name for; -1 where it is more.</summary>
    public int Alias => Terms is [{ Map: DiagonalMap { IsIdentity: true } } term] && Radius is null
        && Bias.AsSpan().IndexOfAnyExcept(0.0) < 0 ? term.Source : -1;

    /// <summary>A value as it is.</summary>
    /// <param name="name">Name of the node that it comes from.</param>
    /// <param name="value">The value.</param>
    /// <param name="shape">The arrangement in which it is to be seen.</param>
    public static AffineExpression Of(string name, int value, MapShape shape) =>
        new(name, shape, [new(value, new DiagonalMap(shape))], new double[shape.Count]);

    /// <summary>Its biases with constants added, and the radii of these sums.</summary>
    /// <param name="terms">A constant for each element.</param>
    /// <param name="radius">Radii of the constants; null where they are exact.</param>
    public (double[] Bias, double[]? Radius) Plus(ReadOnlySpan<double> terms, double[]? radius = null)
    {
        var (sums, radii) = (new double[Bias.Length], new double[Bias.Length]);
        for (int i = 0; i < sums.Length; i++)
        {
            ErrorFreeSum sum = default;
            sum.Add(Bias[i], Radius?[i] ?? 0);
            sum.Add(terms[i], radius?[i] ?? 0);
            (sums[i], radii[i]) = (sum.Value, sum.Radius);
        }

        return (sums, radii.AsSpan().IndexOfAnyExcept(0.0) < 0 ? null : radii);
    }
}
