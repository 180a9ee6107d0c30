using ExactCompression.Certificates.Checking;
using Xunit;

namespace ExactCompression.Tests.Certificates;

/// <summary>Certificates made by hand that claim what is false, each by one premise that the checker must not take on trust.</summary>
public class ForgeryTests
{
    private static readonly CheckBudget Unlimited = new(threads: 1);

    /// <summary>A neuron that is never above -1 on [0,1] is called unstable, by a point outside.</summary>
    [Theory]
    [InlineData(1, 3)]
    [InlineData(-1, -3)]
    public void Check_PointOutsideTheDomain_Refused(double weight, double outside)
    {
        ReluNetwork network = Network(Relu([weight], [-2], 1), Output([1], [0], 1));
        Certificate honest = Copied(network) with { Points = [[0], [1]] };
        CertificateCheck.Check(honest, network, network, null, Unlimited);
        Certificate forged = honest with { Points = [[0], [outside]], Original = [honest.Original[0] with { States = "u" }] };
        Assert.Equal("points, 1", Refused(forged, network, network).Place);
    }

    /// <summary>A cut must lie inside the range of its part, or there are parts that are none.</summary>
    [Theory]
    [InlineData(0.0)]
    [InlineData(1.0)]
    [InlineData(-0.5)]
    [InlineData(1.5)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void Check_BoxCutOutsideTheRange_Refused(double place)
    {
        // relu(x) - relu(x - 0.5) <= 0.5; the second layer's neuron is that minus 0.6, which needs no cut.
        ReluNetwork network = Network(Relu([1, 1], [0, -0.5], 1), Relu([1, -1], [-0.6], 2), Output([1], [0], 1));
        Certificate plain = Copied(network);
        Certificate Cut(double at) =>
            plain with { Original = [plain.Original[0],
                plain.Original[1] with { States = "i", Above = "b", Boxes = [new([0, -1, -1], [at])] }] };
        CertificateCheck.Check(Cut(0.5), network, network, null, Unlimited);
        Assert.Contains("boxes", Refused(Cut(place), network, network).Place, StringComparison.Ordinal);
    }

    /// <summary>A tree whose leaves are not all shown proves nothing: over [0,1] the neuron reaches 0.5.</summary>
    [Fact]
    public void Check_BoxTreeWithAnOpenLeaf_Refused()
    {
        ReluNetwork network = Network(Relu([1, 1], [0, -0.5], 1), Relu([1, -1], [-0.25], 2), Output([1], [0], 1));
        Certificate plain = Copied(network);
        Certificate forged = plain with { Original = [plain.Original[0],
            plain.Original[1] with { States = "i", Above = "b", Boxes = [new([0, -1, -1], [0.25])] }] };
        Assert.Contains("leaf 1", Refused(forged, network, network).Place, StringComparison.Ordinal);
    }

    /// <summary>
    /// A network is passed off as the constant that its output layer would give behind a layer of zeros; but its layer gives x.
    /// </summary>
    [Fact]
    public void Check_CollapseBehindALivingLayer_Refused()
    {
        ReluNetwork network = Network(Relu([1], [0], 1), Output([1], [0.25], 1)), constant = Network(Output([0], [0.25], 1));
        Certificate forged = Certificate(network, constant, new(1, []));
        Assert.Equal("relation, start, layer 1, neuron 0", Refused(forged, network, constant).Place);
    }

    /// <summary>A neuron between 0 and 1 may count as 0.5, but then it may be 0.5 away.</summary>
    [Fact]
    public void Derive_NeuronAsAConstant_ChargesHalfItsRange()
    {
        ReluNetwork network = Network(Relu([1], [0], 1), Output([3], [0], 1)), constant = Network(Output([0], [1.5], 1));
        Assert.InRange(Derived(network, constant, Folded("c")), 1.5, 1.5 * (1 + 1e-12));
    }

    /// <summary>Half of the least number above 0 is 0 in doubles: a constant of that size is still itself.</summary>
    [Fact]
    public void Derive_LeastNumberAsAConstant_IsNotHalved()
    {
        ReluNetwork network = Network(Relu([0], [double.Epsilon], 1), Output([1e300], [0], 1));
        ReluNetwork zero = Network(Output([0], [0], 1));
        Assert.True(Derived(network, zero, Folded("c")) >= double.Epsilon * 1e300);
    }

    /// <summary>
    /// A neuron of the compressed network that is below 0 in places is no linear function: relu(x) is 0.5 away from x at -0.5.
    /// </summary>
    [Fact]
    public void Derive_LinearNeuronBelowZero_ChargesItsSlack()
    {
        // x + 1 is active on [-0.5, 1]; the compressed network has relu(x), and adds 1 to it.
        ReluNetwork network = Network(Relu([1], [1], 1), Output([1], [0], 1)), made = Network(Relu([1], [0], 1), Output([1], [1], 1));
        LayerRelation combined = Related("l") with { Linear = [0], Coefficients = [1] };
        Assert.InRange(Derived(network, made, combined, -0.5), 0.5, 0.5 * (1 + 1e-12));
        Assert.InRange(Derived(network, made, combined with { Kinds = "j" }, -0.5), 0.5, 0.5 * (1 + 1e-12));
    }

    /// <summary>What is off, linear or folded must be shown to be so.</summary>
    [Theory]
    [InlineData('o', true)]
    [InlineData('l', true)]
    [InlineData('j', true)]
    [InlineData('f', false)]
    public void Derive_KindThatIsNotProven_Refused(char kind, bool counterpart)
    {
        ReluNetwork network = Network(Relu([1], [-0.5], 1), Output([1], [0], 1)),
            made = counterpart ? network : Network(Output([1], [-0.5], 1));
        LayerRelation relation = (counterpart
            ? Related(kind.ToString())
            : Folded(kind.ToString())) with { Linear = kind is 'l' or 'j' ? [0] : [], Coefficients = kind is 'l' or 'j' ? [1] : [] };
        Assert.Contains("neuron 0", Assert.Throws<Refusal>(() => Derived(network, made, relation)).Place, StringComparison.Ordinal);
    }

    /// <summary>
    /// A joint part that is large and cancels is added to the weights of a row that reads nothing linear: what it absorbs is charged.
    /// </summary>
    [Fact]
    public void Derive_JointPartThatAbsorbsACopy_IsCharged()
    {
        // The first output reads the gate alone. A constant neuron of 1e16 is added to it a hundred million times and taken from the bias
        // again: the gate's 0.1 is gone from the sum.
        ReluNetwork network = Network(Relu([1, 0], [0, 3], 1), Output([0.1, 0, 0, 1], [0.7, 0], 2));
        ReluNetwork made = Network(Relu([1, 0], [0, 1e16], 1), Output([0.1, 1, 0, 1], [0, 0], 2));
        LayerRelation joint = Related("gj") with { Targets = [0], Factors = [1], Linear = [1], Coefficients = [1, 0] };
        Simulation simulation = Simulated(network, made, joint);
        ReluNetwork suited = Network(made.DenseLayers[0], Output(simulation.Weights, simulation.Bias, 2));
        double derived = Derived(network, suited, joint);
        foreach (double x in (double[])[0, 0.3, 1])
            Assert.True(Compression.ExactDifference.At(network, suited, [x]) <= derived);
        Assert.NotEqual(Oracles.Rational.Zero, Compression.ExactDifference.At(network, suited, [0.3]));
    }

    /// <summary>
    /// 1 and two hundred numbers that doubles lose beside it: row by row the next layer's sum is 1, and what is lost is more than any one
    /// of the neurons is charged for.
    /// </summary>
    [Theory]
    [InlineData('l')]
    [InlineData('j')]
    public void Derive_ManyLinearNeuronsThatOneAbsorbs_AreCharged(char kind)
    {
        const int Count = 201;
        double[] weights = [1, .. Enumerable.Repeat(1.1e-16, Count - 1)], ones = [.. Enumerable.Repeat(1.0, Count)];
        ReluNetwork network = Network(Relu(weights, new double[Count], 1), Output(ones, [0], Count)),
            made = Network(Relu([1], [0], 1), Output([1], [0], 1));
        LayerRelation relation = Related(new(kind, Count)) with { Linear = [0], Coefficients = kind == 'l' ? weights : [1] };
        Simulation simulation = Simulated(network, made, relation);
        ReluNetwork suited = Network(made.DenseLayers[0], Output(simulation.Weights, simulation.Bias, 1));
        Oracles.Rational exact = Compression.ExactDifference.At(network, suited, [1]);
        Assert.True(exact > 2e-14);
        Assert.True(exact <= Derived(network, suited, relation));
    }

    /// <summary>A chain of layers that each re-express the one before has nothing to round: the bound is 0, not nearly 0.</summary>
    [Fact]
    public void Derive_PlainCopies_DeriveZero()
    {
        ReluNetwork network = Network(Relu([0.1, 0.7], [0.3, -0.2], 1), Output([0.1, 1.0 / 3], [1e-9], 2));
        Assert.Equal(0, Derived(network, network, Related("gg") with { Targets = [0, 1], Factors = [1, 1] }));
    }

    internal static AffineLayer Relu(double[] weights, double[] bias, int inputs) =>
        new(weights, bias, bias.Length, inputs, Activation.Relu, WeightPrecision.Float64);

    internal static AffineLayer Output(double[] weights, double[] bias, int inputs) =>
        new(weights, bias, bias.Length, inputs, Activation.Identity, WeightPrecision.Float64);

    internal static ReluNetwork Network(params AffineLayer[] layers) => new(layers);

    /// <summary>A layer with a counterpart.</summary>
    internal static LayerRelation Related(string kinds) =>
        new() { HasCounterpart = true, Kinds = kinds, Targets = [], Factors = [], Sums = [], Terms = [], Linear = [], Coefficients = [] };

    private static LayerRelation Folded(string kinds) => Related(kinds) with { HasCounterpart = false };

    /// <summary>A certificate that a network is itself.</summary>
    internal static Certificate Copied(ReluNetwork network) =>
        Certificate(
            network, network,
            new(0, [.. network.Layers.Take(network.Depth).Select(
                static l =>
                    Related(new('g', l.Outputs)) with { Targets = [.. Enumerable.Range(0, l.Outputs)],
                        Factors = [.. Enumerable.Repeat(1.0, l.Outputs)] })]));

    internal static Certificate Certificate(ReluNetwork original, ReluNetwork compressed, Relation relation, double from = 0)
    {
        double[] lower = [.. Enumerable.Repeat(from, original.InputSize)], upper = [.. Enumerable.Repeat(1.0, original.InputSize)];
        return Made.Unclaimed(original, compressed, relation, lower, upper);
    }

    private static double Derived(ReluNetwork original, ReluNetwork compressed, LayerRelation relation, double from = 0) =>
        CertificateCheck.Derive(
            Certificate(original, compressed, new(0, [relation]), from), original, compressed, null, Unlimited).Deviation;

    private static Refusal Refused(Certificate certificate, ReluNetwork original, ReluNetwork compressed) =>
        Assert.Throws<Refusal>(() => CertificateCheck.Check(certificate, original, compressed, null, Unlimited));

    private static Simulation Simulated(ReluNetwork original, ReluNetwork compressed, LayerRelation relation)
    {
        var box = new InputBox(new double[original.InputSize], [.. Enumerable.Repeat(1.0, original.InputSize)]);
        (double[] low, double[] high) = box.Intervals(original.DenseLayers[0]);
        (double[] from, double[] to) = box.Intervals(compressed.DenseLayers[0]);
        bool[] needed = [.. Enumerable.Repeat(true, original.OutputSize)];
        return SimulationStep.Take(
            Simulation.OfInput(original.DenseLayers[0], box), relation, new(original.DenseLayers[0], low, high, box.Sizes),
            original.DenseLayers[1],
            needed, compressed.DenseLayers[0], new(compressed.DenseLayers[0], from, to, box.Sizes), "layer 1", Unlimited);
    }
}
