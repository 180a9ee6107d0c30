using ExactCompression.Numerics;

namespace ExactCompression.Networks;

/// <summary>
/// One affine operation exactly as a file states it: a matrix, arithmetic element by element, a division, a batch normalisation. A layer
/// that joins several of them keeps them beside the enclosure of their product, because the product of two numbers of a file, or a
/// quotient, often cannot be stored.
/// </summary>
internal sealed class AffinePart
{
    private readonly double[][] values;

    private AffinePart(AffinePartKind kind, int outputs, int inputs, WeightPrecision precision, double epsilon, params double[][] values)
    {
        Kind = kind;
        Outputs = outputs;
        Inputs = inputs;
        Precision = precision;
        Epsilon = epsilon;
        this.values = values;
    }

    /// <summary>What it does.</summary>
    public AffinePartKind Kind { get; }

    /// <summary>Length of what it gives.</summary>
    public int Outputs { get; }

    /// <summary>Length of what it takes; <see cref="Outputs"/> where it works element by element.</summary>
    public int Inputs { get; }

    /// <summary>What the file stores the numbers as.</summary>
    public WeightPrecision Precision { get; }

    /// <summary>What a batch normalisation adds to the variance.</summary>
    public double Epsilon { get; }

    /// <summary>The numbers, in the order that <see cref="AffinePartKind"/> gives; not to be changed.</summary>
    public IReadOnlyList<double[]> Values => values;

    /// <summary>Whether it is a matrix.</summary>
    public bool IsDense => Kind == AffinePartKind.Dense;

    /// <summary>The maps that it consists of, first to last, each as double can hold it, with radii.</summary>
    /// <exception cref="OverflowException">A quotient leaves the range of double.</exception>
    public IEnumerable<AffineMap> Maps => Kind switch
    {
        AffinePartKind.Dense => [AffineMap.Dense(values[0], values[1], Outputs, Inputs)],
        AffinePartKind.Elementwise => [AffineMap.Elementwise(values[0], values[1])],
        AffinePartKind.Divide => [Quotients(i => RoundedQuotient.Reciprocal(values[0][i]))],
        _ =>
        [
            AffineMap.Shift(Array.ConvertAll(values[2], static mean => -mean)),
            Quotients(i => RoundedQuotient.OverRoot(values[0][i], values[3][i], Epsilon)),
            AffineMap.Shift(values[1]),
        ],
    };

    /// <summary>A part of numbers that may be anything, as a file or a portable form has them.</summary>
    /// <exception cref="ArgumentException">The numbers are too many or too few.</exception>
    public static AffinePart Of(AffinePartKind kind, int outputs, int inputs, WeightPrecision precision, double epsilon, double[][] values)
    {
        int[] lengths = kind switch
        {
            AffinePartKind.Dense => [checked(outputs * inputs), outputs],
            AffinePartKind.Elementwise => [outputs, outputs],
            AffinePartKind.Divide => [outputs],
            AffinePartKind.BatchNormalization => [outputs, outputs, outputs, outputs],
            _ => throw new ArgumentException($"There is no part of kind {kind}.", nameof(kind)),
        };
        if (!lengths.AsSpan().SequenceEqual(Array.ConvertAll(values, static v => v.Length))
            || (kind != AffinePartKind.Dense && inputs != outputs))
            throw new ArgumentException($"The numbers of a part of kind {kind} do not fit {outputs} x {inputs}.", nameof(values));
        return new(kind, outputs, inputs, precision, epsilon, values);
    }

    /// <summary>The part that a map without radius is, or null where the map is known to a radius alone.</summary>
    public static AffinePart? Of(AffineMap map, WeightPrecision precision) => map.WeightRadius is not null || map.BiasRadius is not null
        ? null
        : new(map.IsElementwise ? AffinePartKind.Elementwise : AffinePartKind.Dense, map.Outputs, map.Inputs, precision, 0, map.Weights,
            map.Bias);

    /// <summary><c>x / divisor</c>.</summary>
    public static AffinePart Divide(double[] divisor, WeightPrecision precision) =>
        new(AffinePartKind.Divide, divisor.Length, divisor.Length, precision, 0, divisor);

    /// <summary><c>(x - mean) scale / sqrt(variance + epsilon) + shift</c>.</summary>
    public static AffinePart BatchNormalization(
        double[] scale, double[] shift, double[] mean, double[] variance, double epsilon, WeightPrecision precision) =>
        new(AffinePartKind.BatchNormalization, scale.Length, scale.Length, precision, epsilon, scale, shift, mean, variance);

    /// <summary>Whether a precision holds every number of it.</summary>
    public bool Fits(WeightPrecision precision) =>
        precision == WeightPrecision.Float64 || Array.TrueForAll(values, static v => Array.TrueForAll(v, static x => (float)x == x));

    /// <summary>Whether element <paramref name="index"/> of an elementwise part maps 0 to 0, exactly.</summary>
    public bool KeepsZero(int index) => Kind switch
    {
        AffinePartKind.Elementwise => values[1][index] == 0,
        AffinePartKind.Divide => true,
        AffinePartKind.BatchNormalization => values[1][index] == 0 && values[2][index] == 0,
        _ => false,
    };

    /// <summary>Some elements of an elementwise part.</summary>
    public AffinePart Elements(int[] indices) =>
        new(Kind, indices.Length, indices.Length, Precision, Epsilon, Array.ConvertAll(values, v => Array.ConvertAll(indices, i => v[i])));

    /// <summary>Some rows and columns of a matrix.</summary>
    /// <param name="rows">Rows in their order, or null for all.</param>
    /// <param name="columns">Columns in their order, or null for all.</param>
    public AffinePart Submatrix(int[]? rows, int[]? columns)
    {
        rows ??= [.. Enumerable.Range(0, Outputs)];
        columns ??= [.. Enumerable.Range(0, Inputs)];
        var weights = new double[(long)rows.Length * columns.Length];
        int at = 0;
        foreach (int row in rows)
        {
            foreach (int column in columns)
                weights[at++] = values[0][(row * Inputs) + column];
        }

        return new(Kind, rows.Length, columns.Length, Precision, 0, weights, Array.ConvertAll(rows, i => values[1][i]));
    }

    /// <summary>Whether two parts are the same operation: then they are the same function.</summary>
    public bool IsSame(AffinePart other) =>
        Kind == other.Kind && Outputs == other.Outputs && Inputs == other.Inputs && Epsilon == other.Epsilon
        && values.Zip(other.values).All(static pair => pair.First.AsSpan().SequenceEqual(pair.Second));

    private AffineMap Quotients(Func<int, (double Value, double Radius)> quotient)
    {
        (double[] scale, double[] radius) = (new double[Outputs], new double[Outputs]);
        for (int i = 0; i < scale.Length; i++)
            (scale[i], radius[i]) = quotient(i);
        return AffineMap.Scale(scale, radius);
    }
}

/// <summary>What an <see cref="AffinePart"/> does, and the order of its numbers.</summary>
internal enum AffinePartKind
{
    /// <summary><c>W x + b</c>: weights, row-major, then biases.</summary>
    Dense,

    /// <summary><c>s_i x_i + t_i</c>: scales, then shifts.</summary>
    Elementwise,

    /// <summary><c>x_i / d_i</c>: divisors.</summary>
    Divide,

    /// <summary><c>(x_i - m_i) s_i / sqrt(v_i + epsilon) + t_i</c>: scales, shifts, means, variances.</summary>
    BatchNormalization,
}
