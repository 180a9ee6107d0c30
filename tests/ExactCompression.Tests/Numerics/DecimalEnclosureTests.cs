using System.Globalization;
using System.Numerics;
using ExactCompression.Numerics;
using Xunit;

namespace ExactCompression.Tests.Numerics;

/// <summary>Against integers: a decimal is digits over a power of ten, a double is what its digits in full say.</summary>
public class DecimalEnclosureTests
{
    [Theory]
    [InlineData("0.3", 1)] // 0.299999999999999988897769753748434596
    [InlineData("0.1", -1)] // 0.100000000000000005551115123125782702
    [InlineData("0.299999999999999988897769753748434595763683319091796875", 0)]
    [InlineData("0.5", 0)]
    [InlineData("-0.3", -1)]
    [InlineData("1", 0)]
    [InlineData("0", 0)]
    [InlineData("-0.000e5", 0)]
    [InlineData("1e22", 0)]
    [InlineData("1e23", 1)] // the double is 99999999999999991611392
    [InlineData("9007199254740993", 1)]
    [InlineData("00100.5000E+00", 0)]
    [InlineData("1e-400", 1)]
    [InlineData("-1e-400", -1)]
    [InlineData("4.9e-324", -1)] // the least double is 4.94e-324
    [InlineData(".25", 0)]
    [InlineData("7.", 0)]
    public void Compare_KnownDecimals_GivesTheSign(string text, int sign)
    {
        double nearest = double.Parse(text, CultureInfo.InvariantCulture);
        // The least double times 4.9/4.94 is rounded to it, and lies above the decimal.
        Assert.Equal(sign, DecimalEnclosure.Compare(text, nearest));
        Assert.Equal(sign < 0 ? Math.BitDecrement(nearest) : nearest, DecimalEnclosure.Down(text, nearest));
        Assert.Equal(sign > 0 ? Math.BitIncrement(nearest) : nearest, DecimalEnclosure.Up(text, nearest));
    }

    [Fact]
    public void Enclosure_RandomDecimals_IsTightAndHoldsThem()
    {
        var random = new Random(7);
        for (int i = 0; i < 3000; i++)
        {
            BigInteger digits = random.NextInt64(1, long.MaxValue) * (BigInteger)random.NextInt64(1, 1 + (1L << random.Next(1, 62)));
            int exponent = random.Next(-330, 265);
            bool negative = random.Next(2) == 0;
            string text = string.Create(CultureInfo.InvariantCulture, $"{(negative ? "-" : "")}{digits}e{exponent}");
            double nearest = double.Parse(text, CultureInfo.InvariantCulture);
            double down = DecimalEnclosure.Down(text, nearest), up = DecimalEnclosure.Up(text, nearest);

            int below = CompareExactly(negative ? -digits : digits, exponent, down),
                above = CompareExactly(negative ? -digits : digits, exponent, up);
            Assert.True(below >= 0 && above <= 0, text);
            Assert.True(down == up ? below == 0 : Math.BitIncrement(down) == up && below > 0 && above < 0, text);
        }
    }

    [Fact]
    public void Enclosure_ShortestPrintsOfDoubles_HoldTheDecimalAndTheirExactPrintsAreExact()
    {
        var random = new Random(8);
        for (int i = 0; i < 2000; i++)
        {
            double value = BitConverter.Int64BitsToDouble(random.NextInt64());
            if (!double.IsFinite(value))
                continue;
            string exact = value.ToString("E1100", CultureInfo.InvariantCulture);
            Assert.Equal(0, DecimalEnclosure.Compare(exact, value));
            Assert.Equal(value, DecimalEnclosure.Down(exact, value));
        }
    }

    [Theory]
    [InlineData("1,000")]
    [InlineData("x")]
    [InlineData("0x10")]
    [InlineData("1e")]
    [InlineData("")]
    [InlineData(".")]
    public void Compare_OtherForms_IsUnknown(string text) => Assert.Null(DecimalEnclosure.Compare(text, 1000));

