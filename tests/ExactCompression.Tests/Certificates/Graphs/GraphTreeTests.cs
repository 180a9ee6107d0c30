using ExactCompression.Certificates;
using ExactCompression.Certificates.Checking;
using ExactCompression.Networks;
using Xunit;

namespace ExactCompression.Tests.Certificates.Graphs;

/// <summary>
/// Slopes and trees of graphs, on <c>|x + y| + |x - y| - b</c> over <c>[-1,1]^2</c>, which is at most <c>2 - b</c>: no linear bounds show
/// that.
/// </summary>
public sealed class GraphTreeTests
{
    [Fact]
    public void Run_VerdictThatTakesATree_IsProvenByOne()
    {
        (LayerClaims[] claims, _, int unproven) = Evidence(2.05, "i");
        Assert.Equal(0, unproven);
        Assert.Equal("t", claims[1].Above);
        Assert.True(claims[1].Trees[0].Leaves.Length > 2);
        Check(2.05, claims);
    }

    /// <summary>Whatever is done to a tree, it proves nothing false.</summary>
    [Fact]
    public void Check_TreeOfAFalseClaim_IsRefusedHoweverItIsChanged()
    {
        (LayerClaims[] claims, _, _) = Evidence(2.05, "i");
        Assert.Throws<Refusal>(() => Check(1.95, claims));
        int kept = 0;
        for (int seed = 0; seed < 2000; seed++)
        {
            var random = new Random(seed);
            LayerClaims changed = Tampering.Of(claims[1], random) with { States = "i" };
            Assert.Throws<Refusal>(() => Check(1.95, [claims[0], changed]));
            try
            {
                Check(2.05, [claims[0], changed]);
                kept++;
            }
            catch (Refusal)
            {
                // It may be refused there, too.
            }
        }

        Assert.InRange(kept, 20, 1980);
    }

    [Theory]
    [InlineData(new[] { 0 }, "The tree ends before its branches do.")]
    [InlineData(new[] { 4, -1, -1 }, "The tree splits a rectifier twice on one path, or one that is not open below.")]
    [InlineData(new[] { 1, 1, -1, -1, -1 }, "The tree splits a rectifier twice on one path, or one that is not open below.")]
    [InlineData(new[] { -1, -1 }, "The tree has more nodes than its branches reach.")]
    [InlineData(new[] { 0, -1, -1 }, "Leaf 0 does not have a slope for each open rectifier below and a multiplier for each assumption.")]
    public void Check_TreeOfAnotherForm_SaysWhatIsWrong(int[] splits, string reason)
    {
        (LayerClaims[] claims, _, _) = Evidence(2.05, "i");
        var tree = new PhaseTree(splits, [.. splits.Where(static s => s < 0).Select(static _ => new float[4])]);
        var refusal = Assert.Throws<Refusal>(() => Check(2.05, [claims[0], claims[1] with { Trees = [tree] }]));
        Assert.Equal(reason, refusal.Reason);
    }

    /// <summary>A verdict that is not so is left out.</summary>
    [Theory]
    [InlineData(1.95, "i")]
    [InlineData(2.05, "a")]
    public void Run_FalseVerdict_IsLeftOut(double b, string state)
    {
        (LayerClaims[] claims, _, int unproven) = Evidence(b, state);
        Assert.Equal(1, unproven);
        Assert.Equal("?", claims[1].States);
        Check(b, claims);
    }

    private static void Check(double b, LayerClaims[] claims) =>
        new GraphCheck(Graph(b).Read, new([-1, -1], [1, 1]), "original", new(threads: 1)).Check(claims, []);

    private static (LayerClaims[] Claims, CheckedBounds Bounds, int Unproven) Evidence(double b, string state)
    {
        (ReluNetwork network, CheckedGraph graph) = Graph(b);
        return GraphEvidence.Run(network, graph, new([-1, -1], [1, 1]), ["????", state], tightens: true, "original", new())!.Value;
    }

    private static (ReluNetwork Network, CheckedGraph Read) Graph(double b)
    {
        var builder = new GraphBuilder();
        int x = builder.AddInput("x", new(2));
        int parts = builder.Add(new DenseOperator([1, 1, -1, -1, 1, -1, -1, 1], new double[4], 2), new(4), "parts", "", x);
        int rectified = builder.Add(new ReluOperator(), new(4), "rectified", "", parts);
        int sum = builder.Add(new DenseOperator([1, 1, 1, 1], [-b], 4), new(1), "sum", "", rectified);
        builder.AddOutput("y", builder.Add(new ReluOperator(), new(1), "last", "", sum));
        var network = new ReluNetwork(builder.Build());
        return (network, GraphReading.Read(network, "original", new()));
    }
}
