using ExactCompression.Experiments;
using Xunit;

namespace ExactCompression.Tests.Experiments;

public sealed class ArchitectureTests
{
    [Theory]
    [InlineData("100", "100")]
    [InlineData("100-50-25", "100-50-25")]
    [InlineData("3x100", "100-100-100")]
    [InlineData("2X8-4", "8-8-4")]
    [InlineData(" 2 x 8 - 4 ", "8-8-4")]
    public void Parse_Text_GivesTheWidths(string text, string shown) => Assert.Equal(shown, Architecture.Show(Architecture.Parse(text)));

    [Theory]
    [InlineData("")]
    [InlineData("x")]
    [InlineData("0x100")]
    [InlineData("100-0")]
    [InlineData("100--100")]
    [InlineData("-100")]
    [InlineData("1.5")]
    [InlineData("2x3x4")]
    [InlineData("100;100")]
    [InlineData("2000000000x100")]
    [InlineData("99999999999")]
    public void Parse_SomethingElse_IsRefused(string text) =>
        Assert.Equal("ArchitectureInvalid", Assert.Throws<InvalidInputException>(() => Architecture.Parse(text)).ErrorId);
}
