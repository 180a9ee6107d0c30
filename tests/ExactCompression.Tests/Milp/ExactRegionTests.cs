using System.Globalization;
using System.Numerics;
using CsCheck;
using ExactCompression.Milp;
using ExactCompression.Tests.Formats;
using ExactCompression.Tests.Oracles;
using Xunit;

namespace ExactCompression.Tests.Milp;

/// <summary>
/// Exact enumeration of linear regions against the vertices of all regions, which another algorithm finds in its own fractions.
/// </summary>
public sealed class ExactRegionTests
{
    /// <summary>Numbers that provoke rounding errors, underflow and cancellation.</summary>
    private static readonly Gen<double> Nasty = OneOf(
        0, -0.0, double.Epsilon, -double.Epsilon, 2 * double.Epsilon, 1e-300, -1e-300, 1e20, -1e20,
        0.5, -0.5, 1, -1, 2, 0.1, -0.1, 0.3, Math.BitIncrement(1));

    private static readonly Gen<double> Plain = Gen.Int[-4, 4].Select(i => i / 2.0);

    private static readonly Gen<double> Ordinary = Gen.Double[-2, 2];

    [Theory]
    [InlineData(1, 3, 4, 300)]
    [InlineData(2, 2, 4, 200)]
    [InlineData(3, 2, 3, 60)]
    public void Run_RandomNetworks_FindsExactlyTheRegions(int inputs, int layers, int width, int count) =>
        RandomNetworks.Cases(inputs, layers, width).ForAll(Check, count, threads: 1);

    [Theory]
    [InlineData(1, 4, 300)]
    [InlineData(2, 3, 300)]
    [InlineData(3, 3, 60)]
    public void Run_HardNumbers_FindsExactlyTheRegions(int inputs, int width, int count) =>
        Cases(inputs, width).ForAll(Check, count, threads: 1);

    [Fact]
    public void Run_TinyBias_IsOn()
    {
        // x + y - 1 = 0 cuts the square, and the second layer cuts once more where x + y - 1 is the smallest double e; e - e is 0
        // throughout.
        ReluNetwork network = Network(
            ([1, 1, 0, 0], [-1, double.Epsilon], 2, 2), ([1, -1, 0, 1], [0, -double.Epsilon], 2, 2), ([1, 1], [0], 1, 2));
        AssertPatterns(network, null, "01|00", "11|00", "11|10");
    }

    [Fact]
    public void Run_PointDomain_IsThePointsPattern()
    {
        // At 2: 0.1 * 2 - 0.2 is 0 for the doubles as stored, and 3 * 0.1 - 0.3 is not.
        double[] bias = [-0.2, -Math.BitDecrement(3), 1, -1];
        ReluNetwork network = Network(([0.1, 1.5, 0.1, -0.1], bias, 4, 1), ([1, 1, 1, 1], [-1.2], 1, 4), ([1], [0], 1, 1));
        AssertPatterns(network, new([2], [2]), "0110|1");
    }

    [Fact]
    public void Run_SomeInputsFixedOrUnread_AreNotDimensions()
    {
        // The middle input is fixed at 3 and the last is never read: only x > 1/2 matters.
        ReluNetwork network = Network(([2, 1, 0, 0, -1, 0], [-4, 3], 2, 3), ([1, 1], [0], 1, 2));
        AssertPatterns(network, new([0, 3, -1], [1, 3, 5]), "00", "10");
    }

    /// <summary>Between (1 - 2^-53) / 13 and 1 / 13 there is no double.</summary>
    [Fact]
    public void Run_RegionBetweenDoubles_IsFoundWithAFraction()
    {
        ReluNetwork network = Network(([13, 13], [-1, -(1 - 1.1102230246251565e-16)], 2, 1), ([1, 1], [0], 1, 2));
        ActivationPattern[] found = AssertPatterns(network, null, "00", "01", "11");
        Assert.Equal([true, false, true], found.OrderBy(p => p.Pattern).Select(p => p.IsInputInside));
    }

    [Fact]
    public void Run_ThinSlab_IsFoundWithAPointOfDoubles()
    {
        ReluNetwork network = Network(([1, 1, 1, 1], [-1, -1 - 1e-14], 2, 2), ([1, 1], [0], 1, 2));
        Assert.All(AssertPatterns(network, null, "00", "10", "11"), p => Assert.True(p.IsInputInside));
    }

