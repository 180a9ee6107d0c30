namespace ExactCompression.Tests.Oracles;

/// <summary>A network in exact arithmetic, and the exact range of every hidden pre-activation over a box.</summary>
internal sealed class ExactNetwork
{
    private readonly Rational[][][] weights;
    private readonly Rational[][] biases;
    private readonly bool[] rectified;
    private readonly int depth;

    public ExactNetwork(ReluNetwork network)
    {
        weights = [.. network.DenseLayers.Select(
            l => Enumerable.Range(0, l.Outputs).Select(i => l.Row(i).ToArray().Select(w => (Rational)w).ToArray()).ToArray())];
        biases = [.. network.DenseLayers.Select(l => l.Bias.ToArray().Select(b => (Rational)b).ToArray())];
        rectified = [.. network.Layers.Select(l => l.Activation == Activation.Relu)];
        depth = network.Depth;
    }

    /// <summary>Pre-activations of every layer, output layer last.</summary>
    public Rational[][] PreActivations(IReadOnlyList<Rational> input)
    {
        var all = new Rational[weights.Length][];
        Rational[] a = [.. input];
        for (int l = 0; l < weights.Length; l++)
        {
            all[l] = [.. weights[l].Select((row, i) => Dot(row, a) + biases[l][i])];
            a = [.. all[l].Select(z => rectified[l] ? Rational.Max(z, Rational.Zero) : z)];
        }

        return all;
    }

    /// <summary>The network's outputs.</summary>
    public Rational[] Evaluate(IReadOnlyList<Rational> input)
    {
        Rational[] z = PreActivations(input)[^1];
        return rectified[^1] ? [.. z.Select(v => Rational.Max(v, Rational.Zero))] : z;
    }

    /// <summary>
    /// Exact minimum and maximum of every hidden pre-activation over a box, by enumeration: within the closed region of one activation
    /// pattern everything is linear, so extremes are at the region's vertices, and a vertex is where as many of the region's constraints
    /// are tight as there are inputs. For a handful of neurons and at most three inputs.
    /// </summary>
    public (Rational Min, Rational Max)[][] Ranges(double[] lower, double[] upper)
    {
        int inputs = lower.Length;
        var ranges = new (Rational Min, Rational Max)[depth][];
        var seen = new HashSet<(int Layer, int Neuron)>();
        var box = new List<Constraint>();
        for (int i = 0; i < inputs; i++)
        {
            box.Add(new(Unit(inputs, i, 1), -(Rational)lower[i]));
            box.Add(new(Unit(inputs, i, -1), upper[i]));
        }

        Descend(0, box, Identity(inputs));
        return ranges;

        void Descend(int layer, List<Constraint> region, Constraint[] activations)
        {
            if (layer == depth)
                return;
            Constraint[] z = [.. weights[layer].Select((row, i) => Combine(row, activations, biases[layer][i]))];
            List<Rational[]> vertices = Vertices(region, inputs);
            if (vertices.Count == 0)
                return;
            ranges[layer] ??= new (Rational, Rational)[z.Length];
            for (int i = 0; i < z.Length; i++)
            {
                foreach (Rational[] x in vertices)
                {
                    Rational value = z[i].At(x);
                    ref (Rational Min, Rational Max) range = ref ranges[layer][i];
                    range = seen.Add((layer, i)) ? (value, value) : (Rational.Min(range.Min, value), Rational.Max(range.Max, value));
                }
            }

            Choose(layer, region, z, [], 0);
        }

        void Choose(int layer, List<Constraint> region, Constraint[] z, List<Constraint> chosen, int neuron)
        {
            if (neuron == z.Length)
            {
                Descend(layer + 1, region, [.. chosen]);
                return;
            }

            Choose(layer, [.. region, z[neuron]], z, [.. chosen, z[neuron]], neuron + 1);
            Choose(layer, [.. region, z[neuron].Negated()], z, [.. chosen, Constraint.ZeroOf(inputs)], neuron + 1);
        }
    }

