using ExactCompression.Bounds;
using ExactCompression.Numerics;
using ExactCompression.Tests.Oracles;
using Xunit;

namespace ExactCompression.Tests.Bounds;

/// <summary>The proof's arithmetic at every width around those of vectors, against the same lines without rounding.</summary>
public sealed class BackwardRowTests
{
    private const int Widest = 20;

    private static readonly double[] Garbage = [double.NaN, double.PositiveInfinity, double.NegativeInfinity, 1e308, -1e308, -0.0, 5e-324,
        7];

    [Fact]
    public void Bound_AnyWidthAndKindOfNumber_IsNotBelowTheExactMaximum()
    {
        int finite = 0;
        for (int width = 1; width <= Widest; width++)
        {
            for (int seed = 0; seed < 28; seed++)
            {
                var (row, relaxation, slopes, domain) = Case(new((100 * width) + seed), seed % HardNumbers.Kinds, width);
                double bound = Bound(row, 0.25, relaxation, slopes, domain);
                relaxation.Dispose();
                Assert.False(double.IsNegativeInfinity(bound));
                if (!double.IsFinite(bound))
                    continue;
                finite++;
                Assert.True(
                    (bound - ExactLines.Maximum(0.25, row, relaxation, slopes, domain)).Sign >= 0,
                    $"width {width}, seed {seed}: {bound:R}");
            }
        }

        Assert.True(finite > 400, $"{finite}");
    }

    [Fact]
    public void Bound_OrdinaryNumbers_ExceedsTheExactMaximumByRoundingAlone()
    {
        for (int width = 1; width <= Widest; width++)
        {
            for (int seed = 0; seed < 8; seed++)
            {
                var (row, relaxation, slopes, domain) = Case(new((100 * width) + seed), seed % 2, width);
                double bound = Bound(row, 0.25, relaxation, slopes, domain);
                relaxation.Dispose();
                if (!relaxation.Layer.IsExact)
                    continue;

                // Twice gamma for the product and for the sum, and the same again for the magnitude of the bias in z.
                double most = (8 * ((2 * width) + domain.Size!.Value + 8) * Rounding.Unit * ExactLines.Size(0.25, row, relaxation, slopes))
                    + 1e-290;
                Assert.True(
                    (bound - ExactLines.Maximum(0.25, row, relaxation, slopes, domain) - most).Sign <= 0,
                    $"width {width}, seed {seed}: {bound:R}");
            }
        }
    }

    [Fact]
    public void PassAndConcretise_AnyValuesBehindTheEnds_AreIgnoredAndNotChanged()
    {
        for (int width = 1; width <= Widest; width++)
        {
            var (row, relaxation, slopes, _) = Case(new(width), 6, width);
            (double[] from, double[] to) = HardNumbers.Box(new(width), 6, width);
            var domain = new InputDomain(from, to);
            (BackwardRow clean, double[] coefficients) = Pass(row, slopes, relaxation, dirty: false);
            BackwardRow cleanEnd = End(coefficients, domain, dirty: false);
            foreach (double[] arrays in (double[][])[relaxation.Lines.UpperSlope, relaxation.Lines.UpperIntercept, relaxation.Lines.Bias,
                relaxation.Lines.Error])
                Garbage.CopyTo(arrays, width);
            (BackwardRow dirty, double[] same) = Pass(row, slopes, relaxation, dirty: true);
            relaxation.Dispose();
            Assert.Equal((clean.Constant, clean.Size, clean.Error), (dirty.Constant, dirty.Size, dirty.Error));
            Assert.Equal(coefficients, same);
            BackwardRow dirtyEnd = End(coefficients, domain, dirty: true);
            Assert.Equal((cleanEnd.Constant, cleanEnd.Size), (dirtyEnd.Constant, dirtyEnd.Size));
        }
    }

    [Fact]
    public void Pass_OnlyRectifiersThatAreOff_ChargesNothing()
    {
        for (int width = 1; width <= Widest; width++)
        {
            var layer = new AffineLayer(new double[width], [.. Enumerable.Repeat(-1.0, width)], width, 1, Activation.Relu);
            double[] ends = [.. Enumerable.Repeat(-1.0, width)];
            var relaxation = Relaxed.Layer(layer, ActivationRange.OfInput(new([-1], [1])), ends, ends);
            relaxation.Dispose();
            (BackwardRow sums, double[] coefficients) = Pass(
                [.. Enumerable.Range(0, width).Select(i => i % 3 == 0 ? -0.0 : i - 5.0)], relaxation.Lines.LowerSlope, relaxation,
                dirty: true);
            Assert.Equal((0.0, 0.0, 0.0), (sums.Constant, sums.Size, sums.Error));
            Assert.All(coefficients, static c => Assert.Equal(0, c));
        }
    }

