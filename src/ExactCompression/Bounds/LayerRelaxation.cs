using System.Runtime.CompilerServices;
using ExactCompression.Networks;
using ExactCompression.Numerics;

namespace ExactCompression.Bounds;

/// <summary>
/// One layer of a lowered graph as linear bound propagation sees it: for each unit, lines above and below it over its proven range, and for
/// each element the rounding error of a backward pass through the layer's linear maps. An element of a linear layer passes as it is.
/// </summary>
/// <remarks>
/// Above: <c>relu(z) &lt;= s z + t</c>. Any slope <c>s</c> in [0,1] is sound as long as the intercept is at least <c>relu(z) - s z</c> at
/// both ends of the range, because that difference is convex; so the slope is chosen in floating point and only the intercept is rounded
/// up. Below: <c>relu(z) &gt;= s z</c> for any slope in [0,1], without intercept. (Zhang et al., <em>Efficient Neural Network Robustness
/// Certification with General Activation Functions</em>, NeurIPS 2018; Singh et al., <em>An Abstract Domain for Certifying Neural
/// Networks</em>, POPL 2019.) For smooth functions <see cref="SmoothLine"/> has the lines.
/// </remarks>
internal sealed class LayerRelaxation : IDisposable
{
    private readonly Lazy<ILinearKernel<double>>[] kernels;

    private LayerRelaxation(LoweredLayer layer, SourceRange[] sources, ReadOnlySpan<double> lower, ReadOnlySpan<double> upper)
    {
        Lower = lower.ToArray();
        Upper = upper.ToArray();
        Layer = layer;
        Sources = sources;
        Output = layer.Smooth is { } smooth ? ActivationRange.OfSmooth(smooth, lower, upper)
            : layer.IsRectifier ? ActivationRange.OfRectified(lower, upper) : ActivationRange.Of(lower, upper);
        Lines = new(layer.Unit, layer.Width);
        layer.Bias.Span.CopyTo(Lines.Bias);
        kernels = [.. layer.Terms.Select(static term => new Lazy<ILinearKernel<double>>(() => term.Map.Pack<double>()))];
    }

    /// <summary>The linear maps, and the units above them.</summary>
    public LoweredLayer Layer { get; }

    /// <summary>Range of the value that each of the layer's terms takes.</summary>
    public IReadOnlyList<SourceRange> Sources { get; }

    /// <summary>Proven lower bounds of the pre-activations.</summary>
    public double[] Lower { get; }

    /// <summary>Proven upper bounds of the pre-activations.</summary>
    public double[] Upper { get; }

    /// <summary>Range of what the layer gives.</summary>
    public ActivationRange Output { get; }

    /// <summary>The lines, biases and errors of all elements.</summary>
    public LayerLines Lines { get; }

    /// <summary>Affine functions above some of the rectifiers, over what the layer takes; null for none. The layer owns them.</summary>
    public LayerEnvelope? Envelope
    {
        get;
        set
        {
            field?.Dispose();
            field = value;
        }
    }

    /// <summary>What a row can lose to underflow in the layer, whatever its coefficients.</summary>
    public double Loss { get; private set; }

    /// <summary>Whether every bound is finite.</summary>
    public bool IsFinite => Array.TrueForAll(Lower, double.IsFinite) && Array.TrueForAll(Upper, double.IsFinite);

    /// <summary>Relaxes a layer.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="sources">Range of the value that each of its terms takes.</param>
    /// <param name="lower">Proven lower bounds of its pre-activations.</param>
    /// <param name="upper">Proven upper bounds of its pre-activations.</param>
    public static LayerRelaxation Of(
        LoweredLayer layer, SourceRange[] sources, ReadOnlySpan<double> lower, ReadOnlySpan<double> upper)
    {
        var relaxation = new LayerRelaxation(layer, sources, lower, upper);
        for (int i = 0; i < layer.Width && layer.IsRectifier; i++)
            relaxation.Relax(i, lower[i], upper[i]);
        if (layer.Smooth is { } smooth)
            relaxation.Relax(smooth);
        relaxation.MeasureRounding();
        return relaxation;
    }