    /// <summary>
    /// The activation patterns whose region has an interior, exactly, each with the largest clearance over some points inside: how far the
    /// pre-activation nearest to 0 keeps from it there. A region of full dimension is cut by a neuron into the parts where its affine
    /// function is above and below 0; a part has full dimension where a vertex lies on that side. Inputs whose range is a point are
    /// constants: where all are, the point's pattern is the only one. For a handful of neurons and at most three inputs that have a range.
    /// </summary>
    public Dictionary<string, Rational> Patterns(double[] lower, double[] upper)
    {
        int[] ranges = [.. Enumerable.Range(0, lower.Length).Where(k => lower[k] < upper[k])];
        int inputs = ranges.Length;
        var patterns = new Dictionary<string, Rational>();
        var box = new List<Constraint>();
        for (int i = 0; i < inputs; i++)
        {
            box.Add(new(Unit(inputs, i, 1), -(Rational)lower[ranges[i]]));
            box.Add(new(Unit(inputs, i, -1), upper[ranges[i]]));
        }

        Constraint Value(int k) => Array.IndexOf(ranges, k) is >= 0 and var i
            ? new(Unit(inputs, i, 1), Rational.Zero)
            : new(new Rational[inputs], lower[k]);
        Constraint[] values = [.. Enumerable.Range(0, lower.Length).Select(Value)];
        Descend(0, box, values, "");
        return patterns;

        void Descend(int layer, List<Constraint> region, Constraint[] activations, string pattern)
        {
            if (layer == depth)
            {
                Rational[][] vertices = [.. Vertices(region, inputs)];
                Rational count = vertices.Length;
                Rational[] middle = [.. Enumerable.Range(0, inputs).Select(
                    k => vertices.Aggregate(Rational.Zero, (sum, v) => sum + v[k]) / count)];
                patterns[pattern] = region.Skip(2 * inputs).Select(c => c.At(middle)).Append(1).Aggregate((a, b) => a < b ? a : b);
                return;
            }

            Choose(layer, region, [.. weights[layer].Select((row, i) => Combine(row, activations, biases[layer][i]))], [], pattern);
        }

        void Choose(int layer, List<Constraint> region, Constraint[] z, List<Constraint> chosen, string pattern)
        {
            if (chosen.Count == z.Length)
            {
                Descend(layer + 1, region, [.. chosen], layer + 1 < depth ? pattern + "|" : pattern);
                return;
            }

            Constraint next = z[chosen.Count];
            Rational[][] vertices = [.. Vertices(region, inputs)];
            bool above = vertices.Any(v => next.At(v).Sign > 0), below = vertices.Any(v => next.At(v).Sign < 0);
            if (above)
                Choose(layer, [.. region, next], z, [.. chosen, next], pattern + "1");
            if (below)
                Choose(layer, [.. region, next.Negated()], z, [.. chosen, Constraint.ZeroOf(inputs)], pattern + "0");
            if (!above && !below)
                Choose(layer, region, z, [.. chosen, Constraint.ZeroOf(inputs)], pattern + "0");
        }
    }

    private static Rational Dot(Rational[] row, Rational[] values)
    {
        Rational sum = Rational.Zero;
        for (int j = 0; j < row.Length; j++)
            sum += row[j] * values[j];
        return sum;
    }

    private static Rational[] Unit(int size, int at, double value) =>
        [.. Enumerable.Range(0, size).Select(i => (Rational)(i == at ? value : 0))];

    private static Constraint[] Identity(int size) =>
        [.. Enumerable.Range(0, size).Select(i => new Constraint(Unit(size, i, 1), Rational.Zero))];

    private static Constraint Combine(Rational[] row, Constraint[] terms, Rational bias)
    {
        var coefficients = new Rational[terms[0].Coefficients.Length];
        Rational constant = bias;
        for (int j = 0; j < row.Length; j++)
        {
            constant += row[j] * terms[j].Constant;
            for (int i = 0; i < coefficients.Length; i++)
                coefficients[i] += row[j] * terms[j].Coefficients[i];
        }

        return new(coefficients, constant);
    }

    /// <summary>Feasible points where <paramref name="inputs"/> independent constraints are tight.</summary>
    private static List<Rational[]> Vertices(List<Constraint> region, int inputs)
    {
        var vertices = new List<Rational[]>();
        var chosen = new int[inputs];
        Pick(0, 0);
        return vertices;

        void Pick(int slot, int from)
        {
            if (slot == inputs)
            {
                Rational[]? x = Solve([.. chosen.Select(c => region[c])], inputs);
                if (x is not null && region.TrueForAll(c => c.At(x).Sign >= 0))
                    vertices.Add(x);
                return;
            }

            for (int c = from; c < region.Count; c++)
            {
                chosen[slot] = c;
                Pick(slot + 1, c + 1);
            }
        }
    }

    /// <summary>Gauss elimination; null where the constraints are dependent.</summary>
    private static Rational[]? Solve(Constraint[] tight, int size)
    {
        Rational[][] m = [.. tight.Select(c => (Rational[])[.. c.Coefficients, -c.Constant])];
        for (int column = 0; column < size; column++)
        {
            int pivot = Array.FindIndex(m, column, r => r[column].Sign != 0);
            if (pivot < 0)
                return null;
            (m[column], m[pivot]) = (m[pivot], m[column]);
            for (int row = 0; row < size; row++)
            {
                if (row == column || m[row][column].Sign == 0)
                    continue;
                Rational factor = m[row][column] / m[column][column];
                for (int k = column; k <= size; k++)
                    m[row][k] -= factor * m[column][k];
            }
        }

        return [.. Enumerable.Range(0, size).Select(i => m[i][size] / m[i][i])];
    }

    /// <summary>An affine function of the input, as a constraint that it is not negative.</summary>
    private sealed record Constraint(Rational[] Coefficients, Rational Constant)
    {
        public static Constraint ZeroOf(int size) => new(new Rational[size], Rational.Zero);

        public Rational At(Rational[] x) => Dot(Coefficients, x) + Constant;

        public Constraint Negated() => new([.. Coefficients.Select(c => -c)], -Constant);
    }
}
