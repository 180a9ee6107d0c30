using ExactCompression.Certificates.Checking;
using ExactCompression.Tests.Oracles;

namespace ExactCompression.Tests.Certificates;

/// <summary>
/// An adversary of the certificate checker: an original of numbers that cancel, a relation that anyone could have made up, and the
/// compressed network that the checker's own simulation then asks for. Nothing is left of the difference but what the checker charges for
/// rounding and for what it can't match, so whatever a charge lacks shows.
/// </summary>
internal sealed class RelationForgery
{
    private readonly Random random;
    private readonly CancellingNumbers numbers;
    private readonly List<AffineLayer> originals = [];
    private readonly List<AffineLayer> compressed = [];
    private readonly List<LayerRelation> relations = [];
    private readonly StabilityCheck proven;

    private RelationForgery(Random random)
    {
        this.random = random;
        int inputs = random.Next(1, 4);
        numbers = new(random, inputs);
        bool mayCollapse = random.Next(8) == 0;
        int depth = random.Next(1, 4);
        for (int l = 0; l < depth; l++)
            originals.Add(numbers.Hidden(l == 0 ? inputs : originals[^1].Outputs, mayCollapse && l == 0));
        originals.Add(numbers.WithRadii(numbers.Layer(random.Next(1, 4), originals[^1].Outputs, static _ => 0, Activation.Identity)));
        Original = new(originals);
        proven = new(Original, new(Lower, Upper), "original", Unlimited);
        for (int l = 0; l < depth; l++)
        {
            (double[] lower, double[] upper) = proven.Intervals();
            proven.Add(lower, upper);
        }
    }

    private static readonly CheckBudget Unlimited = new(threads: 1);

    /// <summary>The original.</summary>
    public ReluNetwork Original { get; }

    private double[] Lower => numbers.Lower;

    private double[] Upper => numbers.Upper;

    /// <summary>The network that is passed off as compressed.</summary>
    public ReluNetwork Compressed { get; private set; } = null!;

    /// <summary>The certificate, which claims no deviation yet.</summary>
    public Certificate Certificate { get; private set; } = null!;

    /// <summary>A forgery; null where the checker refuses the relation.</summary>
    public static RelationForgery? Of(Random random)
    {
        var forgery = new RelationForgery(random);
        try
        {
            return forgery.Build() ? forgery : null;
        }
        catch (Refusal)
        {
            return null;
        }
    }

    /// <summary>The deviation that the checker derives; not finite where it derives none.</summary>
    public double Derived() => CertificateCheck.Derive(Certificate, Original, Compressed, null, Unlimited).Deviation;

    /// <summary>
    /// The largest difference at corners, the middle and some other points, for a network within the original's radii: never above the true
    /// maximum.
    /// </summary>
    public Rational Observed()
    {
        var first = new ExactNetwork(HardNumbers.Within(random, Original, random.Next(1, 4)));
        var second = new ExactNetwork(HardNumbers.Within(random, Compressed, random.Next(1, 4)));
        Rational largest = Rational.Zero;
        foreach (double[] point in Points())
        {
            Rational[] exact = Array.ConvertAll(point, static x => (Rational)x), a = first.Evaluate(exact), b = second.Evaluate(exact);
            for (int i = 0; i < a.Length; i++)
                largest = Rational.Max(largest, Rational.Abs(a[i] - b[i]));
        }

        return largest;
    }

    private IEnumerable<double[]> Points()
    {
        foreach (double[] corner in CertificateProperties.Corners(Lower, Upper))
            yield return corner;
        for (int k = 0; k < 4; k++)
            yield return [.. Lower.Zip(Upper, (l, u) => Math.Clamp(l + (random.NextDouble() * (u - l)), l, u))];
    }

