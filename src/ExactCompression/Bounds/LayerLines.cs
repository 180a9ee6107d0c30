using ExactCompression.Numerics;

namespace ExactCompression.Bounds;

/// <summary>
/// What a row of coefficients meets at a layer, element by element: the lines above and below its rectifiers, its biases, and the charges
/// for rounding. Either over a whole layer, or over a window of it. The arrays have padding behind the last element
/// (<see cref="RowPadding"/>).
/// </summary>
internal sealed class LayerLines
{
    private readonly bool isRectifier;

    /// <summary>Allocates the arrays.</summary>
    /// <param name="isRectifier">Whether the layer has rectifiers; else a row passes as it is, and no lines are needed.</param>
    /// <param name="count">Number of elements.</param>
    public LayerLines(bool isRectifier, int count)
    {
        this.isRectifier = isRectifier;
        Bias = new double[count + RowPadding.Length];
        Error = new double[count + RowPadding.Length];
        if (!isRectifier)
            return;
        UpperSlope = new double[count + RowPadding.Length];
        UpperIntercept = new double[count + RowPadding.Length];
        LowerSlope = new double[count + RowPadding.Length];
        Open = new double[count + RowPadding.Length];
    }

    /// <summary>The layer's bias.</summary>
    public double[] Bias { get; }

    /// <summary>Slope of the line above each rectifier.</summary>
    public double[] UpperSlope { get; } = [];

    /// <summary>Intercept of the line above, not below the true one.</summary>
    public double[] UpperIntercept { get; } = [];

    /// <summary>Slope of the line below each rectifier.</summary>
    public double[] LowerSlope { get; } = [];

    /// <summary>
    /// For each element, what a coefficient of size 1 on its pre-activation can lose to rounding on the way to the layer's inputs.
    /// </summary>
    public double[] Error { get; }

    /// <summary>1 for each rectifier whose phase is open, 0 for the others.</summary>
    public double[] Open { get; } = [];

    /// <summary>The number of elements that the arrays have room for.</summary>
    public int Capacity => Bias.Length - RowPadding.Length;

    /// <summary>Copies the elements of a window.</summary>
    /// <param name="whole">The layer's.</param>
    /// <param name="shape">Its arrangement.</param>
    /// <param name="window">The window.</param>
    public void Gather(LayerLines whole, MapShape shape, Window window)
    {
        WindowElements.Gather<double>(whole.Bias, shape, window, Bias);
        WindowElements.Gather<double>(whole.Error, shape, window, Error);
        if (!isRectifier)
            return;
        WindowElements.Gather<double>(whole.UpperSlope, shape, window, UpperSlope);
        WindowElements.Gather<double>(whole.UpperIntercept, shape, window, UpperIntercept);
        WindowElements.Gather<double>(whole.LowerSlope, shape, window, LowerSlope);
        WindowElements.Gather<double>(whole.Open, shape, window, Open);
    }
}
