using ExactCompression.Formats;
using Xunit;

namespace ExactCompression.Tests.Formats;

/// <summary>Imports of files made in a test, with what they warned of.</summary>
internal static class Import
{
    public static (ReluNetwork Network, List<string> Warnings) Of(byte[] content, string name = "net.pt", ImportOptions? options = null)
    {
        using var folder = new TemporaryFolder();
        var warnings = new List<string>();
        ReluNetwork network = NetworkFormats.Read(folder.Write(name, content), options: (options ?? new()) with { Warning = warnings.Add });
        return (network, warnings);
    }

    public static InvalidFileException Refused(byte[] content, string errorId, string name = "net.pt", ImportOptions? options = null)
    {
        var warnings = new List<string>();
        using var folder = new TemporaryFolder();
        string path = folder.Write(name, content);
        InvalidFileException e = Assert.Throws<InvalidFileException>(
            () => NetworkFormats.Read(path, options: (options ?? new()) with { Warning = warnings.Add }));
        Assert.Equal(errorId, e.ErrorId);
        Assert.Equal(path, e.Path);
        Assert.Empty(warnings);
        Assert.InRange(e.Message.Length, 1, 2000);
        return e;
    }

    /// <summary>The first weight of each layer.</summary>
    public static double[] FirstWeights(this ReluNetwork network) => [.. network.DenseLayers.Select(static l => l.Weights.Span[0])];
}