    private bool Build()
    {
        int start = proven.Layers[0].Upper.All(static u => u <= 0) && Original.Depth > 1 ? 1 : 0;
        InputBox box = new(Lower, Upper);
        int number = 0;
        if (start > 0 && random.Next(2) == 0)
        {
            // The compressed network may do anything where the original gives 0.
            AffineLayer any = numbers.Layer(random.Next(1, 3), Lower.Length, static _ => 0, Activation.Relu);
            compressed.Add(any);
            (double[] low, double[] high) = box.Intervals(any);
            box = InputBox.OfRectified(low, high);
            number = 1;
        }

        string[] kinds = [.. Enumerable.Range(start, Original.Depth - start).Select(KindsOf)];
        Simulation simulation = start == 0
            ? Simulation.OfInput(Original.Layers[0], box)
            : Simulation.OfZeros(Original.Layers[start], number, box);
        for (int l = start; l < Original.Depth; l++)
        {
            AffineLayer next = Original.Layers[l + 1];
            bool[] needed = l + 1 == Original.Depth
                ? [.. Enumerable.Repeat(true, next.Outputs)]
                : [.. kinds[l + 1 - start].Select(static k => k is not ('o' or 'c'))];
            LayerRelation relation = Relate(kinds[l - start], simulation, next, needed);
            AffineLayer? counterpart = relation.HasCounterpart ? compressed[^1] : null;
            BoundedLayer? known = null;
            if (counterpart is not null)
            {
                (double[] low, double[] high) = simulation.Box.Intervals(counterpart);
                known = new(counterpart, low, high, simulation.Box.Sizes);
            }

            relations.Add(relation);
            simulation = SimulationStep.Take(
                simulation, relation, proven.Layers[l], next, needed, counterpart, known, "forgery", Unlimited);
        }

        if (!simulation.Weights.Concat(simulation.Bias).All(double.IsFinite))
            return false;
        compressed.Add(
            new(simulation.Weights, simulation.Bias, Original.OutputSize, simulation.Box.Size, Activation.Identity,
                WeightPrecision.Float64));
        Compressed = new(compressed);
        Certificate = Made.Unclaimed(Original, Compressed, new(start, [.. relations]), Lower, Upper);
        return true;
    }

    /// <summary>What each neuron may count as by its interval bounds; sometimes a layer that is folded away.</summary>
    private string KindsOf(int layer)
    {
        BoundedLayer bounds = proven.Layers[layer];
        bool folded = random.Next(5) == 0;
        return new([.. Enumerable.Range(0, bounds.Lower.Length).Select(i =>
            bounds.Upper[i] <= 0 && random.Next(4) > 0 ? 'o'
            : folded ? (bounds.Lower[i] >= 0 ? 'f' : 'c')
            : bounds.Lower[i] >= 0 ? "lljjgc"[random.Next(6)]
            : "ggggggnnnc"[random.Next(10)])]);
    }

