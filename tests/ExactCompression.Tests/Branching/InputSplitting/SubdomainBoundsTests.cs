using ExactCompression.Branching.InputSplitting;
using ExactCompression.Tests.Oracles;
using ExactCompression.Verdicts;
using ExactCompression.Witnesses;
using Xunit;

namespace ExactCompression.Tests.Branching.InputSplitting;

/// <summary>
/// Subdomains of the input box: no point at which a target is open may ever be lost on the way down, and what is known about the rectifiers
/// in its subdomain must hold there. In exact arithmetic.
/// </summary>
public sealed class SubdomainBoundsTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Run_HardNetworksWithinTheirRadii_KeepsEveryPointWhereATargetIsOpen(int targetCount)
    {
        int kept = 0, settled = 0;
        for (int seed = 0; seed < 1_500; seed++)
        {
            var random = new Random(seed);
            int kind = random.Next(HardNumbers.Kinds), size = random.Next(1, 5);
            (double[] lower, double[] upper) = HardNumbers.Box(random, kind, size);
            ReluNetwork network = HardNumbers.Network(random, kind, size, 3, 5);
            (int k, int s) = Descend(random, network, lower, upper, targetCount, $"seed {seed}, kind {kind}");
            kept += k;
            settled += s;
        }

        Assert.True(kept > 500 && settled > 100, $"{kept} {settled}"); // the test must not be vacuous
    }

    [Fact]
    public void Run_OrdinaryNetworks_KeepsEveryPointWhereATargetIsOpen()
    {
        int kept = 0, settled = 0;
        for (int seed = 0; seed < 200; seed++)
        {
            // Wide enough for the tails of vectors and for groups of rows; biases that make neurons rarely positive.
            var random = new Random(seed);
            int inputs = random.Next(1, 7), width = random.Next(3, 21);
            AffineLayer Layer(int outputs, int from) => new(
                [.. Enumerable.Range(0, outputs * from).Select(_ => (random.NextDouble() * 2) - 1)],
                [.. Enumerable.Range(0, outputs).Select(_ => (random.NextDouble() * 2) - 1.5)],
                outputs,
                from,
                Activation.Relu,
                WeightPrecision.Float64);
            ReluNetwork network = new(
                [Layer(width, inputs), Layer(width + 1, width), Layer(4, width + 1), Layer(1, 4).With(Activation.Identity)]);
            (int k, int s) = Descend(
                random, network, [.. Enumerable.Repeat(-1.0, inputs)], [.. Enumerable.Repeat(1.0, inputs)], 1 + (seed % 3), $"seed {seed}");
            kept += k;
            settled += s;
        }

        Assert.True(kept > 500 && settled > 100, $"{kept} {settled}");
    }

    [Fact]
    public void Run_SubdomainThatIsAPoint_HasNoChildren()
    {
        ReluNetwork network = new(
            [new([1, -1], [0.5, 0.5], 2, 1, Activation.Relu), new([1, -1], [0.25], 1, 2, Activation.Relu),
                new([1], [0], 1, 1, Activation.Identity)]);
        var ledger = new VerdictLedger(StabilityTable.Undecided(network, new([0.25], [0.25])));
        var shared = new SubdomainNetwork(ledger, 2);
        var bounder = new SubdomainBounds(shared, 2);
        SubdomainResult outcome = bounder.Run(new([0.25], [0.25], SubdomainPhases.OfWholeBox(shared, 2), [new(2, true), new(2, false)]));
        Assert.Equal([new(2, true)], outcome.Open); // z = 0.75 - 0.25 + 0.25
        Assert.Empty(outcome.Children);
    }

    /// <summary>
    /// z = 0.1 - 2 relu(x) - relu(-x) is positive near 0 alone; where x is at least 0.5, nothing is positive, and phases that
    /// say otherwise of x must not be passed on, or halving would go on to single points.
    /// </summary>
    [Fact]
    public void Run_PhasesThatNoPointHas_LetsTheChildrenBoundAllAgain()
    {
        ReluNetwork network = new(
            [new([1, -1], [0, 0], 2, 1, Activation.Relu), new([-2, -1], [0.1], 1, 2, Activation.Relu),
                new([1], [0], 1, 1, Activation.Identity)]);
        var ledger = new VerdictLedger(StabilityTable.Undecided(network, new([-1], [1])));
        var shared = new SubdomainNetwork(ledger, 2);
        var bounder = new SubdomainBounds(shared, 2);
        var wrong = new Subdomain([0.5], [1], new([-1, -1], [], [], []), [new(2, true)]);
        SubdomainResult outcome = bounder.Run(wrong);
        Assert.Equal(2, outcome.Children.Length);
        Assert.All(outcome.Children, child => Assert.Equal([0, 1], child.Known.Open));
        Assert.All(outcome.Children, child => Assert.Empty(bounder.Run(child).Open));

        // What relaxation explains is passed on.
        SubdomainResult ordinary = bounder.Run(new([-1], [0.25], new([0, 0], [0, 1], [-1, -0.25], [0.25, 1]), [new(2, true)]));
        Assert.NotEmpty(ordinary.Children);
        Assert.All(ordinary.Children, child => Assert.Equal(0.25, child.Known.Upper[0]));
    }

    /// <summary>Follows random points down the children that contain them, for some levels.</summary>
    private static (int Kept, int Settled) Descend(
        Random random, ReluNetwork network, double[] lower, double[] upper, int targetCount, string what)
    {
        var ledger = new VerdictLedger(StabilityTable.Undecided(network, new(lower, upper)));
        int layer = network.Depth, count = ledger.Offsets[layer - 1];
        var shared = new SubdomainNetwork(ledger, layer);
        var bounder = new SubdomainBounds(shared, layer);
        SignTarget[] targets = [.. Enumerable.Range(count, ledger.Count - count)
            .SelectMany(i => new SignTarget[] { new(i, true), new(i, false) }).OrderBy(_ => random.Next()).Take(targetCount)];
        ExactNetwork[] within = [.. Enumerable.Range(0, 3).Select(corner => new ExactNetwork(HardNumbers.Within(random, network, corner)))];
        int kept = 0, settled = 0;
        for (int p = 0; p < 4; p++)
        {
            double[] x = [.. lower.Zip(
                upper, (a, b) => random.Next(4) switch { 0 => a, 1 => b, _ => Math.Clamp(a + (random.NextDouble() * (b - a)), a, b) })];
            Rational[][] values = [.. within.Select(
                n => n.PreActivations([.. x.Select(v => (Rational)v)]).Take(layer).SelectMany(z => z).ToArray())];
            var subdomain = new Subdomain(lower, upper, SubdomainPhases.OfWholeBox(shared, count), targets);
            for (int level = 0; level < 12 && subdomain is not null; level++)
            {
                SubdomainResult outcome = bounder.Run(subdomain);
                Subdomain? next = null;
                foreach (Rational[] z in values)
                {
                    SignTarget[] open = Array.FindAll(subdomain.Targets, a => z[a.Index].Sign == (a.Above ? 1 : -1));
                    Assert.True(open.All(outcome.Open.Contains), $"{what}: settled though {string.Join(' ', open)} is open");
                    kept += open.Length;
                    if (open.Length == 0 || outcome.Children.Length == 0)
                        continue;
                    Subdomain[] holding = Array.FindAll(outcome.Children, child => Holds(child, x));
                    Assert.True(holding.Length > 0, $"{what}: a point was lost");
                    foreach (Subdomain child in holding)
                        CheckKnown(child, z, x, what);
                    next = holding[0];
                }

                settled += outcome.Open.Length < subdomain.Targets.Length ? 1 : 0;
                subdomain = next;
            }
        }

        return (kept, settled);
    }

    private static bool Holds(Subdomain subdomain, double[] x) =>
        Enumerable.Range(0, x.Length).All(i => subdomain.Lower[i] <= x[i] && x[i] <= subdomain.Upper[i]);

    private static void CheckKnown(Subdomain subdomain, Rational[] z, double[] x, string what)
    {
        for (int n = 0; n < subdomain.Known.Phases.Length; n++)
            Assert.True(subdomain.Known.Phases[n] * z[n].Sign >= 0, $"{what}: phase of {n}");
        for (int o = 0; o < subdomain.Known.Open.Length; o++)
        {
            Rational value = z[subdomain.Known.Open[o]];
            double from = subdomain.Known.Lower[o], to = subdomain.Known.Upper[o];
            Assert.True(
                (!double.IsFinite(from) || from <= value) && (!double.IsFinite(to) || to >= value),
                $"{what}: bounds of {subdomain.Known.Open[o]}");
        }

        if (subdomain.HalfSpace.Length == 0)
            return;
        Assert.Single(subdomain.Targets);
        if (!double.IsFinite(subdomain.HalfSpaceConstant) || !subdomain.HalfSpace.All(double.IsFinite))
            return;
        Rational half = subdomain.HalfSpaceConstant;
        for (int i = 0; i < x.Length; i++)
            half += (Rational)subdomain.HalfSpace[i] * x[i];
        Assert.True(
            half >= (subdomain.Targets[0].Above ? z[subdomain.Targets[0].Index] : -z[subdomain.Targets[0].Index]),
            $"{what}: the function is not above");
    }
}
