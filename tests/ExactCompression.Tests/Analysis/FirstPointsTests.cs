using ExactCompression.Analysis;
using ExactCompression.Verdicts;
using Xunit;

namespace ExactCompression.Tests.Analysis;

/// <summary>Points that large networks are evaluated on before their bounds, where the time is limited.</summary>
public sealed class FirstPointsTests
{
    private const int Width = 1_024;

    [Theory]
    [InlineData(60.0, true)]
    [InlineData(1e-6, false)]
    [InlineData(null, false)]
    public void Show_LargeNetwork_DecidesMostNeuronsWhereTimeIsLimited(double? seconds, bool decides)
    {
        var random = new Random(1);
        double[] weights = [.. Enumerable.Range(0, Width * Width).Select(_ => random.NextDouble() - 0.5)];
        var network = new ReluNetwork([
            new AffineLayer(weights, new double[Width], Width, Width, Activation.Relu),
            new AffineLayer(new double[Width], [0], 1, Width, Activation.Identity)]);
        var ledger = new VerdictLedger(StabilityTable.Undecided(network));
        var options = new SearchOptions { Threads = 1, TimeLimit = seconds is { } s ? TimeSpan.FromSeconds(s) : null };
        using var clock = new SearchClock(ledger, options, default);
        FirstPoints.Show(ledger, null, options, clock);
        Assert.Equal(decides, ledger.Decided > Width / 2);
        Assert.True(decides || ledger.Decided == 0);
    }
}
