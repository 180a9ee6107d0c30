using ExactCompression.Numerics;

namespace ExactCompression.Networks;

/// <summary>
/// A layer as searches see it: <c>z = sum_k M_k a_k + b</c> over the values of layers before, and what it gives is <c>z</c> itself,
/// <c>max(0, z)</c> or a smooth function of it. Layers of a dense chain have one term each; a residual sum has several.
/// </summary>
/// <param name="Name">Name of the node that it comes from.</param>
/// <param name="Shape">Arrangement of its elements.</param>
/// <param name="Terms">At least one.</param>
/// <param name="Bias">A number for each element.</param>
/// <param name="BiasRadius">Radii of the biases; empty where they are exact.</param>
/// <param name="Unit">What it does with <c>z</c>.</param>
/// <param name="Layer">1-based number of the network's layer whose neurons its elements are; 0 for none.</param>
internal sealed record LoweredLayer(
    string Name,
    MapShape Shape,
    IReadOnlyList<LinearTerm> Terms,
    ReadOnlyMemory<double> Bias,
    ReadOnlyMemory<double> BiasRadius,
    LayerUnit Unit,
    int Layer)
{
    /// <summary>Number of elements.</summary>
    public int Width => Shape.Count;

    /// <summary>Number of weights, those of convolutions counted as often as they are used: what a pass multiplies.</summary>
    public long Weights => Width * Terms.Sum(static t => (long)t.Map.FanIn);

    /// <summary>Whether it gives <c>max(0, z)</c>.</summary>
    public bool IsRectifier => Unit == LayerUnit.Rectifier;

    /// <summary>Whether it gives <c>z</c> itself.</summary>
    public bool IsLinear => Unit == LayerUnit.Linear;

    /// <summary>The smooth function that it gives of <c>z</c>; null where it gives none.</summary>
    public SmoothFunction? Smooth => Unit switch
    {
        LayerUnit.Logistic => SmoothFunction.Logistic,
        LayerUnit.Tanh => SmoothFunction.Tanh,
        _ => null,
    };

    /// <summary>Whether its stored weights are exact.</summary>
    public bool IsExact => BiasRadius.IsEmpty && Terms.All(static t => t.Map.Radius is null);

    /// <summary>The layer of a dense network.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="number">Its 1-based number.</param>
    public static LoweredLayer Of(AffineLayer layer, int number)
    {
        MapShape output = MapShape.Vector(layer.Outputs), input = MapShape.Vector(layer.Inputs);
        return new(
            FormattableString.Invariant($"layer {number}"), output,
            [new(number - 1, new DenseMap(layer.Weights, output, input, layer.WeightRadius))], layer.Bias, layer.BiasRadius,
            layer.Activation == Activation.Relu ? LayerUnit.Rectifier : LayerUnit.Linear,
            layer.Activation == Activation.Relu ? number : 0);
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Name} {Shape}{(IsRectifier ? " ReLU" : IsLinear ? "" : $" {Unit}")}";
}

/// <summary>A term of a layer: a linear map of one value.</summary>
/// <param name="Source">The value: 0 for the network's input, <c>l</c> for what the <c>l</c>-th lowered layer gives.</param>
/// <param name="Map">The map. Its input has as many elements as the value, but may arrange them otherwise.</param>
internal readonly record struct LinearTerm(int Source, ILinearMap Map);
