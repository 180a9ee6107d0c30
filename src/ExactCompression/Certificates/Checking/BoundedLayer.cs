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
    /// <param name="joinsOpposed">Whether it has <see cref="Pairs"/>.</param>
    public BoundedLayer(AffineLayer map, double[] lower, double[] upper, double[] inputSizes, bool joinsOpposed = false)
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
        Pairs = joinsOpposed && map.IsExact ? PairsOf(map, Open) : [];
        Outputs = new double[width];
        for (int i = 0; i < width; i++)
            Outputs[i] = Math.Max(0, upper[i]);
    }

    public AffineLayer Map { get; }

    public double[] Lower { get; }

    public double[] Upper { get; }

    /// <summary>The neurons whose bounds have 0 inside.</summary>
    public int[] Open { get; }

    /// <summary>Pairs of open neurons that take opposite values up to a factor, bounded together; each neuron is in one at most.</summary>
    public OpposedPair[] Pairs { get; }

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

    private static OpposedPair[] PairsOf(AffineLayer map, int[] open)
    {
        var pairs = new List<OpposedPair>();
        var single = new Dictionary<(int Hash, bool IsNegative), Queue<int>>();
        foreach (int i in open)
        {
            double scale = ScaleOf(map.Row(i));
            if (scale == 0)
                continue;
            HashCode hash = default;
            foreach (double weight in map.Row(i))
                hash.Add(weight / scale); // the same for all multiples by powers of two
            int shape = hash.ToHashCode();
            if (single.TryGetValue((shape, scale > 0), out Queue<int>? others) && others.TryPeek(out int first)
                && AreOpposed(map, first, i, -scale / ScaleOf(map.Row(first))))
            {
                pairs.Add(new(first, i, -scale / ScaleOf(map.Row(others.Dequeue()))));
                continue;
            }

            if (!single.TryGetValue((shape, scale < 0), out Queue<int>? alike))
                single.Add((shape, scale < 0), alike = []);
            alike.Enqueue(i);
        }

        return [.. pairs];
    }

    /// <summary>The power of two of a row's first weight that is not 0, with its sign; 0 where there is none.</summary>
    private static double ScaleOf(ReadOnlySpan<double> row)
    {
        foreach (double weight in row)
        {
            if (weight != 0)
                return double.IsFinite(weight) ? Math.CopySign(Math.ScaleB(1, Math.ILogB(weight)), weight) : 0;
        }

        return 0;
    }

    /// <summary>Whether a neuron takes exactly the negative of so many times what another takes.</summary>
    private static bool AreOpposed(AffineLayer map, int first, int second, double factor)
    {
        if (!double.IsNormal(factor) || !double.IsNormal(1 / factor) || !Opposed(map.Bias.Span[first], map.Bias.Span[second]))
            return false;
        ReadOnlySpan<double> one = map.Row(first), other = map.Row(second);
        for (int j = 0; j < one.Length; j++)
        {
            if (!Opposed(one[j], other[j]))
                return false;
        }

        return true;

        // Both ways: a product that underflows would be rounded.
        bool Opposed(double a, double b) => -factor * a == b && b / -factor == a;
    }
}

/// <summary>Two neurons of a layer with <c>z_Second = -Factor z_First</c>.</summary>
/// <param name="First">0-based neuron.</param>
/// <param name="Second">A later one.</param>
/// <param name="Factor">A power of two.</param>
internal readonly record struct OpposedPair(int First, int Second, double Factor);
