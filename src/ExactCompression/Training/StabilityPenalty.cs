using System.Numerics.Tensors;

namespace ExactCompression.Training;

/// <summary>
/// The stability penalty of a step: boxes of inputs go through the hidden layers as intervals, and the gradient of the penalty goes back.
/// There is one box for the whole domain, or a ball around each row of the batch.
/// </summary>
internal sealed unsafe class StabilityPenalty : IDisposable
{
    private readonly TrainingSet set;
    private readonly ClassifierOptions options;
    private readonly TrainingLayer[] layers;
    private readonly RowScratch[] scratch;
    private readonly int last;
    private readonly float[] lower;
    private readonly float[] upper;

    /// <summary>Prepares it.</summary>
    /// <param name="set">The rows.</param>
    /// <param name="options">Which penalty.</param>
    /// <param name="layers">The network's layers; each that is to have bounds has <see cref="TrainingLayer.Intervals"/>.</param>
    /// <param name="workers">Number of threads.</param>
    /// <param name="chunk">Most rows that a thread takes at a time.</param>
    /// <param name="batch">Rows of a whole batch.</param>
    public StabilityPenalty(TrainingSet set, ClassifierOptions options, TrainingLayer[] layers, int workers, int chunk, int batch)
    {
        this.set = set;
        this.options = options;
        this.layers = layers;
        last = LastLayer(options);
        int widest = layers.Max(static l => Math.Max(l.In, l.Out)), boxes = Boxes(options, batch);
        scratch = new RowScratch[workers];
        for (int i = 0; i < workers; i++)
            scratch[i] = new(Math.Min(chunk, boxes), boxes, widest);
        (lower, upper) = Domain(set.Data);
        if (IsWholeDomain)
            SetDomain();
    }

    /// <summary>Whether there is one box, of all inputs.</summary>
    public bool IsWholeDomain => options.StabilityRadius == 0;

    /// <summary>The last layer that is penalised, from 0: no bounds are needed behind it.</summary>
    public static int LastLayer(ClassifierOptions options)
    {
        int last = options.Hidden.Length - 1;
        while (last >= 0 && options.StabilityOf(last) == 0)
            last--;
        return last;
    }

    /// <summary>Most boxes of a step.</summary>
    public static int Boxes(ClassifierOptions options, int batch) => options.StabilityRadius == 0 ? 1 : batch;

    /// <summary>A thread's memory for the step of the weights.</summary>
    public RowScratch Scratch(int worker) => scratch[worker];

    /// <summary>Begins a step.</summary>
    /// <param name="count">Rows of the batch.</param>
    public void Begin(int count)
    {
        for (int l = 0; l <= last; l++)
            layers[l].Intervals!.Boxes = Boxes(options, count);
    }

    /// <summary>The gradient for some of the boxes.</summary>
    /// <param name="first">The first of them.</param>
    /// <param name="boxes">How many.</param>
    /// <param name="rows">For each row of the batch, which row of the data it is.</param>
    /// <param name="count">Rows of the batch.</param>
    /// <param name="worker">The thread.</param>
    public void Differentiate(int first, int boxes, int[] rows, int count, int worker)
    {
        RowScratch own = scratch[worker];
        if (!IsWholeDomain)
            SetBalls(first, boxes, rows);
        for (int l = 0; l <= last; l++)
        {
            Forward(layers[l], first, boxes, own);
            if (l < last)
                EnterNext(layers[l], layers[l + 1].Intervals!, first, boxes);
        }

        for (int l = last; l >= 0; l--)
            Backward(l, first, boxes, IsWholeDomain ? 1 : count, own);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (RowScratch own in scratch)
            own.Dispose();
    }

