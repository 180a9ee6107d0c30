using ExactCompression.Numerics;

namespace ExactCompression.Compression.Equivalence;

/// <summary>Two networks in parallel as one rectifier network, whose outputs are their difference.</summary>
/// <remarks>
/// A network with fewer layers is padded to the other's depth: its activations are not negative, so that rectifiers pass them on unchanged;
/// for one without hidden layers the inputs are passed on, minus the lower ends of their domain. The rounding error of the new biases is
/// carried as their radius.
/// </remarks>
internal static class DifferenceNetwork
{
    /// <summary>Builds it.</summary>
    /// <param name="first">A network.</param>
    /// <param name="second">Another with the same numbers of inputs and outputs.</param>
    /// <param name="domain">The domain, of their size.</param>
    public static ReluNetwork Of(ReluNetwork first, ReluNetwork second, InputDomain domain) =>
        Of(first, second, domain, PairedOutputs.Difference);

    /// <summary>Builds it with other outputs.</summary>
    /// <param name="first">A network.</param>
    /// <param name="second">Another with the same numbers of inputs and outputs.</param>
    /// <param name="domain">The domain, of their size.</param>
    /// <param name="outputs">What its outputs are.</param>
    public static ReluNetwork Of(ReluNetwork first, ReluNetwork second, InputDomain domain, PairedOutputs outputs)
    {
        int depth = Math.Max(1, Math.Max(Hidden(first), Hidden(second)));
        AffineLayer[] one = Padded(first, domain, depth), other = Padded(second, domain, depth);
        var layers = new List<AffineLayer> { Stacked(one[0], other[0]) };
        for (int l = 1; l < depth; l++)
            layers.Add(BesideEachOther(one[l], other[l], Activation.Relu));
        AffineLayer both = BesideEachOther(one[depth], other[depth], Activation.Identity);
        int[] all = [.. Enumerable.Range(0, first.OutputSize)], columns = [.. Enumerable.Range(0, both.Inputs)];
        layers.Add(outputs switch
        {
            PairedOutputs.Both => both,
            PairedOutputs.Difference => Difference(one[depth], other[depth]),
            _ => Rows(both.Select(all, columns), Difference(one[depth], other[depth])),
        });
        return new(layers, $"{first.Name} - {second.Name}");
    }

    /// <summary>
    /// A network with hidden neurons <c>h - tolerance</c> and <c>-h - tolerance</c> in place of each output <c>h</c>: no output exceeds the
    /// tolerance where all of these are stably inactive, and an input that turns one on proves that some output does.
    /// </summary>
    /// <param name="network">A network whose outputs are not rectified.</param>
    /// <param name="tolerance">The largest magnitude allowed for the outputs.</param>
    public static ReluNetwork WithSides(ReluNetwork network, double tolerance) =>
        WithSides(network, [.. Enumerable.Repeat((tolerance, tolerance), network.OutputSize)]);

    /// <summary>The same with a limit for each output <c>h</c> and each <c>-h</c>; none for one that is infinite.</summary>
    /// <param name="network">A network whose outputs are not rectified.</param>
    /// <param name="limits">What <c>h</c> and <c>-h</c> may be at most, for each output; one of them is finite.</param>
    public static ReluNetwork WithSides(ReluNetwork network, IReadOnlyList<(double Above, double Below)> limits)
    {
        AffineLayer output = network.DenseLayers[^1];
        (int From, int Sign, double Limit)[] wanted = SidesOf(limits);
        int rows = wanted.Length;
        double[] weights = new double[(long)rows * output.Inputs], bias = new double[rows], radius = new double[rows];
        double[]? radii = output.WeightRadius.IsEmpty ? null : new double[weights.Length];
        for (int row = 0; row < rows; row++)
        {
            (int from, int sign, double limit) = wanted[row];
            for (int j = 0; j < output.Inputs; j++)
            {
                weights[(row * output.Inputs) + j] = sign * output.Row(from)[j];
                if (radii is not null)
                    radii[(row * output.Inputs) + j] = RadiusOf(output, from, j);
            }

            var sum = default(ErrorFreeSum);
            sum.Add(sign * output.Bias.Span[from], BiasRadii(output)[from]);
            sum.Add(-limit);
            (bias[row], radius[row]) = (sum.Value, sum.Radius);
        }

        var sides = new AffineLayer(
            weights, bias, rows, output.Inputs, Activation.Relu, WeightPrecision.Float64, radii, Positive(radius));
        var end = new AffineLayer(new double[rows], [0], 1, rows, Activation.Identity, WeightPrecision.Float64);
        return new([.. network.DenseLayers.Take(network.Depth), sides, end], network.Name);
    }

