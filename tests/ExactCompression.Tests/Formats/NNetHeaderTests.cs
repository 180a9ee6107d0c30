using System.Globalization;
using System.Text;
using ExactCompression.Formats;
using Xunit;

namespace ExactCompression.Tests.Formats;

/// <summary>Headers as they occur; each network is evaluated here too, from the numbers in this file alone.</summary>
public class NNetHeaderTests
{
    private const string Weights = """
        0.5,-1.25,2
        -0.75,0.25,1
        0.5
        -0.125
        1.5,-2
        0.25,3
        1
        -1
        """;

    private static readonly double[,] First = { { 0.5, -1.25, 2 }, { -0.75, 0.25, 1 } }, Second = { { 1.5, -2 }, { 0.25, 3 } };
    private static readonly double[] FirstBias = [0.5, -0.125], SecondBias = [1, -1];
    private static readonly double[] NoMeans = [0, 0, 0, 0], NoRanges = [1, 1, 1, 1];

    public static TheoryData<string, string, double[], double[], bool> Headers => new()
    {
        { "as described", "// c\n2,3,2,3,\n3,2,2,\n0,\n-1,-2,-3,\n1,2,3,\n0.5,1,2,4,\n2,4,8,16,\n", [0.5, 1, 2, 4], [2, 4, 8, 16], true },
        { "two inputs more", "// c\n2,3,2,3,\n3,2,2,\n0,\n-1,-2,-3,-4,-5,\n1,2,3,4,5,\n0.5,1,2,9,9,4,\n2,4,8,9,9,16,\n", [0.5, 1, 2, 4],
            [2, 4, 8, 16], true },
        { "0 for every list", "2,3,2,3\n3,2,2\n0\n0\n0\n0\n0\n", NoMeans, NoRanges, false },
        { "0 for the ranges of inputs", "2,3,2,3\n3,2,2\n0\n0\n0\n0.5,1,2,4\n2,4,8,16\n", [0.5, 1, 2, 4], [2, 4, 8, 16], false },
        { "0 and 1 for the normalisation", "2,3,2,3\n3,2,2\n0\n-1,-2,-3\n1,2,3\n0.0\n1.0\n", NoMeans, NoRanges, true },
        { "the number of layers alone", "2\n3, 2, 2\n0\n0\n0\n0\n0\n", NoMeans, NoRanges, false },
        { "the last size twice", "2,3,2,3\n3, 2,2, 2\n0\n0\n0\n0\n0\n", NoMeans, NoRanges, false },
        { "the first size twice", "2,3,2,3\n3,3,2,2\n0\n0\n0\n0\n0\n", NoMeans, NoRanges, false },
        { "no mean of the output", "2,3,2,3\n3,2,2\n0\n-1,-2,-3\n1,2,3\n0.5,1,2\n2,4,8\n", [0.5, 1, 2, 0], [2, 4, 8, 1], true },
        { "a line of text", "A network of three inputs\n\n2,3,2,3\n3,2,2\n0\n-1,-2,-3\n1,2,3\n0.5,1,2,4\n2,4,8,16\n", [0.5, 1, 2, 4],
            [2, 4, 8, 16], true },
        { "comments between", "// c\n2,3,2,3,\n// sizes\n3,2,2,\n0,\n// ends\n-1,-2,-3,\n1,2,3,\n// means\n0.5,1,2,4,\n2,4,8,16,\n",
            [0.5, 1, 2, 4], [2, 4, 8, 16], true },
        { "lists over lines", "2,3,2,3,\n3,2,2,\n0,\n-1,-2,\n-3,\n1,\n2,3,\n0.5,1,\n2,4,\n2,4,\n8,16,\n", [0.5, 1, 2, 4], [2, 4, 8, 16],
            true },
        { "one number a line", "2\n3\n2\n3\n3\n2\n2\n0\n-1\n-2\n-3\n1\n2\n3\n0.5\n1\n2\n4\n2\n4\n8\n16\n", [0.5, 1, 2, 4], [2, 4, 8, 16],
            true },
        { "no flag", "2,3,2,3,\n3,2,2,\n-1,-2,-3,\n1,2,3,\n0.5,1,2,4,\n2,4,8,16,\n", [0.5, 1, 2, 4], [2, 4, 8, 16], true },
    };

    [Theory]
    [MemberData(nameof(Headers))]
    public void Read_HeaderOfAForm_GivesTheNetworkThatIsMeant(string form, string header, double[] means, double[] ranges, bool stated)
    {
        ReluNetwork network = Read(header + Weights, form == "one number a line" ? "NNet" : "Auto");

        Assert.Equal("3-2-2", network.Architecture);
        Assert.True(stated == network.StatedDomain is not null, form);
        if (stated)
        {
            Assert.Equal([-1, -2, -3], network.StatedDomain!.Lower.ToArray());
            Assert.Equal([1, 2, 3], network.StatedDomain.Upper.ToArray());
        }

        foreach (double[] point in (double[][])[[0, 0, 0], [1, 2, 3], [-1, 2, -3], [0.3, -1.7, 2.9], [1, -2, -3]])
        {
            double[] expected = Evaluate(point, means, ranges), found = network.Evaluate(point);
            for (int i = 0; i < 2; i++)
                Assert.True(
                    Math.Abs(expected[i] - found[i]) < 1e-12 * (1 + Math.Abs(expected[i])), $"{form}: {found[i]} instead of {expected[i]}");
        }
    }

