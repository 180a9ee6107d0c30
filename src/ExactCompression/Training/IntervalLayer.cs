using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using ExactCompression.Numerics;

namespace ExactCompression.Training;

/// <summary>
/// Interval bounds of a hidden layer in training, for one box or for several: rows. A box with centre c and radius r goes through the layer
/// as <c>z = W c + b</c> and <c>s = |W| r</c>, and its bounds are <c>l = z - s</c> and <c>u = z + s</c>.
/// </summary>
/// <remarks>
/// Backwards, with <c>g_z = g_l + g_u</c> and <c>g_s = g_u - g_l</c>: the gradient by W is <c>g_z c^T + sign(W) g_s r^T</c>, by the bias
/// <c>g_z</c>, by the centre <c>W^T g_z</c>, and by the radius <c>|W|^T g_s</c>. Widths are padded to whole panels, as in
/// <see cref="TrainingLayer"/>: padded neurons have bounds and gradients of zero.
/// </remarks>
internal sealed unsafe class IntervalLayer : IDisposable
{
    private readonly PackedMatrix<float> forward;
    private readonly PackedMatrix<float>? backward;
    private readonly PackedMatrix<float> centerSlopes;
    private readonly PackedMatrix<float> radiusSlopes;
    private readonly int inWidth;
    private readonly int outWidth;

    /// <summary>Takes the memory.</summary>
    /// <param name="inWidth">Values that the layer takes, padded.</param>
    /// <param name="outWidth">Its neurons, padded.</param>
    /// <param name="isFirst">Whether its inputs are the data, so that no gradient with respect to them is needed.</param>
    /// <param name="boxes">Most boxes.</param>
    public IntervalLayer(int inWidth, int outWidth, bool isFirst, int boxes)
    {
        this.inWidth = inWidth;
        this.outWidth = outWidth;
        forward = PackedMatrix<float>.Zeros(inWidth, outWidth);
        backward = isFirst ? null : PackedMatrix<float>.Zeros(outWidth, inWidth);
        centerSlopes = PackedMatrix<float>.Zeros(boxes, outWidth);
        radiusSlopes = PackedMatrix<float>.Zeros(boxes, outWidth);
        Center = Allocate(boxes, inWidth);
        Radius = Allocate(boxes, inWidth);
        Lower = Allocate(boxes, outWidth);
        Upper = Allocate(boxes, outWidth);
        LowerSlope = Allocate(boxes, outWidth);
        UpperSlope = Allocate(boxes, outWidth);
    }

    /// <summary>How many boxes there are in this step: set before the weights take it.</summary>
    public int Boxes { get; set; }

    /// <summary>Centres of the boxes that the layer takes.</summary>
    public float* Center { get; }

    /// <summary>Their radii.</summary>
    public float* Radius { get; }

    /// <summary>Lower bounds of the pre-activations; their centres while the layer is computed.</summary>
    public float* Lower { get; }

    /// <summary>Upper bounds; radii while the layer is computed.</summary>
    public float* Upper { get; }

    /// <summary>The gradient by the lower bounds; by the centres once these are gone through.</summary>
    public float* LowerSlope { get; }

    /// <summary>The gradient by the upper bounds; by the radii once these are gone through.</summary>
    public float* UpperSlope { get; }

    /// <summary><c>S = R |W|^T</c> for some rows.</summary>
    public void Forward(float* radius, int rows, float* s, RowScratch scratch) => scratch.Multiply(radius, rows, forward, null, s);

    /// <summary><c>G' = G |W|</c> for some rows.</summary>
    public void Backward(float* slope, int rows, float* below, RowScratch scratch) =>
        scratch.Multiply(slope, rows, backward!, null, below);

    /// <summary>Keeps the finished gradients of some rows, by centres and by radii, for the step.</summary>
    public void KeepSlopes(int first, int rows)
    {
        nint at = (nint)first * outWidth;
        centerSlopes.SetRows(first, new ReadOnlySpan<float>(LowerSlope + at, rows * outWidth));
        radiusSlopes.SetRows(first, new ReadOnlySpan<float>(UpperSlope + at, rows * outWidth));
    }

    /// <summary>Adds the gradient by the weights of <see cref="SparseProduct.ColumnBlock"/> inputs.</summary>
    /// <param name="weights">The layer's weights.</param>
    /// <param name="from">The first of the inputs.</param>
    /// <param name="gradient">Rows of the padded width, one for each of the inputs.</param>
    /// <param name="scratch">Another than that which holds the gradient.</param>
    public void AddGradient(PackedMatrix<float> weights, int from, float* gradient, RowScratch scratch)
    {
        IntervalArithmetic.Add(
            scratch.ColumnProducts(Center + from, Boxes, inWidth, centerSlopes), gradient, SparseProduct.ColumnBlock * outWidth);
        float* products = scratch.ColumnProducts(Radius + from, Boxes, inWidth, radiusSlopes);
        int width = PackedMatrix<float>.PanelWidth;
        for (int p = 0; p < weights.Panels; p++)
        {
            float* w = weights.Data + ((((nint)p * inWidth) + from) * width);
            for (int k = 0; k < SparseProduct.ColumnBlock; k++, w += width)
                IntervalArithmetic.AddSigned(
                    products + (k * outWidth) + (p * width), w, gradient + (k * outWidth) + (p * width), width);
        }
    }

    /// <summary>Adds the gradient by the biases.</summary>
    public void AddBiasGradient(float* gradient, RowScratch scratch)
    {
        float* sums = scratch.Row;
        RowScratch.ColumnSums(centerSlopes, Boxes, sums);
        IntervalArithmetic.Add(sums, gradient, outWidth);
    }

    /// <summary>Takes over the magnitudes of the weights of <see cref="SparseProduct.ColumnBlock"/> inputs.</summary>
    /// <param name="weights">The layer's weights.</param>
    /// <param name="from">The first of the inputs.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void CopyWeights(PackedMatrix<float> weights, int from)
    {
        int width = PackedMatrix<float>.PanelWidth;
        for (int p = 0; p < weights.Panels; p++)
        {
            nint at = (((nint)p * inWidth) + from) * width;
            for (nint i = at; i < at + (SparseProduct.ColumnBlock * width); i += Vector512<float>.Count)
                Vector512.Abs(Vector512.Load(weights.Data + i)).Store(forward.Data + i);
        }

        if (backward is not null)
            PanelTranspose.Copy(forward, from, backward);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        forward.Dispose();
        backward?.Dispose();
        centerSlopes.Dispose();
        radiusSlopes.Dispose();
        foreach (nint memory in (ReadOnlySpan<nint>)[(nint)Center, (nint)Radius, (nint)Lower, (nint)Upper, (nint)LowerSlope,
            (nint)UpperSlope])
            TrainingMemory.Free((float*)memory);
    }

    private static float* Allocate(int rows, int width) => TrainingMemory.Allocate((nint)rows * width);
}
