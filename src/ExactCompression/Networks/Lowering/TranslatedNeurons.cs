using ExactCompression.Numerics;

namespace ExactCompression.Networks;

/// <summary>
/// Neurons that are the same function of a shifted input: a filter's outputs at two positions are, where both see the same of the borders
/// and the domain is the same box under both. What is proven of one of them holds for all; a witness of one, shifted, is one of another.
/// </summary>
/// <remarks>
/// <para>
/// Every position of every value gets a class and an anchor, a place in the input. Positions <c>p</c> and <c>q</c> of a value are of one
/// class only if each element at <c>q</c>, of an input that is shifted by <c>anchor(q) - anchor(p)</c>, is the element of the same channel
/// at <c>p</c>, of the input as it was. For the input itself, the anchor is the position, and positions are of one class where the domain
/// is the same in every channel. For a layer, positions are of one class if all that they read is, at the same distances of anchors, with
/// the same weights, and padding at the same places. What the shift moves out of the input, or leaves empty in it, neither of the two
/// depends on.
/// </para>
/// <para>All of this is in real arithmetic: the ranges of neurons of one class are equal, not only nearly so. Where numbers are known to a
/// radius alone, what is equal is the range over all numbers within the radii, which is what bounds are proven for.</para>
/// </remarks>
internal sealed class TranslatedNeurons
{
    private readonly MapShape input;
    private readonly InputDomain domain;
    private readonly NeuronLayout layout;
    private readonly PositionClasses[] classes;

    private TranslatedNeurons(MapShape input, InputDomain domain, NeuronLayout layout, PositionClasses[] classes) =>
        (this.input, this.domain, this.layout, this.classes) = (input, domain, layout, classes);

    /// <summary>Finds them; null where no two neurons are of one class.</summary>
    /// <param name="graph">The network.</param>
    /// <param name="domain">The domain of its input, of its size.</param>
    /// <param name="layout">How its rectifiers are numbered.</param>
    public static TranslatedNeurons? Of(LoweredGraph graph, InputDomain domain, NeuronLayout layout)
    {
        // A flat input counts in the arrangement in which the first layer reads it.
        MapShape input = graph.Layers.SelectMany(static l => l.Terms).Where(static t => t.Source == 0).Select(static t => t.Map.Input)
            .FirstOrDefault(static shape => shape.Plane > 1, graph.Input);
        if (input.Plane == 1)
            return null;
        var values = new PositionClasses[graph.Layers.Count + 1];
        values[0] = PositionClasses.OfInput(input, domain);
        for (int l = 0; l < graph.Layers.Count; l++)
            values[l + 1] = PositionClasses.Of(graph.Layers[l], values);
        PositionClasses[] classes = [.. Enumerable.Range(1, graph.Rectifiers).Select(number => values[graph.ValueOf(number)])];
        return Array.Exists(classes, static c => c.Count < c.Shape.Plane) ? new(input, domain, layout, classes) : null;
    }

    /// <summary>All neurons of a neuron's class, itself among them, in order.</summary>
    /// <param name="index">The neuron, by its index over all layers.</param>
    public IEnumerable<int> Of(int index)
    {
        (int layer, int element) = layout.Place(index);
        PositionClasses own = classes[layer - 1];
        int first = layout.Offsets[layer - 1] + (element / own.Shape.Plane * own.Shape.Plane);
        return own.Like(element % own.Shape.Plane).Select(position => first + position);
    }

    /// <summary>The first neuron of a neuron's class.</summary>
    /// <param name="index">The neuron, by its index over all layers.</param>
    public int FirstOf(int index)
    {
        (int layer, int element) = layout.Place(index);
        PositionClasses own = classes[layer - 1];
        int position = element % own.Shape.Plane;
        return index - position + own.Like(position)[0];
    }

    /// <summary>An input at which a neuron has the value that another of its class has at a given one.</summary>
    /// <param name="point">A point of the domain.</param>
    /// <param name="from">The other neuron.</param>
    /// <param name="to">The neuron.</param>
    /// <returns>A point of the domain.</returns>
    public double[] Move(ReadOnlySpan<double> point, int from, int to)
    {
        (int layer, int element) = layout.Place(from);
        PositionClasses own = classes[layer - 1];
        (int row, int column) = own.AnchorOf(element % own.Shape.Plane);
        (int toRow, int toColumn) = own.AnchorOf(layout.Place(to).Neuron % own.Shape.Plane);
        (int down, int right) = (toRow - row, toColumn - column);
        ReadOnlySpan<double> lower = domain.Lower.Span, upper = domain.Upper.Span;
        var moved = new double[point.Length];
        for (int i = 0; i < moved.Length; i++)
        {
            (int channel, int place) = Math.DivRem(i, input.Plane);
            (int y, int x) = Math.DivRem(place, input.Width);
            (y, x) = (y - down, x - right);
            bool isInside = y >= 0 && y < input.Height && x >= 0 && x < input.Width;
            moved[i] = Math.Clamp(point[isInside ? input.IndexOf(channel, y, x) : i], lower[i], upper[i]);
        }

        return moved;
    }
}
