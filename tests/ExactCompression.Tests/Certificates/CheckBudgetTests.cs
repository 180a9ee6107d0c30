using ExactCompression.Certificates;
using ExactCompression.Certificates.Checking;
using Xunit;
using static ExactCompression.Tests.Certificates.ForgeryTests;

namespace ExactCompression.Tests.Certificates;

/// <summary>A certificate of a few kilobytes may ask for any amount of memory and work: it is refused before either is spent.</summary>
public class CheckBudgetTests
{
    private const int Wide = 20_000;

    /// <summary>Claims by letter, each of which costs at least a pass through the layers below.</summary>
    [Theory]
    [InlineData('c', 1)]
    [InlineData('s', 1)]
    [InlineData('t', 2)]
    [InlineData('b', 2)]
    [InlineData('e', 256)]
    public void Check_Claim_CountsItsPasses(char letter, int passes)
    {
        ReluNetwork network = Bump(8);
        double without = Spent(Claimed(network, '.', 0)), one = Spent(Claimed(network, letter, 1)),
            eight = Spent(Claimed(network, letter, 8));
        double parameters = network.DenseLayers[0].Outputs * network.DenseLayers[0].Inputs;
        Assert.True(one - without >= passes * parameters);
        Assert.True(eight - without >= 7.9 * (one - without));
        double Spent(Certificate certificate)
        {
            var budget = new CheckBudget(threads: 1);
            CertificateCheck.Check(certificate, network, network, null, budget);
            var enough = new CheckBudget(budget.Spent, threads: 1);
            CertificateCheck.Check(certificate, network, network, null, enough);
            var less = new CheckBudget(budget.Spent * 0.999, threads: 1);
            Assert.Equal("work", Assert.Throws<Refusal>(() => CertificateCheck.Check(certificate, network, network, null, less)).Place);
            return budget.Spent;
        }
    }

    /// <summary>Refused work is told of by the report, with several threads as well.</summary>
    [Theory]
    [InlineData('c')]
    [InlineData('b')]
    [InlineData('e')]
    public void Run_MoreWorkThanAllowed_IsNotValid(char letter)
    {
        ReluNetwork network = Bump(8);
        var budget = new CheckBudget();
        Certificate certificate = Claimed(network, letter, 8);
        CertificateCheck.Check(certificate, network, network, null, budget);
        using var folder = new Formats.TemporaryFolder();
        string path = folder.File("c.json");
        using (FileStream stream = File.Create(path))
            CertificateText.Write(CertificateText.Body(certificate, network, network), stream, false);
        Assert.True(CertificateCheck.Run(path, network, network, maximumWork: budget.Spent).Valid);
        CertificateReport report = CertificateCheck.Run(path, network, network, maximumWork: budget.Spent * 0.99);
        Assert.False(report.Valid);
        Assert.Equal("work", report.Place);
        Assert.Contains("-MaximumWork", report.Reason, StringComparison.Ordinal);
    }

    /// <summary>Points cost a forward pass each, with its error.</summary>
    [Fact]
    public void Check_Points_CountTheirPasses()
    {
        ReluNetwork network = Bump(8);
        double[][] points = [.. Enumerable.Range(0, 100).Select(static i => new[] { i / 100.0 })];
        CheckBudget few = new(threads: 1), many = new(threads: 1);
        PointCheck.Signs(network, points[..1], few);
        PointCheck.Signs(network, points, many);
        Assert.True(many.Spent >= 100 * few.Spent);
        Assert.True(few.Spent >= 2 * 8 * 2);
    }

    /// <summary>What a relation asks for, kind by kind.</summary>
    [Theory]
    [InlineData("g")]
    [InlineData("l")]
    [InlineData("j")]
    [InlineData("n")]
    public void Derive_Relation_CountsItsProducts(string kind)
    {
        Assert.True(Spent(40) >= 40 * 40);
        Assert.True(Spent(80) >= 3 * Spent(40));
        double Spent(int width)
        {
            double[] ones = [.. Enumerable.Repeat(1.0, width)];
            ReluNetwork network = Network(Relu([.. Enumerable.Repeat(0.5, width * width)], ones, width), Output(ones, [0], width));
            bool gate = kind is "g" or "n", linear = kind != "g";
            int combinations = kind == "l" ? width : 1;
            LayerRelation relation = Related(new(kind[0], width)) with
            {
                Targets = gate ? [.. Enumerable.Range(0, width)] : [],
                Factors = gate ? ones : [],
                Linear = linear ? [.. Enumerable.Range(0, width)] : [],
                Coefficients = linear ? new double[combinations * width] : [],
            };
            var budget = new CheckBudget(threads: 1);
            CertificateCheck.Derive(Certificate(network, network, new(0, [relation])), network, network, null, budget);
            return budget.Spent;
        }
    }

