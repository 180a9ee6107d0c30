using ExactCompression.Tests.Gpu;
using ExactCompression.Witnesses;
using Xunit;

namespace ExactCompression.Tests.Witnesses;

/// <summary>
/// A device that fails in the middle of a search: smaller batches, then the CPU, with a warning each time, and nothing lost.
/// </summary>
public sealed class DeviceFailureTests
{
    private static readonly ReluNetwork Network = TestNetworks.Random(11, 10, 30, 20, 15, 2);

    [Fact]
    public void FindUnstable_TooManyPoints_ContinuesWithSmallerBatches()
    {
        using var failing = new FailingDevice(fits: 600);
        (StabilityTable table, List<string> warnings) = Search(failing);
        Assert.Equal(States(Expected()), States(table));
        Assert.Equal("failing", table.Device);
        Assert.Equal(
            [
                "The compute device 'failing' failed: It is out of memory. Continuing with batches of 1024 points.",
                "The compute device 'failing' failed: It is out of memory. Continuing with batches of 512 points.",
            ],
            warnings);
    }

    [Fact]
    public void FindUnstable_NoBatchFits_ContinuesOnTheCpu()
    {
        using var failing = new FailingDevice(fits: 0);
        (StabilityTable table, List<string> warnings) = Search(failing);
        Assert.Equal(States(Expected()), States(table));
        Assert.Equal("CPU (SIMD)", table.Device);
        Assert.Equal(4, warnings.Count);
        Assert.StartsWith(
            "The compute device 'failing' failed: It is out of memory. Continuing with CPU (SIMD), ", warnings[^1],
            StringComparison.Ordinal);
    }

    /// <summary>Whenever it is lost, during sampling or an attack.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(5)]
    public void FindUnstable_DeviceIsLost_ContinuesOnTheCpuAndLosesNothing(int passes)
    {
        using var failing = new FailingDevice(passes, opens: 1);
        (StabilityTable table, List<string> warnings) = Search(failing);
        Assert.Equal(States(Expected()), States(table));
        Assert.Equal("CPU (SIMD)", table.Device);
        Assert.Contains("'failing' failed: It is lost. Continuing with CPU (SIMD), ", Assert.Single(warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void FindUnstable_DeviceCannotTakeTheNetwork_RunsOnTheCpu()
    {
        using var failing = new FailingDevice(opens: 0);
        (StabilityTable table, List<string> warnings) = Search(failing);
        Assert.Equal(States(Expected()), States(table));
        Assert.Equal("CPU (SIMD)", table.Device);
        Assert.Single(warnings);
    }

    private static IEnumerable<NeuronState> States(StabilityTable table) => table.Neurons.Select(static n => n.State);

    private static StabilityTable Expected()
    {
        using var cpu = new SimdWitnessDevice();
        StabilityTable table = StabilityAnalysis.FindUnstable(
            StabilityTable.Undecided(Network, InputDomain.Uniform(-0.3, 0.3)), null, cpu, new(), default);
        Assert.InRange(table.Unstable, 20, 60); // some of each
        return table;
    }

    private static (StabilityTable Table, List<string> Warnings) Search(FailingDevice device)
    {
        var warnings = new List<string>();
        StabilityTable start = StabilityTable.Undecided(Network, InputDomain.Uniform(-0.3, 0.3));
        return (StabilityAnalysis.FindUnstable(start, null, device, new() { Warning = warnings.Add }, default), warnings);
    }
}
