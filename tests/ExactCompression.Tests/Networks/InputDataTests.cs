using ExactCompression.Witnesses;
using Xunit;

namespace ExactCompression.Tests.Networks;

/// <summary>What is no data is refused where data is made, whoever makes it.</summary>
public class InputDataTests
{
    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    public void Constructor_ValueThatIsNotFinite_NamesItsPlace(float value)
    {
        InvalidInputException e = Refused(() => new([0, 0, 0, 0, 0, value], 3, 2, name: "rows"));

        Assert.Equal("DataNotFinite", e.ErrorId);
        Assert.Contains("Row 2, column 1 of the data 'rows'", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Constructor_NegativeLabel_NamesItsRow()
    {
        InvalidInputException e = Refused(() => new(new float[4], 4, 1, [0, 1, -1, 1]));

        Assert.Equal("LabelOutOfRange", e.ErrorId);
        Assert.Contains("Row 2", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(-1, 1)]
    [InlineData(1, 0)]
    [InlineData(2, 2)]
    [InlineData(int.MaxValue, int.MaxValue)]
    public void Constructor_ShapeOfOtherValues_IsRefused(int rows, int columns) =>
        Assert.Equal("DataShapeInvalid", Refused(() => new(new float[3], rows, columns)).ErrorId);

    [Fact]
    public void Constructor_LabelsOfAnotherCount_AreRefused() =>
        Assert.Equal("DataLabelCountMismatch", Refused(() => new(new float[3], 3, 1, [0, 1])).ErrorId);

    [Theory]
    [InlineData(0)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void Constructor_UnusableScale_IsRefused(double scale) =>
        Assert.Equal("DataScaleInvalid", Refused(() => new(new float[3], 3, 1, scale: scale)).ErrorId);

    [Fact]
    public void EveryUse_DataOfAnotherWidth_IsRefused()
    {
        var network = new ReluNetwork([new([1, 1], [0], 1, 2, Activation.Relu), new([1], [0], 1, 1, Activation.Identity)]);
        var table = StabilityTable.Undecided(network, InputDomain.Unit);
        var data = new InputData(new float[3], 1, 3, [0]);
        using var device = new SimdWitnessDevice();

        foreach (Action use in (Action[])
        [
            () => StabilityAnalysis.FindUnstable(table, data, device, new(), default),
            () => StabilityAnalysis.FindStable(table, data, new(), default),
            () => NetworkMeasurement.Measure(network, data, default),
            () => NetworkEquivalence.Compare(network, network, InputDomain.Unit, data, new(), default),
        ])
        {
            Assert.Equal("DataWidthMismatch", Assert.Throws<InvalidInputException>(use).ErrorId);
        }
    }

    private static InvalidInputException Refused(Func<InputData> make) => Assert.Throws<InvalidInputException>(make);
}