    private LayerRelation Relate(string kinds, Simulation before, AffineLayer next, bool[] needed)
    {
        if (!kinds.AsSpan().ContainsAnyExcept("ofc"))
            return new() { HasCounterpart = false, Kinds = kinds, Targets = [], Factors = [], Sums = [], Terms = [], Linear = [],
                Coefficients = [] };
        int inputs = before.Box.Size;
        var rows = new List<(double[] Weights, double Bias)>();
        List<int> targets = [], linear = [];
        var factors = new List<double>();
        int[] own = new int[kinds.Length];
        double[] scales = new double[kinds.Length];
        void Add(ReadOnlySpan<double> row, double bias) => rows.Add((row.ToArray(), bias));

        for (int i = 0; i < kinds.Length; i++)
        {
            if (kinds[i] is 'g' or 'n')
            {
                double factor = random.Next(2) == 0
                    ? 1
                    : random.Next(2) == 0
                    ? Math.Pow(2, random.Next(-20, 21)) : Math.Abs(numbers.Number()) is > 0 and var f ? f : 3;
                double by = (kinds[i] == 'g' ? 1 : -1) / factor;
                if (random.Next(6) == 0 && rows.Count > 0)
                {
                    targets.Add(random.Next(rows.Count)); // a target that another has, whatever it is
                }
                else
                {
                    targets.Add(rows.Count);
                    Add(Array.ConvertAll(before.Row(i).ToArray(), w => w * by), before.Bias[i] * by);
                }

                factors.Add(factor);
            }

            if (kinds[i] is 'n' or 'l' or 'j')
            {
                // A linear neuron is above 0; one that stands for a negative part is lifted there.
                (own[i], scales[i]) = (rows.Count, random.Next(2) == 0 ? 1 : Math.Pow(2, random.Next(-30, 31)));
                double lift = kinds[i] == 'n' ? 2 * (Products.Size(before.Row(i), before.Box.Sizes) + Math.Abs(before.Bias[i])) : 0;
                Add(Array.ConvertAll(before.Row(i).ToArray(), w => w * scales[i]), (before.Bias[i] + lift) * scales[i]);
                linear.Add(own[i]);
            }
        }

        // Linear neurons that a joint part may add and take away again without any trace but rounding: constants, copies, and gates that
        // are never below 0.
        var idle = new List<int>();
        for (int k = random.Next(3); k > 0; k--)
        {
            idle.Add(rows.Count);
            Add(new double[inputs], Math.Abs(numbers.Number()));
        }

        if (linear.Count > 0 && random.Next(2) == 0)
        {
            int copied = linear[random.Next(linear.Count)];
            rows.Add(rows[copied]);
            linear.Add(rows.Count - 1);
        }

        linear.AddRange(idle);
        if (targets.Count > 0 && random.Next(2) == 0)
            linear.AddRange(targets.Distinct().Where(t => !linear.Contains(t) && random.Next(2) == 0));
        if (rows.Count == 0)
            Add(new double[inputs], 0);
        AffineLayer counterpart = LayerOf(rows, inputs);
        compressed.Add(counterpart);
        double[] Junk(double[] coefficients)
        {
            foreach (int j in idle)
            {
                if (random.Next(3) == 0)
                    coefficients[linear.IndexOf(j)] += numbers.Number();
            }

            int[] twins = [.. Enumerable.Range(0, linear.Count).Where(
                a => linear.Exists(
                    b => b != linear[a] && rows[b].Bias == rows[linear[a]].Bias
                        && rows[b].Weights.SequenceEqual(rows[linear[a]].Weights)))];
            if (twins.Length == 2 && random.Next(2) == 0)
            {
                double c = numbers.Number();
                coefficients[twins[0]] += c;
                coefficients[twins[1]] -= c;
            }

            return coefficients;
        }

        var coefficients = new List<double>();
        for (int i = 0; i < kinds.Length; i++)
        {
            if (kinds[i] != 'l')
                continue;
            double[] combination = new double[linear.Count];
            combination[linear.IndexOf(own[i])] = 1 / scales[i];
            coefficients.AddRange(Junk(combination));
        }

        for (int r = 0; kinds.AsSpan().ContainsAny('j', 'n') && r < needed.Length; r++)
        {
            if (!needed[r])
                continue;
            double[] combination = new double[linear.Count];
            for (int i = 0; i < kinds.Length; i++)
            {
                if (kinds[i] is 'j' or 'n')
                    combination[linear.IndexOf(own[i])] += next.Row(r)[i] / scales[i];
            }

            coefficients.AddRange(Junk(combination));
        }

        var relation = new LayerRelation
        {
            HasCounterpart = true,
            Kinds = kinds,
            Targets = [.. targets],
            Factors = [.. factors],
            Sums = [],
            Terms = [],
            Linear = coefficients.Count == 0 ? [] : [.. linear],
            Coefficients = [.. coefficients],
        };
        return WithSums(relation, own, scales);
    }

    /// <summary>
    /// Bounds of some linear neurons by the original's neurons that they are multiples of, with terms that may be anything besides.
    /// </summary>
    private LayerRelation WithSums(LayerRelation relation, int[] own, double[] scales)
    {
        List<int> sums = [];
        var terms = new List<double>();
        for (int i = 0; i < own.Length; i++)
        {
            if (relation.Kinds[i] is not ('l' or 'j') || random.Next(2) == 0)
                continue;
            sums.Add(own[i]);
            double[] own1 = new double[own.Length];
            own1[i] = scales[i];
            if (random.Next(4) == 0)
                own1[random.Next(own1.Length)] += numbers.Number();
            terms.AddRange(own1);
        }

        return relation with { Sums = [.. sums], Terms = [.. terms] };
    }

    private AffineLayer LayerOf(List<(double[] Weights, double Bias)> rows, int inputs)
    {
        double Moved(double value) => random.Next(40) == 0 ? value * (1 + 1e-7) : value;
        double[] weights = [.. rows.SelectMany(static r => r.Weights).Select(Moved)], bias = [.. rows.Select(r => Moved(r.Bias))];
        double Finite(double value) => double.IsFinite(value) ? value : 0;
        return numbers.WithRadii(
            new(Array.ConvertAll(weights, Finite), Array.ConvertAll(bias, Finite), rows.Count, inputs, Activation.Relu,
                WeightPrecision.Float64));
    }
}
