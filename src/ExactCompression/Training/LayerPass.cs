using ExactCompression.Numerics;

namespace ExactCompression.Training;

/// <summary>A layer in training, with what it has computed for each row of a batch.</summary>
internal sealed unsafe class LayerPass : IDisposable
{
    private readonly float* input;
    private readonly ValueLayout inputLayout;
    private readonly LayerPass? below;
    private readonly PatchMap? map;
    private readonly float* patches;
    private readonly PackedMatrix<float> packedSlopes;
    private readonly bool isRectified;

    /// <summary>Makes the layer.</summary>
    /// <param name="plan">What it is.</param>
    /// <param name="below">The layer below; null where it takes the data.</param>
    /// <param name="data">The data's rows, where it takes these.</param>
    /// <param name="dataLayout">Their layout.</param>
    /// <param name="batch">Most rows.</param>
    /// <param name="isLast">Whether it is the output layer.</param>
    /// <param name="hasSecondMoment">Whether the optimizer keeps a second moment of each weight.</param>
    /// <param name="intervals">The layer's interval bounds, if they are penalised; it disposes them.</param>
    /// <param name="random">Gives the weights.</param>
    public LayerPass(
        LayerPlan plan, LayerPass? below, float* data, ValueLayout dataLayout, int batch, bool isLast, bool hasSecondMoment,
        IntervalLayer? intervals, Random random)
    {
        Plan = plan;
        this.below = below;
        input = below is null ? data : below.Values;
        inputLayout = below is null ? dataLayout : below.Layout;
        isRectified = !isLast;
        Layout = ValueLayout.OfLayer(plan.Output);
        if (plan.Window is not null)
        {
            map = new(plan, inputLayout);
            patches = TrainingMemory.Allocate((nint)batch * map.Positions * map.Width);
        }

        Layer = new(
            plan, map?.Places() ?? inputLayout.Places(), map?.Width ?? inputLayout.Width, below is null, hasSecondMoment, intervals,
            random);
        Normalisation = plan.IsNormalised ? new(plan.Channels, plan.Positions, batch, hasSecondMoment) : null;
        Values = TrainingMemory.Allocate((nint)batch * Layout.Width);
        Slopes = TrainingMemory.Allocate((nint)batch * Layout.Width);
        packedSlopes = PackedMatrix<float>.Zeros(batch * plan.Positions, Layer.Out);
    }

    /// <summary>What it is.</summary>
    public LayerPlan Plan { get; }

    /// <summary>Its weights.</summary>
    public TrainingLayer Layer { get; }

    /// <summary>The normalisation of its filters; null for none.</summary>
    public ChannelNormalisation? Normalisation { get; }

    /// <summary>The layout of what it gives.</summary>
    public ValueLayout Layout { get; }

    /// <summary>What it gives, row after row.</summary>
    public float* Values { get; }

    /// <summary>The gradient by its pre-activations, row after row.</summary>
    public float* Slopes { get; }

    /// <summary>Rows of a product for each row of values.</summary>
    private int Positions => Plan.Positions;

    /// <summary>Rows of the products of a convolution, which takes one row of values at a time; 0 for a dense layer.</summary>
    public int ProductRows => map?.Positions ?? 0;

    /// <summary>The most values that the factors of its products have, for so many rows of values at a time.</summary>
    public nuint Room(int rows) => (nuint)(map is null ? rows : Positions) * (nuint)Math.Max(Layer.In, Layer.Out);

    /// <summary>Values of the patches of one row; 0 for a dense layer.</summary>
    public nuint PatchRoom => map is null ? 0 : (nuint)map.Positions * (nuint)map.Width;

    /// <summary>Pre-activations of some rows, before the normalisation if there is one.</summary>
    public void Forward(int first, int rows, RowScratch own)
    {
        float* results = Normalisation is null ? Values : Normalisation.Values;
        if (map is null)
        {
            Layer.Forward(input + ((nint)first * inputLayout.Width), rows, results + ((nint)first * Layout.Width), own);
            return;
        }

        for (int r = first; r < first + rows; r++)
        {
            float* patch = patches + ((nint)r * map.Positions * map.Width);
            map.Gather(input + ((nint)r * inputLayout.Width), patch);
            Layer.Forward(patch, map.Positions, results + ((nint)r * Layout.Width), own);
        }
    }

    /// <summary>What follows the product: normalisation, and the ReLU.</summary>
    public void Activate(int first, int rows)
    {
        float* values = Values + ((nint)first * Layout.Width);
        Normalisation?.Forward(first, rows, values);
        if (isRectified)
            Elementwise.Rectify(new ReadOnlySpan<float>(values, rows * Layout.Width), new Span<float>(values, rows * Layout.Width));
    }

    /// <summary>Keeps the finished gradients of some rows for the step, and passes them on to the layer below.</summary>
    public void Backward(int first, int rows, RowScratch own)
    {
        float* slopes = Slopes + ((nint)first * Layout.Width);
        packedSlopes.SetRows(first * Positions, new ReadOnlySpan<float>(slopes, rows * Layout.Width));
        if (below is null)
            return;
        float* passed = below.Slopes + ((nint)first * inputLayout.Width);
        if (map is null)
        {
            Layer.Backward(slopes, rows, passed, own);
        }
        else
        {
            for (int r = 0; r < rows; r++)
            {
                Layer.Backward(slopes + ((nint)r * Layout.Width), map.Positions, own.Patches, own);
                map.Scatter(own.Patches, passed + ((nint)r * inputLayout.Width));
            }
        }

        int count = rows * inputLayout.Width;
        Elementwise.MaskDead(new Span<float>(passed, count), new ReadOnlySpan<float>(input + ((nint)first * inputLayout.Width), count));
    }

    /// <summary>Takes a step with some of its weights, as <see cref="TrainingLayer.Update"/> does.</summary>
    public void Update(int block, int rows, in StepRule rule, RowScratch scratch, RowScratch? ofIntervals) =>
        Layer.Update(block, map is null ? input : patches, rows * Positions, packedSlopes, rule, scratch, ofIntervals);

    /// <inheritdoc/>
    public void Dispose()
    {
        Layer.Dispose();
        Normalisation?.Dispose();
        packedSlopes.Dispose();
        foreach (nint memory in (ReadOnlySpan<nint>)[(nint)Values, (nint)Slopes, (nint)patches])
            TrainingMemory.Free((float*)memory);
    }
}
