using ExactCompression.Formats;
using Xunit;

namespace ExactCompression.Tests.Formats;

/// <summary>Asserts on files that must be refused.</summary>
internal static class BadFile
{
    /// <summary>Reading the network fails with this error id, and the message names the file.</summary>
    public static InvalidFileException Network(byte[] content, string errorId, string name = "network.bin", string format = "Auto")
    {
        using var folder = new TemporaryFolder();
        string path = folder.Write(name, content);
        InvalidFileException e = Assert.Throws<InvalidFileException>(() => NetworkFormats.Read(path, format));
        Assert.Equal(errorId, e.ErrorId);
        Assert.Equal(path, e.Path);
        Assert.NotEmpty(e.Place);
        return e;
    }

    /// <summary>
    /// Every prefix of a sound file either reads (what was cut off was not needed) or fails with the one kind of exception.
    /// </summary>
    public static void TruncatedEverywhere(byte[] content, Action<string> read, string name)
    {
        using var folder = new TemporaryFolder();
        for (int length = 0; length < content.Length; length++)
        {
            string path = folder.Write(name, content[..length]);
            try
            {
                read(path);
            }
            catch (InvalidFileException e)
            {
                Assert.Equal(path, e.Path);
            }
        }
    }

    /// <summary>Every change of one byte either reads or fails with the one kind of exception.</summary>
    public static void CorruptedEverywhere(byte[] content, Action<string> read, string name)
    {
        using var folder = new TemporaryFolder();
        ReadOnlySpan<byte> flips = [0xff, 0x01, 0x80];
        for (int at = 0; at < content.Length; at++)
        {
            byte[] changed = [.. content];
            changed[at] ^= flips[at % flips.Length];
            string path = folder.Write(name, changed);
            try
            {
                read(path);
            }
            catch (InvalidFileException)
            {
                // Refused, as it should be.
            }
        }
    }
}
