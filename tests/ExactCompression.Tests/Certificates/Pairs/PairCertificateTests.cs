using System.Numerics;
using CsCheck;
using ExactCompression.Certificates;
using ExactCompression.Certificates.Checking;
using ExactCompression.Formats;
using ExactCompression.Tests.Compression;
using ExactCompression.Tests.Formats;
using ExactCompression.Tests.Oracles;
using Xunit;

namespace ExactCompression.Tests.Certificates.Pairs;

/// <summary>Certificates of two networks: what is found checks, and what checks is true.</summary>
public sealed class PairCertificateTests
{
    private static readonly CheckBudget Unlimited = new(threads: 1);

    /// <summary>Evidence is found for numbers well above the largest difference, and never for one below it.</summary>
    [Fact]
    public void Find_RandomPairs_ProvesWhatIsTrueAndNothingElse()
    {
        int wide = 0, found = 0;
        Gen.Select(RandomNetworks.Cases(), RandomNetworks.Cases(), Gen.Int[0, 6], Gen.Int[0, 3]).ForAll(
            (one, other, kind, share) =>
            {
                if (PairCase.Of(one, other, kind) is not { } c)
                    return;
                Rational seen = c.Seen();
                double largest = UpperBoundOf(seen), asked = share switch { 0 => 0, 1 => 0.75 * largest, 2 => largest, _ => 4 * largest };
                if (!double.IsFinite(asked) || largest is > 0 and < 1e-100)
                    return;
                PairCertificate? certificate = PairEvidence.Find(c.First, c.Second, c.Domain, asked, Unlimited);
                if (share == 3)
                    Interlocked.Increment(ref wide);
                if (certificate is null)
                    return;
                if (share == 3)
                    Interlocked.Increment(ref found);
                PairCertificateCheck.Check(certificate, c.First, c.Second, c.Domain, Unlimited);
                Assert.True(seen <= (Rational)asked, $"{seen} is proven to be at most {asked}");
            },
            count: 400);
        Assert.True(found > 0.8 * wide && wide > 50, $"{found} of {wide}");
    }

    /// <summary>Changed evidence is refused, or proves what is true.</summary>
    [Fact]
    public void Check_ChangedCertificates_AcceptsNothingFalse()
    {
        int accepted = 0, refused = 0;
        Gen.Select(RandomNetworks.Cases(), RandomNetworks.Cases(), Gen.Int[1, 6], Gen.Int[0, 1_000_000]).ForAll(
            (one, other, kind, seed) =>
            {
                if (PairCase.Of(one, other, kind) is not { } c)
                    return;
                Rational seen = c.Seen();
                double largest = UpperBoundOf(seen);
                if (!(largest > 1e-100) || !double.IsFinite(4 * largest)
                    || PairEvidence.Find(c.First, c.Second, c.Domain, 2 * largest, Unlimited) is not { } certificate)
                    return;
                var random = new Random(seed);
                for (int n = 0; n < 12; n++)
                {
                    PairCertificate changed = Changed(certificate, random);
                    try
                    {
                        PairCertificateCheck.Check(changed, c.First, c.Second, null, Unlimited);
                        Interlocked.Increment(ref accepted);
                        Assert.True(seen <= (Rational)changed.Deviation, $"{seen} is proven to be at most {changed.Deviation}");
                    }
                    catch (Refusal)
                    {
                        Interlocked.Increment(ref refused);
                    }
                    catch (ArgumentException)
                    {
                        Interlocked.Increment(ref refused); // CertificateCheck.Run refuses what cannot be built
                    }
                }
            },
            count: 300);
        Assert.InRange(refused, 300, int.MaxValue);
        Assert.InRange(accepted, 10, int.MaxValue);
    }

    [Theory]
    [InlineData(".json")]
    [InlineData(".json.gz")]
    public void Write_TwoNetworks_IsReadAgainAndHoldsForTheseAlone(string extension)
    {
        (ReluNetwork first, ReluNetwork second) = Unlike();
        EquivalenceReport report = Compare(first, second, 0.1);
        using var folder = new TemporaryFolder();
        string path = folder.File("pair" + extension);
        Assert.Equal(0.1, EquivalenceCertificate.Write(report, path));
        CertificateReport found = CertificateCheck.Run(path, first, second, new([0, 0], [1, 1]));
        Assert.True(found.Valid, found.ToString());
        Assert.Equal(0.1, found.ProvenDeviation);
        Assert.Equal(2, found.Evidence.Values.Sum());
        Assert.Equal("networks", CertificateCheck.Run(path, second, first).Place);
        Assert.Equal("second, layer 1, sha256", CertificateCheck.Run(path, first, first).Place);
        Assert.Equal("domain", CertificateCheck.Run(path, first, second, new([0, 0], [1, 0.5])).Place);
        PairCertificate content = PairCertificateParser.Parse(CertificateFile.Read(path).Body);
        Assert.Equal(
            "deviation", Assert.Throws<Refusal>(
                () => PairCertificateCheck.Check(content with { Deviation = double.NaN }, first, second, null, Unlimited)).Place);
        Assert.Throws<Refusal>(() => PairCertificateCheck.Check(content with { Deviation = 0.02 }, first, second, null, Unlimited));
    }

