namespace ExactCompression.Certificates.Checking;

/// <summary>Two networks side by side as one, whose last hidden neurons are above 0 where the two differ by more than a number.</summary>
/// <remarks>
/// With outputs <c>f_o</c> and <c>g_o</c>, the last hidden layer has <c>f_o - g_o - d</c> and <c>g_o - f_o - d</c> for each output, rounded
/// up: where none of them is above 0 anywhere in the domain, no output differs by more than <c>d</c>. Neurons of the two that have the same
/// weights and bias are one, so that what both networks have in common is the same to every bound. See <c>INEQUALITIES.md</c>.
/// </remarks>
internal static class PairNetwork
{
    /// <summary>Weights of all layers; a quarter of a gibibyte.</summary>
    private const long MostWeights = 1L << 25;

    /// <summary>Number of hidden layers of the pair, the last included.</summary>
    /// <param name="first">A chain of dense layers.</param>
    /// <param name="second">Another, with as many inputs and outputs.</param>
    /// <exception cref="Refusal">The networks are none that it can be built of.</exception>
    public static int DepthOf(ReluNetwork first, ReluNetwork second)
    {
        if (first.InputSize != second.InputSize || first.OutputSize != second.OutputSize)
            throw new Refusal("networks", "They have different numbers of inputs or outputs.");
        RequireRectifiers(first);
        RequireRectifiers(second);
        return 1 + Math.Max(HiddenOf(first), HiddenOf(second));
    }

    /// <summary>Builds it.</summary>
    /// <param name="first">A chain of dense layers.</param>
    /// <param name="second">Another, with as many inputs and outputs.</param>
    /// <param name="deviation"><c>d</c>, not negative.</param>
    /// <param name="budget">Its budget.</param>
    /// <exception cref="Refusal">The networks are none that it can be built of.</exception>
    public static ReluNetwork Of(ReluNetwork first, ReluNetwork second, double deviation, CheckBudget budget)
    {
        int depth = DepthOf(first, second) - 1;
        RequireWeights(Widths(first, depth), Widths(second, depth), budget);
        List<AffineLayer> one = Layers(first), other = Layers(second);
        int[] left = [.. Enumerable.Range(0, first.InputSize)], right = left;
        int width = first.InputSize;
        var layers = new List<AffineLayer>();
        for (int l = 0; l < depth; l++)
        {
            budget.Parallel.CancellationToken.ThrowIfCancellationRequested();
            (AffineLayer both, left, right) = Beside(Hidden(one, l, left), Hidden(other, l, right), width);
            layers.Add(both);
            width = both.Outputs;
        }

        layers.Add(Sides(new(one[^1], left), new(other[^1], right), width, deviation));
        layers.Add(new(new double[layers[^1].Outputs], [0], 1, layers[^1].Outputs, Activation.Identity));
        return new(layers, "both networks");
    }

    private static void RequireRectifiers(ReluNetwork network)
    {
        for (int l = 0; l + 1 < network.DenseLayers.Count; l++)
        {
            if (network.DenseLayers[l].Activation != Activation.Relu)
                throw new Refusal("networks", "A hidden layer has another function than the rectifier.");
        }

        if (network.DenseLayers[^1].Activation is not (Activation.Relu or Activation.Identity))
            throw new Refusal("networks", "The outputs have another function than the rectifier.");
    }

    /// <summary>Number of hidden layers that it has in a pair, before it is padded: rectified outputs count, and there is one at least.
    /// </summary>
    private static int HiddenOf(ReluNetwork network) =>
        Math.Max(1, network.DenseLayers.Count - (network.DenseLayers[^1].Activation == Activation.Relu ? 0 : 1));

    /// <summary>The widths of its hidden layers in a pair, padded; the outputs last.</summary>
    private static List<long> Widths(ReluNetwork network, int depth)
    {
        List<long> widths = [.. network.DenseLayers.Take(HiddenOf(network)).Select(static layer => (long)layer.Outputs)];
        if (network.DenseLayers is [{ Activation: Activation.Identity } linear])
            widths = [2L * linear.Inputs];
        while (widths.Count < depth)
            widths.Add(widths[^1]);
        widths.Add(network.OutputSize);
        return widths;
    }

