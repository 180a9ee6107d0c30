using System.Runtime.CompilerServices;

namespace ExactCompression.Numerics;

/// <summary>A map given by its entries: permutations, sums over axes, and whatever else has no form of its own.</summary>
internal sealed class SparseMap : ILinearMap
{
    private readonly int[] starts;
    private readonly int[] columns;
    private readonly double[] weights;
    private readonly Lazy<ILinearMap> absolute;

    /// <summary>The map of some entries.</summary>
    /// <param name="output">The arrangement of the rows.</param>
    /// <param name="input">The arrangement of the columns.</param>
    /// <param name="starts">Where each row's entries begin, and their number last; kept, not copied.</param>
    /// <param name="columns">The column of each entry, increasing within a row; kept, not copied.</param>
    /// <param name="weights">The weight of each entry; kept, not copied.</param>
    /// <param name="radius">Radii of the weights; null where they are exact.</param>
    /// <exception cref="ArgumentException">The arrays do not describe a map.</exception>
    public SparseMap(MapShape output, MapShape input, int[] starts, int[] columns, double[] weights, double[]? radius = null)
    {
        if (starts.Length != output.Count + 1 || starts[^1] != columns.Length || columns.Length != weights.Length)
            throw new ArgumentException("The entries do not fit the rows.", nameof(starts));
        var uses = new int[input.Count];
        for (int i = 0; i < output.Count; i++)
        {
            FanIn = Math.Max(FanIn, starts[i + 1] - starts[i]);
            for (int k = starts[i]; k < starts[i + 1]; k++)
            {
                if (k > starts[i] && columns[k] <= columns[k - 1])
                    throw new ArgumentException($"The columns of row {i} do not increase.", nameof(columns));
                FanOut = Math.Max(FanOut, ++uses[columns[k]]);
            }
        }

        (Output, Input) = (output, input);
        (this.starts, this.columns, this.weights) = (starts, columns, weights);
        Radius = radius is null ? null : new SparseMap(output, input, starts, columns, radius);
        absolute = new(() => new SparseMap(output, input, starts, columns, KernelValues.Absolute(weights)));
    }

    /// <inheritdoc/>
    public MapShape Input { get; }

    /// <inheritdoc/>
    public MapShape Output { get; }

    /// <inheritdoc/>
    public int FanIn { get; }

    /// <inheritdoc/>
    public int FanOut { get; }

    /// <inheritdoc/>
    public ILinearMap? Radius { get; }

    /// <inheritdoc/>
    public ILinearMap Absolute => absolute.Value;

    /// <summary>The map that takes each element from one of the input, or 0.</summary>
    /// <param name="output">The arrangement of the result.</param>
    /// <param name="input">The arrangement of the input.</param>
    /// <param name="sources">For each element of the result, one of the input, or -1.</param>
    public static SparseMap Of(MapShape output, MapShape input, ReadOnlySpan<int> sources)
    {
        var starts = new int[sources.Length + 1];
        var columns = new List<int>(sources.Length);
        for (int i = 0; i < sources.Length; i++)
        {
            if (sources[i] >= 0)
                columns.Add(sources[i]);
            starts[i + 1] = columns.Count;
        }

        var ones = new double[columns.Count];
        Array.Fill(ones, 1);
        return new(output, input, starts, [.. columns], ones);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void ReadRow(int output, SparseRow row)
    {
        row.Clear();
        for (int k = starts[output]; k < starts[output + 1]; k++)
            row.Add(columns[k], weights[k]);
    }

    /// <inheritdoc/>
    public Window Below(Window above) => Window.Whole(Input);

    /// <inheritdoc/>
    public ILinearKernel<T> Pack<T>()
        where T : unmanaged => LinearMaps.PackEntries<T>(this);
}