    /// <summary>The outputs, signs and limits of the neurons that <see cref="WithSides(ReluNetwork,double)"/> adds.</summary>
    public static (int From, int Sign, double Limit)[] SidesOf(IReadOnlyList<(double Above, double Below)> limits) =>
    [
        .. limits.SelectMany(static (l, o) => new[] { (o, 1, l.Above), (o, -1, l.Below) })
            .Where(static s => !double.IsPositiveInfinity(s.Item3)),
    ];

    /// <summary>Radii that are not all 0: without any, a layer is exact, and ties in it are decided by exact arithmetic.</summary>
    /// <param name="radii">The radii.</param>
    public static double[]? Positive(double[] radii) => Array.TrueForAll(radii, static r => r == 0) ? null : radii;

    /// <summary>How far a weight may be from what is stored.</summary>
    public static double RadiusOf(AffineLayer layer, int row, int column) =>
        layer.WeightRadius.IsEmpty ? 0 : layer.WeightRadius.Span[(row * layer.Inputs) + column];

    /// <summary>Number of hidden layers, where a rectified output counts as one more.</summary>
    private static int Hidden(ReluNetwork network) => network.Depth + (network.Layers[^1].Activation == Activation.Relu ? 1 : 0);

    /// <summary>The network's layers with the requested number of hidden layers, the outputs not rectified.</summary>
    private static AffineLayer[] Padded(ReluNetwork network, InputDomain domain, int depth)
    {
        List<AffineLayer> layers = [.. network.DenseLayers];
        if (layers[^1].Activation == Activation.Relu)
            layers.Add(Identity(layers[^1].Outputs, Activation.Identity));
        if (layers.Count == 1)
            layers = [Shifted(domain, layers[0].Inputs), Unshifted(layers[0], domain)];
        while (layers.Count <= depth)
            layers.Insert(layers.Count - 1, Identity(layers[^1].Inputs, Activation.Relu));
        return [.. layers];
    }

    private static AffineLayer Identity(int size, Activation activation)
    {
        var weights = new double[size * size];
        for (int i = 0; i < size; i++)
            weights[(i * size) + i] = 1;
        return new(weights, new double[size], size, size, activation, WeightPrecision.Float64);
    }

    /// <summary><c>x - lower</c>, which is not negative.</summary>
    private static AffineLayer Shifted(InputDomain domain, int size) =>
        new(Identity(size, Activation.Relu).Weights.ToArray(), Array.ConvertAll(domain.Lower.ToArray(), static x => -x), size, size,
            Activation.Relu, WeightPrecision.Float64);

    /// <summary>A layer that reads <c>x - lower</c> in place of <c>x</c>.</summary>
    private static AffineLayer Unshifted(AffineLayer layer, InputDomain domain)
    {
        double[] bias = new double[layer.Outputs], radius = new double[layer.Outputs];
        for (int i = 0; i < bias.Length; i++)
        {
            var sum = default(ErrorFreeSum);
            sum.Add(layer.Bias.Span[i], layer.BiasRadius.IsEmpty ? 0 : layer.BiasRadius.Span[i]);
            for (int j = 0; j < layer.Inputs; j++)
                sum.AddProduct(layer.Row(i)[j], RadiusOf(layer, i, j), domain.Lower.Span[j], 0);
            (bias[i], radius[i]) = (sum.Value, sum.Radius);
        }

        return new(
            layer.Weights.ToArray(), bias, layer.Outputs, layer.Inputs, layer.Activation, WeightPrecision.Float64, Radii(layer), radius);
    }