    /// <summary>
    /// m planes in general position have the sum of C(m, k), k = 0..n, regions in n dimensions; a box that contains all their crossings has
    /// as many.
    /// </summary>
    [Theory]
    [InlineData(2, 12, 1 + 12 + 66)]
    [InlineData(4, 8, 1 + 8 + 28 + 56 + 70)]
    [InlineData(6, 7, 1 + 7 + 21 + 35 + 35 + 21 + 7)]
    [InlineData(8, 8, 256)]
    public void Run_PlanesInGeneralPosition_HaveSchlaeflisNumberOfRegions(int inputs, int planes, int regions)
    {
        // Rows of powers (1, t, t^2, ...) with distinct t: every n of them are independent, and the constants t^n keep n + 1 of
        // them from meeting.
        double[] weights =
            [.. Enumerable.Range(0, planes).SelectMany(p => Enumerable.Range(0, inputs).Select(k => Math.Pow(p - (planes / 2), k)))];
        double[] bias = [.. Enumerable.Range(0, planes).Select(p => -Math.Pow(p - (planes / 2), inputs))];
        ReluNetwork network = Network((weights, bias, planes, inputs), ([.. Enumerable.Repeat(1.0, planes)], [0], 1, planes));
        var search = new ActivationPatternSearch(network, InputDomain.Uniform(-1e6, 1e6), new());
        string[] found = [.. search.Run(default).Select(p => p.Pattern)];
        Assert.Equal((regions, regions), (found.Length, found.Distinct().Count()));
        Assert.Equal(ActivationPatternEnd.Complete, search.End);
    }

    [Fact]
    public void Run_Cancelled_EndsWithWhatWasFound()
    {
        double[] weights = [.. Enumerable.Range(0, 6 * 60).Select(i => Math.Sin(i * i))];
        ReluNetwork network = Network((weights, new double[60], 60, 6), ([.. Enumerable.Repeat(1.0, 60)], [0], 1, 60));
        using var source = new CancellationTokenSource();
        var search = new ActivationPatternSearch(network, InputDomain.Uniform(-1, 1), new());
        int count = 0;
        foreach (ActivationPattern pattern in search.Run(source.Token))
        {
            if (++count == 3)
                source.Cancel();
        }

        Assert.Equal((true, 3, ActivationPatternEnd.TimeReached), (search.IsExact, count, search.End));
    }

    [Fact]
    public void Run_NoTime_ReportsIt()
    {
        var search = new ActivationPatternSearch(Network(([1], [-0.5], 1, 1), ([1], [0], 1, 1)), null, new() { TimeLimit = TimeSpan.Zero });
        Assert.Empty(search.Run(default));
        Assert.Equal(ActivationPatternEnd.TimeReached, search.End);
    }

    /// <summary>Networks of which an earlier enumeration missed regions.</summary>
    [SkippableFact]
    public void Run_KnownHardNetworks_FindsExactlyTheRegions()
    {
        string[] files = Directory.GetFiles(TestFiles.Shared("faults/patterns"), "*.txt");
        Assert.NotEmpty(files);
        Assert.All(files, static file => Check(Read(File.ReadAllLines(file))));
    }

    /// <summary>A box, and layers of rows such as <c>[1 2] + 0.5</c>, each ended by a line <c>--</c>.</summary>
    private static RandomNetworks.Case Read(string[] lines)
    {
        static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
        static double[] Numbers(string text) => [.. text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(Number)];
        string Line(string key) => lines.Single(l => l.StartsWith(key + " ", StringComparison.Ordinal))[(key.Length + 1)..];
        int depth = lines.Count(static l => l.Trim() == "--");
        var layers = new List<AffineLayer>();
        var rows = new List<(double[] Weights, double Bias)>();
        foreach (string line in lines.Select(static l => l.Trim()))
        {
            if (line.StartsWith('['))
                rows.Add((Numbers(line[1..line.IndexOf(']', StringComparison.Ordinal)]), Number(line[(line.LastIndexOf(' ') + 1)..])));
            if (line != "--")
                continue;
            bool rectified = layers.Count + 1 < depth || Line("arch").Contains("out Relu", StringComparison.Ordinal);
            layers.Add(new(
                [.. rows.SelectMany(static r => r.Weights)],
                [.. rows.Select(static r => r.Bias)],
                rows.Count,
                rows[0].Weights.Length,
                rectified ? Activation.Relu : Activation.Identity,
                WeightPrecision.Float64));
            rows.Clear();
        }

        return new(new(layers), Numbers(Line("lo")), Numbers(Line("hi")));
    }

