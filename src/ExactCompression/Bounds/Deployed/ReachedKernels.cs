using System.Runtime.CompilerServices;
using ExactCompression.Networks;
using ExactCompression.Numerics;

namespace ExactCompression.Bounds.Deployed;

/// <summary>The maps of a network's layers and their absolute values, packed for products with rows from above.</summary>
internal sealed class ReachedKernels : IDisposable
{
    private readonly RelaxedGraph network;
    private readonly ILinearKernel<double>[][] sizes;
    private readonly int[] rectified;

    /// <summary>Packs the maps.</summary>
    /// <param name="network">All layers of the network; must live longer.</param>
    public ReachedKernels(RelaxedGraph network)
    {
        this.network = network;
        sizes = [.. network.Layers.Select(static l => l.Layer.Terms.Select(static t => t.Map.Absolute.Pack<double>()).ToArray())];
        rectified = new int[network.Layers.Count + 1];
        Array.Fill(rectified, -1);
        for (int l = 0; l < network.Layers.Count; l++)
        {
            LoweredLayer layer = network.Layers[l].Layer;
            if (layer is { IsRectifier: true, Terms: [{ Map: DiagonalMap { IsIdentity: true } } term] }
                && layer.BiasRadius.IsEmpty && layer.Bias.Span.IndexOfAnyExcept(0.0) < 0)
                rectified[term.Source] = l + 1;
        }
    }

    /// <summary>The value that is <c>max(0, z)</c> of a value; -1 where none is.</summary>
    /// <param name="value">The value.</param>
    public int RectifiedFrom(int value) => rectified[value];

    /// <summary>Adds the product of rows with a map.</summary>
    /// <param name="l">0-based layer.</param>
    /// <param name="k">0-based term of it.</param>
    /// <param name="above">Row-major, over the layer's elements.</param>
    /// <param name="rows">Number of rows.</param>
    /// <param name="below">Row-major, over what the term takes.</param>
    public void AddProduct(int l, int k, double[] above, int rows, double[] below) =>
        Add(network.Layers[l].KernelOf(k), l, k, above, rows, below);

    /// <summary>Adds the product of rows that are not negative with the absolute values of a map, and what rounding may take from
    /// it.</summary>
    /// <param name="l">0-based layer.</param>
    /// <param name="k">0-based term of it.</param>
    /// <param name="above">Row-major, over the layer's elements.</param>
    /// <param name="rows">Number of rows.</param>
    /// <param name="below">Row-major, over what the term takes.</param>
    public void AddSizes(int l, int k, double[] above, int rows, double[] below)
    {
        Add(sizes[l][k], l, k, above, rows, below);
        Enlarge(below);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (ILinearKernel<double> kernel in sizes.SelectMany(static kernels => kernels))
            kernel.Dispose();
    }

    private void Add(ILinearKernel<double> kernel, int l, int k, double[] above, int rows, double[] below)
    {
        ILinearMap map = network.Layers[l].Layer.Terms[k].Map;
        kernel.ApplyTranspose(above, Window.Whole(map.Output), rows, below, Window.Whole(map.Input), add: true);
    }

    // Sums of what is not negative lose less than this, as long as they have fewer than 2^22 terms.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Enlarge(double[] sums)
    {
        for (int at = 0; at < sums.Length; at++)
            sums[at] = sums[at] == 0 ? 0 : (sums[at] * (1 + 1e-9)) + Rounding.Underflow;
    }
}
