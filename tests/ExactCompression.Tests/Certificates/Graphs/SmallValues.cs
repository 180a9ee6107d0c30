using ExactCompression.Certificates.Checking;
using ExactCompression.Tests.Oracles;

namespace ExactCompression.Tests.Certificates.Graphs;

/// <summary>Checked graphs made by hand.</summary>
internal sealed class SmallValues
{
    private readonly List<CheckedValue> values;

    /// <summary>Begins with the input.</summary>
    /// <param name="inputs">How many there are.</param>
    public SmallValues(int inputs) => values = [new InputValue("x", inputs)];

    /// <summary>Number of the last value.</summary>
    public int Last => values.Count - 1;

    /// <summary>The graph whose output is the last value.</summary>
    public CheckedGraph Graph => new(values, [Last]);

    /// <summary>Adds an affine value of one element: a sum of products, and a bias.</summary>
    /// <param name="source">The value that it takes.</param>
    /// <param name="bias">The bias.</param>
    /// <param name="weights">A weight for each of its elements.</param>
    public SmallValues Sum(int source, double bias, params double[] weights) => Rows(source, [bias], weights);

    /// <summary>Adds an affine value.</summary>
    /// <param name="source">The value that it takes.</param>
    /// <param name="bias">The biases.</param>
    /// <param name="weights">The weights, row by row.</param>
    public SmallValues Rows(int source, double[] bias, double[] weights) =>
        Add(new AffineValue($"v{values.Count}", bias.Length, [new(source, Matrix(source, bias.Length, weights))], bias));

    /// <summary>Adds a factor that is known up to a radius.</summary>
    /// <param name="source">The value that it takes, of one element.</param>
    /// <param name="weight">The factor.</param>
    /// <param name="radius">Its radius.</param>
    /// <param name="origin">What it is computed from.</param>
    /// <param name="biasRadius">The radius of the bias, which is 0.</param>
    public SmallValues Inexact(int source, double weight, double radius, EntryOrigin origin = default, double biasRadius = 0) =>
        Add(new AffineValue(
            $"v{values.Count}", 1, [new(source, new DiagonalRows([weight], [radius], [origin]))], [0],
            biasRadius > 0 ? [biasRadius] : null));

    /// <summary>Adds what rectifies a value.</summary>
    /// <param name="source">The value.</param>
    public SmallValues Relu(int source) => Add(new RectifiedValue($"v{values.Count}", values[source].Size, source));

    /// <summary>Adds a smooth function.</summary>
    /// <param name="source">The value that it takes.</param>
    /// <param name="meaning">Its name.</param>
    public SmallValues Smooth(int source, string meaning) =>
        Add(new OpaqueValue($"v{values.Count}", values[source].Size, [source], meaning));

    /// <summary>A relation of values after the input.</summary>
    /// <param name="values">For each its letters, and the targets.</param>
    public static GraphRelation Relation(params (string Kinds, int[] Targets)[] values) => new(
        [ValueRelation.None, .. values.Select(static v => new ValueRelation { Kinds = v.Kinds, Targets = v.Targets, Factors = [] })]);

    /// <summary>The largest difference of the outputs at an input.</summary>
    /// <param name="original">One graph.</param>
    /// <param name="compressed">The other.</param>
    /// <param name="input">The input.</param>
    public static Rational Difference(CheckedGraph original, CheckedGraph compressed, IEnumerable<double> input)
    {
        Rational[] point = [.. input.Select(static x => (Rational)x)];
        Rational[][] before = ExactValues.Of(original, point), after = ExactValues.Of(compressed, point);
        return original.Outputs.SelectMany(o => before[o]).Zip(compressed.Outputs.SelectMany(o => after[o]))
            .Select(static p => Rational.Abs(p.First - p.Second)).Aggregate(Rational.Zero, Rational.Max);
    }

    private SmallValues Add(CheckedValue value)
    {
        values.Add(value);
        return this;
    }

    private MatrixRows Matrix(int source, int rows, double[] weights) =>
        new(weights, ReadOnlyMemory<double>.Empty, rows, values[source].Size);
}
