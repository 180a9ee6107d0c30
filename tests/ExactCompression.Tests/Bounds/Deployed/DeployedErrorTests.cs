using ExactCompression.Bounds.Deployed;
using ExactCompression.Formats;
using ExactCompression.Networks;
using ExactCompression.Tests.Formats;
using ExactCompression.Tests.Oracles;
using Xunit;

namespace ExactCompression.Tests.Bounds.Deployed;

/// <summary>No run in float32, whatever the order of its sums, leaves the bounds; and they are not idle.</summary>
public sealed class DeployedErrorTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Of_GraphsOfAllOperators_HoldsForEveryRun(int part)
    {
        int close = 0, bounded = 0;
        for (int seed = part; seed < 240; seed += 4)
        {
            var random = new Random(Sampling.CampaignSeed + seed);
            NetworkGraph graph = OperatorGraphs.Of(random, nodes: 7, isRational: true);
            int inputs = graph.Inputs.Sum(static i => i.Shape.Elements);
            double[] lower = [.. Enumerable.Range(0, inputs).Select(_ => (double)(float)((random.NextDouble() * 3) - 2))];
            double[] upper = [.. lower.Select(low => low + (random.Next(3) * random.NextDouble()))];
            double[] proven = Errors(graph, new InputDomain(lower, upper));
            bounded += proven.All(double.IsFinite) ? 1 : 0;
            double nearest = 0;
            for (int run = 0; run < 24; run++)
            {
                double[] x = [.. lower.Select((low, i) => Inside(low, upper[i], random))];
                double[] exact = new SingleOperators(random, isRounded: false).Outputs(graph, x);
                NetworkGraph computed = random.Next(3) == 0 ? FoldedGraphs.Of(graph) : graph;
                double[] found = new SingleOperators(random, isRounded: true).Outputs(computed, x);
                for (int k = 0; k < exact.Length; k++)
                {
                    double error = Math.Abs(found[k] - exact[k]), slack = 1e-13 * (1 + Math.Abs(exact[k]));
                    Assert.True(error <= proven[k] + slack, $"Seed {seed}, run {run}, output {k}: {error} above {proven[k]}.");
                    nearest = Math.Max(nearest, error > slack ? error / proven[k] : 0);
                }
            }

            close += nearest > 0.05 ? 1 : 0;
        }

        Assert.True(bounded >= 58, $"{bounded} of 60 graphs have bounds.");
        Assert.True(close >= 10, $"Of {close} graphs alone a run came within a twentieth of a bound.");
    }

    [Fact]
    public void Of_RandomChains_HoldsForEveryRun() =>
        RandomNetworks.Cases(mostInputs: 4, mostLayers: 3, mostWidth: 6).ForAll(
            static sample =>
            {
                NodewiseGraph nodes = FileNodes.Of(sample.Network);
                double[] proven = DeployedError.Of(nodes, sample.Domain, CancellationToken.None);
                var random = new Random(1);
                for (int run = 0; run < 16; run++)
                {
                    double[] x = [.. sample.Lower.Select((low, i) => Inside(low, sample.Upper[i], random))];
                    if (!x.Select((v, i) => v >= sample.Lower[i] && v <= sample.Upper[i]).All(static inside => inside))
                        continue; // no float32 lies between the ends
                    double[] exact = new SingleOperators(random, isRounded: false).Outputs(nodes.Nodes, x);
                    double[] found = new SingleOperators(random, isRounded: true).Outputs(nodes.Nodes, x);
                    for (int k = 0; k < exact.Length; k++)
                    {
                        Assert.True(
                            !double.IsFinite(found[k]) ? double.IsInfinity(proven[k])
                                : Math.Abs(found[k] - exact[k]) <= proven[k] + (1e-13 * (1 + Math.Abs(exact[k]))),
                            $"Run {run}, output {k}: {found[k]}, {exact[k]}, at most {proven[k]} apart.");
                    }
                }
            },
            count: 400);

    [Theory]
    [InlineData("digits_48-32-24_l1-0.004.onnx")]
    [InlineData("digits_conv_l1-0.004.onnx")]
    public void Of_Examples_HoldsForOnnxRuntime(string file)
    {
        ReluNetwork network = NetworkFormats.Read(TestFiles.Example(file));
        double[] proven = DeployedError.Of(FileNodes.Of(network), InputDomain.Unit.For(64), CancellationToken.None);
        Assert.All(proven, static bound => Assert.InRange(bound, 1e-8, 0.01));
        using var runtime = new Formats.Onnx.OnnxRuntimeOracle(File.ReadAllBytes(TestFiles.Example(file)));
        var random = new Random(3);
        double worst = 0;
        for (int run = 0; run < 200; run++)
        {
            double[] x = [.. Enumerable.Range(0, 64).Select(_ => (double)(float)random.NextDouble())];
            long[] shape = [1, .. network.InputShape.Select(static d => (long)d)];
            double[] found = runtime.Run(x, shape), exact = network.Evaluate(x);
            for (int k = 0; k < found.Length; k++)
            {
                worst = Math.Max(worst, Math.Abs(found[k] - exact[k]));
                Assert.InRange(Math.Abs(found[k] - exact[k]), 0, proven[k]);
            }
        }

        Assert.True(worst > 0);
    }

    [Fact]
    public void Of_EqualTerms_IsThePartialSumsTimesUnitRoundoff()
    {
        // 100 terms of size 1 at most: 99 partial sums of at most 100, and a rounding of each product.
        var network = new ReluNetwork([new AffineLayer([.. Enumerable.Repeat(1.0, 100)], [0], 1, 100, Activation.Identity)]);
        double proven = Error(network, InputDomain.Unit.For(100));
        Assert.InRange(proven * (1 << 24), 100 * 100, 100 * 100 * 1.001);
    }

    [Fact]
    public void Of_TermsThatCancel_CountsOneSignAlone()
    {
        // z = 0: no partial sum is above the 50 positive terms.
        double[] weights = [.. Enumerable.Range(0, 100).Select(static i => i % 2 == 0 ? 1.0 : -1.0)];
        var network = new ReluNetwork([new AffineLayer(weights, [0], 1, 100, Activation.Identity)]);
        var point = new InputDomain([.. Enumerable.Repeat(1.0, 100)], [.. Enumerable.Repeat(1.0, 100)]);
        double proven = Error(network, point);
        Assert.InRange(proven * (1 << 24), (99 * 50) + 100, ((99 * 50) + 100) * 1.001);
    }

    [Fact]
    public void Of_WeightsThatFloatDoesNotHold_CountsTheirRounding()
    {
        var held = new ReluNetwork([new AffineLayer([0.5], [0], 1, 1, Activation.Identity)]);
        var rounded = new ReluNetwork([new AffineLayer([0.1], [0], 1, 1, Activation.Identity)]);
        Assert.True(Error(rounded, InputDomain.Unit.For(1)) >= Math.Abs((float)0.1 - 0.1) + (0.1 / (1 << 24)));
        Assert.True(Error(held, InputDomain.Unit.For(1)) < 0.5 / (1 << 23));
    }

    [Fact]
    public void Of_SumsThatOverflow_IsInfinite()
    {
        var network = new ReluNetwork([new AffineLayer([3e38, 3e38], [0], 1, 2, Activation.Identity)]);
        Assert.Equal(double.PositiveInfinity, Error(network, InputDomain.Unit.For(2)));
    }

    [Fact]
    public void Of_NeuronThatIsOffByMoreThanItsError_AddsNothing()
    {
        AffineLayer output = new([1], [0], 1, 1, Activation.Identity);
        double WithBias(double bias) =>
            Error(new([new AffineLayer([1, 1], [bias], 1, 2, Activation.Relu), output]), InputDomain.Unit.For(2));
        Assert.InRange(WithBias(-2.1), 0, 1e-30);
        Assert.True(WithBias(-2) > 1e-8); // 0 over the reals, and a hair above it in float32
    }

    [Fact]
    public void Of_Sigmoid_IsNotSpecified()
    {
        var builder = new GraphBuilder();
        int x = builder.AddInput("x", new(2));
        builder.AddOutput("y", builder.Add(new SmoothOperator(false), new(2), "s", "", x));
        var error = Assert.Throws<NotSupportedException>(
            () => Errors(builder.Build(), InputDomain.Unit.For(2)));
        Assert.Contains("'s'", error.Message, StringComparison.Ordinal);
    }

    /// <summary>The error of the only output.</summary>
    private static double Error(ReluNetwork network, InputDomain domain) =>
        Assert.Single(DeployedError.Of(FileNodes.Of(network), domain, CancellationToken.None));

    private static double[] Errors(NetworkGraph graph, InputDomain domain) =>
        DeployedError.Of(GraphLowering.LowerNodewise(graph), domain, CancellationToken.None);

    /// <summary>A float32 in an interval, often at an end.</summary>
    private static double Inside(double lower, double upper, Random random)
    {
        double share = random.Next(3) switch { 0 => 0, 1 => 1, _ => random.NextDouble() };
        var near = (float)(lower + (share * (upper - lower)));
        return near < lower ? MathF.BitIncrement(near) : near > upper ? MathF.BitDecrement(near) : near;
    }
}
