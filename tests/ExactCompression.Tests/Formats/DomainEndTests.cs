using System.Text;
using ExactCompression.Formats;
using Xunit;

namespace ExactCompression.Tests.Formats;

/// <summary>The box that is read holds the box that was written.</summary>
public class DomainEndTests
{
    // 0.3 lies between 0.299999999999999988898 and the next double, 0.1 between the one before it and 0.100000000000000005551.
    private static readonly double UpThird = Math.BitIncrement(0.3), DownTenth = Math.BitDecrement(0.1);

    // relu(x - 0.299999999999999988897769753748434596): above 0 at the real 0.3, and at no double up to that which 0.3 rounds to.
    private const string Edge =
        "//Precision = Float64\n2,1,1,1,\n1,1,1,\n0,\n0.0,\nEND,\n0.0,0.0,\n1.0,1.0,\n1.0,\n-0.29999999999999999,\n1.0,\n0.0,\n";

    [Theory]
    [InlineData("(<= X_0 0.3)")]
    [InlineData("(<= X_0 3e-1)")]
    [InlineData("(<= X_0 (/ 3 10))")]
    [InlineData("(<= X_0 (- (/ 3 (- 10))))")]
    [InlineData("(>= 0.30 X_0)")]
    public void Read_VnnlibEnds_GoOutward(string upper)
    {
        InputDomain domain = Read("p.vnnlib", $"(declare-const X_0 Real)(assert {upper})(assert (>= X_0 0.1))");

        Assert.Equal([DownTenth], domain.Lower.ToArray());
        Assert.Equal([UpThird], domain.Upper.ToArray());
    }

    [Fact]
    public void Read_VnnlibEquality_IsRoundedOutwardBothWays()
    {
        InputDomain domain = Read(
            "p.vnnlib",
            "(declare-const X_0 Real)(declare-const X_1 Real)(declare-const X_2 Real)(assert (and (= X_0 0.3) (= X_1 (/ 1 3)) (= X_2 (/ "
                + "1 16))))");

        Assert.Equal([0.3, 1.0 / 3, 0.0625], domain.Lower.ToArray());
        Assert.Equal([UpThird, Math.BitIncrement(1.0 / 3), 0.0625], domain.Upper.ToArray());
    }

    [Theory]
    [InlineData("Lower,Upper\n0.1,0.3\n0,1\n-0.5,1e22\n")]
    [InlineData("0.1,0.3\n0,1\n-0.5,1e22\n")]
    [InlineData("0.1,0,-0.5\n0.3,1,10000000000000000000000\n")]
    public void Read_CsvEnds_GoOutwardAndExactOnesStay(string text)
    {
        InputDomain domain = Read("d.csv", text);

        Assert.Equal([DownTenth, 0, -0.5], domain.Lower.ToArray());
        Assert.Equal([UpThird, 1, 1e22], domain.Upper.ToArray());
    }

    [Theory]
    [InlineData("(assert (<= X_0 (/ 1 0)))")]
    [InlineData("(assert (<= X_0 (/ 1 X_0)))")]
    [InlineData("(assert (<= X_0 (/ 1)))")]
    [InlineData("(assert (<= X_0 (/ 1 nan)))")]
    public void Read_OtherQuotients_AreRefused(string text) =>
        Assert.Equal(
            "VnnlibUnsupported", Assert.Throws<InvalidFileException>(() => Read("p.vnnlib", "(declare-const X_0 Real)" + text)).ErrorId);

    [Fact]
    public void Read_QuotientBeyondDouble_IsNotFinite() =>
        Assert.Equal(
            "DomainNotFinite",
            Assert.Throws<InvalidFileException>(
                () => Read("p.vnnlib", "(declare-const X_0 Real)(assert (<= X_0 (/ 1e300 1e-300)))")).ErrorId);

    [Fact]
    public void Read_NNetRange_IsRoundedOutwardAndTheNeuronAtItsEndIsUnstable()
    {
        using var folder = new TemporaryFolder();
        ReluNetwork Network(string end) =>
            NetworkFormats.Read(folder.Write("n.nnet", Encoding.ASCII.GetBytes(Edge.Replace("END", end, StringComparison.Ordinal))));

        ReluNetwork network = Network("0.3");

        Assert.Equal([UpThird], network.StatedDomain!.Upper.ToArray());
        Assert.True(network.Evaluate(network.StatedDomain.Upper.Span)[0] > 0);
        Assert.Equal([1], Network("1.0").StatedDomain!.Upper.ToArray());
        Assert.Equal([0.3], Network("0.299999999999999988897769753748434595763683319091796875").StatedDomain!.Upper.ToArray());
    }

    [Fact]
    public void Write_NNetRange_ReadsBackAsItWas()
    {
        using var folder = new TemporaryFolder();
        var random = new Random(3);
        double[] ends = [.. Enumerable.Range(0, 50).Select(_ => (random.NextDouble() - 0.5) * Math.Pow(10, random.Next(-30, 30))).Order()];
        var domain = new InputDomain(ends[..25], ends[25..]);
        var network = new ReluNetwork(
            [new AffineLayer([.. Enumerable.Repeat(1.0, 25)], [0], 1, 25, Activation.Identity)], "n", null, null, domain);

        for (int round = 0; round < 2; round++)
        {
            NetworkFormats.Write(network, folder.File("n.nnet"));
            network = NetworkFormats.Read(folder.File("n.nnet"));
            Assert.Equal(ends[..25], network.StatedDomain!.Lower.ToArray());
            Assert.Equal(ends[25..], network.StatedDomain.Upper.ToArray());
        }
    }

