using ExactCompression.Plotting;
using Xunit;

namespace ExactCompression.Tests.Plotting;

public sealed class SweepNamesTests
{
    [Theory]
    [InlineData("digits_bn_l1-0.002", "1x8x8-8x4x4-10", "digits_bn")]
    [InlineData("digits_plain_l1-1e-05_seed-3", "1x8x8-8x4x4-10", "digits_plain")]
    [InlineData("digits_48_l1-0.002", "64-48-10", "64-48-10")]
    [InlineData("l1-0.002", "1x8x8-8x4x4-10", "1x8x8-8x4x4-10")]
    public void Text_Architecture_IsTheNameWhereThereAreShapes(string network, string architecture, string expected) =>
        Assert.Equal(expected, SweepNames.Text(Rows((network, architecture)), 0, "Architecture"));

    [Fact]
    public void Values_NetworksOfOneShape_AreApart() => Assert.Equal(
        ["digits_bn", "digits_plain"],
        SweepNames.Values(
            Rows(("digits_bn_l1-0.1", "1x8x8-10"), ("digits_plain_l1-0.1", "1x8x8-10"), ("digits_bn_l1-0.2", "1x8x8-10")),
            "Architecture").Order());

    private static PlotRows Rows(params (string Network, string Architecture)[] rows) => new(
        rows.Select(static r => new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase)
        {
            ["Network"] = r.Network, ["Architecture"] = r.Architecture,
        }), "rows");
}