    /// <summary>Where boxes prove the differences, they do it for all of them together, and half of them prove nothing.</summary>
    [Fact]
    public void Check_BoxesThatEndEarly_AreRefused()
    {
        (ReluNetwork first, ReluNetwork second) = Unlike();
        var domain = new InputDomain([0, 0], [1, 1]);
        ReluNetwork pair = PairNetwork.Of(first, second, 0.06, new(threads: 1));
        var box = new InputBox([0, 0], [1, 1]);
        var check = new StabilityCheck(pair, box, "pair", Unlimited);
        (double[] lower, double[] upper) = check.Intervals();
        check.Add(lower, upper);
        BoxTree tree = Assert.IsType<BoxTree>(
            new BoxSearch(pair, box, check.Layers, Unlimited).Prove(PairCertificateCheck.DifferencesOf(pair), 10_000));
        PairCertificate certificate = PairEvidence.Find(first, second, domain, 0.1, Unlimited)! with
        {
            Deviation = 0.06,
            Layers = [new() { States = "???", Above = "...", Below = "...", Slopes = [], Trees = [], Boxes = [] }],
            Boxes = tree,
        };
        Assert.Equal(2, PairCertificateCheck.Check(certificate, first, second, null, Unlimited)['b']);
        Assert.True(tree.Inputs.Length > 1);
        Assert.Throws<Refusal>(
            () => PairCertificateCheck.Check(certificate with { Boxes = new([-1], []) }, first, second, null, Unlimited));
        Assert.Throws<Refusal>(() => PairCertificateCheck.Check(
            certificate with { Boxes = new(tree.Inputs[..^1], tree.Places) }, first, second, null, Unlimited));
        Assert.Throws<Refusal>(() => PairCertificateCheck.Check(
            certificate with { Boxes = tree with { Places = [.. tree.Places.Select(static _ => 2.0)] } }, first, second, null, Unlimited));
    }

    /// <summary>A chain of one neuron a layer beside a wide one: padding must not take the square of the width for each layer.</summary>
    [Fact]
    public void Run_SmallFileForWideAndDeepNetworks_IsRefusedBeforeAnythingIsBuilt()
    {
        ReluNetwork wide = new([new(new double[4000], new double[4000], 4000, 1, Activation.Relu),
            new(new double[4000], [0], 1, 4000, Activation.Identity)]);
        ReluNetwork deep = new([.. Enumerable.Range(0, 40).Select(
            static l => new AffineLayer([1], [0], 1, 1, l < 39 ? Activation.Relu : Activation.Identity))]);
        var budget = new CheckBudget(threads: 1);
        Assert.Equal("networks", Assert.Throws<Refusal>(() => PairNetwork.Of(wide, deep, 1, budget)).Place);
        Assert.Equal(0, budget.Spent);
        Assert.Equal(40, PairNetwork.DepthOf(wide, deep));
        Assert.Throws<Refusal>(() => PairNetwork.Of(deep, deep, 1, new(most: 10, threads: 1)));
        Assert.ThrowsAny<OperationCanceledException>(
            () => PairNetwork.Of(deep, deep, 1, new(threads: 1, cancellation: new(canceled: true))));
    }

    [Fact]
    public void Write_DifferencesThatOverflow_SaysSo()
    {
        ReluNetwork Linear(double weight) => new([new AffineLayer([weight], [0], 1, 1, Activation.Identity)]);
        EquivalenceReport report = new()
        {
            Reference = Linear(1e308), Difference = Linear(-1e308), Domain = new([0], [0.1]), Equivalent = true, ObservedDeviation = 0,
            ProvenDeviation = 2e307, Evidence = EquivalenceEvidence.Intervals, Tolerance = 1e308, PointsTried = 0,
        };
        using var folder = new TemporaryFolder();
        var e = Assert.Throws<InvalidInputException>(() => EquivalenceCertificate.Write(report, folder.File("c.json")));
        Assert.Equal("CertificateUnproven", e.ErrorId);
    }

    /// <summary>Whatever the number of operations allowed, the place is the limit's, although many threads meet it.</summary>
    [Fact]
    public void Run_LimitMetInBoxes_NamesTheLimit()
    {
        (ReluNetwork first, ReluNetwork second) = Unlike();
        using var folder = new TemporaryFolder();
        EquivalenceCertificate.Write(Compare(first, second, 0.06), folder.File("c.json"));
        double whole = CertificateCheck.Run(folder.File("c.json"), first, second).Work;
        for (double work = 10; work < whole; work *= 1.3)
            Assert.Equal("work", CertificateCheck.Run(folder.File("c.json"), first, second, maximumWork: work).Place);
        Assert.Throws<ArgumentOutOfRangeException>(
            () => CertificateCheck.Run(folder.File("c.json"), first, second, maximumWork: double.NaN));
    }

