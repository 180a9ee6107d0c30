using ExactCompression.Bounds;
using ExactCompression.Numerics;
using ExactCompression.Tests.Oracles;
using Xunit;

namespace ExactCompression.Tests.Bounds;

/// <summary>
/// Rows share arrays with their neighbours and with earlier rows: each must give the same bound as it does alone, at every width.
/// </summary>
public sealed class BoundReuseTests
{
    private static readonly ParallelOptions OneThread = new() { MaxDegreeOfParallelism = 1 };

    [Fact]
    public void Crown_ManyNeuronsAtEveryWidth_AreBoundedAsEachAlone()
    {
        for (int width = 1; width <= 17; width++)
        {
            var random = new Random(width);
            (RelaxedGraph below, AffineLayer layer) = Network(random, width, outputs: 35);
            var crown = new CrownBounds(below);
            int inputs = below.Domain.Size!.Value;
            foreach (bool above in (bool[])[true, false])
            {
                double[] all = new double[layer.Outputs], functions = new double[layer.Outputs * inputs];
                crown.Bound(below.Above(layer), [.. Enumerable.Range(0, layer.Outputs)], above, all, Into(functions, inputs), OneThread);
                for (int neuron = 0; neuron < layer.Outputs; neuron++)
                {
                    double[] alone = new double[1], function = new double[inputs];
                    crown.Bound(below.Above(layer), [neuron], above, alone, Into(function, inputs), OneThread);

                    // Tiles of several rows and of one may round differently.
                    AssertClose(alone[0], all[neuron], $"width {width}, neuron {neuron}");
                    for (int i = 0; i < inputs; i++)
                        AssertClose(function[i], functions[(neuron * inputs) + i], $"width {width}, neuron {neuron}, input {i}");
                }
            }

            below.Dispose();
        }
    }

    [Fact]
    public void Optimized_OneProblemAfterAnotherInTheSameRow_IsBoundedAsWithoutTheOther()
    {
        for (int width = 1; width <= 17; width++)
        {
            var random = new Random(width);
            (RelaxedGraph below, AffineLayer layer) = Network(random, width, outputs: 9);
            var bounds = new AlphaBetaCrown(below.Above(layer), below);
            int rectifiers = bounds.Rectifiers;
            CrownSubproblem[] Problems() =>
                [.. Enumerable.Range(0, 9).Select(
                    i => Split(CrownSubproblem.Root(i, i % 2 == 0, bounds.PlainSlopes()), new(i), rectifiers))];
            CrownSubproblem[] alone = Problems(), together = [.. Problems(), .. Problems(), .. Problems()];
            foreach (CrownSubproblem problem in alone)
                bounds.Optimize([problem], AdamSchedule.AfterSplit with { Steps = 5 }, OneThread);
            bounds.Optimize(together, AdamSchedule.AfterSplit with { Steps = 5 }, OneThread);
            for (int k = 0; k < together.Length; k++)
                AssertClose(alone[k % 9].Bound, together[k].Bound, $"width {width}, problem {k}");
            bounds.Evaluate(together, OneThread);
            CrownSubproblem[] again = [.. together.Reverse()];
            double[] before = [.. again.Select(static p => p.Bound)];
            bounds.Evaluate(again, OneThread);
            for (int k = 0; k < again.Length; k++)
                AssertClose(before[k], again[k].Bound, $"width {width}, problem {k} once more");
            below.Dispose();
        }
    }

