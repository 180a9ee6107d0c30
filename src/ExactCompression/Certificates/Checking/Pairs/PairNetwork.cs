namespace ExactCompression.Certificates.Checking;

/// <summary>Two networks side by side as one, whose last hidden neurons are above 0 where the two differ by more than a number.</summary>
/// <remarks>
/// With outputs <c>f_o</c> and <c>g_o</c>, the last hidden layer has <c>f_o - g_o - d</c> and <c>g_o - f_o - d</c> for each output, rounded
/// up: where none of them is above 0 anywhere in the domain, no output differs by more than <c>d</c>. Neurons of the two that have the same
/// weights and bias are one, so that what both networks have in common is the same to every bound. See <c>INEQUALITIES.md</c>.
/// </remarks>
internal static class PairNetwork
{
    /// <summary>Weights of a layer; a quarter of a gibibyte.</summary>
    private const long MostWeights = 1L << 25;

    /// <summary>Builds it.</summary>
    /// <param name="first">A chain of dense layers.</param>
    /// <param name="second">Another, with as many inputs and outputs.</param>
    /// <param name="deviation"><c>d</c>, not negative.</param>
    /// <exception cref="Refusal">The networks are none that it can be built of.</exception>
    public static ReluNetwork Of(ReluNetwork first, ReluNetwork second, double deviation)
    {
        if (!first.IsDense || !second.IsDense)
            throw new Refusal("networks", "The certificate is for chains of dense layers, and a network is none.");
        if (first.InputSize != second.InputSize || first.OutputSize != second.OutputSize)
            throw new Refusal("networks", "They have different numbers of inputs or outputs.");
        List<AffineLayer> one = Layers(first), other = Layers(second);
        int depth = Math.Max(one.Count, other.Count) - 1;
        Pad(one, depth);
        Pad(other, depth);
        int[] left = [.. Enumerable.Range(0, first.InputSize)], right = left;
        int width = first.InputSize;
        var layers = new List<AffineLayer>();
        for (int l = 0; l < depth; l++)
        {
            (AffineLayer both, left, right) = Beside(new(one[l], left), new(other[l], right), width);
            layers.Add(both);
            width = both.Outputs;
        }

        layers.Add(Sides(new(one[depth], left), new(other[depth], right), width, deviation));
        layers.Add(new(new double[layers[^1].Outputs], [0], 1, layers[^1].Outputs, Activation.Identity));
        return new(layers, "both networks");
    }

    /// <summary>The layers of a network, at least one of them hidden, with outputs that are not rectified.</summary>
    private static List<AffineLayer> Layers(ReluNetwork network)
    {
        List<AffineLayer> layers = [.. network.DenseLayers];
        if (layers[^1].Activation == Activation.Relu)
            layers.Add(Identity(layers[^1].Outputs, Activation.Identity));
        for (int l = 0; l < layers.Count; l++)
        {
            if (layers[l].Activation != (l + 1 < layers.Count ? Activation.Relu : Activation.Identity))
                throw new Refusal("networks", "A layer has another function than the rectifier.");
        }

        // x = relu(x) - relu(-x)
        return layers.Count > 1 ? layers : [BothSigns(layers[0].Inputs), OfBothSigns(layers[0])];
    }

    /// <summary>Rectifiers change nothing that is not negative.</summary>
    private static void Pad(List<AffineLayer> layers, int depth)
    {
        while (layers.Count <= depth)
            layers.Insert(layers.Count - 1, Identity(layers[^1].Inputs, Activation.Relu));
    }

    private static AffineLayer Identity(int size, Activation activation)
    {
        RequireWeights(size, size);
        var weights = new double[size * size];
        for (int i = 0; i < size; i++)
            weights[(i * size) + i] = 1;
        return new(weights, new double[size], size, size, activation);
    }

    private static AffineLayer BothSigns(int size)
    {
        RequireWeights(2 * size, size);
        var weights = new double[2 * size * size];
        for (int i = 0; i < size; i++)
            (weights[(2 * i * size) + i], weights[(((2 * i) + 1) * size) + i]) = (1, -1);
        return new(weights, new double[2 * size], 2 * size, size, Activation.Relu);
    }

