using Xunit;

namespace ExactCompression.Tests.Experiments;

public class NetworkMeasurementTests
{
    /// <summary>Outputs x and y.</summary>
    private static readonly ReluNetwork Identity = new([
        new([1, 0, 0, 1], [0, 0], 2, 2, Activation.Relu),
        new([1, 0, 0, 1], [0, 0], 2, 2, Activation.Identity, WeightPrecision.Float64)]);

    [Fact]
    public void Measure_LabelledData_CountsRightRowsAndTiesGoToTheLowestIndex()
    {
        // Classes by the network: 1, 0, 0 (a tie), 1.
        var data = new InputData([0, 1, 1, 0, 0.5f, 0.5f, 0.25f, 0.75f], 4, 2, [1, 0, 1, 0]);
        ReluNetworkMeasurement measured = NetworkMeasurement.Measure(Identity, data, CancellationToken.None);

        Assert.Equal(0.5, measured.Accuracy);
        Assert.Equal(4, measured.Rows);
    }

    [Fact]
    public void Measure_ManyRows_AgreesWithEvaluatingEach()
    {
        var random = new Random(1);
        float[] values = [.. Enumerable.Range(0, 1001 * 2).Select(_ => random.NextSingle())];
        int[] labels = [.. Enumerable.Range(0, 1001).Select(_ => random.Next(2))];
        int right = Enumerable.Range(0, 1001).Count(i => labels[i] == (values[(2 * i) + 1] > values[2 * i] ? 1 : 0));

        Assert.Equal(right / 1001.0, NetworkMeasurement.Measure(Identity, new(values, 1001, 2, labels), CancellationToken.None).Accuracy);
    }

    [Fact]
    public void Measure_Compression_SaysHowManyRowsAreClassifiedAlike()
    {
        // The other network has the outputs 2 x and y: of the rows, (0.5, 0.75) changes its class.
        var other = new ReluNetwork([Identity.DenseLayers[0], new([2, 0, 0, 1], [0, 0], 2, 2, Activation.Identity)]);
        var table = StabilityTable.Undecided(Identity);
        var result = new CompressionResult { Original = Identity, Compressed = other, Domain = table.Domain, Table = table, Steps = [],
            ProvenDeviation = 1 };
        var data = new InputData([0, 1, 1, 0, 0.5f, 0.75f, 0.25f, 0.75f], 4, 2);
        IReadOnlyList<ReluNetworkMeasurement> measured = NetworkMeasurement.Measure(result, data, CancellationToken.None);

        Assert.Equal([null, 0.75], measured.Select(static m => m.Agreement));
        Assert.Equal([Identity, other], measured.Select(static m => m.Network));
        Assert.All(NetworkMeasurement.Measure(result, null, CancellationToken.None), static m => Assert.Null(m.Agreement));
    }

    [Fact]
    public void Measure_Sizes_AreThoseOfTheLayers()
    {
        ReluNetworkMeasurement measured = NetworkMeasurement.Measure(Identity, null, CancellationToken.None);

        Assert.Equal(
            (2, 8L, 4L, 12L, 8L),
            (measured.Neurons, measured.Connections, measured.NonZeroConnections, measured.Parameters, measured.MultiplyAdds));
        Assert.Equal((6 * 4) + (6 * 8), measured.Bytes);
        Assert.Null(measured.Accuracy);
        Assert.Equal(0, measured.Rows);
        Assert.True(measured.RowMicroseconds > 0 && measured.BatchRowMicroseconds > 0);
    }

    [Fact]
    public void Measure_DataWithoutLabels_HasNoAccuracy() =>
        Assert.Null(NetworkMeasurement.Measure(Identity, new([0, 1], 1, 2), CancellationToken.None).Accuracy);

    [Fact]
    public void Measure_LabelWithoutAnOutput_IsRefused()
    {
        InvalidInputException error = Assert.Throws<InvalidInputException>(
            () => NetworkMeasurement.Measure(Identity, new([0, 1], 1, 2, [2]), CancellationToken.None));
        Assert.Equal("LabelOutOfRange", error.ErrorId);
    }

    [Fact]
    public void Measure_DataOfAnotherWidth_IsRefused()
    {
        InvalidInputException error = Assert.Throws<InvalidInputException>(
            () => NetworkMeasurement.Measure(Identity, new([0, 1, 2], 1, 3), CancellationToken.None));
        Assert.Equal("DataWidthMismatch", error.ErrorId);
    }

    [Fact]
    public void Measure_Cancelled_Throws() =>
        Assert.ThrowsAny<OperationCanceledException>(() => NetworkMeasurement.Measure(Identity, null, new CancellationToken(true)));
}