    private static void Forward(TrainingLayer layer, int first, int boxes, RowScratch own)
    {
        IntervalLayer bounds = layer.Intervals!;
        nint from = (nint)first * layer.In, to = (nint)first * layer.Out;
        layer.Forward(bounds.Center + from, boxes, bounds.Lower + to, own);
        bounds.Forward(bounds.Radius + from, boxes, bounds.Upper + to, own);
        IntervalArithmetic.ToEnds(bounds.Lower + to, bounds.Upper + to, (nint)boxes * layer.Out);
    }

    private static void EnterNext(TrainingLayer layer, IntervalLayer next, int first, int boxes)
    {
        nint at = (nint)first * layer.Out;
        IntervalArithmetic.Rectify(
            layer.Intervals!.Lower + at, layer.Intervals.Upper + at, next.Center + at, next.Radius + at, (nint)boxes * layer.Out);
    }

    private void Backward(int l, int first, int boxes, int count, RowScratch own)
    {
        TrainingLayer layer = layers[l];
        IntervalLayer bounds = layer.Intervals!;
        nint at = (nint)first * layer.Out, length = (nint)boxes * layer.Out;
        if (l == last)
        {
            new Span<float>(bounds.LowerSlope + at, (int)length).Clear();
            new Span<float>(bounds.UpperSlope + at, (int)length).Clear();
        }
        else
        {
            IntervalArithmetic.RectifyBackward(
                bounds.Lower + at, bounds.Upper + at, bounds.LowerSlope + at, bounds.UpperSlope + at, length);
        }

        if (options.StabilityOf(l) is > 0 and var weight)
        {
            for (nint row = at; row < at + length; row += layer.Out)
                StabilityLoss.AddGradient(
                    options.StabilityMode, (float)(weight / count), bounds.Lower + row, bounds.Upper + row, bounds.LowerSlope + row,
                    bounds.UpperSlope + row, layer.Out, own.Row);
        }

        IntervalArithmetic.ToCenterSlopes(bounds.LowerSlope + at, bounds.UpperSlope + at, length);
        bounds.KeepSlopes(first, boxes);
        if (l == 0)
            return;
        IntervalLayer below = layers[l - 1].Intervals!;
        nint to = (nint)first * layer.In;
        layer.Backward(bounds.LowerSlope + at, boxes, below.LowerSlope + to, own);
        bounds.Backward(bounds.UpperSlope + at, boxes, below.UpperSlope + to, own);
    }

    /// <summary>The box [0,1]^n, wider where the data are.</summary>
    private static (float[] Lower, float[] Upper) Domain(InputData data)
    {
        float[] lower = new float[data.Columns], upper = new float[data.Columns];
        Array.Fill(upper, 1);
        for (int row = 0; row < data.Rows; row++)
        {
            TensorPrimitives.Min(data.Row(row), lower, lower);
            TensorPrimitives.Max(data.Row(row), upper, upper);
        }

        return (lower, upper);
    }

    private void SetDomain()
    {
        IntervalLayer entry = layers[0].Intervals!;
        for (int k = 0; k < lower.Length; k++)
        {
            entry.Center[k] = (lower[k] / 2) + (upper[k] / 2);
            entry.Radius[k] = (upper[k] / 2) - (lower[k] / 2);
        }
    }

    /// <summary>The balls around rows, cut off where the domain ends.</summary>
    private void SetBalls(int first, int boxes, int[] rows)
    {
        IntervalLayer entry = layers[0].Intervals!;
        float radius = (float)options.StabilityRadius;
        for (int r = first; r < first + boxes; r++)
        {
            ReadOnlySpan<float> row = set.Data.Row(rows[r]);
            Span<float> center = new(entry.Center + ((nint)r * layers[0].In), row.Length);
            Span<float> half = new(entry.Radius + ((nint)r * layers[0].In), row.Length);
            for (int k = 0; k < row.Length; k++)
            {
                float l = Math.Max(row[k] - radius, lower[k]) / 2, u = Math.Min(row[k] + radius, upper[k]) / 2;
                center[k] = u + l;
                half[k] = u - l;
            }
        }
    }
}