    /// <summary>The weights of a term, packed for products when they are first used.</summary>
    /// <param name="term">0-based term.</param>
    public ILinearKernel<double> KernelOf(int term) => kernels[term].Value;

    /// <summary>Frees the packed weights.</summary>
    public void Dispose()
    {
        Envelope = null;
        foreach (Lazy<ILinearKernel<double>> kernel in kernels)
        {
            if (kernel.IsValueCreated)
                kernel.Value.Dispose();
        }
    }

    /// <summary>Whether a rectifier's phase is open: its range has 0 inside.</summary>
    /// <param name="i">0-based element.</param>
    public bool IsOpen(int i) => Layer.IsRectifier && Lines.Open[i] != 0;

    /// <summary>The smallest sound intercept for the slope above a rectifier, without rounding.</summary>
    /// <param name="i">0-based element.</param>
    public Dyadic ExactUpperIntercept(int i)
    {
        if (Lower[i] >= 0 || Upper[i] <= 0)
            return default;
        Dyadic slope = Lines.UpperSlope[i];
        return Dyadic.Max(-slope * Lower[i], ((Dyadic)1 - slope) * Upper[i]);
    }

    private void Relax(SmoothFunction smooth)
    {
        for (int i = 0; i < Layer.Width; i++)
        {
            (Lines.UpperSlope[i], Lines.UpperIntercept[i]) = SmoothLine.Above(smooth, Lower[i], Upper[i]);
            (Lines.LowerSlope[i], Lines.LowerIntercept[i]) = SmoothLine.Below(smooth, Lower[i], Upper[i]);
        }
    }

    private void Relax(int i, double lower, double upper)
    {
        if (lower >= 0)
        {
            Lines.UpperSlope[i] = Lines.LowerSlope[i] = 1;
        }
        else if (!(upper <= 0))
        {
            // An infinite end gives slope 0 or NaN here; the intercept is then infinite or NaN, and nothing is proven from it.
            double slope = Math.Min(1, upper / (upper - lower));
            Lines.Open[i] = 1;
            Lines.UpperSlope[i] = slope;
            Lines.UpperIntercept[i] = Math.Max(
                Rounding.MultiplyUp(slope, -lower), Rounding.MultiplyUp(Math.BitIncrement(1 - slope), upper));
            Lines.LowerSlope[i] = upper > -lower ? 1 : 0;
        }
    }

    /// <summary>
    /// A coefficient over a value is the sum of what all layers that take the value add to it: of as many products as their maps have
    /// entries in a column, all together. Computed in any order it differs from the real one by at most <c>gamma</c> of that number times
    /// the sum of <c>|D| |W|</c> over all of them, so over values of size at most <c>m</c> this layer's share moves the bound by at most
    /// <c>|D| (gamma |W| m)</c>: one matrix-vector product a layer, not one a row. The rounding of <c>D</c> itself (slope times
    /// coefficient) adds <c>u |z|</c>; in a linear layer there is none.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void MeasureRounding()
    {
        double zSum = 0, sum = 0;
        var row = new SparseRow();
        for (int i = 0; i < Layer.Width; i++)
        {
            double charge = 0, radius = Layer.BiasRadius.IsEmpty ? 0 : Layer.BiasRadius.Span[i];
            for (int k = 0; k < Sources.Count; k++)
            {
                ActivationRange range = Sources[k].Range;
                charge += Sources[k].Gamma * range.SizeOf(Layer.Terms[k].Map, i, row);
                radius = range.PlusRadius(radius, Layer.Terms[k].Map.Radius, i, row);
            }

            double z = !Layer.IsLinear ? Math.Max(Math.Abs(Lower[i]), Math.Abs(Upper[i])) : 0;
            zSum += z;

            // Whatever underflows in these sums is far smaller than the last term, which large coefficients multiply, too.
            Lines.Error[i] = ((charge + (2 * Rounding.Unit * z) + radius) * (1 + 1e-9)) + Rounding.Underflow;
        }

        foreach (SourceRange source in Sources)
            sum += source.Range.Sum;
        Loss = Rounding.Underflow * (1 + zSum + sum);
    }
}