    [Theory]
    [InlineData("2,3,2,3\n3,2,2\n0\n-1,-2,-3,-4\n1,2,3\n0,0,0,0\n1,1,1,1\n", "line 5")] // ends of four inputs, then of three
    [InlineData("2,3,2,3\n3,2,2\n0\n0\n1,2,3\n0,0,0,0\n1,1,1,1\n", "line 5")] // only upper ends
    [InlineData("2,3,2,3\n3,2,2\n0\n-1,-2,-3,-4,-5\n1,2,3,4,5\n0,0,0,0\n1,1,1,1\n", "line 6")] // ends of five inputs, means of three
    [InlineData("2,3,2,3\n3,2,2\n0\n-1,-2,-3\n1,2,3\n0,0,0,0,0,0\n1,1,1,1\n", "line 6")]
    [InlineData("2,3,2,3\n3,2,2,2\n0\n0\n0\n0\n0\n9,9,9,9,9\n", "line 2")] // neither count of the weights fits
    public void Read_HeaderThatLeavesDoubt_NamesTheLine(string header, string place)
    {
        InvalidFileException e = Assert.Throws<InvalidFileException>(() => Read(header + Weights, "NNet"));
        Assert.Equal("NNetHeaderUnclear", e.ErrorId);
        Assert.Equal(place, e.Place);
    }

    [Fact]
    public void Read_SizesOnceMoreThatAreALayer_GoByTheCountOfTheWeights()
    {
        // Four sizes for two layers: here the weights are those of three.
        ReluNetwork network = Read("2,3,2,3\n3,2,2,2\n0\n0\n0\n0\n0\n" + Weights + "\n1,2\n3,4\n5\n6\n", "Auto");

        Assert.Equal("3-2-2-2", network.Architecture);
        Assert.Equal([5, 6], network.DenseLayers[2].Bias.ToArray());
    }

    [Fact]
    public void Read_Guesses_AreReported()
    {
        var warnings = new List<string>();
        using var folder = new TemporaryFolder();
        NetworkFormats.Read(
            folder.Write("n.nnet", Encoding.ASCII.GetBytes("2,3,2,3\n3,2,2\n0\n-1,-2,-3,-4\n1,2,3,4\n0.5,1,2,9,4\n2,4,8,9,16\n" + Weights)),
            options: new() { Warning = warnings.Add });

        string warning = Assert.Single(warnings);
        Assert.Contains("line 4", warning, StringComparison.Ordinal);
        Assert.Contains("4 inputs", warning, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_OneInputWithZeros_HasNoRange()
    {
        ReluNetwork network = Read("1,1,1,1\n1,1\n0\n0\n0\n0\n0\n3\n4\n", "Auto");
        Assert.Null(network.StatedDomain);
        Assert.Equal([10], network.Evaluate([2]));
    }

    [SkippableTheory]
    [InlineData("acasxu/ACASXU_run2a_1_1_tiny.nnet", "5-5-5", true)]
    [InlineData("arch/controller_airplane.nnet", "12-100-100-20-6", false)]
    [InlineData("nnet/cartpole_nnet.nnet", "4-16-16-16-2", false)]
    public void Read_FilesOfOthers_AreRead(string name, string architecture, bool stated)
    {
        ReluNetwork network = NetworkFormats.Read(TestFiles.Shared("networks/wild/" + name));
        Assert.Equal(architecture, network.Architecture);
        Assert.Equal(stated, network.StatedDomain is not null);
        // By the last numbers of the file: the bias of the last output, without input and with zero weights before, is not normalised away.
        double last = double.Parse(
            File.ReadLines(TestFiles.Shared("networks/wild/" + name)).Last(static l => l.Trim().Length > 0).Trim().TrimEnd(','),
            CultureInfo.InvariantCulture);
        if (!stated)
            Assert.Equal(last, network.DenseLayers[^1].Bias.Span[^1], 6);
        else
            Assert.Equal(((float)last * 373.94992) + 7.5188840201005975, network.DenseLayers[^1].Bias.Span[^1], 9);
    }

    private static double[] Evaluate(double[] point, double[] means, double[] ranges)
    {
        var hidden = new double[2];
        for (int i = 0; i < 2; i++)
        {
            hidden[i] = FirstBias[i];
            for (int j = 0; j < 3; j++)
                hidden[i] += First[i, j] * (point[j] - means[j]) / ranges[j];
            hidden[i] = Math.Max(0, hidden[i]);
        }

        var outputs = new double[2];
        for (int i = 0; i < 2; i++)
            outputs[i] = ((SecondBias[i] + (Second[i, 0] * hidden[0]) + (Second[i, 1] * hidden[1])) * ranges[3]) + means[3];
        return outputs;
    }

    private static ReluNetwork Read(string text, string format)
    {
        using var folder = new TemporaryFolder();
        return NetworkFormats.Read(folder.Write("n.nnet", Encoding.ASCII.GetBytes(text)), format);
    }
}
