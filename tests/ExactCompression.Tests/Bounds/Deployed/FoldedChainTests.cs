using ExactCompression.Bounds.Deployed;
using ExactCompression.Networks;
using ExactCompression.Tests.Oracles;
using Xunit;

namespace ExactCompression.Tests.Bounds.Deployed;

/// <summary>
/// A product and what follows it, at one point, with numbers of all sizes: normalisations, arithmetic with constants, sums with another
/// value. Runs in float32 fold any of the first of these into the product, flush subnormal numbers or not, and add up in bad orders.
/// </summary>
public sealed class FoldedChainTests
{
    private static readonly double Epsilon = (float)1e-5;

    /// <summary>Exponents of ten: ordinary numbers, and such that products leave float32's range.</summary>
    [Theory]
    [InlineData(1, 1500)]
    [InlineData(4, 1500)]
    [InlineData(17, 3000)]
    public void Of_AnyChain_HoldsForEveryRun(int spread, int count)
    {
        int bounded = 0, close = 0;
        for (int seed = 0; seed < count; seed++)
        {
            var random = new Random(Sampling.CampaignSeed + seed);
            var chain = Chain.Next(random, spread);
            double proven = DeployedError.Of(
                GraphLowering.LowerNodewise(chain.Graph()), new(chain.Input, chain.Input), CancellationToken.None)[0];
            if (!double.IsFinite(proven))
                continue;
            bounded++;
            double exact = chain.Exact(), worst = 0;
            for (int run = 0; run < 40; run++)
            {
                double error = Math.Abs(new ChainRun(random, chain).Output() - exact);
                worst = Math.Max(worst, double.IsFinite(error) ? error : double.PositiveInfinity);
            }

            Assert.True(worst <= proven * (1 + 1e-9), $"Spread {spread}, seed {seed}: {worst} above {proven}.");
            close += worst > proven / 4 ? 1 : 0;
        }

        Assert.True(bounded > count / 4, $"{bounded} of {count} chains have bounds.");
        Assert.True(close > bounded / 80, $"Of {close} of {bounded} chains a run came within a quarter of the bound.");
    }

    /// <summary>Few roundings, and many points: errors come as near to what is charged as they can.</summary>
    [Fact]
    public void Of_OneNormalisation_HoldsForEveryRun()
    {
        double nearest = 0;
        for (int seed = 0; seed < 8000; seed++)
        {
            var random = new Random(Sampling.CampaignSeed + seed);
            double Number() => (float)(1 + random.NextDouble());
            AffinePart part = AffinePart.BatchNormalization([Number()], [0], [0], [Number()], Epsilon, WeightPrecision.Float32);
            var chain = new Chain([1], 0, [Number(), 0], [part]);
            double exact = chain.Exact(), proven = DeployedError.Of(
                GraphLowering.LowerNodewise(chain.Graph()), new(chain.Input, chain.Input), CancellationToken.None)[0];
            for (int run = 0; run < 10; run++)
                nearest = Math.Max(nearest, Math.Abs(new ChainRun(random, chain).Output() - exact) / proven);
        }

        Assert.InRange(nearest, 0.1, 1);
    }

    /// <summary>A product of the first inputs, and links; null for the sum with the last input.</summary>
    private sealed record Chain(double[] Weights, double Bias, double[] Input, IReadOnlyList<AffinePart?> Links)
    {
        public static Chain Next(Random random, int spread)
        {
            double Number(double least, double most)
            {
                double value = Math.Pow(10, least + (random.NextDouble() * (most - least))) * (random.Next(2) == 0 ? 1 : -1);
                return random.Next(3) == 0 ? value : (float)value;
            }

            double Any() => Number(-spread, spread);
            int size = random.Next(1, 5);
            double[] weights = [.. Enumerable.Range(0, size).Select(_ => Any())];
            double[] input = [.. Enumerable.Range(0, size + 1).Select(_ => (double)(float)Any())];
            if (size > 1 && random.Next(2) == 0)
                input[1] = Math.Clamp((float)(-weights[0] * input[0] / weights[1]), -1e37f, 1e37f); // cancels
            AffinePart? Link() => random.Next(5) switch
            {
                0 => null,
                1 => AffinePart.Divide([Any()], WeightPrecision.Float64),
                2 => AffinePart.BatchNormalization(
                    [random.Next(9) == 0 ? 0 : Any()], [Any()], [Any()], [random.Next(5) == 0 ? 0 : Math.Abs(Number(-8, spread))], Epsilon,
                    WeightPrecision.Float64),
                3 => AffinePart.Of(AffineMap.Scale([Any()]), WeightPrecision.Float64),
                _ => AffinePart.Of(
                    AffineMap.Elementwise([random.Next(2) == 0 ? 1 : Number(-1, 1)], [Any()]), WeightPrecision.Float64),
            };
            return new(weights, random.Next(2) == 0 ? 0 : Any(), input, [.. Enumerable.Range(0, random.Next(5)).Select(_ => Link())]);
        }

        public NetworkGraph Graph()
        {
            int size = Weights.Length;
            var builder = new GraphBuilder();
            int input = builder.AddInput("x", new(size + 1));
            int taken = builder.Add(new SelectOperator([[.. Enumerable.Range(0, size)]]), new(size), "", "", input);
            int other = builder.Add(new SelectOperator([[size]]), new(1), "", "", input);
            int value = builder.Add(new DenseOperator(Weights, [Bias], size), new(1), "", "", taken);
            foreach (AffinePart? link in Links)
                value = link is null ? builder.Add(new SumOperator([1, 1]), new(1), "", "", value, other)
                    : builder.Add(new ScaleShiftOperator(link), new(1), "", "", value);
            builder.AddOutput("y", value);
            return builder.Build();
        }

