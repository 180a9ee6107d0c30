using ExactCompression.Numerics;

namespace ExactCompression.Bounds.Deployed;

/// <summary>
/// How far each value of a float32 run can be from its value in real arithmetic, over a box: what the arithmetic of each layer adds, and
/// what the errors below carry into it if they all add up.
/// </summary>
internal sealed class ErrorRanges
{
    private readonly List<RoundedLayer> layers = [];
    private readonly List<double[]> sizes;
    private readonly List<sbyte[]?> secants = [];

    private ErrorRanges(int inputs) => sizes = [new double[inputs]]; // inputs are float32

    /// <summary>What the arithmetic of each layer adds.</summary>
    public IReadOnlyList<RoundedLayer> Layers => layers;

    /// <summary>Whether no sum can leave float32's range.</summary>
    public bool IsInRange => layers.TrueForAll(static layer => layer.IsInRange);

    /// <summary>Bounds all errors.</summary>
    /// <param name="bounds">All layers of the network, with bounds.</param>
    /// <param name="charges">How often each of them rounds.</param>
    /// <param name="parallel">Threads, and the token to stop on.</param>
    public static ErrorRanges Of(RelaxedGraph bounds, IReadOnlyList<LayerCharge?> charges, ParallelOptions parallel)
    {
        var ranges = new ErrorRanges(bounds.Graph.Input.Count);
        for (int l = 0; l < bounds.Layers.Count; l++)
            ranges.Add(bounds, bounds.Layers[l], charges[l], parallel);
        return ranges;
    }

    /// <summary>Bounds of the errors of a value.</summary>
    /// <param name="value">0 for the input, else a layer's 1-based place.</param>
    public double[] SizesOf(int value) => sizes[value];

    /// <summary>For each rectifier of a layer 1 where it is on in both arithmetics, 0 where it is off in both, else -1.</summary>
    /// <param name="l">0-based layer with rectifiers.</param>
    public ReadOnlySpan<sbyte> SecantsOf(int l) => secants[l];

    private void Add(RelaxedGraph bounds, LayerRelaxation layer, LayerCharge? charge, ParallelOptions parallel)
    {
        RoundedLayer rounded = RoundedLayer.Of(
            layer.Layer, charge, [.. layer.Layer.Terms.Select(term => (bounds.RangeOf(term.Source).Magnitude, sizes[term.Source]))],
            parallel);
        layers.Add(rounded);
        double[] errors = [.. rounded.Added.Zip(rounded.Carried, UpperBound.Add)];
        sbyte[]? known = layer.Layer.IsRectifier ? [.. errors.Select((error, i) => SecantOf(layer.Lower[i], layer.Upper[i], error))] : null;
        secants.Add(known);
        sizes.Add(known is null ? errors : [.. errors.Select((error, i) => known[i] == 0 ? 0 : error)]);
    }

    private static sbyte SecantOf(double lower, double upper, double error) =>
        Rounding.AddDown(lower, -error) >= 0 ? (sbyte)1 : Rounding.AddUp(upper, error) <= 0 ? (sbyte)0 : (sbyte)-1;
}
