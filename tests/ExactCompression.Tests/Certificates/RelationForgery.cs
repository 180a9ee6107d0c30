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
            ? Simulation.OfInput(Original.DenseLayers[0], box)
            : Simulation.OfZeros(Original.DenseLayers[start], number, box);
        for (int l = start; l < Original.Depth; l++)
        {
            AffineLayer next = Original.DenseLayers[l + 1];
            bool[] needed = l + 1 == Original.Depth
                ? [.. Enumerable.Repeat(true, next.Outputs)]
                : [.. kinds[l + 1 - start].Select(static k => k is not ('o' or 'c'))];
            (LayerRelation relation, AffineLayer? counterpart) = LayerForgery.Of(
                random, numbers, kinds[l - start], simulation, next, needed);
            BoundedLayer? known = null;
            if (counterpart is not null)
            {
                compressed.Add(counterpart);
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
}
