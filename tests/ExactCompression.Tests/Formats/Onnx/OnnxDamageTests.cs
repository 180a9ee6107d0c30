using System.Diagnostics;
using ExactCompression.Formats;
using Xunit;

namespace ExactCompression.Tests.Formats.Onnx;

/// <summary>Damaged files: never anything but one clear error, and that at once.</summary>
public sealed class OnnxDamageTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Read_TruncatedAnywhere_GivesOneError()
    {
        byte[] sound = SmallModel();
        for (int length = 1; length < sound.Length; length++)
        {
            var error = Assert.Throws<InvalidFileException>(() => NetworkFormats.Read(folder.Write("cut.onnx", sound[..length]), "Onnx"));
            Assert.Equal(folder.File("cut.onnx"), error.Path);
        }
    }

    [Fact]
    public void Read_TruncatedExample_IsDamaged()
    {
        byte[] sound = File.ReadAllBytes(TestFiles.Example("digits_48-32-24_l1-0.004.onnx"));
        var error = Assert.Throws<InvalidFileException>(() => NetworkFormats.Read(folder.Write("cut.onnx", sound[..^100])));
        Assert.Equal("OnnxDamaged", error.ErrorId);
        Assert.Contains("cut.onnx: file: ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_AnyByteChanged_GivesANetworkOrOneError()
    {
        byte[] sound = SmallModel();
        var random = new Random(3);
        int read = 0, refused = 0;
        for (int trial = 0; trial < 1500; trial++)
        {
            byte[] damaged = [.. sound];
            for (int change = 0; change <= trial % 3; change++)
                damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            try
            {
                NetworkFormats.Read(folder.Write("damaged.onnx", damaged), "Onnx");
                read++;
            }
            catch (InvalidFileException)
            {
                refused++;
            }
        }

        Assert.InRange(read, 50, 1450);
        Assert.InRange(refused, 50, 1450);
    }

    [Theory]
    [InlineData(new byte[] { 0x3A, 0xFF, 0xFF, 0xFF, 0xFF, 0x07, 0x0A, 0x00 })] // a graph of 2 GB
    [InlineData(
        new byte[] { 0x08, 0x07, 0x3A, 0x0B, 0x2A, 0x09, 0x22, 0xFF, 0xFF, 0xFF, 0xFF, 0x07, 0x00, 0x00, 0x00 })] // float_data of 2 GB
    [InlineData(
        new byte[] { 0x08, 0x07, 0x3A, 0x0B, 0x2A, 0x09, 0x4A, 0xFF, 0xFF, 0xFF, 0xFF, 0x07, 0x00, 0x00, 0x00 })] // raw_data of 2 GB
    [InlineData(
        new byte[] { 0x08, 0x07, 0x3A, 0x0B, 0x2A, 0x09, 0x4A, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F })] // more than any length
    public void Read_HugeClaimedLength_IsRefusedWithoutAllocating(byte[] content)
    {
        string path = folder.Write("huge.onnx", content);
        long before = GC.GetAllocatedBytesForCurrentThread();
        var error = Assert.Throws<InvalidFileException>(() => NetworkFormats.Read(path, "Onnx"));
        Assert.Equal("OnnxDamaged", error.ErrorId);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 10_000_000);
    }

    [Fact]
    public void Read_DeeplyNestedMessage_IsRefused()
    {
        // Attribute, tensor and graph fields inside one another, unknown to the schema beyond the first level.
        byte[] content = [.. Enumerable.Repeat((byte)0x0B, 100_000)];
        Assert.Throws<InvalidFileException>(() => NetworkFormats.Read(folder.Write("deep.onnx", [0x08, 0x07, .. content]), "Onnx"));
    }

    [Fact]
    public void Read_WrongWeights_FailsQuickly()
    {
        byte[] content = File.ReadAllBytes(TestFiles.Example("digits_48-32-24_l1-0.004.onnx"));
        string path = folder.Write("cut.onnx", content[..(content.Length / 2)]);
        Assert.Throws<InvalidFileException>(() => NetworkFormats.Read(path));
        var watch = Stopwatch.StartNew();
        Assert.Throws<InvalidFileException>(() => NetworkFormats.Read(path));
        Assert.InRange(watch.ElapsedMilliseconds, 0, 500);
    }

    private static byte[] SmallModel() => new OnnxModelBuilder().Input("x", "N", 3).Output("y", "N", 1)
        .Weights("w", [3, 2], 1, 2, 3, 4, 5, 6).Weights("b", [2], 0.5, 1).Weights("v", [2, 1], 1, -1)
        .Node("MatMul", "x w", "m").Node("Add", "m b", "z").Node("Relu", "z", "a").Node("Gemm", "a v", "y").Bytes();
}
