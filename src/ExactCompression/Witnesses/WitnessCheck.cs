using ExactCompression.Numerics;
using ExactCompression.Verdicts;

namespace ExactCompression.Witnesses;

/// <summary>
/// Runs inputs through the network in double precision with a running error bound, and determines which pre-activations have a proven sign.
/// This is what turns a candidate from a device into evidence.
/// </summary>
/// <remarks>
/// With <c>|a - a'| &lt;= e</c> for the computed activations <c>a'</c>, the computed pre-activation errs by at most
/// <c>gamma (|W| |a'| + |b|) + |W| e</c>, plus the radius of the weights times <c>|a'| + e</c>; the rectifier does not widen it. Both sums
/// are one product of <c>|W|</c> with <c>gamma |a'| + e</c>.
/// </remarks>
internal sealed class WitnessCheck : IDisposable
{
    private readonly ReluNetwork network;
    private readonly double[] lower;
    private readonly double[] upper;
    private readonly Layer[] layers;

    public WitnessCheck(ReluNetwork network, InputDomain domain)
    {
        this.network = network;
        lower = domain.Lower.ToArray();
        upper = domain.Upper.ToArray();
        layers = [.. network.DenseLayers.Take(network.Depth).Select(static l => new Layer(l))];
    }

    /// <summary>Moves float32 points into the box, exactly.</summary>
    /// <param name="points">Row-major count x inputs.</param>
    /// <param name="count">Number of points.</param>
    /// <returns>One array for each point, which witnesses can share.</returns>
    public double[][] IntoDomain(ReadOnlySpan<float> points, int count)
    {
        var inside = new double[count][];
        for (int p = 0; p < count; p++)
        {
            var point = new double[lower.Length];
            for (int i = 0; i < point.Length; i++)
                point[i] = Math.Min(Math.Max(points[(p * point.Length) + i], lower[i]), upper[i]);
            inside[p] = point;
        }

        return inside;
    }

    /// <summary>Checks points and credits every neuron whose sign they prove.</summary>
    /// <param name="points">Points of the domain.</param>
    /// <param name="ledger">Receives the witnesses.</param>
    /// <param name="only">The one neuron to credit, by its index over all layers; below 0 for all.</param>
    /// <returns>How many witnesses were new.</returns>
    public int Credit(ReadOnlySpan<double[]> points, VerdictLedger ledger, int only = -1)
    {
        int credited = 0;
        const int Block = 64;
        for (int at = 0; at < points.Length; at += Block)
            credited += CreditBlock(points.Slice(at, Math.Min(Block, points.Length - at)).ToArray(), ledger, only);
        return credited;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Layer layer in layers)
            layer.Dispose();
    }

    /// <summary>The proven sign of every hidden pre-activation at a point.</summary>
    /// <param name="point">A point of the domain.</param>
    /// <returns>For each neuron, by its index over all layers: 1 or -1, or 0 where the sign is lost in rounding errors.</returns>
    public sbyte[] Signs(double[] point)
    {
        var signs = new List<sbyte>();
        Propagate([point], (_, z, error) =>
        {
            for (int n = 0; n < z.Length; n++)
                signs.Add((sbyte)(Math.Abs(z[n]) > error[n] ? Math.Sign(z[n]) : 0));
        });
        return [.. signs];
    }

    private int CreditBlock(double[][] points, VerdictLedger ledger, int only)
    {
        int credited = 0;
        Propagate(points, (l, z, error) =>
        {
            int width = layers[l].Width;
            for (int r = 0; r < points.Length; r++)
            {
                for (int n = 0; n < width; n++)
                {
                    int at = (r * width) + n, index = ledger.Offsets[l] + n;
                    double value = z[at];
                    if (!(Math.Abs(value) > error[at]) || (only >= 0 && index != only))
                        continue;
                    if (ledger.Learn(index, value > 0, points[r]))
                        credited++;
                }
            }
        });
        return credited;
    }

    /// <summary>Passes on, layer by layer, the pre-activations of points and their error bounds, rows x neurons.</summary>
    private void Propagate(double[][] points, Action<int, double[], double[]> seen)
    {
        int rows = points.Length, width = network.InputSize;
        var a = new double[rows * width];
        for (int r = 0; r < rows; r++)
            points[r].CopyTo(a.AsSpan(r * width));
        var e = new double[rows * width];
        for (int l = 0; l < layers.Length; l++)
        {
            (double[] z, double[] error) = layers[l].Run(a, e, rows);
            for (int i = 0; i < z.Length; i++)
            {
                if (!double.IsFinite(z[i]))
                    error[i] = double.PositiveInfinity; // a sum that overflowed may have the wrong sign, and the rectifier would hide it
            }

            seen(l, z, error);
            Elementwise.Rectify(z);
            (a, e) = (z, error);
        }
    }

    private sealed class Layer : IDisposable
    {
        private readonly AffineLayer layer;
        private readonly PackedMatrix<double> weights;
        private readonly PackedMatrix<double> sizes;
        private readonly PackedMatrix<double>? radius;
        private readonly double[] charge;
        private readonly double gamma;

        public Layer(AffineLayer layer)
        {
            this.layer = layer;
            gamma = Rounding.Gamma(layer.Inputs + 1);
            weights = PackedMatrix<double>.FromTransposed(layer.Weights.Span, layer.Outputs, layer.Inputs);
            var absolute = new double[layer.Weights.Length];
            for (int i = 0; i < absolute.Length; i++)
                absolute[i] = Math.Abs(layer.Weights.Span[i]);
            sizes = PackedMatrix<double>.FromTransposed(absolute, layer.Outputs, layer.Inputs);
            if (!layer.WeightRadius.IsEmpty)
                radius = PackedMatrix<double>.FromTransposed(layer.WeightRadius.Span, layer.Outputs, layer.Inputs);
            charge = new double[layer.Outputs];
            for (int i = 0; i < charge.Length; i++)
                charge[i] = (gamma * Math.Abs(layer.Bias.Span[i])) + (layer.BiasRadius.IsEmpty ? 0 : layer.BiasRadius.Span[i])
                    + Rounding.Underflow;
        }

        public int Width => layer.Outputs;

        /// <summary>Pre-activations and their error bounds for rows of activations with error bounds.</summary>
        public (double[] Z, double[] Error) Run(double[] a, double[] e, int rows)
        {
            var z = new double[rows * Width];
            var error = new double[rows * Width];
            MatrixProduct.Multiply<double>(a, rows, weights, layer.Bias.Span, z);
            var spread = new double[a.Length];
            for (int i = 0; i < a.Length; i++)
                spread[i] = (gamma * Math.Abs(a[i])) + e[i] + Rounding.Underflow;
            MatrixProduct.Multiply<double>(spread, rows, sizes, charge, error);
            if (radius is not null)
            {
                var extra = new double[error.Length];
                for (int i = 0; i < a.Length; i++)
                    spread[i] = Math.Abs(a[i]) + e[i];
                MatrixProduct.Multiply<double>(spread, rows, radius, [], extra);
                for (int i = 0; i < error.Length; i++)
                    error[i] += extra[i];
            }

            // Covers the rounding errors of evaluating the error bound itself.
            Elementwise.Scale(error, 1 + 1e-9, error);
            return (z, error);
        }

        public void Dispose()
        {
            weights.Dispose();
            sizes.Dispose();
            radius?.Dispose();
        }
    }
}
