using CsCheck;
using Xunit;

namespace ExactCompression.Tests.Networks;

public sealed class InputDomainReportTests
{
    [Fact]
    public void Of_RowsInAndOut_CountsThemAndFindsTheWidestExcess()
    {
        var data = new InputData([0, 1, 0.5f, 16, -2, 0, 1, 1.25f], 4, 2, name: "mixed");
        var report = InputDomainReport.Of(data, InputDomain.Unit);
        Assert.Equal((4, 1, 3, false), (report.Rows, report.Inside, report.Outside, report.AllInside));
        Assert.Equal([0], report.InsideRows);
        Assert.Equal([1, 2, 3], report.OutsideRows);
        Assert.Equal(new InputExcess(1, 15, 1, 16), report.Widest);
        Assert.Equal([0, 15, 2, 0.25], report.EachRow().Select(static row => row.Excess));
        Assert.Equal([null, 1, 0, 1], report.EachRow().Select(static row => row.Input));
        Assert.Equal("1 of 4 rows of mixed lie in [0,1]^2; the widest excess is 15", report.ToString());
    }

    [Fact]
    public void Of_RowsAtTheEnds_AreInside()
    {
        var report = InputDomainReport.Of(new([0, 1, 1, 0], 2, 2), InputDomain.Unit);
        Assert.True(report.AllInside);
        Assert.Null(report.Widest);
        Assert.Equal(0, report.WidestExcess);
    }

    [Fact]
    public void Of_EndThatNoFloatHolds_IsComparedAsItIs()
    {
        // 0.3f lies above the double 0.3, and -0.3f below -0.3.
        var domain = new InputDomain([-0.3, -0.3], [0.3, 0.3]);
        float inside = MathF.BitDecrement(0.3f);
        var report = InputDomainReport.Of(new([0.3f, 0, 0, -0.3f, inside, -inside], 3, 2), domain);
        Assert.Equal([0, 1], report.OutsideRows);
        Assert.Equal(0.3f - 0.3, report.WidestExcess);
    }

    [Fact]
    public void Of_OtherWidth_IsRefused() =>
        Assert.Equal(
            "DomainSizeMismatch",
            Assert.Throws<InvalidInputException>(
                () => InputDomainReport.Of(new([0, 0], 1, 2), new InputDomain([0, 0, 0], [1, 1, 1]))).ErrorId);

    [Fact]
    public void Of_AnyRows_AgreesWithContains() =>
        Gen.Select(Gen.Float[-2, 2].Array[3 * 37], Gen.Double[-2, 0].Array[37], Gen.Double[0, 2].Array[37]).Sample((values, lower, upper) =>
        {
            // Most values inside, so that either happens.
            for (int i = 0; i < values.Length; i++)
                values[i] = i % 29 == 0 ? values[i] : (float)Math.Clamp(values[i], lower[i % 37] / 2, upper[i % 37] / 2);
            var (data, domain) = (new InputData(values, 3, 37), new InputDomain(lower, upper));
            bool[] inside = [.. Enumerable.Range(0, 3).Select(
                row => domain.Contains(Array.ConvertAll(data.Row(row).ToArray(), static v => (double)v)))];
            var report = InputDomainReport.Of(data, domain);
            return inside.SequenceEqual(report.EachRow().Select(static row => row.IsInside))
                && report.InsideRows.SequenceEqual(Enumerable.Range(0, 3).Where(row => inside[row]));
        });
}
