using CsCheck;
using ExactCompression.Tests.Oracles;
using ExactCompression.Gpu;
using Xunit;

namespace ExactCompression.Tests.Gpu;

public sealed class DeviceBoxTests
{
    [Fact]
    public void Constructor_AnyInterval_StaysInsideIfAFloatFits() =>
        Gen.Select(Gen.Double[-1e3, 1e3], Gen.Double[0, 1e-3], Gen.Double[-300, 300]).ForAll((start, width, power) =>
        {
            double lower = start * Math.Pow(10, power / 10), upper = lower + (width * Math.Pow(10, power / 10));
            var box = new DeviceBox([lower], [upper]);
            Assert.True(box.Lower[0] <= box.Upper[0]);
            float above = (float)lower < lower ? MathF.BitIncrement((float)lower) : (float)lower;
            if (above <= upper && float.IsFinite(above))
                Assert.True(box.Lower[0] >= lower && box.Upper[0] <= upper);
            else
                Assert.Equal(box.Lower[0], box.Upper[0]);
        }, count: 1000);

    [Theory]
    [InlineData(0, 1, 0f, 1f, 1f)]
    [InlineData(0.1, 0.3, 0.1f, 0.3f, 0.2f)]
    [InlineData(-1e300, 1e300, -float.MaxValue, float.MaxValue, float.MaxValue)]
    [InlineData(2, 2, 2f, 2f, 0f)]
    public void Constructor_Interval_RoundsInwards(double lower, double upper, float expectedLower, float expectedUpper, float width)
    {
        var box = new DeviceBox([lower], [upper]);
        Assert.True(box.Lower[0] >= lower && box.Upper[0] <= upper);
        Assert.InRange(box.Lower[0], expectedLower, MathF.BitIncrement(expectedLower));
        Assert.InRange(box.Upper[0], MathF.BitDecrement(expectedUpper), expectedUpper);
        Assert.Equal(width, box.Width[0], 1e-7f);
    }
}
