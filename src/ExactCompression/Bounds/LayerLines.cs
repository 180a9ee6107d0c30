using ExactCompression.Networks;
using ExactCompression.Numerics;

namespace ExactCompression.Bounds;

/// <summary>
/// What a row of coefficients meets at a layer, element by element: the lines above and below its units, its biases, and the charges
/// for rounding. Either over a whole layer, or over a window of it. The arrays have padding behind the last element
/// (<see cref="RowPadding"/>).
/// </summary>
internal sealed class LayerLines
{
    private readonly bool isLinear;

    /// <summary>Allocates the arrays.</summary>
    /// <param name="unit">The layer's units; where it is linear a row passes as it is, and no lines are needed.</param>
    /// <param name="count">Number of elements.</param>
    public LayerLines(LayerUnit unit, int count)
    {
        isLinear = unit == LayerUnit.Linear;
        IsSmooth = !isLinear && unit != LayerUnit.Rectifier;
        Bias = new double[count + RowPadding.Length];
        Error = new double[count + RowPadding.Length];
        if (isLinear)
            return;
        UpperSlope = new double[count + RowPadding.Length];
        UpperIntercept = new double[count + RowPadding.Length];
        LowerSlope = new double[count + RowPadding.Length];
        Open = new double[count + RowPadding.Length];
        if (IsSmooth)
            LowerIntercept = new double[count + RowPadding.Length];
    }

    /// <summary>Whether the layer's units are a smooth function, whose lines below have intercepts, too.</summary>
    public bool IsSmooth { get; }

    /// <summary>The layer's bias.</summary>
    public double[] Bias { get; }

    /// <summary>Slope of the line above each unit.</summary>
    public double[] UpperSlope { get; } = [];

    /// <summary>Intercept of the line above, not below the true one.</summary>
    public double[] UpperIntercept { get; } = [];

    /// <summary>Slope of the line below each unit.</summary>
    public double[] LowerSlope { get; } = [];

    /// <summary>Intercept of the line below each smooth function, not above the true one; that of a rectifier is 0.</summary>
    public double[] LowerIntercept { get; } = [];

    /// <summary>
    /// For each element, what a coefficient of size 1 on its pre-activation can lose to rounding on the way to the layer's inputs.
    /// </summary>
    public double[] Error { get; }

    /// <summary>1 for each rectifier whose phase is open, 0 for all other units.</summary>
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
        if (isLinear)
            return;
        WindowElements.Gather<double>(whole.UpperSlope, shape, window, UpperSlope);
        WindowElements.Gather<double>(whole.UpperIntercept, shape, window, UpperIntercept);
        WindowElements.Gather<double>(whole.LowerSlope, shape, window, LowerSlope);
        WindowElements.Gather<double>(whole.Open, shape, window, Open);
        if (IsSmooth)
            WindowElements.Gather<double>(whole.LowerIntercept, shape, window, LowerIntercept);
    }
}
