using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using ExactCompression.Networks;
using ExactCompression.Numerics;

namespace ExactCompression.Bounds.Deployed;

/// <summary>
/// How errors in all layers reach some outputs: <c>f~(x) - f(x) = sum_l J_l d_l</c>, where <c>d_l</c> are the errors that the arithmetic of
/// layer <c>l</c> adds and <c>J_l</c> is the product of the maps above with the secants of the rectifiers between, which lie in [0, 1];
/// they are 1 or 0 where a rectifier has one phase both in real and in float32 arithmetic. The entries of <c>J_l</c> are enclosed in
/// intervals from the outputs down. What the errors are in terms of the values below (<see cref="RoundedLayer"/>) gives a function of the
/// values that bounds the outputs' errors at every input: <c>sum_v (T_v v + Q_v |v|) + t</c> with <c>Q_v >= 0</c>.
/// </summary>
internal sealed class OutputSensitivity
{
    private readonly RelaxedGraph network;
    private readonly ErrorRanges errors;
    private readonly ReachedKernels kernels;
    private readonly int rows;
    private readonly double[]?[] centres;
    private readonly double[]?[] radii;

    private OutputSensitivity(RelaxedGraph network, ErrorRanges errors, ReachedKernels kernels, int rows)
    {
        (this.network, this.errors, this.kernels, this.rows) = (network, errors, kernels, rows);
        centres = new double[network.Layers.Count + 1][];
        radii = new double[network.Layers.Count + 1][];
        Magnitudes = new double[network.Layers.Count + 1][];
        Signed = new double[network.Layers.Count + 1][];
        Constants = new double[rows];
    }

    /// <summary><c>Q</c> of each value, a row for each output; null where it is 0.</summary>
    public double[]?[] Magnitudes { get; }

    /// <summary><c>T</c> of each value, a row for each output; null where it is 0.</summary>
    public double[]?[] Signed { get; }

    /// <summary><c>t</c> of each output.</summary>
    public double[] Constants { get; }

    /// <summary>Follows the errors of some outputs.</summary>
    /// <param name="network">All layers of the network, with bounds.</param>
    /// <param name="errors">The errors in each.</param>
    /// <param name="kernels">The layers' maps.</param>
    /// <param name="outputs">The outputs: a value, and an element of it.</param>
    /// <param name="cancellation">When cancelled, throws.</param>
    public static OutputSensitivity Of(
        RelaxedGraph network, ErrorRanges errors, ReachedKernels kernels, IReadOnlyList<(int Value, int Element)> outputs,
        CancellationToken cancellation)
    {
        var sensitivity = new OutputSensitivity(network, errors, kernels, outputs.Count);
        for (int k = 0; k < outputs.Count; k++)
        {
            (int value, int element) = outputs[k];
            sensitivity.Rows(sensitivity.centres, value)[(k * sensitivity.WidthOf(value)) + element] = 1;
            sensitivity.Rows(sensitivity.radii, value);
        }

        for (int l = network.Layers.Count - 1; l >= 0; l--)
        {
            cancellation.ThrowIfCancellationRequested();
            if (sensitivity.centres[l + 1] is not { } centre)
                continue;
            double[] radius = sensitivity.radii[l + 1]!;
            if (network.Layers[l].Layer.IsRectifier)
                sensitivity.PassSecants(l, centre, radius);
            sensitivity.Charge(l, centre, radius);
            sensitivity.PassMaps(l, centre, radius);
            sensitivity.centres[l + 1] = sensitivity.radii[l + 1] = null;
        }

        return sensitivity;
    }

    /// <summary>An interval <c>c +- r</c> times [0, 1] is the hull of it and 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void PassSecants(int l, double[] centre, double[] radius)
    {
        int width = network.Layers[l].Layer.Width;
        ReadOnlySpan<sbyte> secants = errors.SecantsOf(l);
        for (int at = 0; at < centre.Length; at++)
        {
            int i = at % width;
            if (secants[i] > 0)
                continue;
            double low = secants[i] == 0 ? 0 : Math.Min(0, centre[at] - radius[at]);
            double high = secants[i] == 0 ? 0 : Math.Max(0, centre[at] + radius[at]);
            centre[at] = (low + high) / 2;
            radius[at] = high == low ? 0 : ((high - low) / 2) + (8 * Rounding.Unit * (high - low));
        }
    }

    /// <summary>What the arithmetic of a layer adds, in terms of the values below.</summary>
    private void Charge(int l, double[] centre, double[] radius)
    {
        RoundedLayer layer = errors.Layers[l];
        if (!layer.IsRounded)
            return;
        LoweredLayer map = network.Layers[l].Layer;
        int width = map.Width, rectified = kernels.RectifiedFrom(l + 1);
        double[] seeds = new double[centre.Length], sums = new double[centre.Length];
        bool hasSums = layer.Partial.AsSpan().IndexOfAnyExcept(0.0) >= 0;
        for (int at = 0; at < centre.Length; at++)
        {
            int i = at % width;
            double size = Math.Abs(centre[at]) + radius[at];
            if (size == 0)
                continue;
            seeds[at] = size * ((layer.Partial[i] / 2) + layer.Single[i]);
            sums[at] = size * layer.Partial[i] / 2;
            double bias = layer.CountsBias
                ? Math.Abs(map.Bias.Span[i]) + (map.BiasRadius.IsEmpty ? 0 : map.BiasRadius.Span[i]) : 0;
            Constants[at / width] += (seeds[at] * bias) + (size * layer.Constant[i]);
        }

        if (hasSums && rectified >= 0)
        {
            // |z| = 2 max(0, z) - z
            TensorPrimitives.Subtract(Rows(Signed, l + 1), sums, Rows(Signed, l + 1));
            TensorPrimitives.MultiplyAdd(sums, 2, Rows(Signed, rectified), Rows(Signed, rectified));
        }
        else if (hasSums)
        {
            TensorPrimitives.Add(Rows(Magnitudes, l + 1), sums, Rows(Magnitudes, l + 1));
        }

        for (int k = 0; k < (layer.IsFirstAlone ? 1 : map.Terms.Count); k++)
            kernels.AddSizes(l, k, seeds, rows, Rows(Magnitudes, map.Terms[k].Source));
    }

    private void PassMaps(int l, double[] centre, double[] radius)
    {
        LoweredLayer layer = network.Layers[l].Layer;
        double gamma = layer.Terms.Max(term => network.SourceOf(term.Source).Gamma);
        RoundedLayer rounded = errors.Layers[l];
        for (int at = 0; at < centre.Length; at++)
        {
            // The rounding of coefficients below, and what is unknown of the maps, times the errors that they multiply.
            int i = at % layer.Width;
            Constants[at / layer.Width] +=
                (Math.Abs(centre[at]) + radius[at]) * ((gamma * rounded.Carried[i]) + rounded.Uncertain[i]);
        }

        foreach ((int source, int k) in layer.Terms.Select(static (term, k) => (term.Source, k)))
        {
            if (source == 0)
                continue; // inputs have no errors
            kernels.AddProduct(l, k, centre, rows, Rows(centres, source));
            kernels.AddSizes(l, k, radius, rows, Rows(radii, source));
        }
    }

    private int WidthOf(int value) => network.Graph.ShapeOf(value).Count;

    private double[] Rows(double[]?[] of, int value) => of[value] ??= new double[rows * WidthOf(value)];
}