    private static AffineLayer OfBothSigns(AffineLayer layer)
    {
        RequireWeights(layer.Outputs, 2L * layer.Inputs);
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
        RequireWeights(one.Layer.Outputs + (long)other.Layer.Outputs, width);
        int[] left = [.. Enumerable.Range(0, one.Layer.Outputs)], right = new int[other.Layer.Outputs];
        bool isExact = one.Layer.IsExact && other.Layer.IsExact;
        double[] weights = new double[(one.Layer.Outputs + other.Layer.Outputs) * width];
        double[]? radii = isExact ? null : new double[weights.Length];
        var free = new Dictionary<int, List<int>>();
        for (int i = 0; i < left.Length; i++)
        {
            one.Write(i, i * width, weights, radii);
            int shape = HashOf(weights.AsSpan(i * width, width), one.Layer.Bias.Span[i]);
            if (isExact && !free.TryAdd(shape, [i]))
                free[shape].Add(i);
        }

        List<double> bias = [.. one.Layer.Bias.Span], biasRadii = [.. one.BiasRadii()];
        double[] more = other.BiasRadii();
        for (int i = 0; i < right.Length; i++)
        {
            int at = bias.Count * width;
            other.Write(i, at, weights, radii);
            Span<double> row = weights.AsSpan(at, width);
            right[i] = isExact && free.TryGetValue(HashOf(row, other.Layer.Bias.Span[i]), out List<int>? alike)
                ? Take(alike, row, other.Layer.Bias.Span[i]) : -1;
            if (right[i] >= 0)
            {
                row.Clear();
                continue;
            }

            right[i] = bias.Count;
            bias.Add(other.Layer.Bias.Span[i]);
            biasRadii.Add(more[i]);
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
                if (one.Layer.Bias.Span[neuron] == constant && row.SequenceEqual(weights.AsSpan(neuron * width, width)))
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
        int outputs = one.Layer.Outputs;
        RequireWeights(2L * outputs, width);
        double[] weights = new double[2 * outputs * width], radii = new double[weights.Length], bias = new double[2 * outputs],
            biasRadii = new double[2 * outputs], ones = one.BiasRadii(), others = other.BiasRadii();
        for (int o = 0; o < outputs; o++)
        {
            int at = 2 * o * width;
            one.Write(o, at, weights, radii);
            other.Subtract(o, at, weights, radii);
            for (int j = 0; j < width; j++)
                (weights[at + width + j], radii[at + width + j]) = (-weights[at + j], radii[at + j]);
            double a = one.Layer.Bias.Span[o], b = other.Layer.Bias.Span[o];
            (bias[2 * o], bias[(2 * o) + 1]) = (Up(Up(a, -b), -deviation), Up(Up(b, -a), -deviation));
            biasRadii[2 * o] = biasRadii[(2 * o) + 1] = Outward.Add(ones[o], others[o]);
        }

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

    private static void RequireWeights(long outputs, long inputs)
    {
        if (outputs * inputs > MostWeights)
            throw new Refusal("networks", $"Side by side they have a layer of {outputs * inputs} weights; the limit is {MostWeights}.");
    }

    /// <summary>A layer, and where what it reads is.</summary>
    private readonly record struct Placed(AffineLayer Layer, int[] Places)
    {
        public void Write(int row, int at, double[] weights, double[]? radii)
        {
            for (int j = 0; j < Layer.Inputs; j++)
            {
                weights[at + Places[j]] = Layer.Row(row)[j];
                if (radii is not null)
                    radii[at + Places[j]] = RadiusOf(row, j);
            }
        }

        public void Subtract(int row, int at, double[] weights, double[] radii)
        {
            for (int j = 0; j < Layer.Inputs; j++)
            {
                int place = at + Places[j];
                double before = weights[place], weight = -Layer.Row(row)[j];
                weights[place] = before + weight;
                radii[place] = Outward.Add(
                    Outward.Add(radii[place], RadiusOf(row, j)), Math.Abs(ErrorOf(before, weight, weights[place])));
            }
        }

        public double[] BiasRadii() => Layer.BiasRadius.IsEmpty ? new double[Layer.Outputs] : Layer.BiasRadius.ToArray();

        private double RadiusOf(int row, int column) =>
            Layer.WeightRadius.IsEmpty ? 0 : Layer.WeightRadius.Span[(row * Layer.Inputs) + column];
    }
}