    [Fact]
    public void Optimized_RectifierListedTwiceOrStable_IsBoundedAsByOneAssumption()
    {
        // Rectifiers: open, off, on. A second assumption on the same one is ignored; one on a stable rectifier is true or cannot be
        // satisfied.
        var first = new AffineLayer([1, 1, 1], [0, -2, 2], 3, 1, Activation.Relu);
        var domain = new InputDomain([-1], [1]);
        using RelaxedGraph below = Relaxed.Chain(domain, first, Relaxed.Reader(3));
        below.Add([-1, -3, 1], [1, -1, 3]);
        var bounds = new AlphaBetaCrown(below.Above(new([1, 1, 1], [0.25], 1, 3, Activation.Relu)), below);
        double Bound(params (int Rectifier, sbyte Phase, float Multiplier)[] split)
        {
            CrownSubproblem problem = CrownSubproblem.Root(0, true, bounds.PlainSlopes());
            foreach ((int rectifier, sbyte phase, float multiplier) in split)
            {
                problem = problem.With(rectifier, phase);
                problem.Multipliers[^1] = multiplier;
            }

            bounds.Evaluate([problem], OneThread);
            return problem.Bound;
        }

        // relu(x) <= (x + 1) / 2, so x + 2 + (x + 1) / 2 + 1/4 is at most 4.25.
        AssertClose(4.25, Bound(), "none");
        AssertClose(4.25, Bound((1, -1, 0), (2, 1, 0)), "known");
        AssertClose(2.25 + 1 - 0.5, Bound((0, -1, 0.5f)), "off: x + 2.25 - x / 2");
        AssertClose(Bound((0, -1, 0.5f)), Bound((0, -1, 0.5f), (0, 1, 3), (0, -1, 7)), "twice");
        AssertClose(4.25, Bound((0, 1, 0)), "on: x + x + 2.25");
        AssertClose(4.25 - 1, Bound((1, 1, 0)), "relu(x - 2) taken for x - 2");
        AssertClose(-0.5, Bound((2, -1, 0.75f)), "relu(x + 2) taken for 0: (x + 1) / 2 + 1/4 - 3/4 (x + 2)");
    }

    [Fact]
    public void Optimized_HalfOfAProblem_KeepsTheBoundThatItInherits()
    {
        var first = new AffineLayer([1], [0], 1, 1, Activation.Relu);
        var domain = new InputDomain([-1], [1]);
        using RelaxedGraph below = Relaxed.Chain(domain, first, Relaxed.Reader(1));
        below.Add([-1], [1]);
        var bounds = new AlphaBetaCrown(below.Above(new([1], [0], 1, 1, Activation.Relu)), below);
        CrownSubproblem root = CrownSubproblem.Root(0, true, bounds.PlainSlopes());
        bounds.Evaluate([root], OneThread);
        CrownSubproblem loose = root.With(0, -1, 3);
        bounds.Evaluate([loose], OneThread); // 0 - 3 x, up to 3, where 1 is known
        AssertClose(1, loose.Bound, "inherited");
    }

    private static CrownSubproblem Split(CrownSubproblem problem, Random random, int rectifiers)
    {
        for (int s = random.Next(4); s > 0; s--)
        {
            problem = problem.With(random.Next(rectifiers), random.Next(2) == 0 ? (sbyte)1 : (sbyte)-1);
            problem.Multipliers[^1] = random.NextSingle();
        }

        return problem;
    }

    private static (RelaxedGraph Below, AffineLayer Layer) Network(Random random, int width, int outputs)
    {
        int inputs = random.Next(1, 18);
        var layers = new List<AffineLayer>();
        for (int l = 0; l < 3; l++)
            layers.Add(Layer(random, l == 1 ? random.Next(1, 18) : width, l == 0 ? inputs : layers[^1].Outputs));
        layers.Add(Layer(random, outputs, width));
        RelaxedGraph below = Relaxed.Chain(InputDomain.Uniform(-1, 1).For(inputs), [.. layers]);
        for (int l = 0; l < 3; l++)
            below.AddIntervals();
        return (below, layers[^1]);
    }

    private static CrownBounds.FunctionReader Into(double[] functions, int inputs) => (int place, Window _, ReadOnlySpan<double> row) =>
        row.CopyTo(functions.AsSpan(place * inputs));

    private static AffineLayer Layer(Random random, int outputs, int inputs)
    {
        double[] Numbers(int length) => [.. Enumerable.Range(0, length).Select(_ => HardNumbers.Next(random, 1))];
        return new(Numbers(outputs * inputs), Numbers(outputs), outputs, inputs, Activation.Relu);
    }

    private static void AssertClose(double expected, double actual, string what) =>
        Assert.True(Math.Abs(expected - actual) <= 1e-9 * (1 + Math.Abs(expected)), $"{what}: {expected:R}, {actual:R}");
}
