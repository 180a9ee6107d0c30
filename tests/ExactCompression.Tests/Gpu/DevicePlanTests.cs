using ExactCompression.Gpu;
using ExactCompression.Tests.Oracles;
using Xunit;

namespace ExactCompression.Tests.Gpu;

public sealed class DevicePlanTests
{
    [Fact]
    public void Constructor_ChainOfDenseLayers_KeepsNoMoreThanItsPassesNeed()
    {
        var plan = new DevicePlan(TestNetworks.Random(1, 5, 7, 6, 3, 2).Lowered);
        Assert.Equal([5, 7, 6, 3], plan.Widths);
        Assert.Equal([1, 2, 3], plan.Values);
        Assert.Equal([true, true, true, false], Enumerable.Range(0, 4).Select(plan.IsStored)); // the last layer's rows are found alone
        Assert.All(plan.Values, value => Assert.True(plan.HasFreeRows(value)));
        Assert.Equal(2, plan.GradientWidths.Length); // which layers take by turns
        Assert.InRange(plan.GradientWidths.Max(), 5, 7);
        Assert.Equal(4 * ((5 * 7) + (7 * 6) + (6 * 3) + 7 + 6 + 3), plan.WeightBytes);
    }

    [Fact]
    public void BytesPerPoint_Graph_CountsEveryValueThatIsStored()
    {
        var plan = new DevicePlan(TestNetworks.Graph(3).Lowered);
        long stored = plan.Values.Prepend(0).Where(plan.IsStored).Sum(value => (long)plan.WidthOf(value));
        Assert.InRange(plan.BytesPerPoint(64), 4 * (stored + (3 * SmallGraphs.Inputs) + plan.GradientWidths.Sum()), long.MaxValue);
        Assert.Equal(plan.Widest, plan.Values.Prepend(0).Max(plan.WidthOf));
    }
}
