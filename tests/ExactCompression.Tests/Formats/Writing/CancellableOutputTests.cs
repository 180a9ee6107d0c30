using ExactCompression.Formats;
using Xunit;

namespace ExactCompression.Tests.Formats.Writing;

/// <summary>Exports end when they are cancelled, and leave nothing behind.</summary>
public sealed class CancellableOutputTests
{
    private static readonly ReluNetwork Network = new(
        [new([1, 2], [0, 0], 2, 1, Activation.Relu), new([1, -1], [0], 1, 2, Activation.Identity)], "network");

    [Fact]
    public void Write_CancelledInTheMiddle_EndsWithTheNextPiece()
    {
        using var stop = new CancellationTokenSource();
        using var inner = new CancellingStream(stop);
        using var output = new CancellableOutput(inner, stop.Token);
        Assert.ThrowsAny<OperationCanceledException>(() => output.Write(new byte[20_000_000]));
        Assert.InRange(inner.Length, 1, 10_000_000);
        Assert.Equal(stop.Token, CancellableOutput.TokenOf(output));
        Assert.Equal(default, CancellableOutput.TokenOf(inner));
    }

    [Fact]
    public void Write_NotCancelled_PassesEverythingOn()
    {
        byte[] content = [.. Enumerable.Range(0, 9_000_001).Select(static i => (byte)(i * 7))];
        using var inner = new MemoryStream();
        using (var output = new CancellableOutput(inner, default))
            output.Write(content);
        Assert.Equal(content, inner.ToArray());
    }

    [Theory]
    [InlineData(".onnx")]
    [InlineData(".npz")]
    [InlineData(".safetensors")]
    [InlineData(".nnet")]
    [InlineData(".dat")]
    public void Write_CancelledExport_LeavesTheOldFile(string extension)
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory();
        try
        {
            string path = Path.Combine(folder.FullName, "network" + extension);
            File.WriteAllText(path, "old");
            using var stop = new CancellationTokenSource();
            stop.Cancel();
            Assert.ThrowsAny<OperationCanceledException>(
                () => NetworkFormats.Write(Network, path, WeightPrecision.Float64, cancellation: stop.Token));
            Assert.Equal("old", File.ReadAllText(path));
            Assert.Single(folder.GetFiles());
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>Cancels as soon as something is written.</summary>
    private sealed class CancellingStream(CancellationTokenSource stop) : MemoryStream
    {
        public override void Write(ReadOnlySpan<byte> buffer)
        {
            base.Write(buffer);
            stop.Cancel();
        }
    }
}
