using ExactCompression.Formats;
using ExactCompression.Formats.Onnx.Schema;
using Xunit;
using DataType = ExactCompression.Formats.Onnx.Schema.TensorProto.Types.DataType;

namespace ExactCompression.Tests.Formats.Onnx;

/// <summary>Weights in a data file beside the model: read from there, and from nowhere else.</summary>
public sealed class OnnxExternalDataTests : IDisposable
{
    private static readonly float[] Values = [1, 2, 3, 4, 5, 6];

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("weights.bin", "0", "24")]
    [InlineData("weights.bin", null, null)]
    [InlineData("./weights.bin", "8", "24")]
    [InlineData("data/weights.bin", "8", null)]
    public void Read_DataBesideTheModel_GivesItsValues(string location, string? offset, string? length)
    {
        byte[] bytes = [.. new byte[int.Parse(offset ?? "0", System.Globalization.CultureInfo.InvariantCulture)],
            .. Values.SelectMany(BitConverter.GetBytes)];
        Directory.CreateDirectory(folder.File("data"));
        folder.Write(location, bytes);
        ReluNetwork network = NetworkFormats.Read(Model(location, offset, length));
        Assert.Equal([1, 3, 5, 2, 4, 6], network.DenseLayers[0].Weights.ToArray());
    }

    [Theory]
    [InlineData("../weights.bin")]
    [InlineData("data/../../weights.bin")]
    [InlineData("..\\weights.bin")]
    [InlineData("/etc/hostname")]
    [InlineData("\\\\server\\weights.bin")]
    [InlineData("C:\\weights.bin")]
    [InlineData("file:weights.bin")]
    public void Read_LocationOutsideTheFolder_IsRefused(string location) => AssertError("OnnxExternalDataOutsideFolder", Model(location));

    [Fact]
    public void Read_LinksThatLeaveTheFolder_AreRefused()
    {
        using var elsewhere = new TemporaryFolder();
        string outside = elsewhere.Write("weights.bin", [.. Values.SelectMany(BitConverter.GetBytes)]);
        File.CreateSymbolicLink(folder.File("file-link.bin"), outside);
        Directory.CreateSymbolicLink(folder.File("folder-link"), elsewhere.Path);
        AssertError("OnnxExternalDataOutsideFolder", Model("file-link.bin"));
        AssertError("OnnxExternalDataOutsideFolder", Model("folder-link/weights.bin"));
    }

    [Fact]
    public void Read_LinksWithinTheFolder_AreFollowed()
    {
        folder.Write("weights.bin", [.. Values.SelectMany(BitConverter.GetBytes)]);
        File.CreateSymbolicLink(folder.File("link.bin"), "weights.bin");
        Assert.Equal(3, NetworkFormats.Read(Model("link.bin")).InputSize);
    }

    [Fact]
    public void Read_ModelReachedThroughALinkedFolder_FindsItsData()
    {
        folder.Write("weights.bin", [.. Values.SelectMany(BitConverter.GetBytes)]);
        string model = Model("weights.bin");
        using var elsewhere = new TemporaryFolder();
        Directory.CreateSymbolicLink(elsewhere.File("link"), folder.Path);
        Assert.Equal(3, NetworkFormats.Read(Path.Combine(elsewhere.File("link"), Path.GetFileName(model))).InputSize);
    }

    [Theory]
    [InlineData("OnnxExternalDataMissing", "lost.bin", null, null)]
    [InlineData("OnnxExternalDataMissing", "data", null, null)]
    [InlineData("OnnxExternalDataInvalid", null, null, null)]
    [InlineData("OnnxExternalDataInvalid", "weights.bin", "-1", null)]
    [InlineData("OnnxExternalDataInvalid", "weights.bin", "0", "many")]
    [InlineData("OnnxDataLengthMismatch", "weights.bin", "1", null)]
    [InlineData("OnnxDataLengthMismatch", "weights.bin", "9223372036854775807", null)]
    [InlineData("OnnxDataLengthMismatch", "weights.bin", "0", "20")]
    [InlineData("OnnxDataLengthMismatch", "weights.bin", "0", "9223372036854775807")]
    public void Read_DataThatIsNotThere_IsRefused(string errorId, string? location, string? offset, string? length)
    {
        Directory.CreateDirectory(folder.File("data"));
        folder.Write("weights.bin", [.. Values.SelectMany(BitConverter.GetBytes)]);
        AssertError(errorId, Model(location, offset, length));
    }

    [Fact]
    public void Read_HugeDimensions_AreRefusedBeforeAllocating()
    {
        folder.Write("weights.bin", new byte[24]);
        AssertError("OnnxDataLengthMismatch", Model("weights.bin", dims: [3, 600_000_000]));
    }

    private static void AssertError(string errorId, string path)
    {
        var error = Assert.Throws<InvalidFileException>(() => NetworkFormats.Read(path));
        Assert.Equal(errorId, error.ErrorId);
        Assert.Equal(path, error.Path);
        Assert.Equal("tensor 'w'", error.Place);
    }

    private string Model(string? location, string? offset = null, string? length = null, long[]? dims = null)
    {
        var tensor = new TensorProto { Name = "w", DataType = DataType.Float, Dims = { dims ?? [3, 2] },
            DataLocation = TensorProto.Types.DataLocation.External };
        foreach ((string key, string? value) in new[] { ("location", location), ("offset", offset), ("length", length) })
        {
            if (value is not null)
                tensor.ExternalData.Add(new StringStringEntryProto { Key = key, Value = value });
        }

        return folder.Write(
            "model.onnx", new OnnxModelBuilder().Input("x", "N", 3).Output("y", "N", 2).Add(tensor).Node("MatMul", "x w", "y").Bytes());
    }
}
