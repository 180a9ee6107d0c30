using CsCheck;
using ExactCompression.Tests.Oracles;
using Xunit;

namespace ExactCompression.Tests.Numerics;

/// <summary>What is shown of proven numbers.</summary>
public sealed class BoundTextTests
{
    /// <summary>What is shown as proven is: rounded outward, and by less than a unit of the last digit.</summary>
    [Fact]
    public void AnyNumber_Shown_IsABoundOfIt() => Gen.Double.Where(static v => double.IsFinite(v) && Math.Abs(v) is > 1e-300 and < 1e300)
        .ForAll(static value =>
        {
            double upper = Read(BoundText.Upper(value)), lower = Read(BoundText.Lower(value)), loose = Read(BoundText.Deviation(value));
            Assert.True(lower <= value && value <= upper && value <= loose);
            Assert.True(upper - lower <= Math.Abs(value) * 2.001e-3 && loose - value <= Math.Abs(value) * 1.001e-2);

            static double Read(string text) => double.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
        }, 10_000);

    [Theory]
    [InlineData(1.9412e-8, "1.95e-08")]
    [InlineData(1.95e-8, "1.95e-08")]
    [InlineData(9.991e-5, "0.0001")]
    [InlineData(0, "0")]
    [InlineData(double.PositiveInfinity, "∞")]
    public void Deviation_AnyNumber_IsRoundedUp(double value, string expected) => Assert.Equal(expected, BoundText.Deviation(value));
}
