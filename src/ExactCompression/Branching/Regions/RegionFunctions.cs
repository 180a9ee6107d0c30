using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using ExactCompression.Numerics;

namespace ExactCompression.Branching.Regions;

/// <summary>
/// What the elements of a network compute on a region, as affine functions of the inputs: coefficients in double with bounds on their
/// errors, layer after layer as a search descends; and without any rounding, where a sign is in doubt. Not for several threads.
/// </summary>
/// <remarks>
/// A pre-activation's coefficient <c>sum_j w_j a_j</c> errs by at most <c>sum_j |w_j| (e_j + gamma |a_j|)</c>, for errors <c>e_j</c> of
/// the <c>a_j</c> (Higham, section 3.1); that sum's own rounding is covered by <see cref="Rounding.Gamma"/>.
/// </remarks>
internal sealed class RegionFunctions
{
    private readonly int stride;
    private readonly double gamma;
    private readonly double[] values;
    private readonly double[] errors;

    /// <summary>For each coefficient <c>e + gamma |a|</c>: what it adds to the error of sums, for each unit of weight.</summary>
    private readonly double[] doubts;

    private readonly bool[] isOn;
    private readonly ExactFunctions exact;

    /// <summary>Prepares the functions of the inputs.</summary>
    /// <param name="network">The network.</param>
    public RegionFunctions(RegionNetwork network)
    {
        Network = network;
        stride = network.Stride;
        gamma = Rounding.Gamma(network.Layers.Max(static l => l.LongestRow) + 1);
        values = new double[network.Elements * stride];
        errors = new double[values.Length];
        doubts = new double[values.Length];
        isOn = new bool[network.Elements];
        exact = new(network, values, isOn);
        int inputs = network.Layers[0].First;
        isOn.AsSpan(0, inputs).Fill(true);
        for (int i = 0; i < inputs; i++)
            values[(i * stride) + network.Inputs.Length] = network.LowerOf(i);
        for (int k = 0; k < network.Inputs.Length; k++)
            values[(network.Inputs[k] * stride) + k] = 1;
        for (int k = 0; k < inputs * stride; k++)
            doubts[k] = gamma * Math.Abs(values[k]);
    }

    /// <summary>The network.</summary>
    public RegionNetwork Network { get; }

    /// <summary>The coefficients of an element's pre-activation, the constant, then zeros.</summary>
    /// <param name="place">The element's place.</param>
    public ReadOnlySpan<double> Of(int place) => values.AsSpan(place * stride, stride);

    /// <summary>Bounds on the errors of these.</summary>
    /// <param name="place">The element's place.</param>
    public ReadOnlySpan<double> ErrorsOf(int place) => errors.AsSpan(place * stride, stride);

    /// <inheritdoc cref="ExactFunctions.Of"/>
    public BigInteger[] Exact(int place) => exact.Of(place);

    /// <inheritdoc cref="ExactFunctions.IsInDoubles"/>
    public bool IsInDoubles(int place) => exact.IsInDoubles(place);

    /// <summary>The value of a function at a point, times the point's last coordinate.</summary>
    /// <param name="function">The function, in integers.</param>
    /// <param name="point">The point, in integers.</param>
    public static BigInteger At(BigInteger[] function, BigInteger[] point)
    {
        BigInteger sum = function[0] * point[0];
        for (int k = 1; k < function.Length; k++)
            sum += function[k] * point[k];
        return sum;
    }

    /// <summary>Computes the pre-activations of a layer, where the phases of the layers below are fixed.</summary>
    /// <param name="layer">The layer.</param>
    public void Enter(RegionLayer layer)
    {
        exact.Forget(layer);
        ReadOnlySpan<double> bias = layer.Bias.Span;
        for (int i = 0; i < layer.Width; i++)
        {
            if (layer.Phases[i] == RegionPhase.Unread)
                continue;
            if (stride == 4)
                Sum4(layer, i, bias[i]);
            else
                Sum8(layer, i, bias[i]);
        }

        if (!layer.IsRectifier)
            isOn.AsSpan(layer.First, layer.Width).Fill(true);
    }

    /// <summary>Fixes the phases of a layer's rectifiers.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="on">Which are on.</param>
    public void Fix(RegionLayer layer, bool[] on) => on.CopyTo(isOn, layer.First);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Sum4(RegionLayer layer, int element, double bias)
    {
        ReadOnlySpan<int> columns = layer.ColumnsOf(element);
        ReadOnlySpan<double> weights = layer.WeightsOf(element);
        ReadOnlySpan<Vector256<double>> of = MemoryMarshal.Cast<double, Vector256<double>>(values);
        ReadOnlySpan<Vector256<double>> doubt = MemoryMarshal.Cast<double, Vector256<double>>(doubts);
        var constant = Vector256<double>.Zero.WithElement(Network.Inputs.Length, bias);
        (Vector256<double> sum, Vector256<double> error) = (constant, gamma * Vector256.Abs(constant));
        for (int k = 0; k < columns.Length; k++)
        {
            int column = columns[k];
            if (!isOn[column])
                continue;
            var weight = Vector256.Create(weights[k]);
            sum = Vector256.FusedMultiplyAdd(weight, of[column], sum);
            error = Vector256.FusedMultiplyAdd(Vector256.Abs(weight), doubt[column], error);
        }

        error = (error * (1 + gamma)) + Vector256.Create(Rounding.Underflow);
        int at = (layer.First + element) * stride;
        sum.CopyTo(values, at);
        error.CopyTo(errors, at);
        ((gamma * Vector256.Abs(sum)) + error).CopyTo(doubts, at);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Sum8(RegionLayer layer, int element, double bias)
    {
        ReadOnlySpan<int> columns = layer.ColumnsOf(element);
        ReadOnlySpan<double> weights = layer.WeightsOf(element);
        ReadOnlySpan<Vector512<double>> of = MemoryMarshal.Cast<double, Vector512<double>>(values);
        ReadOnlySpan<Vector512<double>> doubt = MemoryMarshal.Cast<double, Vector512<double>>(doubts);
        var constant = Vector512<double>.Zero.WithElement(Network.Inputs.Length, bias);
        (Vector512<double> sum, Vector512<double> error) = (constant, gamma * Vector512.Abs(constant));
        for (int k = 0; k < columns.Length; k++)
        {
            int column = columns[k];
            if (!isOn[column])
                continue;
            var weight = Vector512.Create(weights[k]);
            sum = Vector512.FusedMultiplyAdd(weight, of[column], sum);
            error = Vector512.FusedMultiplyAdd(Vector512.Abs(weight), doubt[column], error);
        }

        error = (error * (1 + gamma)) + Vector512.Create(Rounding.Underflow);
        int at = (layer.First + element) * stride;
        sum.CopyTo(values, at);
        error.CopyTo(errors, at);
        ((gamma * Vector512.Abs(sum)) + error).CopyTo(doubts, at);
    }
}