        public double Exact()
        {
            DoubleDouble sum = Bias;
            for (int i = 0; i < Weights.Length; i++)
                sum += (DoubleDouble)Weights[i] * Input[i];
            foreach (AffinePart? link in Links)
            {
                double Of(int which) => link!.Values[which][0];
                sum = link?.Kind switch
                {
                    null => sum + Input[^1],
                    AffinePartKind.Elementwise => (sum * Of(0)) + Of(1),
                    AffinePartKind.Divide => sum / Of(0),
                    _ => ((sum - Of(2)) * Of(0) / DoubleDouble.Sqrt((DoubleDouble)Of(3) + Epsilon)) + Of(1),
                };
            }

            return sum.Value;
        }
    }

    /// <summary>One way to compute a chain in float32.</summary>
    private sealed class ChainRun(Random random, Chain chain)
    {
        private readonly bool isFused = random.Next(2) == 0;
        private readonly bool flushes = random.Next(3) == 0;
        private readonly List<(float Weight, float Value)> terms = [];

        public double Output()
        {
            int folded = random.Next(chain.Links.Count + 1);
            terms.AddRange(chain.Weights.Select((w, i) => (Stored(w), Stored(chain.Input[i]))));
            float bias = Stored(chain.Bias);
            int style = random.Next(3);
            foreach (AffinePart? link in chain.Links.Take(folded))
                bias = Fold(link, bias, style);
            if (bias != 0)
                terms.Add((bias, 1));
            float sum = Sum();
            foreach (AffinePart? link in chain.Links.Skip(folded))
                sum = Apply(link, sum);
            return sum;
        }

        private float Stored(double value) => Kept((float)value);

        private float Kept(float value) => flushes && Math.Abs(value) < 1.17549435e-38f ? 0 : value;

        private float Add(float a, float b) => Kept(Kept(a) + Kept(b));

        private float Product(float a, float b) => Kept(Kept(a) * Kept(b));

        private float Quotient(float a, float b) => random.Next(2) == 0 ? Kept(a / b) : Product(a, Kept(1 / b));

        private float Fused(float a, float b, float c) =>
            isFused ? Kept(MathF.FusedMultiplyAdd(Kept(a), Kept(b), c)) : Add(Product(a, b), c);

        private float Step(float sum, (float Weight, float Value) term) =>
            term.Value == 1 ? Add(sum, term.Weight) : Fused(term.Weight, term.Value, sum);

        /// <summary>Multiplies the weights by what follows them, and gives the bias that is left.</summary>
        private float Fold(AffinePart? link, float bias, int style)
        {
            if (link is null)
            {
                terms.Add((1, Stored(chain.Input[^1])));
                return bias;
            }

            float Of(int which) => Stored(link.Values[which][0]);
            float factor = Of(0), before = 0, after = 0;
            if (link.Kind == AffinePartKind.Elementwise)
                after = Of(1);
            else if (link.Kind == AffinePartKind.Divide)
                factor = Kept(1 / factor);
            else
                (factor, before, after) = (style == 0 ? Product(factor, Kept(1 / Root(link))) : Kept(factor / Root(link)), -Of(2), Of(1));
            for (int i = 0; i < terms.Count; i++)
                terms[i] = (Product(terms[i].Weight, factor), terms[i].Value);
            return style == 1 ? Add(Product(bias, factor), Add(Product(before, factor), after)) : Fused(Add(bias, before), factor, after);
        }

        private float Apply(AffinePart? link, float sum)
        {
            if (link is null)
                return Add(sum, Stored(chain.Input[^1]));
            float Of(int which) => Stored(link.Values[which][0]);
            if (link.Kind == AffinePartKind.Elementwise)
                return Of(0) == 1 ? Add(sum, Of(1)) : Of(1) == 0 ? Product(sum, Of(0)) : Fused(sum, Of(0), Of(1));
            if (link.Kind == AffinePartKind.Divide)
                return Quotient(sum, Of(0));
            float root = Root(link), shifted = Add(sum, -Of(2)), factor = Kept(Of(0) / root);
            return random.Next(5) switch
            {
                0 => Fused(shifted, Product(Of(0), Kept(1 / root)), Of(1)),
                1 => Fused(sum, factor, Add(Of(1), -Product(Of(2), factor))),
                2 => Add(Kept(Product(shifted, Of(0)) / root), Of(1)),
                3 => Fused(Kept(shifted / root), Of(0), Of(1)),
                _ => Fused(shifted, factor, Of(1)),
            };
        }

        private float Root(AffinePart part) => MathF.Sqrt(Add(Stored(part.Values[3][0]), (float)part.Epsilon));

        private float Sum()
        {
            terms.RemoveAll(static t => t.Weight == 0 || t.Value == 0);
            bool isGreedy = random.Next(2) == 0;
            int sign = random.Next(2) == 0 ? 1 : -1;
            float sum = 0;
            double Error((float Weight, float Value) t) => sign * (Step(sum, t) - (sum + ((double)t.Weight * t.Value)));
            while (terms.Count > 0)
            {
                int next = isGreedy ? terms.IndexOf(terms.MaxBy(Error)) : random.Next(terms.Count);
                sum = Step(sum, terms[next]);
                terms.RemoveAt(next);
            }

            return sum;
        }
    }
}
