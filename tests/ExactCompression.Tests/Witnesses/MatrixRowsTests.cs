using ExactCompression.Networks;
using ExactCompression.Numerics;
using ExactCompression.Tests.Oracles;
using ExactCompression.Verdicts;
using ExactCompression.Witnesses;
using Xunit;

namespace ExactCompression.Tests.Witnesses;

/// <summary>Products with matrices that are read as they are, beside exact arithmetic and beside the packed kernels.</summary>
public sealed class MatrixRowsTests
{
    private const int Width = 1_024;

    [Theory]
    [InlineData(1, 1)]
    [InlineData(7, 8)]
    [InlineData(37, 11)]
    public void Multiply_NumbersOfAllSizes_ErrorsCoverTheExactProducts(int inputs, int rows)
    {
        const int Outputs = 5;
        var random = new Random(inputs);
        double Any() => (random.NextDouble() - 0.5) * Math.Pow(2, random.Next(-60, 60));
        double[] Several(int count, Func<double> of) => [.. Enumerable.Range(0, count).Select(_ => of())];
        double[] weights = Several(Outputs * inputs, Any), radii = Several(weights.Length, () => Math.Abs(Any())),
            bias = Several(Outputs, Any), charge = Several(Outputs, () => Math.Abs(Any()));
        LoweredLayer layer = Layer(new(weights, bias, Outputs, inputs, Activation.Relu, WeightPrecision.Float64, radii));
        double[] a = Several(rows * inputs, Any), reach = Several(a.Length, () => Math.Abs(Any()));
        double[] spread = [.. a.Select(x => (Rounding.Gamma(inputs + 1) * Math.Abs(x)) + Rounding.Underflow)];
        double[] z = new double[rows * Outputs], error = new double[z.Length];
        var matrices = MatrixRows.Of(layer)!;
        Assert.True(matrices.HasRadius(0));
        matrices.Multiply([a], [spread], [reach], charge, z, error, rows, null);
        for (int r = 0; r < rows; r++)
        {
            for (int i = 0; i < Outputs; i++)
            {
                Rational sum = bias[i], rounding = Rounding.Gamma(inputs + 1) * Math.Abs(bias[i]), rest = charge[i];
                for (int j = 0; j < inputs; j++)
                {
                    Rational w = weights[(i * inputs) + j], radius = radii[(i * inputs) + j];
                    sum += w * (Rational)a[(r * inputs) + j];
                    rounding += Size(w) * (Rational)spread[(r * inputs) + j];
                    rest += (Size(w) * (Rational)spread[(r * inputs) + j]) + (radius * (Rational)reach[(r * inputs) + j]);
                }

                int at = (r * Outputs) + i;
                Assert.True(Size(sum - (Rational)z[at]) <= rounding, $"{r}, {i}");
                Assert.True(rest <= (Rational)error[at] && (Rational)error[at] <= rest * (Rational)(1 + 1e-8), $"{r}, {i}");
            }
        }
    }

    [Fact]
    public void Run_MatrixReadOrPacked_GivesTheSameValues()
    {
        const int Inputs = 1_003, Outputs = 601, Few = 3, Many = 100;
        var random = new Random(1);
        double[] weights = [.. Enumerable.Range(0, Inputs * Outputs).Select(_ => random.NextDouble() - 0.5)];
        using var layer = new CheckedLayer(Layer(new(weights, new double[Outputs], Outputs, Inputs, Activation.Relu)));
        double[] a = [.. Enumerable.Range(0, Many * Inputs).Select(_ => random.NextDouble())], e = [.. a.Select(static x => 1e-9 * x)];
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = 2 };
        (double[] read, double[] readError) = layer.Run([a[..(Few * Inputs)]], [e[..(Few * Inputs)]], Few, parallel);
        (double[] packed, double[] packedError) = layer.Run([a], [e], Many, parallel);
        (double[] again, _) = layer.Run([a[..(Few * Inputs)]], [e[..(Few * Inputs)]], Few, parallel);
        Assert.Equal(packed[..read.Length], again);
        for (int i = 0; i < read.Length; i++)
        {
            Assert.True(Math.Abs(read[i] - packed[i]) <= readError[i]);
            Assert.Equal(1, readError[i] / packedError[i], 1e-7);
        }
    }

    [Fact]
    public void Credit_CancelledBeforeALargeLayer_KeepsWhatLayersBelowHaveShown()
    {
        VerdictLedger ledger = SmallAndLarge();
        using WitnessCheck check = Cancelled(ledger);
        Assert.ThrowsAny<OperationCanceledException>(() => check.Credit(new[] { new double[] { 1 } }, ledger));
        IReadOnlyList<NeuronStability> neurons = ledger.ToTable(default, [], null).Neurons;
        Assert.All(neurons.Take(Width), static n => Assert.NotNull(n.PositiveWitness));
        Assert.All(neurons.Skip(Width), static n => Assert.Null(n.PositiveWitness));
    }

    [Fact]
    public void Credit_OneNeuron_LayersAboveItAreNotEvaluated()
    {
        // The second layer would throw, since it is large and the token cancelled.
        VerdictLedger ledger = SmallAndLarge();
        using WitnessCheck check = Cancelled(ledger);
        Assert.Equal(1, check.Credit(new[] { new double[] { 1 } }, ledger, only: 7));
    }

    private static Rational Size(Rational value) => value.Sign < 0 ? -value : value;

    private static LoweredLayer Layer(AffineLayer layer) => LoweredLayer.Of(layer, 1);

    /// <summary>A layer of little work, and one of much.</summary>
    private static VerdictLedger SmallAndLarge() => new(StabilityTable.Undecided(new(
        [new(Filled(Width, 1), new double[Width], Width, 1, Activation.Relu),
            new(Filled(Width * Width, 1), new double[Width], Width, Width, Activation.Relu),
            new(new double[Width], [0], 1, Width, Activation.Identity)])));

    private static WitnessCheck Cancelled(VerdictLedger ledger) =>
        new(ledger.Network, ledger.Domain, new() { CancellationToken = new(canceled: true) });

    private static double[] Filled(int length, double value) => [.. Enumerable.Repeat(value, length)];
}