    /// <summary>Sums of neurons are products of matrices.</summary>
    [Fact]
    public void Derive_Sums_CountTheirProducts()
    {
        const int Width = 30;
        double[] ones = [.. Enumerable.Repeat(1.0, Width)];
        ReluNetwork network = Network(Relu([.. Enumerable.Repeat(0.5, Width * Width)], ones, Width), Output(ones, [0], Width));
        LayerRelation plain = Related(new('c', Width)),
            sums = plain with { Sums = [.. Enumerable.Range(0, Width)], Terms = new double[Width * Width] };
        CheckBudget without = new(threads: 1), with = new(threads: 1);
        CertificateCheck.Derive(Certificate(network, network, new(0, [plain])), network, network, null, without);
        CertificateCheck.Derive(Certificate(network, network, new(0, [sums])), network, network, null, with);
        Assert.True(with.Spent - without.Spent >= Width * Width * Width);
    }

    /// <summary>
    /// Combinations of a wide layer, and a wide layer that meets another: matrices of gigabytes; the larger sizes do not fit 32 bits.
    /// </summary>
    [Theory]
    [InlineData(Wide, 'l')]
    [InlineData(65_536, 'l')]
    [InlineData(Wide, 'c')]
    [InlineData(65_536, 'c')]
    public void Derive_RelationOfWideLayers_RefusedBeforeAnythingIsAllocated(int width, char kind)
    {
        double[] ones = [.. Enumerable.Repeat(1.0, width)];
        ReluNetwork early = Network(Relu(ones, new double[width], 1), Relu(ones, [0], width), Output([1], [0], 1));
        ReluNetwork late = Network(Relu([1], [0], 1), Relu(ones, new double[width], 1), Output(ones, [0], width));
        LayerRelation wide = Related(new(kind, width)), narrow = Related("c");
        ReluNetwork original = kind == 'l' ? early : late;
        Relation relation = new(0, kind == 'l' ? [wide, narrow] : [narrow, wide]);
        Refusal refusal = Assert.Throws<Refusal>(() => Derive(original, early, relation));
        Assert.Contains("numbers at a time", refusal.Reason, StringComparison.Ordinal);
        Assert.Equal("relation, layer 1", refusal.Place);
    }

    /// <summary>A wide layer that is copied needs no such matrix.</summary>
    [Fact]
    public void Derive_CopyOfAWideLayer_IsChecked()
    {
        double[] ones = [.. Enumerable.Repeat(1.0, Wide)];
        ReluNetwork network = Network(Relu(ones, new double[Wide], 1), Output(ones, [0], Wide));
        LayerRelation copies = Related(new('g', Wide)) with { Targets = [.. Enumerable.Range(0, Wide)], Factors = ones };
        Assert.Equal(0, Derive(network, network, new(0, [copies])));
    }

    /// <summary>Behind a layer of zeros a wide layer meets another: its weights would be all pairs.</summary>
    [Fact]
    public void Derive_StartBeforeWideLayers_RefusedBeforeAnythingIsAllocated()
    {
        double[] ones = [.. Enumerable.Repeat(1.0, Wide)];
        ReluNetwork network = Network(Relu([0], [0], 1), Relu(ones, new double[Wide], 1), Output(ones, [0], Wide));
        ReluNetwork made = Network(Relu(ones, new double[Wide], 1), Relu(ones, [0], Wide), Output([1], [0], 1));
        LayerRelation folded = Related(new('c', Wide));
        Refusal refusal = Assert.Throws<Refusal>(() => Derive(network, made, new(1, [folded])));
        Assert.Equal("relation, start", refusal.Place);
    }

    /// <summary>Points by neurons.</summary>
    [Fact]
    public void Signs_PointsByNeurons_RefusedBeforeAnythingIsAllocated()
    {
        ReluNetwork network = Network(Relu(new double[65_536], new double[65_536], 1), Output(new double[65_536], [0], 65_536));
        double[][] points = [.. Enumerable.Repeat<double[]>([0.5], 65_536)];
        Assert.Equal("points", Assert.Throws<Refusal>(() => PointCheck.Signs(network, points, new(threads: 1))).Place);
    }

    /// <summary>A tree that is one long path: each node is a call.</summary>
    [Fact]
    public void Sides_DeepTree_Refused()
    {
        const int Depth = 15_000;
        double[] ones = [.. Enumerable.Repeat(1.0, Depth)];
        ReluNetwork network = Network(Relu(ones, [.. Enumerable.Repeat(-0.5, Depth)], 1), Relu(ones, [0], Depth), Output([1], [0], 1));
        var check = new StabilityCheck(network, new([0], [1]), "network", new(threads: 1));
        (double[] lower, double[] upper) = check.Intervals();
        check.Add(lower, upper);
        PhaseTree tree = new(
            [.. Enumerable.Range(0, Depth), .. Enumerable.Repeat(-1, Depth + 1)], [.. Enumerable.Repeat<float[]>([], Depth + 1)]);
        Refusal refusal = Assert.Throws<Refusal>(() => PhaseTreeCheck.Sides(tree, check.Layers, new(0, true), "tree", new(threads: 1)));
        Assert.Equal("tree", refusal.Place);
    }

