using ExactCompression.Numerics;

namespace ExactCompression.Training;

/// <summary>
/// A layer in training. Widths are padded to whole panels: the added neurons have weights, values and gradients of zero, and keep them.
/// </summary>
internal sealed unsafe class TrainingLayer : IDisposable
{
    private readonly int[] places;
    private readonly int outputs;
    private readonly bool hasBias;
    private readonly PackedMatrix<float> forward;
    private readonly PackedMatrix<float>? backward;
    private readonly PackedMatrix<float> first;
    private readonly PackedMatrix<float>? second;
    private readonly PackedMatrix<float> bias;
    private readonly PackedMatrix<float> firstOfBias;
    private readonly PackedMatrix<float>? secondOfBias;

    /// <summary>Makes a layer with random weights.</summary>
    /// <param name="plan">What the layer is.</param>
    /// <param name="places">Where each of its inputs is among the padded ones, in the order of the network that is made.</param>
    /// <param name="width">Values it takes, padded.</param>
    /// <param name="isFirst">Whether its inputs are the data, so that no gradient with respect to them is needed.</param>
    /// <param name="hasSecondMoment">Whether the optimizer keeps a second moment of each weight.</param>
    /// <param name="intervals">The layer's interval bounds, if they are penalised; it disposes them.</param>
    /// <param name="random">Gives the weights: uniform, of variance 2 / inputs (He et al., 2015).</param>
    public TrainingLayer(
        LayerPlan plan, int[] places, int width, bool isFirst, bool hasSecondMoment, IntervalLayer? intervals, Random random)
    {
        this.places = places;
        outputs = plan.Channels;
        hasBias = !plan.IsNormalised;
        Intervals = intervals;
        In = width;
        Out = Padded(outputs);
        forward = PackedMatrix<float>.Zeros(In, Out);
        backward = isFirst ? null : PackedMatrix<float>.Zeros(Out, In);
        first = PackedMatrix<float>.Zeros(In, Out);
        second = hasSecondMoment ? PackedMatrix<float>.Zeros(In, Out) : null;
        bias = PackedMatrix<float>.Zeros(1, Out);
        firstOfBias = PackedMatrix<float>.Zeros(1, Out);
        secondOfBias = hasSecondMoment ? PackedMatrix<float>.Zeros(1, Out) : null;
        double bound = Math.Sqrt(6.0 / places.Length);
        for (int o = 0; o < outputs; o++)
        {
            foreach (int k in places)
                *Weight(k, o) = (float)(bound * ((2 * random.NextDouble()) - 1));
        }

        for (int k = 0; k < In; k += SparseProduct.ColumnBlock)
            CopyWeights(k);
    }

    /// <summary>Values it takes, padded.</summary>
    public int In { get; }

    /// <summary>Its neurons, padded.</summary>
    public int Out { get; }

    /// <summary>Interval bounds of the layer; null where these are not penalised.</summary>
    public IntervalLayer? Intervals { get; }

    /// <summary>Weights that are exactly zero.</summary>
    public long ZeroWeights
    {
        get
        {
            long zeros = 0;
            for (int p = 0; p < forward.Panels; p++)
            {
                int width = Math.Min(outputs - (p * PackedMatrix<float>.PanelWidth), PackedMatrix<float>.PanelWidth);
                foreach (int k in places)
                    zeros += new ReadOnlySpan<float>(Weight(k, p * PackedMatrix<float>.PanelWidth), width).Count(0f);
            }

            return zeros;
        }
    }

    /// <summary>The width of a layer as a whole number of panels.</summary>
    public static int Padded(int width) =>
        (width + PackedMatrix<float>.PanelWidth - 1) / PackedMatrix<float>.PanelWidth * PackedMatrix<float>.PanelWidth;

    /// <summary><c>Z = A W^T + b</c> for some rows.</summary>
    public void Forward(float* a, int rows, float* z, RowScratch scratch) => scratch.Multiply(a, rows, forward, bias.Data, z);

    /// <summary><c>G' = G W</c> for some rows.</summary>
    public void Backward(float* delta, int rows, float* below, RowScratch scratch) => scratch.Multiply(delta, rows, backward!, null, below);