    /// <summary>Refuses networks whose pair is too large, before any of it is made.</summary>
    private static void RequireWeights(List<long> one, List<long> other, CheckBudget budget)
    {
        double sum = 0;
        for (int l = 1; l < one.Count; l++)
            sum += ((double)one[l] + other[l]) * (one[l - 1] + other[l - 1]);
        if (sum > MostWeights)
            throw new Refusal(
                "networks", FormattableString.Invariant($"Side by side they have about {sum:G4} weights; the limit is {MostWeights}."));
        budget.Spend(4 * sum);
    }

    /// <summary>The layers of a network, at least one of them hidden, with outputs that are not rectified.</summary>
    private static List<AffineLayer> Layers(ReluNetwork network)
    {
        List<AffineLayer> layers = [.. network.DenseLayers];
        if (layers[^1].Activation == Activation.Relu)
            layers.Add(Identity(layers[^1].Outputs));

        // x = relu(x) - relu(-x)
        return layers.Count > 1 ? layers : [BothSigns(layers[0].Inputs), OfBothSigns(layers[0])];
    }

    /// <summary>
    /// A hidden layer; behind the last, one that passes on what it takes, since rectifiers change nothing that is not negative.
    /// </summary>
    private static Placed Hidden(List<AffineLayer> layers, int number, int[] places) =>
        new(number < layers.Count - 1 ? layers[number] : null, places);

    private static AffineLayer Identity(int size)
    {
        var weights = new double[size * size];
        for (int i = 0; i < size; i++)
            weights[(i * size) + i] = 1;
        return new(weights, new double[size], size, size, Activation.Identity);
    }

    private static AffineLayer BothSigns(int size)
    {
        var weights = new double[2 * size * size];
        for (int i = 0; i < size; i++)
            (weights[(2 * i * size) + i], weights[(((2 * i) + 1) * size) + i]) = (1, -1);
        return new(weights, new double[2 * size], 2 * size, size, Activation.Relu);
    }

    private static AffineLayer OfBothSigns(AffineLayer layer)
    {
        var weights = new double[2 * layer.Weights.Length];
        double[]? radii = layer.WeightRadius.IsEmpty ? null : new double[weights.Length];
        for (int k = 0; k < layer.Weights.Length; k++)
        {
            (weights[2 * k], weights[(2 * k) + 1]) = (layer.Weights.Span[k], -layer.Weights.Span[k]);
            if (radii is not null)
                radii[2 * k] = radii[(2 * k) + 1] = layer.WeightRadius.Span[k];
        }

        return new(
            weights, layer.Bias.ToArray(), layer.Outputs, 2 * layer.Inputs, Activation.Identity, weightRadius: radii,
            biasRadius: layer.BiasRadius.IsEmpty ? null : layer.BiasRadius.ToArray());
    }

    /// <summary>The neurons of two layers, those with the same weights and bias once.</summary>
    /// <returns>The layer, and where the neurons of each of the two are in it; no two of one network share a place.</returns>
    private static (AffineLayer Both, int[] Left, int[] Right) Beside(Placed one, Placed other, int width)
    {
        int[] left = [.. Enumerable.Range(0, one.Outputs)], right = new int[other.Outputs];
        bool isExact = one.IsExact && other.IsExact;
        double[] weights = new double[(one.Outputs + other.Outputs) * width];
        double[]? radii = isExact ? null : new double[weights.Length];
        double[] biases = one.Biases.ToArray(), others = other.Biases.ToArray(), moreRadii = other.BiasRadii();
        var free = new Dictionary<int, List<int>>();
        for (int i = 0; i < left.Length; i++)
        {
            one.Write(i, i * width, weights, radii);
            int shape = HashOf(weights.AsSpan(i * width, width), biases[i]);
            if (isExact && !free.TryAdd(shape, [i]))
                free[shape].Add(i);
        }

        List<double> bias = [.. biases], biasRadii = [.. one.BiasRadii()];
        for (int i = 0; i < right.Length; i++)
        {
            int at = bias.Count * width;
            other.Write(i, at, weights, radii);
            Span<double> row = weights.AsSpan(at, width);
            right[i] = isExact && free.TryGetValue(HashOf(row, others[i]), out List<int>? alike) ? Take(alike, row, others[i]) : -1;
            if (right[i] >= 0)
            {
                row.Clear();
                continue;
            }

            right[i] = bias.Count;
            bias.Add(others[i]);
            biasRadii.Add(moreRadii[i]);
        }

        int length = bias.Count * width;
        return (
            new(weights[..length], [.. bias], bias.Count, width, Activation.Relu, weightRadius: radii?[..length],
                biasRadius: isExact ? null : [.. biasRadii]),
            left, right);

        int Take(List<int> alike, ReadOnlySpan<double> row, double constant)
        {
            foreach (int neuron in alike)
            {
                if (biases[neuron] == constant && row.SequenceEqual(weights.AsSpan(neuron * width, width)))
                {
                    alike.Remove(neuron);
                    return neuron;
                }
            }

            return -1;
        }
    }