    /// <summary>Boxes of many leaves in many dimensions, and a cut that halves one input without end.</summary>
    [Theory]
    [InlineData(784, 65_536)]
    [InlineData(1, 15_000)]
    public void Require_LargeBoxTree_Refused(int inputs, int leaves)
    {
        ReluNetwork network = Network(Relu(new double[inputs], [-1], inputs), Relu([1], [-1], 1), Output([1], [0], 1));
        var nodes = new List<int>();
        var places = new List<double>();
        if (inputs == 1)
        {
            for (int k = 0; k < leaves; k++)
            {
                nodes.Add(0);
                places.Add(1 - (k / (leaves + 1.0) / 2) - 0.01);
            }

            nodes.AddRange(Enumerable.Repeat(-1, leaves + 1));
        }
        else
        {
            Split(0, leaves);
        }

        void Split(int input, int count)
        {
            if (count == 1)
            {
                nodes.Add(-1);
                return;
            }

            nodes.Add(input);
            places.Add(0.5);
            Split(input + 1, count / 2);
            Split(input + 1, count / 2);
        }

        var box = new InputBox(new double[inputs], [.. Enumerable.Repeat(1.0, inputs)]);
        var check = new StabilityCheck(network, box, "network", new(threads: 1));
        (double[] lower, double[] upper) = check.Intervals();
        check.Add(lower, upper);
        var tree = new BoxTree([.. nodes], [.. places]);
        Refusal refusal = Assert.Throws<Refusal>(
            () => BoxTreeCheck.Require(tree, network, box, check.Layers, [new(0, true)], "boxes", new(threads: 1)));
        Assert.Equal("boxes", refusal.Place);
    }

    /// <summary>Each part stops on the token.</summary>
    [Fact]
    public void Spend_Cancelled_Throws()
    {
        using var source = new CancellationTokenSource();
        source.Cancel();
        var cancelled = new CheckBudget(threads: 1, cancellation: source.Token);
        ReluNetwork network = Bump(2);
        Certificate certificate = Claimed(network, '.', 0);
        Assert.ThrowsAny<OperationCanceledException>(() => CertificateCheck.Check(certificate, network, network, null, cancelled));
        Assert.ThrowsAny<OperationCanceledException>(() => PointCheck.Signs(network, [[0.5]], cancelled));
        Assert.ThrowsAny<OperationCanceledException>(() => new StabilityCheck(network, new([0], [1]), "network", cancelled).Intervals());
        var known = new StabilityCheck(network, new([0], [1]), "network", new(threads: 1));
        (double[] lower, double[] upper) = known.Intervals();
        known.Add(lower, upper);
        (lower, upper) = known.Intervals();
        known.Add(lower, upper);
        Assert.ThrowsAny<OperationCanceledException>(
            () => RelationCheck.Deviation(certificate.Relation, network, known.Layers, network, known.Layers, new([0], [1]), cancelled));
        Assert.ThrowsAny<OperationCanceledException>(
            () => ExactPass.ProvesSign(new([0], [1]), new([0], [1]), [], network.DenseLayers[0], new(0, true), cancelled));
        Assert.ThrowsAny<OperationCanceledException>(
            () => PhaseTreeCheck.Sides(new([-1], [[]]), known.Layers, new(0, true), "tree", cancelled));
    }

    /// <summary>relu(x) - relu(x - 0.5) is at most 0.5; the second layer's neurons are that less 2.</summary>
    private static ReluNetwork Bump(int width) => Network(
        Relu([1, 1], [0, -0.5], 1),
        Relu([.. Enumerable.Range(0, width).SelectMany(static _ => (double[])[1, -1])], [.. Enumerable.Repeat(-2.0, width)], 2),
        Output([.. Enumerable.Repeat(1.0, width)], [0], width));

    /// <summary>A copy with claims on the upper bounds of the first few neurons of the second layer.</summary>
    private static Certificate Claimed(ReluNetwork network, char letter, int count)
    {
        Certificate plain = Copied(network);
        int width = network.WidthOf(2), open = 1; // only the second rectifier changes its sign on [0,1]
        return plain with
        {
            Original =
            [
                plain.Original[0],
                plain.Original[1] with
                {
                    Above = new string(letter, count) + new string('.', width - count),
                    Slopes = letter == 's' ? [.. Enumerable.Repeat(new float[open], count)] : [],
                    Trees = letter == 't'
                        ? [.. Enumerable.Repeat(new PhaseTree([1, -1, -1], [new float[open + 1], new float[open + 1]]), count)]
                        : [],
                    Boxes = letter == 'b' ? [.. Enumerable.Repeat(new BoxTree([0, -1, -1], [0.5]), count)] : [],
                },
            ],
        };
    }

    private static double Derive(ReluNetwork original, ReluNetwork compressed, Relation relation) =>
        CertificateCheck.Derive(Certificate(original, compressed, relation), original, compressed, null, new(threads: 1)).Deviation;
}
