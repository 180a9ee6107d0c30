using System.Runtime.CompilerServices;

namespace ExactCompression.Numerics;

/// <summary>A factor for each element, or the identity.</summary>
internal sealed class DiagonalMap : ILinearMap
{
    private readonly double[]? factors;
    private readonly double factor;
    private readonly Lazy<ILinearMap> absolute;

    /// <summary>The map of one factor for all elements.</summary>
    /// <param name="shape">The elements' arrangement.</param>
    /// <param name="factor">The factor.</param>
    public DiagonalMap(MapShape shape, double factor = 1)
    {
        Output = Input = shape;
        this.factor = factor;
        absolute = new(() => factor >= 0 ? this : new DiagonalMap(shape, -factor));
    }

    /// <summary>The map of a factor for each element.</summary>
    /// <param name="shape">The elements' arrangement.</param>
    /// <param name="factors">The factors; kept, not copied.</param>
    /// <param name="radius">Radii of the factors; null where they are exact.</param>
    /// <exception cref="ArgumentException">There is not a factor for each element.</exception>
    public DiagonalMap(MapShape shape, double[] factors, double[]? radius = null)
    {
        if (factors.Length != shape.Count || (radius is not null && radius.Length != factors.Length))
            throw new ArgumentException($"There are {factors.Length} factors for {shape.Count} elements.", nameof(factors));
        Output = Input = shape;
        this.factors = factors;
        Radius = radius is null ? null : new DiagonalMap(shape, radius);
        absolute = new(() => new DiagonalMap(shape, KernelValues.Absolute(factors)));
    }

    /// <inheritdoc/>
    public MapShape Input { get; }

    /// <inheritdoc/>
    public MapShape Output { get; }

    /// <inheritdoc/>
    public int FanIn => 1;

    /// <inheritdoc/>
    public int FanOut => 1;

    /// <inheritdoc/>
    public ILinearMap? Radius { get; }

    /// <inheritdoc/>
    public ILinearMap Absolute => absolute.Value;

    /// <summary>Whether it changes nothing.</summary>
    public bool IsIdentity => factors is null && factor == 1;

    /// <summary>The factor of an element.</summary>
    /// <param name="element">0-based.</param>
    public double FactorOf(int element) => factors is null ? factor : factors[element];

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void ReadRow(int output, SparseRow row)
    {
        row.Clear();
        row.Add(output, FactorOf(output));
    }

    /// <inheritdoc/>
    public Window Below(Window above) => above;

    /// <inheritdoc/>
    public ILinearKernel<T> Pack<T>()
        where T : unmanaged =>
        typeof(T) == typeof(double)
            ? (ILinearKernel<T>)(object)new DiagonalKernel<double>(Input, factors, factor)
            : (ILinearKernel<T>)(object)new DiagonalKernel<float>(Input, factors, factor);
}
