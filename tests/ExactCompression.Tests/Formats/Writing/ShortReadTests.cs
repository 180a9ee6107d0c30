using ExactCompression.Experiments;
using ExactCompression.Formats;
using Xunit;

namespace ExactCompression.Tests.Formats.Writing;

/// <summary>Readers get the same from a file that comes one byte at a time.</summary>
public sealed class ShortReadTests
{
    [Theory]
    [InlineData("a.onnx")]
    [InlineData("a.npz")]
    [InlineData("a.safetensors")]
    [InlineData("a.nnet")]
    [InlineData("weights.dat")]
    public void Read_Network_IsTheSame(string name)
    {
        using var folder = new TemporaryFolder();
        string path = folder.File(name);
        Exports.Write(path);
        Assert.Equal(Fingerprint.Of(NetworkFormats.Read(path)), Fingerprint.Of(Slowly(() => NetworkFormats.Read(path))));
    }

    [Fact]
    public void Read_TablesDataAndDomains_AreTheSame()
    {
        using var folder = new TemporaryFolder();
        ReluNetwork network = Exports.Network("net");
        foreach (string name in (string[])["table.csv", "table.json", "table.npz", "stable_neurons.npy"])
        {
            Exports.Write(folder.File(name));
            Assert.Equal(
                StabilityTableFiles.Read(folder.File(name), network).Neurons.Select(static n => n.ToString()),
                Slowly(() => StabilityTableFiles.Read(folder.File(name), network)).Neurons.Select(static n => n.ToString()));
        }

        string data = folder.Write("d.csv", "1,2\n3,4\n"u8.ToArray());
        Assert.Equal([1f, 2f, 3f, 4f], Slowly(() => InputDataFiles.Read(data)).Values.ToArray());
        string domain = folder.Write("b.csv", "Lower,Upper\n0,1\n-1,2\n"u8.ToArray());
        Assert.Equal([0, -1], Slowly(() => InputDomainFiles.Read(domain)).Lower.ToArray());
        string sweep = folder.File("s.csv");
        SweepCsv.Open(sweep, null, CancellationToken.None).Append(new() { Network = "one" }, null, CancellationToken.None);
        Assert.Equal("one", Assert.Single(Slowly(() => SweepCsv.Read(sweep))).Network);
    }

    private static T Slowly<T>(Func<T> read)
    {
        FileOperations.Use(new SlowFiles());
        try
        {
            return read();
        }
        finally
        {
            FileOperations.Use(null);
        }
    }
}