    /// <summary>Weights rounded to 16 bits, over a ball: too many inputs for boxes.</summary>
    [Fact]
    public void Write_DigitsRoundedToHalf_IsProvenByBounds()
    {
        ReluNetwork digits = NetworkFormats.Read(TestFiles.Example("digits_48-32-24_l1-0.004.onnx"));
        ReluNetwork half = new([.. digits.DenseLayers.Select(static l => new AffineLayer(
            Array.ConvertAll(l.Weights.ToArray(), static w => (double)(Half)w), l.Bias.ToArray(), l.Outputs, l.Inputs, l.Activation))]);
        double[] center = [.. Enumerable.Range(0, 64).Select(static i => i % 7 / 7.0)];
        InputDomain ball = InputDomain.Ball(center, 0.01, 0, 1);
        EquivalenceReport report = NetworkEquivalence.Compare(digits, half, ball, null, new() { Tolerance = 0.05 }, default);
        Assert.True(report.Equivalent);
        using var folder = new TemporaryFolder();
        EquivalenceCertificate.Write(report, folder.File("half.json"));
        Assert.True(CertificateCheck.Run(folder.File("half.json"), digits, half, ball).Valid);
    }

    [Theory]
    [InlineData(EquivalenceProperty.SameLabel, 0.1, 0, "CertificateOfOtherProperty")]
    [InlineData(EquivalenceProperty.Deviation, 0.1, 0.5, "CertificateOfOtherProperty")]
    [InlineData(EquivalenceProperty.Deviation, 1e-6, 0, "CertificateNotEquivalent")]
    public void Write_OtherResults_SaysWhy(EquivalenceProperty property, double tolerance, double relative, string id)
    {
        ReluNetwork first = new([Nets.Hidden([1, 0, 0], [0, 1, 0]), Nets.Output([1, 0, 0], [0, 1, 0])]);
        ReluNetwork second = new([Nets.Hidden([1, 0, 0], [0, 1, 0]), Nets.Output([1.01, 0, 0], [0, 1, 0])]);
        EquivalenceReport report = NetworkEquivalence.Compare(
            first, property == EquivalenceProperty.SameLabel ? first : second, new([0, 0], [1, 1]), null,
            new() { Tolerance = tolerance, RelativeTolerance = relative, Property = property }, default);
        using var folder = new TemporaryFolder();
        var e = Assert.Throws<InvalidInputException>(() => EquivalenceCertificate.Write(report, folder.File("c.json")));
        Assert.Equal(id, e.ErrorId);
        Assert.Empty(Directory.GetFiles(folder.Path));
    }

    /// <summary>Networks that differ by at most 0.05 over the unit square.</summary>
    private static (ReluNetwork First, ReluNetwork Second) Unlike() => (
        new([Nets.Hidden([1, -1, 0], [1, 1, -1]), Nets.Output([1, 1, 0])]),
        new([Nets.Hidden([1, -1, 0], [1.05, 1, -1]), Nets.Output([1, 1, 0])]));

    private static EquivalenceReport Compare(ReluNetwork first, ReluNetwork second, double tolerance) =>
        NetworkEquivalence.Compare(first, second, new([0, 0], [1, 1]), null, new() { Tolerance = tolerance }, default);

    private static double UpperBoundOf(Rational value)
    {
        if (value.Sign == 0)
            return 0;
        (BigInteger numerator, BigInteger denominator) = value.Parts;
        double near = Math.Exp(BigInteger.Log(numerator) - BigInteger.Log(denominator)) * (1 + 1e-9);
        Assert.True(!double.IsFinite(near) || (Rational)near >= value);
        return near;
    }

    private static PairCertificate Changed(PairCertificate c, Random random) => random.Next(6) switch
    {
        0 => c with { Deviation = c.Deviation * random.NextDouble() },
        1 => c with { Deviation = Tampering.Number(c.Deviation, random) },
        2 when c.Boxes is { Places.Length: > 0 } b =>
            c with { Boxes = b with { Places = Tampering.Item(b.Places, random, v => Tampering.Number(v, random)) } },
        3 when c.Boxes is { } b => c with { Boxes = b with { Inputs = Tampering.Item(b.Inputs, random, i => i + random.Next(-1, 2)) } },
        4 when c.Boxes is null => c with { Layers = c.Layers[..^1], Boxes = new([-1], []) },
        _ when c.Layers.Length > 0 => c with { Layers = Tampering.Item(c.Layers, random, l => Tampering.Of(l, random)) },
        _ => c,
    };
}