    [Theory]
    [InlineData(double.PositiveInfinity)]
    [InlineData(double.NegativeInfinity)]
    [InlineData(double.NaN)]
    public void Bound_CoefficientThatIsNotFinite_ProvesNothing(double coefficient)
    {
        // Off, on, open: whatever the rectifier, the true coefficient may have the other sign.
        (double Lower, double Upper)[] ranges = [(-1, 0), (0, 1), (-1, 1), (-1, 3)];
        for (int at = 0; at < ranges.Length; at++)
        {
            var layer = new AffineLayer([1, 1, 1, 1], [-1, 0, 0, 1], 4, 1, Activation.Relu);
            var relaxation = Relaxed.Layer(
                layer, ActivationRange.OfInput(new([-1], [1])), [.. ranges.Select(static r => r.Lower)],
                [.. ranges.Select(static r => r.Upper)]);
            double[] row = new double[4];
            row[at] = coefficient;
            double bound = Bound(row, 0, relaxation, relaxation.Lines.LowerSlope, new([-1], [1])),
                end = End([coefficient], new([0], [1]), dirty: false).Bound(1e-15, 1e-300);
            relaxation.Dispose();
            Assert.True(double.IsNaN(bound) || double.IsPositiveInfinity(bound), $"{bound}");
            Assert.True(double.IsNaN(end) || double.IsPositiveInfinity(end), $"{end}");
        }
    }

    private static (double[] Row, LayerRelaxation Relaxation, double[] Slopes, InputDomain Domain) Case(Random random, int kind, int width)
    {
        int inputs = random.Next(1, Widest + 1);
        (double[] from, double[] to) = HardNumbers.Box(random, kind, inputs);
        var domain = new InputDomain(from, to);
        AffineLayer layer = HardNumbers.Layer(random, kind, width, inputs);
        double[] lower = new double[width], upper = new double[width];
        IntervalBounds.Propagate(layer, ActivationRange.OfInput(domain), lower, upper);
        var relaxation = Relaxed.Layer(layer, ActivationRange.OfInput(domain), lower, upper);
        double[] slopes = RowPadding.Padded(
            [.. Enumerable.Range(0, width).Select(i => relaxation.IsOpen(i) ? random.NextDouble() : relaxation.Lines.LowerSlope[i])]);
        double[] row = [.. Enumerable.Range(0, width).Select(
            _ => random.Next(8) switch { 0 => 0, 1 => -0.0, _ => HardNumbers.Next(random, kind) })];
        return (row, relaxation, slopes, domain);
    }

    private static double Bound(double[] row, double constant, LayerRelaxation relaxation, double[] slopes, InputDomain domain)
    {
        int inputs = domain.Size!.Value;
        (BackwardRow sums, double[] coefficients) = Pass(row, slopes, relaxation, dirty: false);
        (sums.Constant, sums.Size) = (sums.Constant + constant, sums.Size + Math.Abs(constant));
        var next = new double[inputs + RowPadding.Length];
        relaxation.KernelOf(0).ApplyTranspose(coefficients, Whole(row.Length), 1, next.AsSpan(0, inputs), Whole(inputs), add: false);
        sums.Concretise(next.AsSpan(0, inputs), RowPadding.Padded(domain.Lower.Span), RowPadding.Padded(domain.Upper.Span));
        return sums.Bound(Rounding.Gamma((2L * row.Length) + inputs + 2), relaxation.Loss);
    }

    /// <summary>One layer; if dirty, with garbage behind the row and the slopes.</summary>
    private static (BackwardRow Sums, double[] Coefficients) Pass(double[] row, double[] slopes, LayerRelaxation relaxation, bool dirty)
    {
        double[] padded = RowPadding.Padded(row), padding = dirty ? Garbage : new double[RowPadding.Length], below = [.. slopes];
        padding.CopyTo(padded, row.Length);
        padding.CopyTo(below, row.Length);
        BackwardRow sums = default;
        sums.PassRectifiers(relaxation.Lines, below, padded.AsSpan(0, row.Length));
        Assert.Equal(padding, padded[row.Length..]);
        return (sums, padded[..row.Length]);
    }

    private static Window Whole(int length) => Window.Whole(MapShape.Vector(length));

    private static BackwardRow End(double[] row, InputDomain domain, bool dirty)
    {
        row = [.. row, .. dirty ? Garbage : new double[RowPadding.Length]];
        int inputs = domain.Size!.Value;
        double[] lower = [.. domain.Lower.Span, .. dirty ? Garbage : new double[RowPadding.Length]],
            upper = [.. domain.Upper.Span, .. dirty ? Garbage : new double[RowPadding.Length]];
        BackwardRow sums = default;
        sums.Concretise(row.AsSpan(0, inputs), lower, upper);
        return sums;
    }
}