    private static int HashOf(ReadOnlySpan<double> row, double bias)
    {
        HashCode hash = default;
        hash.Add(bias + 0.0); // -0 + 0 is 0
        foreach (double weight in row)
            hash.Add(weight + 0.0);
        return hash.ToHashCode();
    }

    /// <summary>For each output, by how much either network's exceeds the other's and the number.</summary>
    private static AffineLayer Sides(Placed one, Placed other, int width, double deviation)
    {
        int outputs = one.Outputs;
        double[] weights = new double[2 * outputs * width], radii = new double[weights.Length], bias = new double[2 * outputs],
            biasRadii = new double[2 * outputs], ones = one.BiasRadii(), others = other.BiasRadii();
        for (int o = 0; o < outputs; o++)
        {
            int at = 2 * o * width;
            one.Write(o, at, weights, radii);
            other.Subtract(o, at, weights, radii);
            for (int j = 0; j < width; j++)
                (weights[at + width + j], radii[at + width + j]) = (-weights[at + j], radii[at + j]);
            double a = one.Biases[o], b = other.Biases[o];
            (bias[2 * o], bias[(2 * o) + 1]) = (Up(Up(a, -b), -deviation), Up(Up(b, -a), -deviation));
            biasRadii[2 * o] = biasRadii[(2 * o) + 1] = Outward.Add(ones[o], others[o]);
        }

        if (!weights.Concat(radii).Concat(bias).Concat(biasRadii).All(double.IsFinite))
            throw new Refusal("networks", "A difference of their weights or biases is larger than any double.");
        return new(
            weights, bias, 2 * outputs, width, Activation.Relu,
            weightRadius: radii.AsSpan().ContainsAnyExcept(0.0) ? radii : null,
            biasRadius: biasRadii.AsSpan().ContainsAnyExcept(0.0) ? biasRadii : null);
    }

    /// <summary>A sum, rounded up; the sum itself where it is a double.</summary>
    private static double Up(double a, double b) => ErrorOf(a, b, a + b) is var error && error <= 0 ? a + b : Math.BitIncrement(a + b);

    /// <summary>What a sum of doubles is more than its rounded value; exact but for overflow, where it is NaN (D. E. Knuth).</summary>
    private static double ErrorOf(double a, double b, double sum)
    {
        double part = sum - a;
        return (a - (sum - part)) + (b - part);
    }

    /// <summary>A layer, and where what it reads is; without a layer, what it reads is passed on.</summary>
    private readonly record struct Placed(AffineLayer? Layer, int[] Places)
    {
        public int Outputs => Layer?.Outputs ?? Places.Length;

        public bool IsExact => Layer is null || Layer.IsExact;

        public ReadOnlySpan<double> Biases => Layer is null ? new double[Places.Length] : Layer.Bias.Span;

        public void Write(int row, int at, double[] weights, double[]? radii)
        {
            if (Layer is null)
            {
                weights[at + Places[row]] = 1;
                return;
            }

            for (int j = 0; j < Layer.Inputs; j++)
            {
                weights[at + Places[j]] = Layer.Row(row)[j];
                if (radii is not null)
                    radii[at + Places[j]] = RadiusOf(Layer, row, j);
            }
        }

        public void Subtract(int row, int at, double[] weights, double[] radii)
        {
            for (int j = 0; j < Layer!.Inputs; j++)
            {
                int place = at + Places[j];
                double before = weights[place], weight = -Layer.Row(row)[j];
                weights[place] = before + weight;
                radii[place] = Outward.Add(
                    Outward.Add(radii[place], RadiusOf(Layer, row, j)), Math.Abs(ErrorOf(before, weight, weights[place])));
            }
        }

        public double[] BiasRadii() => Layer is null || Layer.BiasRadius.IsEmpty ? new double[Outputs] : Layer.BiasRadius.ToArray();

        private static double RadiusOf(AffineLayer layer, int row, int column) =>
            layer.WeightRadius.IsEmpty ? 0 : layer.WeightRadius.Span[(row * layer.Inputs) + column];
    }
}