    [Fact]
    public void Write_NNetWithoutRange_ReadsBackWithoutOne()
    {
        using var folder = new TemporaryFolder();
        NetworkFormats.Write(new ReluNetwork([new AffineLayer([1, 2], [0], 1, 2, Activation.Identity)]), folder.File("n.nnet"));
        Assert.Null(NetworkFormats.Read(folder.File("n.nnet")).StatedDomain);
    }

    [SkippableFact]
    public void Read_FileWhoseNeuronIsDecidedByItsEnd_HoldsTheEnd()
    {
        ReluNetwork network = NetworkFormats.Read(TestFiles.Shared("networks/wild/crafted/decimal_end.nnet"));
        InputDomain domain = InputDomainFiles.Read(TestFiles.Shared("networks/wild/crafted/decimal_end.vnnlib"));

        Assert.True(network.Evaluate(domain.Upper.Span)[0] > 0);
        Assert.Equal([0], domain.Lower.ToArray());
        Assert.Equal(
            NeuronState.Unstable,
            StabilityAnalysis.FindStable(StabilityTable.Undecided(network, domain), null, new(), default).Neurons[0].State);
    }

    [Fact]
    public void Ball_Ends_HoldTheRealOnes()
    {
        double[] centre = [1, 0.5, 1e30];
        InputDomain ball = InputDomain.Ball(centre, 0.1);

        // 1 - 0.1000000000000000055 is no double, and 0.4 and 0.6 neither.
        for (int i = 0; i < centre.Length; i++)
        {
            Assert.True(Exact(ball.Lower.Span[i]) <= Exact(centre[i]) - Exact(0.1));
            Assert.True(Exact(ball.Upper.Span[i]) >= Exact(centre[i]) + Exact(0.1));
        }

        Assert.Equal([0.25, 0.75], new[] { InputDomain.Ball([0.5], 0.25).Lower.Span[0], InputDomain.Ball([0.5], 0.25).Upper.Span[0] });

        // Doubles times 2^1074 are integers.
        static System.Numerics.BigInteger Exact(double value)
        {
            long bits = BitConverter.DoubleToInt64Bits(value);
            int field = (int)(bits >> 52) & 0x7ff;
            var mantissa = new System.Numerics.BigInteger(bits & ((1L << 52) - 1) | (field == 0 ? 0 : 1L << 52));
            return (bits < 0 ? -mantissa : mantissa) << (Math.Max(field, 1) - 1);
        }
    }

    [Fact]
    public void OfData_ScaledDecimals_HoldsWhatTheFileStates()
    {
        using var folder = new TemporaryFolder();
        InputDomain Domain(string text, double? scale) =>
            InputDomain.OfData(
                InputDataFiles.Read(folder.Write("d.csv", Encoding.ASCII.GetBytes(text)), new() { Scale = scale, LabelColumn = "None" }));

        // The rows are float32: 0.3f is above 0.3 and 0.1f above 0.1, so that the lower ends are the decimals' own.
        InputDomain domain = Domain("0.3,1\n0.1,0\n", null);
        Assert.Equal([DownTenth, 0], domain.Lower.ToArray());
        Assert.Equal([0.3f, 1], domain.Upper.ToArray());
        // Nothing rounds: as before.
        InputDomain exact = Domain("3,16\n1,0\n", 1.0 / 16);
        Assert.Equal([1 / 16.0, 0], exact.Lower.ToArray());
        Assert.Equal([3 / 16.0, 1], exact.Upper.ToArray());
        // A negative scale turns the range round: -0.3 is between doubles, and -0.3f below it.
        InputDomain turned = Domain("0.3\n0.1\n", -1);
        Assert.Equal([-0.3f], turned.Lower.ToArray());
        Assert.Equal([-DownTenth], turned.Upper.ToArray());
    }

    [Fact]
    public void OfData_Bytes_HoldsTheirFractionsAndTheUnitRangeStays()
    {
        using var folder = new TemporaryFolder();
        byte[] idx = [0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 3, 255, 128, 7];

        InputDomain domain = InputDomain.OfData(InputDataFiles.Read(folder.Write("d.idx", idx)));

        Assert.Equal(0, domain.Lower.Span[0]);
        Assert.Equal(1, domain.Upper.Span[0]);
        for (int i = 1; i < 3; i++)
        {
            (int low, int high) = i == 1 ? (0, 128) : (3, 7);
            Assert.True(Math.FusedMultiplyAdd(domain.Lower.Span[i], 255, -low) <= 0);
            Assert.True(Math.FusedMultiplyAdd(domain.Upper.Span[i], 255, -high) >= 0);
            Assert.True(domain.Lower.Span[i] <= (float)(low / 255.0) && domain.Upper.Span[i] >= (float)(high / 255.0));
        }
    }

    private static InputDomain Read(string name, string text)
    {
        using var folder = new TemporaryFolder();
        return InputDomainFiles.Read(folder.Write(name, Encoding.ASCII.GetBytes(text)));
    }
}