    [Fact]
    public void Enclosure_VeryLongDecimals_GoOutwardEitherWay()
    {
        string above = "0.5" + new string('0', 100_000) + "1", below = "0.4" + new string('9', 100_000);
        Assert.All([above, below], static text =>
        {
            Assert.Equal(Math.BitDecrement(0.5), DecimalEnclosure.Down(text, 0.5));
            Assert.Equal(Math.BitIncrement(0.5), DecimalEnclosure.Up(text, 0.5));
        });
        Assert.Equal(0.5, DecimalEnclosure.Down("0.5" + new string('0', 100_000), 0.5)); // zeros say nothing
        Assert.Equal(1e300, double.Parse("0." + new string('0', 99_999) + "1e100300", CultureInfo.InvariantCulture));
    }

    [Theory]
    [InlineData(1, 3)]
    [InlineData(-1, 3)]
    [InlineData(1, 16)]
    [InlineData(0, 5)]
    [InlineData(255, 255)]
    [InlineData(2, 7)]
    [InlineData(123456789, 1000000007)]
    public void Rational_DownAndUp_AreTheNeighbours(int numerator, int denominator)
    {
        var value = new ExactRational(numerator, denominator);
        double down = value.Down(), up = value.Up();

        // a / b below x is a below x b, and x b in decimals of 28 digits is exact enough to tell neighbours apart only with integers: scale
        // by 2^60.
        Assert.True(value.CompareTo(down) >= 0 && value.CompareTo(up) <= 0);
        Assert.True(down == up ? Math.FusedMultiplyAdd(down, denominator, -numerator) == 0 : Math.BitIncrement(down) == up);
        if (down != up)
        {
            Assert.True(Math.FusedMultiplyAdd(down, denominator, -numerator) < 0);
            Assert.True(Math.FusedMultiplyAdd(up, denominator, -numerator) > 0);
        }
    }

    [Fact]
    public void SumsAndProducts_AreDirectedAndExactWhereTheyCanBe()
    {
        Assert.Equal((0.75, 0.75), (Rounding.SumDown(0.5, 0.25), Rounding.SumUp(0.5, 0.25)));
        Assert.Equal((1.0, Math.BitIncrement(1.0)), (Rounding.SumDown(1, 1e-30), Rounding.SumUp(1, 1e-30)));
        Assert.Equal((Math.BitDecrement(1.0), 1.0), (Rounding.SumDown(1, -1e-30), Rounding.SumUp(1, -1e-30)));
        Assert.Equal((0.5, 0.5), (Rounding.ProductDown(2, 0.25), Rounding.ProductUp(2, 0.25)));
        Assert.Equal((0.0, 0.0), (Rounding.ProductDown(0, 0.1), Rounding.ProductUp(0, 0.1)));
        double third = 1.0 / 3; // below 1/3, so that three of it are below 1
        Assert.Equal((Math.BitDecrement(1.0), 1.0), (Rounding.ProductDown(3, third), Rounding.ProductUp(3, third)));
        Assert.True(Rounding.ProductUp(1e-300, 1e-300) > 0);
        Assert.True(Rounding.ProductDown(-1e-300, 1e-300) < 0);
    }

    /// <summary>The sign of <c>digits 10^exponent</c> less a double, whose own digits .NET prints in full.</summary>
    private static int CompareExactly(BigInteger digits, int exponent, double value)
    {
        string[] parts = value.ToString("E1100", CultureInfo.InvariantCulture).Split('E');
        var other = BigInteger.Parse(
            parts[0].Replace(".", "", StringComparison.Ordinal), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        int otherExponent = int.Parse(parts[1], CultureInfo.InvariantCulture) - 1100, shift = exponent - otherExponent;
        return shift >= 0 ? (digits * BigInteger.Pow(10, shift)).CompareTo(other) : digits.CompareTo(other * BigInteger.Pow(10, -shift));
    }
}
