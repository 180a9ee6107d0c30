namespace ExactCompression.Certificates.Checking;

/// <summary>
/// A hidden layer whose pre-activations have proven bounds <c>l &lt;= z &lt;= u</c>, as needed by backward passes through it.
/// </summary>
internal sealed class BoundedLayer
{
    /// <summary>Prepares a layer.</summary>
    /// <param name="map">The layer.</param>
    /// <param name="lower">Proven lower bounds of its pre-activations.</param>
    /// <param name="upper">Proven upper bounds of its pre-activations.</param>
    /// <param name="inputSizes">Largest magnitudes of its inputs.</param>
    public BoundedLayer(AffineLayer map, double[] lower, double[] upper, double[] inputSizes)
    {
        (Map, Lower, Upper) = (map, lower, upper);
        int width = map.Outputs;
        (Low, High, SlopeAbove, SlopeBelow, Charge) = (new double[width], new double[width], new double[width], new double[width],
            new double[width]);
        var open = new List<int>();
        double gamma = Outward.Gamma(width);
        Loss = Outward.Tiny;
        for (int i = 0; i < width; i++)
        {
            if (lower[i] >= 0)
            {
                SlopeAbove[i] = SlopeBelow[i] = 1;
            }
            else if (!(upper[i] <= 0))
            {
                open.Add(i);
                (Low[i], High[i]) = (lower[i], upper[i]);
                SlopeAbove[i] = Math.Min(1, upper[i] / (upper[i] - lower[i])); // NaN if a bound is infinite: nothing is then proven
                SlopeBelow[i] = upper[i] > -lower[i] ? 1 : 0;
            }

            Charge[i] = (((gamma * Products.Size(map.Row(i), inputSizes)) + RadiusOf(map, i, inputSizes)) * (1 + 1e-9)) + Outward.Tiny;
            Loss += Outward.Tiny * Math.Max(Math.Abs(lower[i]), Math.Abs(upper[i]));
        }

        foreach (double size in inputSizes)
            Loss += Outward.Tiny * size;
        Open = [.. open];
        Outputs = new double[width];
        for (int i = 0; i < width; i++)
            Outputs[i] = Math.Max(0, upper[i]);
    }

    public AffineLayer Map { get; }

    public double[] Lower { get; }

    public double[] Upper { get; }

    /// <summary>The neurons whose bounds have 0 inside.</summary>
    public int[] Open { get; }

    /// <summary>Lower bounds of the open ones, 0 for the others.</summary>
    public double[] Low { get; }

    /// <summary>Upper bounds of the open ones, 0 for the others.</summary>
    public double[] High { get; }

    /// <summary>Slope of the upper line of each ReLU.</summary>
    public double[] SlopeAbove { get; }

    /// <summary>Slope of the lower line of each ReLU if a certificate gives none.</summary>
    public double[] SlopeBelow { get; }

    /// <summary>
    /// For each neuron, how far <c>|d| = 1</c> times its computed row can be from the true one over what the layer reads, the radii of its
    /// weights included.
    /// </summary>
    public double[] Charge { get; }

    /// <summary>The loss by underflow in the layer, whatever the row.</summary>
    public double Loss { get; }

    /// <summary>Largest values of the ReLUs.</summary>
    public double[] Outputs { get; }

    /// <summary>
    /// <c>sum_j R_ij m_j + r_i</c>: how far the rounding radii of a row, from the file's reader, can move its pre-activation; rounded to
    /// nearest.
    /// </summary>
    public static double RadiusOf(AffineLayer map, int row, ReadOnlySpan<double> inputSizes)
    {
        double radius = map.BiasRadius.IsEmpty ? 0 : map.BiasRadius.Span[row];
        return map.WeightRadius.IsEmpty
            ? radius
            : radius + Products.Size(map.WeightRadius.Span.Slice(row * map.Inputs, map.Inputs), inputSizes) + Outward.Tiny;
    }
}
