using System.IO.Compression;
using ExactCompression.Formats;
using Xunit;

namespace ExactCompression.Tests.Formats;

/// <summary>A damaged archive is never read as another network.</summary>
public class ZipContentTests
{
    [Theory]
    [InlineData(Fixtures.NpzInputsFirst, "net.npz")] // stored, with 64-bit sizes
    [InlineData(Fixtures.NpzPositional, "net.npz")] // packed
    [InlineData(Fixtures.ZipStateDict, "net.pt")] // checksums after the data, 64-bit end
    public void Read_AnyBitFlipped_IsRefusedOrTheSameNetwork(string fixture, string name)
    {
        byte[] content = Fixtures.Unpack(fixture);
        using var folder = new TemporaryFolder();
        ReluNetwork sound = NetworkFormats.Read(folder.Write(name, content));
        int refused = 0;
        for (int bit = 0; bit < 8 * content.Length; bit += 3) // each byte at least twice
        {
            content[bit / 8] ^= (byte)(1 << (bit % 8));
            try
            {
                ReluNetwork network = NetworkFormats.Read(folder.Write(name, content));
                Assert.Equal(sound.Architecture, network.Architecture);
                foreach ((AffineLayer expected, AffineLayer layer) in sound.DenseLayers.Zip(network.DenseLayers))
                {
                    Assert.Equal(expected.Weights.ToArray(), layer.Weights.ToArray());
                    Assert.Equal(expected.Bias.ToArray(), layer.Bias.ToArray());
                }
            }
            catch (InvalidFileException)
            {
                refused++;
            }

            content[bit / 8] ^= (byte)(1 << (bit % 8));
        }

        Assert.InRange(refused, content.Length, 8 * content.Length / 3);
    }

    [Fact]
    public void Read_AValueChanged_NamesTheMember()
    {
        byte[] content = Fixtures.Unpack(Fixtures.NpzInputsFirst);
        content[content.AsSpan().IndexOf(BitConverter.GetBytes(0.25f))] ^= 1;

        Assert.Equal("W1.npy", BadFile.Network(content, "ZipChecksumMismatch", "net.npz").Place);
    }

    [Fact]
    public void Read_ChecksumLeftOut_SaysSo()
    {
        // As PyTorch writes archives when told to compute none: zero everywhere.
        byte[] content = TorchFile.OfNames("0.weight");
        for (int at = 0; at + 4 <= content.Length; at++)
        {
            if (content.AsSpan(at).StartsWith("PK\u0003\u0004"u8))
                content.AsSpan(at + 14, 4).Clear();
            if (content.AsSpan(at).StartsWith("PK\u0001\u0002"u8))
                content.AsSpan(at + 16, 4).Clear();
        }

        BadFile.Network(content, "ZipChecksumMissing", "net.pt");
    }

    [Fact]
    public void Read_TwoFilesOfOneName_IsRefused()
    {
        byte[] content = Archive(("W.npy", []), ("W.npy", []));

        BadFile.Network(content, "ZipDamaged", "net.npz");
    }

    [Fact]
    public void Read_EncryptedFile_IsRefused()
    {
        byte[] content = Archive(("W.npy", [1, 2, 3]));
        content[6] |= 1;
        content[content.AsSpan().IndexOf("PK\u0001\u0002"u8) + 8] |= 1;

        Assert.True(BadFile.Network(content, "ZipUnsupported", "net.npz").Unsupported);
    }

    [Fact]
    public void Read_MembersOverTheSameBytes_IsRefused()
    {
        // The second entry of the directory becomes a copy of the first but for its name, over a local header of that name inside the
        // first's data.
        byte[] content = Archive(("ab", [7, 7, 7, 7]), ("cd", [7, 7, 7, 7]));
        int directory = content.AsSpan().IndexOf("PK\u0001\u0002"u8);
        int second = directory + 4 + content.AsSpan(directory + 4).IndexOf("PK\u0001\u0002"u8);
        content.AsSpan(directory + 42, 4).CopyTo(content.AsSpan(second + 42, 4));
        content.AsSpan(directory + 46, 2).CopyTo(content.AsSpan(second + 46, 2));

        BadFile.Network(content, "ZipDamaged", "net.npz");
    }

    [Fact]
    public void Read_Bomb_IsRefusedBeforeItIsUnpacked()
    {
        // 64 MB of zeros in some 64 KB
        byte[] content = Archive(("W.npy", new byte[64_000_000]));
        using var folder = new TemporaryFolder();
        string path = folder.Write("net.npz", content);
        long before = GC.GetAllocatedBytesForCurrentThread();

        InvalidFileException e = Assert.Throws<InvalidFileException>(
            () => NetworkFormats.Read(path, options: new() { MaximumSize = 1_000_000 }));

        Assert.Equal("ImportTooLarge", e.ErrorId);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 5_000_000);
    }

    [SkippableTheory]
    [InlineData("crc_a.npz")]
    [InlineData("crc_sd.pt")]
    [InlineData("lenient_npz_15.npz")]
    [InlineData("lenient_npz_1022.npz")]
    [InlineData("lenient_npz_1050.npz")]
    [InlineData("lenient_npz_1118.npz")]
    [InlineData("lenient_npz_1127.npz")]
    [InlineData("lenient_npz_1176.npz")]
    public void Read_ArchivesThatNumPyRefuses_AreRefused(string file) =>
        Assert.Contains(
            Assert.Throws<InvalidFileException>(() => NetworkFormats.Read(TestFiles.Shared($"faults/files/{file}"))).ErrorId,
            (string[])["ZipChecksumMismatch", "ZipDamaged", "ZipUnsupported"]);

    private static byte[] Archive(params (string Name, byte[] Content)[] files)
    {
        using var stream = new MemoryStream();
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach ((string name, byte[] content) in files)
            {
                using Stream entry = zip.CreateEntry(name).Open();
                entry.Write(content);
            }
        }

        return stream.ToArray();
    }
}
