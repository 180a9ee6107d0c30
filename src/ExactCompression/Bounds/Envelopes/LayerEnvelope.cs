using ExactCompression.Networks;
using ExactCompression.Numerics;

namespace ExactCompression.Bounds;

/// <summary>
/// Affine functions above the rectifiers of a layer, over what the layer takes rather than over its pre-activations. The line above a
/// rectifier knows only the range of <c>z = w a + b</c>; the concave envelope over the box of <c>a</c> is lower nearly everywhere inside
/// (Anderson, Huchette, Ma, Tjandraatmadja and Vielma, <em>Strong Mixed-Integer Programming Formulations for Trained Neural Networks</em>,
/// Mathematical Programming 2020; Tjandraatmadja et al., <em>The Convex Relaxation Barrier, Revisited</em>, NeurIPS 2020).
/// </summary>
/// <remarks>
/// For any shares <c>s</c> in [0,1], <c>relu(w a + b) &lt;= sum_j s_j w_j a_j + t</c> on the whole box if both sides of the rectifier, 0
/// and <c>w a + b</c>, are: so for <c>t</c> the larger of the maxima over the box of <c>-sum_j s_j w_j a_j</c> and of
/// <c>b + sum_j (1 - s_j) w_j a_j</c>. The shares are chosen in floating point, and only the intercept is rounded up.
/// </remarks>
internal sealed class LayerEnvelope : IDisposable
{
    private readonly DenseMap[] maps;
    private readonly ILinearKernel<double>[] kernels;

    private LayerEnvelope(DenseMap[] maps, double[] intercepts, bool[] has)
    {
        this.maps = maps;
        kernels = [.. maps.Select(static m => m.Pack<double>())];
        (Intercepts, Has) = (intercepts, has);
    }

    /// <summary>The intercept of each rectifier's function.</summary>
    public double[] Intercepts { get; }

    /// <summary>Which rectifiers have a function.</summary>
    public bool[] Has { get; }

    /// <summary>Makes the functions of a layer.</summary>
    /// <param name="layer">The layer, whose maps are matrices.</param>
    /// <param name="sources">Range of the value that each of its terms takes.</param>
    /// <param name="shares">For each rectifier the shares of its weights, one term of the layer after the other; null for none.</param>
    public static LayerEnvelope Of(LoweredLayer layer, IReadOnlyList<SourceRange> sources, double[]?[] shares)
    {
        IReadOnlyList<LinearTerm> terms = layer.Terms;
        int width = layer.Width;
        double[][] matrices = [.. terms.Select(t => new double[(long)width * t.Map.Input.Count])];
        var intercepts = new double[width];
        var has = new bool[width];
        for (int i = 0; i < width; i++)
        {
            if (shares[i] is not { } own)
                continue;
            double intercept = Fill(layer, sources, i, own, matrices);
            has[i] = double.IsFinite(intercept);
            if (has[i])
                intercepts[i] = intercept;
            for (int k = 0; k < matrices.Length && !has[i]; k++)
                matrices[k].AsSpan(i * terms[k].Map.Input.Count, terms[k].Map.Input.Count).Clear();
        }

        return new([.. terms.Select((t, k) => new DenseMap(matrices[k], t.Map.Output, t.Map.Input))], intercepts, has);
    }

    /// <summary>The coefficients of a rectifier's function over what a term of the layer takes.</summary>
    /// <param name="term">0-based term.</param>
    /// <param name="unit">0-based rectifier.</param>
    public ReadOnlySpan<double> Row(int term, int unit) => maps[term].Row(unit);

    /// <summary>The coefficients of a term, packed.</summary>
    /// <param name="term">0-based term of the layer.</param>
    public ILinearKernel<double> KernelOf(int term) => kernels[term];

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (ILinearKernel<double> kernel in kernels)
            kernel.Dispose();
    }

    /// <summary>Fills in the coefficients of one rectifier's function.</summary>
    /// <returns>An intercept with which the function is nowhere below the rectifier.</returns>
    private static double Fill(
        LoweredLayer layer, IReadOnlyList<SourceRange> sources, int unit, double[] shares, double[][] matrices)
    {
        double off = 0, on = layer.Bias.Span[unit], size = Math.Abs(on);
        int at = 0;
        for (int k = 0; k < matrices.Length; k++)
        {
            ReadOnlySpan<double> weights = ((DenseMap)layer.Terms[k].Map).Row(unit);
            ActivationRange range = sources[k].Range;
            Span<double> row = matrices[k].AsSpan(unit * weights.Length, weights.Length);
            for (int j = 0; j < weights.Length; j++)
            {
                // Not larger than the weight, with its sign: the rounding of passes is charged for the weight.
                double c = weights[j] * Math.Clamp(shares[at++], 0, 1), rest = weights[j] - c;
                row[j] = c;
                off -= Math.Min(c * range.Lower[j], c * range.Upper[j]);
                on += Math.Max(rest * range.Lower[j], rest * range.Upper[j]);
                size += (Math.Abs(c) + Math.Abs(rest)) * range.Magnitude[j];
            }
        }

        // Each summand is a product of a rounded difference.
        return Math.BitIncrement(Math.Max(off, on) + (Rounding.Gamma(at + 2) * size) + Rounding.Underflow);
    }
}
