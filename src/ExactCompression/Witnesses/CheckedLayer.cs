using System.Runtime.CompilerServices;
using ExactCompression.Networks;
using ExactCompression.Numerics;

namespace ExactCompression.Witnesses;

/// <summary>A lowered layer in double, with the error that its sums can have.</summary>
/// <remarks>
/// Let the layer be <c>z = sum_k M_k a_k + b</c> with <c>K</c> terms and at most <c>n</c> products in an element's sum over all of them,
/// and <c>|a_k - a_k'| &lt;= e_k</c> for the computed values <c>a_k'</c>. However the kernels order their sums, and whether they add to
/// what is there or compute a term by itself and add it then, an element is one sum of <c>n</c> products, <c>b</c>, and at most
/// <c>K - 1</c> zeros that terms begin with: <c>n + K</c> summands. So with exact weights the computed <c>z'</c> errs by at most
/// <c>gamma_(n+K) (sum_k |M_k| |a_k'| + |b|) + sum_k |M_k| e_k</c>, and weights within <c>R_k</c> of the stored ones add
/// <c>sum_k R_k (|a_k'| + e_k)</c>, biases their radius. The first two parts are one product of <c>|M_k|</c> with
/// <c>gamma |a_k'| + e_k</c> for each term. A chain of dense layers has <c>K = 1</c>.
/// </remarks>
internal sealed class CheckedLayer : IDisposable
{
    /// <summary>Rows that a thread takes at a time: kernels are quickest with whole vectors of them.</summary>
    private const int RowsOfThread = 8;

    /// <summary>With fewer products than this, one thread finishes before another has started.</summary>
    private const double Worthwhile = 1 << 22;

    /// <summary>
    /// Packing a large matrix and its magnitudes takes as long as reading the matrix for this many rows; for a few points it is read.
    /// </summary>
    private const int RowsBeforePacking = 64;

    private readonly PackedLayer<double> weights;
    private readonly Lazy<ILinearKernel<double>[]> sizes;
    private readonly Lazy<ILinearKernel<double>?[]> radii;
    private readonly double[] charge;
    private readonly double gamma;
    private readonly double products;
    private readonly MatrixRows? matrices;
    private long rowsSoFar;
    private bool isPacked;

    /// <summary>Takes a layer, which is packed when it is first worth it.</summary>
    /// <param name="layer">The layer.</param>
    public CheckedLayer(LoweredLayer layer)
    {
        gamma = Rounding.Gamma(layer.Terms.Sum(static t => (long)t.Map.FanIn) + layer.Terms.Count);
        products = layer.Weights;
        weights = new(layer);
        sizes = new(() => [.. layer.Terms.Select(static t => t.Map.Absolute.Pack<double>())]);
        radii = new(() => [.. layer.Terms.Select(static t => t.Map.Radius?.Pack<double>())]);
        matrices = products >= Worthwhile / RowsOfThread ? MatrixRows.Of(layer) : null;
        charge = new double[layer.Width];
        for (int i = 0; i < charge.Length; i++)
            charge[i] = (gamma * Math.Abs(layer.Bias.Span[i])) + (layer.BiasRadius.IsEmpty ? 0 : layer.BiasRadius.Span[i])
                + Rounding.Underflow;
    }

    /// <summary>The layer.</summary>
    public LoweredLayer Layer => weights.Layer;

    /// <summary>Pre-activations and their error bounds for rows of values with error bounds.</summary>
    /// <param name="a">The values by their numbers, row-major.</param>
    /// <param name="e">Their error bounds.</param>
    /// <param name="rows">Number of rows.</param>
    /// <param name="parallel">How many threads may share the rows, and the token to stop on; null for the calling one alone.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public (double[] Z, double[] Error) Run(double[][] a, double[][] e, int rows, ParallelOptions? parallel)
    {
        var z = new double[rows * Layer.Width];
        var error = new double[z.Length];
        rowsSoFar += rows;
        if (!isPacked && matrices is not null && rowsSoFar <= RowsBeforePacking)
        {
            double[][] spread = [.. Layer.Terms.Select(term => SpreadOf(a[term.Source], e[term.Source]))],
                reach = [.. Layer.Terms.Select((term, k) => matrices.HasRadius(k) ? ReachOf(a[term.Source], e[term.Source]) : [])];
            matrices.Multiply(a, spread, reach, charge, z, error, rows, parallel);
            return (z, error);
        }

        if (parallel is null || rows <= RowsOfThread || rows * products < Worthwhile)
        {
            Run(a, e, 0, rows, z, error);
        }
        else
        {
            Pack(parallel);
            Parallel.For(0, (rows + RowsOfThread - 1) / RowsOfThread, parallel, block =>
            {
                int first = block * RowsOfThread;
                Run(a, e, first, Math.Min(RowsOfThread, rows - first), z, error);
            });
        }

        isPacked = true;
        return (z, error);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        weights.Dispose();
        if (!sizes.IsValueCreated)
            return;
        foreach (ILinearKernel<double>? kernel in sizes.Value.Concat(radii.Value))
            kernel?.Dispose();
    }

    /// <summary>Lays out the weights and their magnitudes at the same time: a kernel does it with its first product.</summary>
    private void Pack(ParallelOptions parallel)
    {
        if (isPacked || matrices is null)
            return;
        int widest = Layer.Terms.Max(static t => t.Map.Input.Count);
        double[] none = new double[widest], z = new double[Layer.Width], error = new double[Layer.Width];
        Parallel.Invoke(
            parallel,
            () => ForEachTerm((k, width) => weights.Apply(k, none.AsSpan(0, width), 1, z)),
            () => ForEachTerm((k, width) => sizes.Value[k].Apply(none.AsSpan(0, width), 1, [], error, add: false)));

        void ForEachTerm(Action<int, int> apply)
        {
            for (int k = 0; k < Layer.Terms.Count; k++)
            {
                parallel.CancellationToken.ThrowIfCancellationRequested();
                apply(k, Layer.Terms[k].Map.Input.Count);
            }
        }
    }

    private double[] SpreadOf(ReadOnlySpan<double> value, ReadOnlySpan<double> off)
    {
        var spread = new double[value.Length];
        for (int i = 0; i < spread.Length; i++)
            spread[i] = (gamma * Math.Abs(value[i])) + off[i] + Rounding.Underflow;
        return spread;
    }

    private static double[] ReachOf(ReadOnlySpan<double> value, ReadOnlySpan<double> off)
    {
        var reach = new double[value.Length];
        for (int i = 0; i < reach.Length; i++)
            reach[i] = Math.Abs(value[i]) + off[i];
        return reach;
    }

    private void Run(double[][] a, double[][] e, int first, int rows, double[] allZ, double[] allErrors)
    {
        Span<double> z = allZ.AsSpan(first * Layer.Width, rows * Layer.Width), error = allErrors.AsSpan(first * Layer.Width, z.Length);
        for (int k = 0; k < Layer.Terms.Count; k++)
        {
            int source = Layer.Terms[k].Source, width = Layer.Terms[k].Map.Input.Count;
            ReadOnlySpan<double> value = a[source].AsSpan(first * width, rows * width), off = e[source].AsSpan(first * width, value.Length);
            weights.Apply(k, value, rows, z);
            sizes.Value[k].Apply(SpreadOf(value, off), rows, k == 0 ? charge : [], error, add: k > 0);
            if (radii.Value[k] is { } radius)
                radius.Apply(ReachOf(value, off), rows, [], error, add: true);
        }

        Elementwise.Scale(error, MatrixRows.Widening, error);
    }
}
