using CsCheck;
using ExactCompression.Plotting;
using Xunit;

namespace ExactCompression.Tests.Plotting;

public sealed class SymmetricScaleTests
{
    /// <summary>Of 800 neurons most are small, as in a real network: none vanishes.</summary>
    [Fact]
    public void Logarithmic_SmallBarsBesideLargeOnes_HaveAHeight()
    {
        double[] sizes = [.. Enumerable.Range(0, 800).Select(static i => i < 600 ? 0.01 + 1e-4 * i : 20)];
        Assert.True(SymmetricScale.IsNeeded(sizes, 200));
        SymmetricScale scale = SymmetricScale.Logarithmic(sizes);
        Assert.All(sizes, size => Assert.InRange(scale.Place(size) / scale.Place(20) * 200, 10, 200));
        Assert.False(SymmetricScale.IsNeeded([1, 2, 3, 0.5], 200));
        Assert.False(SymmetricScale.IsNeeded([0, 0, 1], 200));
        Assert.False(SymmetricScale.IsNeeded([double.PositiveInfinity, 1], 200));
    }

    [Fact]
    public void Place_AnyScale_KeepsOrderAndSigns() =>
        (from sizes in Gen.Double[1e-9, 1e9].Array[1, 30]
         from a in Gen.Double[-1e9, 1e9]
         from b in Gen.Double[-1e9, 1e9]
         select (sizes, a, b)).Sample(static c =>
        {
            SymmetricScale scale = SymmetricScale.Logarithmic(c.sizes);
            Assert.Equal(0, scale.Place(0));
            Assert.Equal(-scale.Place(c.a), scale.Place(-c.a));
            Assert.True(scale.Place(Math.Min(c.a, c.b)) <= scale.Place(Math.Max(c.a, c.b)));
            Assert.True(scale.Place(c.sizes[0]) > 0 && scale.Place(2 * c.sizes[0]) > scale.Place(c.sizes[0]));
        });

    [Fact]
    public void Ticks_Logarithmic_ArePowersOfTenAtTheirPlaces()
    {
        SymmetricScale scale = SymmetricScale.Logarithmic([0.01, 0.02, 0.5, 30]);
        (double Position, string Label)[] ticks = [.. scale.Ticks(scale.Place(-2), scale.Place(30), 300)];
        Assert.Equal(["-1", "-0.1", "-0.01", "0", "0.01", "0.1", "1", "10"], ticks.OrderBy(static t => t.Position).Select(
            static t => t.Label));
        Assert.All(ticks, t => Assert.Equal(
            scale.Place(double.Parse(t.Label, System.Globalization.CultureInfo.InvariantCulture)), t.Position, 9));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Ticks_LargeValues_AreShort(bool isLogarithmic)
    {
        SymmetricScale scale = isLogarithmic ? SymmetricScale.Logarithmic([1e3, 3e6]) : SymmetricScale.Linear;
        Assert.All(scale.Ticks(scale.Place(-3e6), scale.Place(3e6), 200), static t => Assert.InRange(t.Label.Length, 1, 7));
    }

    [Fact]
    public void RoundTicks_AnyRange_AreRoundAndInside() =>
        (from low in Gen.Double[-1e6, 1e6]
         from span in Gen.Double[1e-6, 1e6]
         from most in Gen.Int[2, 10]
         select (low, span, most)).Sample(static c =>
        {
            (double Position, string Label)[] ticks = [.. Panels.RoundTicks(c.low, c.low + c.span, c.most)];
            Assert.InRange(ticks.Length, 1, c.most);
            double slack = 1e-6 * Math.Max(c.span, Math.Abs(c.low) * 1e-3);
            Assert.All(ticks, t => Assert.InRange(t.Position, c.low - slack, c.low + c.span + slack));
            for (int i = 1; i < ticks.Length; i++)
                Assert.True(ticks[i].Position > ticks[i - 1].Position);
        });

    [Theory]
    [InlineData(0, 100, 6, "0,20,40,60,80,100")]
    [InlineData(0, 5616, 6, "0,1,000,2,000,3,000,4,000,5,000")]
    [InlineData(94.75, 100, 6, "95,96,97,98,99,100")]
    [InlineData(0, 3e-15, 4, "0,1e-15,2e-15,3e-15")]
    public void RoundTicks_Range_GivesTheseNumbers(double low, double high, int most, string expected) =>
        Assert.Equal(expected, string.Join(',', Panels.RoundTicks(low, high, most).Select(static t => t.Label)));
}
