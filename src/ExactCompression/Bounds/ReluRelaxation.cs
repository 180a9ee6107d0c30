using System.Runtime.CompilerServices;
using ExactCompression.Numerics;

namespace ExactCompression.Bounds;

/// <summary>
/// One hidden layer as linear bound propagation sees it: for each neuron, lines above and below the rectifier over its proven range, and
/// the rounding error of a backward pass through the layer's affine map.
/// </summary>
/// <remarks>
/// Above: <c>relu(z) &lt;= s z + t</c>. Any slope <c>s</c> in [0,1] is sound as long as the intercept is at least <c>relu(z) - s z</c> at
/// both ends of the range, because that difference is convex; so the slope is chosen in floating point and only the intercept is rounded
/// up. Below: <c>relu(z) &gt;= s z</c> for any slope in [0,1], without intercept. (Zhang et al., <em>Efficient Neural Network Robustness
/// Certification with General Activation Functions</em>, NeurIPS 2018; Singh et al., <em>An Abstract Domain for Certifying Neural
/// Networks</em>, POPL 2019.)
/// </remarks>
internal sealed class ReluRelaxation : IDisposable
{
    private readonly double[] lower;
    private readonly double[] upper;

    private ReluRelaxation(AffineLayer layer, ActivationRange input, ActivationRange output, double[] lower, double[] upper)
    {
        this.lower = lower;
        this.upper = upper;
        Layer = layer;
        int width = layer.Outputs;
        Bias = RowPadding.Padded(layer.Bias.Span);
        UpperSlope = new double[width + RowPadding.Length];
        UpperIntercept = new double[width + RowPadding.Length];
        LowerSlope = new double[width + RowPadding.Length];
        Error = new double[width + RowPadding.Length];
        Open = new double[width + RowPadding.Length];
        Packed = PackedMatrix<double>.FromRows(layer.Weights.Span, width, layer.Inputs);
        Input = input;
        Output = output;
    }

    /// <summary>The affine map below the rectifiers.</summary>
    public AffineLayer Layer { get; }

    /// <summary>The layer's weights for products from the left.</summary>
    public PackedMatrix<double> Packed { get; }

    /// <summary>Range of the layer's inputs.</summary>
    public ActivationRange Input { get; }

    /// <summary>Range of the rectifiers' outputs.</summary>
    public ActivationRange Output { get; }

    /// <summary>The layer's bias. This array and the next ones have padding behind the last neuron (<see cref="RowPadding"/>).</summary>
    public double[] Bias { get; }

    /// <summary>Slope of the line above each rectifier.</summary>
    public double[] UpperSlope { get; }

    /// <summary>Intercept of the line above, not below the true one.</summary>
    public double[] UpperIntercept { get; }

    /// <summary>Slope of the line below each rectifier.</summary>
    public double[] LowerSlope { get; }

    /// <summary>
    /// For each neuron, what a coefficient of size 1 on its pre-activation can lose to rounding on the way to the layer's inputs.
    /// </summary>
    public double[] Error { get; }

    /// <summary>1 for each neuron whose phase is open, 0 for the others.</summary>
    public double[] Open { get; }

    /// <summary>What a row can lose to underflow in the layer, whatever its coefficients.</summary>
    public double Loss { get; private set; }

    /// <summary>Whether every bound is finite.</summary>
    public bool IsFinite => Array.TrueForAll(lower, double.IsFinite) && Array.TrueForAll(upper, double.IsFinite);

    /// <summary>Relaxes a layer.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="input">Range of its inputs.</param>
    /// <param name="lower">Proven lower bounds of its pre-activations.</param>
    /// <param name="upper">Proven upper bounds of its pre-activations.</param>
    public static ReluRelaxation Of(AffineLayer layer, ActivationRange input, ReadOnlySpan<double> lower, ReadOnlySpan<double> upper)
    {
        var relaxation = new ReluRelaxation(layer, input, ActivationRange.OfRectified(lower, upper), lower.ToArray(), upper.ToArray());
        for (int i = 0; i < layer.Outputs; i++)
            relaxation.Relax(i, lower[i], upper[i]);
        relaxation.MeasureRounding();
        return relaxation;
    }

    /// <summary>Frees the packed weights.</summary>
    public void Dispose() => Packed.Dispose();

    /// <summary>Whether a rectifier's phase is open: its range has 0 inside.</summary>
    /// <param name="i">0-based neuron.</param>
    public bool IsOpen(int i) => Open[i] != 0;

    /// <summary>The smallest sound intercept for the slope above a rectifier, without rounding.</summary>
    /// <param name="i">0-based neuron.</param>
    public Dyadic ExactUpperIntercept(int i)
    {
        if (lower[i] >= 0 || upper[i] <= 0)
            return default;
        Dyadic slope = UpperSlope[i];
        return Dyadic.Max(-slope * lower[i], ((Dyadic)1 - slope) * upper[i]);
    }

    private void Relax(int i, double lower, double upper)
    {
        if (lower >= 0)
        {
            UpperSlope[i] = LowerSlope[i] = 1;
        }
        else if (!(upper <= 0))
        {
            // An infinite end gives slope 0 or NaN here; the intercept is then infinite or NaN, and nothing is proven from it.
            double slope = Math.Min(1, upper / (upper - lower));
            Open[i] = 1;
            UpperSlope[i] = slope;
            UpperIntercept[i] = Math.Max(Rounding.MultiplyUp(slope, -lower), Rounding.MultiplyUp(Math.BitIncrement(1 - slope), upper));
            LowerSlope[i] = upper > -lower ? 1 : 0;
        }
    }

    /// <summary>
    /// The computed product <c>D W</c> differs from the real one entry by entry by at most <c>gamma |D| |W|</c>, so over inputs of size at
    /// most <c>m</c> the bound moves by at most <c>|D| (gamma |W| m)</c>: one matrix-vector product a layer, not one a row. The rounding of
    /// <c>D</c> itself (slope times coefficient) adds <c>u |z|</c>.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void MeasureRounding()
    {
        double gamma = Rounding.Gamma(Layer.Outputs + 1);
        double zSum = 0;
        for (int i = 0; i < Layer.Outputs; i++)
        {
            ReadOnlySpan<double> row = Layer.Row(i);
            double size = 0;
            for (int j = 0; j < row.Length; j++)
                size += Math.Abs(row[j]) * Input.Magnitude[j];

            double z = Math.Max(Math.Abs(lower[i]), Math.Abs(upper[i]));
            zSum += z;

            // Whatever underflows in these sums is far smaller than the last term, which large coefficients multiply, too.
            Error[i] = (((gamma * size) + (2 * Rounding.Unit * z) + Input.RadiusOf(Layer, i)) * (1 + 1e-9)) + Rounding.Underflow;
        }

        Loss = Rounding.Underflow * (1 + zSum + Input.Sum);
    }
}