    /// <summary>
    /// Takes a step with the weights of <see cref="SparseProduct.ColumnBlock"/> inputs, and with the biases where these are the first
    /// inputs.
    /// </summary>
    /// <param name="block">Which inputs.</param>
    /// <param name="a">The layer's inputs: <paramref name="rows"/> rows of <see cref="In"/>.</param>
    /// <param name="rows">Rows of the batch, or of its patches.</param>
    /// <param name="delta">The gradient by the layer's pre-activations.</param>
    /// <param name="rule">The step.</param>
    /// <param name="scratch">The thread's own.</param>
    /// <param name="ofIntervals">The thread's own for the gradient of <see cref="Intervals"/>; null without these.</param>
    public void Update(
        int block, float* a, int rows, PackedMatrix<float> delta, in StepRule rule, RowScratch scratch, RowScratch? ofIntervals)
    {
        int from = block * SparseProduct.ColumnBlock;
        float* gradient = scratch.ColumnProducts(a + from, rows, In, delta);
        Intervals?.AddGradient(forward, from, gradient, ofIntervals!);
        Apply(rule, forward, first, second, from, SparseProduct.ColumnBlock, gradient);
        CopyWeights(from);

        if (block == 0 && hasBias)
        {
            RowScratch.ColumnSums(delta, rows, gradient);
            Intervals?.AddBiasGradient(gradient, ofIntervals!);
            Apply(rule.WithoutPenalty(), bias, firstOfBias, secondOfBias, 0, 1, gradient);
        }
    }

    /// <summary>
    /// Brings each output's weights, with its bias, nearer to 0 by some distance: the proximal step of the group lasso. Those that were
    /// nearer become exactly 0.
    /// </summary>
    /// <param name="distance">The distance.</param>
    public void ShrinkOutputs(double distance)
    {
        for (int o = 0; o < outputs; o++)
        {
            double squares = (double)bias.Data[o] * bias.Data[o];
            foreach (int k in places)
                squares += (double)*Weight(k, o) * *Weight(k, o);
            double norm = Math.Sqrt(squares);
            float factor = norm <= distance ? 0 : (float)(1 - (distance / norm));
            foreach (int k in places)
                *Weight(k, o) = factor == 0 ? 0 : *Weight(k, o) * factor;
            bias.Data[o] = factor == 0 ? 0 : bias.Data[o] * factor;
        }

        for (int k = 0; k < In; k += SparseProduct.ColumnBlock)
            CopyWeights(k);
    }

    /// <summary>The layer as it is; null where a weight is not finite.</summary>
    public AffineLayer? ToLayer(Activation activation)
    {
        int inputs = places.Length;
        var weights = new double[(long)inputs * outputs];
        var biases = new double[outputs];
        bool finite = true;
        for (int o = 0; o < outputs; o++)
        {
            biases[o] = bias.Data[o];
            finite &= double.IsFinite(biases[o]);
            for (int k = 0; k < inputs; k++)
            {
                weights[((long)o * inputs) + k] = *Weight(places[k], o);
                finite &= float.IsFinite(*Weight(places[k], o));
            }
        }

        return finite ? new(weights, biases, outputs, inputs, activation) : null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Intervals?.Dispose();
        forward.Dispose();
        backward?.Dispose();
        first.Dispose();
        second?.Dispose();
        bias.Dispose();
        firstOfBias.Dispose();
        secondOfBias?.Dispose();
    }

    private static void Apply(
        in StepRule rule, PackedMatrix<float> weights, PackedMatrix<float> first, PackedMatrix<float>? second, int from, int rows,
        float* gradient)
    {
        int width = PackedMatrix<float>.PanelWidth;
        nint size = (nint)weights.Rows * width, at = (nint)from * width;
        for (int p = 0; p < weights.Panels; p++, at += size)
            rule.Apply(
                weights.Data + at, first.Data + at, second is null ? null : second.Data + at, gradient + (p * width), weights.Columns,
                rows);
    }

    private float* Weight(int k, int o)
    {
        int width = PackedMatrix<float>.PanelWidth;
        return forward.Data + ((((nint)(o / width) * In) + k) * width) + (o % width);
    }

    /// <summary>Copies the weights of some inputs to where the backward pass, and interval bounds, read them.</summary>
    private void CopyWeights(int from)
    {
        if (backward is not null)
            PanelTranspose.Copy(forward, from, backward);
        Intervals?.CopyWeights(forward, from);
    }
}