    private static AffineLayer Stacked(AffineLayer one, AffineLayer other) => Rows(one, other, Activation.Relu);

    /// <summary>The rows of one layer, then those of another that reads the same.</summary>
    private static AffineLayer Rows(AffineLayer one, AffineLayer other, Activation activation = Activation.Identity) => new(
        [.. one.Weights.Span, .. other.Weights.Span],
        [.. one.Bias.Span, .. other.Bias.Span],
        one.Outputs + other.Outputs,
        one.Inputs,
        activation,
        WeightPrecision.Float64,
        one.IsExact && other.IsExact
            ? null
            : [.. Radii(one) ?? new double[one.Weights.Length], .. Radii(other) ?? new double[other.Weights.Length]],
        one.IsExact && other.IsExact ? null : [.. BiasRadii(one), .. BiasRadii(other)]);

    private static AffineLayer BesideEachOther(AffineLayer one, AffineLayer other, Activation activation)
    {
        int inputs = one.Inputs + other.Inputs, outputs = one.Outputs + other.Outputs;
        double[] weights = new double[(long)outputs * inputs];
        double[]? radii = one.IsExact && other.IsExact ? null : new double[weights.Length];
        for (int i = 0; i < outputs; i++)
        {
            bool isFirst = i < one.Outputs;
            (AffineLayer layer, int row, int at) = isFirst ? (one, i, i * inputs) : (other, i - one.Outputs, (i * inputs) + one.Inputs);
            layer.Row(row).CopyTo(weights.AsSpan(at));
            for (int j = 0; j < layer.Inputs && radii is not null; j++)
                radii[at + j] = RadiusOf(layer, row, j);
        }

        return new(
            weights, [.. one.Bias.Span, .. other.Bias.Span], outputs, inputs, activation, WeightPrecision.Float64, radii,
            radii is null ? null : [.. BiasRadii(one), .. BiasRadii(other)]);
    }

    /// <summary>Rows <c>f_o - g_o</c>.</summary>
    private static AffineLayer Difference(AffineLayer one, AffineLayer other)
    {
        int inputs = one.Inputs + other.Inputs, outputs = one.Outputs;
        double[] weights = new double[(long)outputs * inputs], radii = new double[weights.Length], bias = new double[outputs],
            biasRadii = new double[outputs];
        for (int o = 0; o < outputs; o++)
        {
            for (int j = 0; j < inputs; j++)
            {
                bool isFirst = j < one.Inputs;
                weights[(o * inputs) + j] = isFirst ? one.Row(o)[j] : -other.Row(o)[j - one.Inputs];
                radii[(o * inputs) + j] = isFirst ? RadiusOf(one, o, j) : RadiusOf(other, o, j - one.Inputs);
            }

            var sum = default(ErrorFreeSum);
            sum.Add(one.Bias.Span[o], BiasRadii(one)[o]);
            sum.Add(-other.Bias.Span[o], BiasRadii(other)[o]);
            (bias[o], biasRadii[o]) = (sum.Value, sum.Radius);
        }

        return new(
            weights, bias, outputs, inputs, Activation.Identity, WeightPrecision.Float64, one.IsExact && other.IsExact ? null : radii,
            Positive(biasRadii));
    }

    private static double[]? Radii(AffineLayer layer) => layer.WeightRadius.IsEmpty ? null : layer.WeightRadius.ToArray();

    private static double[] BiasRadii(AffineLayer layer) =>
        layer.BiasRadius.IsEmpty ? new double[layer.Outputs] : layer.BiasRadius.ToArray();
}