    private static Gen<double> OneOf(params double[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    private static Gen<RandomNetworks.Case> Cases(int inputs, int width) =>
        from kind in Gen.Int[0, 2]
        let weight = kind == 0 ? Plain : kind == 1 ? Ordinary : Nasty
        from depth in Gen.Int[1, 2]
        from widths in Gen.Int[1, width].Array[depth]
        from rows in Gen.OneOf(weight, weight, Nasty).Array[(width + 1) * (inputs + width) * depth]
        from lower in Gen.OneOf(Plain, Nasty).Array[inputs]
        from range in OneOf(0, 0, 1, 2, double.Epsilon, 1e-15, 1e20).Array[inputs]
        select Make(inputs, widths, rows, lower, range);

    private static RandomNetworks.Case Make(int inputs, int[] widths, double[] numbers, double[] lower, double[] range)
    {
        var layers = new List<AffineLayer>();
        int at = 0, from = inputs;
        foreach (int width in widths)
        {
            int bias = at + (width * from);
            layers.Add(new(numbers[at..bias], numbers[bias..(bias + width)], width, from, Activation.Relu, WeightPrecision.Float64));
            (at, from) = (bias + width, width);
        }

        layers.Add(new([.. Enumerable.Repeat(1.0, from)], [0], 1, from, Activation.Identity));
        return new(new(layers), lower, [.. lower.Zip(range, static (l, r) => r == 0 ? l : Math.Max(Math.BitIncrement(l), l + r))]);
    }

    private static void Check(RandomNetworks.Case c)
    {
        string[] expected = [.. new ExactNetwork(c.Network).Patterns(c.Lower, c.Upper).Keys.Order(StringComparer.Ordinal)];
        var search = new ActivationPatternSearch(c.Network, c.Domain, new());
        ActivationPattern[] found = [.. search.Run(default)];
        string[] patterns = [.. found.Select(p => p.Pattern).Order(StringComparer.Ordinal)];
        Assert.True(expected.SequenceEqual(patterns), $"{string.Join(' ', expected)}; found {string.Join(' ', patterns)}; {c}");
        Assert.Equal((true, ActivationPatternEnd.Complete), (search.IsExact, search.End));
        AssertPoints(c.Network, c.Domain, found);
    }

    private static ActivationPattern[] AssertPatterns(ReluNetwork network, InputDomain? domain, params string[] expected)
    {
        var search = new ActivationPatternSearch(network, domain, new());
        ActivationPattern[] found = [.. search.Run(default)];
        Assert.Equal(expected, found.Select(p => p.Pattern).Order(StringComparer.Ordinal));
        Assert.Equal(Enumerable.Range(1, expected.Length), found.Select(p => p.Number));
        Assert.Equal((true, ActivationPatternEnd.Complete), (search.IsExact, search.End));
        return found;
    }

    /// <summary>
    /// Each pattern's points have it: neurons that are off are below 0 there, or 0 at the inner point and at the input as well.
    /// </summary>
    private static void AssertPoints(ReluNetwork network, InputDomain domain, ActivationPattern[] found)
    {
        var exact = new ExactNetwork(network);
        foreach (ActivationPattern pattern in found)
        {
            Rational[] middle = [.. pattern.ExactInput.Select(Fraction)];
            int[] signs = Signs(middle);
            Assert.Equal(pattern.Pattern.Replace("|", "", StringComparison.Ordinal), string.Concat(signs.Select(s => s > 0 ? '1' : '0')));
            for (int k = 0; k < middle.Length; k++)
            {
                Assert.True(middle[k] >= domain.Lower.Span[k] && middle[k] <= domain.Upper.Span[k]);
                Assert.InRange(pattern.Input[k], domain.Lower.Span[k], domain.Upper.Span[k]);
            }

            Assert.Equal(pattern.IsInputInside, Signs([.. pattern.Input.Select(x => (Rational)x)]).SequenceEqual(signs));
        }

        int[] Signs(Rational[] point) => [.. exact.PreActivations(point).SkipLast(1).SelectMany(z => z.Select(v => v.Sign))];
    }

    private static Rational Fraction(string text)
    {
        string[] parts = text.Split('/');
        return new(BigInteger.Parse(parts[0]), parts.Length > 1 ? BigInteger.Parse(parts[1]) : BigInteger.One);
    }

    private static ReluNetwork Network(params (double[] Weights, double[] Bias, int Outputs, int Inputs)[] layers) =>
        new(layers.Select((l, i) => new AffineLayer(
            l.Weights,
            l.Bias,
            l.Outputs,
            l.Inputs,
            i == layers.Length - 1 ? Activation.Identity : Activation.Relu,
            WeightPrecision.Float64)));
}
