using System.Text;
using ExactCompression.Formats;
using Xunit;

namespace ExactCompression.Tests.Formats;

/// <summary>Finding a file's format, and writing without leaving anything half-written.</summary>
public sealed class NetworkFormatsTests : IDisposable
{
    private static readonly ReluNetwork Tiny = new([new AffineLayer([1, 2], [3], 1, 2, Activation.Identity)]);

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("network.onnx")]
    [InlineData("network.bin")]
    [InlineData("network")]
    public void Read_OnnxContentUnderAnyName_IsRecognised(string name)
    {
        File.Copy(TestFiles.Example("digits_48-32-24_l1-0.004.onnx"), folder.File(name));
        Assert.Equal("64-48-32-24-10", NetworkFormats.Read(folder.File(name)).Architecture);
    }

    [SkippableFact]
    public void Read_FilesOfOtherTools_AreRecognisedWithoutExtension()
    {
        foreach (string file in Directory.GetFiles(TestFiles.Shared("networks"), "*.onnx", SearchOption.AllDirectories))
        {
            byte[] head = [.. File.ReadAllBytes(file).Take(NetworkFormats.HeadLength)];
            Assert.Single(NetworkFormats.All, format => format.Matches(head, "unknown"));
        }
    }

    [Theory]
    [InlineData("0.25 0.5 -1.75\n2 3 4\n")]
    [InlineData("2.5 1.5\n")]
    [InlineData("// a comment\n2,1,1,1\n")]
    [InlineData(":::::::: \u0008\u0007")]
    [InlineData("{\"weights\": []}")]
    [InlineData("\u0008")]
    [InlineData("\u0008\u0000\u0012\u0000")]
    [InlineData("PK\u0003\u0004")]
    public void Matches_OtherContentUnderAnOnnxName_IsFalse(string content)
    {
        string path = folder.Write("network.onnx", Encoding.Latin1.GetBytes(content));
        Assert.False(NetworkFormats.All.Single(static format => format.Name == "Onnx").Matches(File.ReadAllBytes(path), path));
    }

    [Fact]
    public void Read_Garbage_NamesWhatWasTried()
    {
        var bytes = new byte[1000];
        new Random(1).NextBytes(bytes);
        bytes[0] = 0xFF;
        string path = folder.Write("network.onnx", bytes);
        var error = Assert.Throws<InvalidFileException>(() => NetworkFormats.Read(path));
        Assert.Equal("UnknownNetworkFormat", error.ErrorId);
        Assert.Equal(path, error.Path);
        foreach (INetworkFormat format in NetworkFormats.All)
            Assert.Contains(format.Name, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_Empty_IsRefused()
    {
        string path = folder.Write("network.onnx", []);
        Assert.Equal("NetworkFileEmpty", Assert.Throws<InvalidFileException>(() => NetworkFormats.Read(path)).ErrorId);
        Assert.Equal("NetworkFileEmpty", Assert.Throws<InvalidFileException>(() => NetworkFormats.Read(path, "Onnx")).ErrorId);
    }

    [Fact]
    public void Read_Directory_IsRefused() =>
        Assert.Equal("NetworkFileIsDirectory", Assert.Throws<InvalidFileException>(() => NetworkFormats.Read(folder.Path)).ErrorId);

    [Fact]
    public void Read_Missing_NamesTheFile() =>
        Assert.Equal(
            folder.File("lost.onnx"), Assert.Throws<FileNotFoundException>(() => NetworkFormats.Read(folder.File("lost.onnx"))).FileName);

    [Fact]
    public void Read_UnknownFormatName_IsRefused() => Assert.Equal(
        "UnknownNetworkFormat",
        Assert.Throws<InvalidInputException>(
            () => NetworkFormats.Read(TestFiles.Example("digits_48-32-24_l1-0.004.onnx"), "Word")).ErrorId);

    [Fact]
    public void Read_NamedFormat_IgnoresCase() =>
        Assert.Equal("Onnx", NetworkFormats.Read(TestFiles.Example("digits_48-32-24_l1-0.004.onnx"), "onnx").Format);

    [Fact]
    public void Write_NewFile_LeavesNothingElse()
    {
        NetworkFormats.Write(Tiny, folder.File("tiny.ONNX"));
        Assert.Equal([folder.File("tiny.ONNX")], Directory.GetFileSystemEntries(folder.Path));
        Assert.Equal([1, 2], NetworkFormats.Read(folder.File("tiny.ONNX")).DenseLayers[0].Weights.ToArray());
    }

    [Fact]
    public void Write_ExistingFile_IsReplacedOnlyWhereAllowed()
    {
        string path = folder.Write("tiny.onnx", [1, 2, 3]);
        Assert.Throws<IOException>(() => NetworkFormats.Write(Tiny, path, overwrite: false));
        Assert.Equal([1, 2, 3], File.ReadAllBytes(path));
        NetworkFormats.Write(Tiny, path);
        Assert.Equal("2-1", NetworkFormats.Read(path).Architecture);
        Assert.Single(Directory.GetFileSystemEntries(folder.Path));
    }

    [Fact]
    public void Write_ThroughALink_ReplacesWhatItPointsTo()
    {
        string target = folder.Write("target.onnx", [1]);
        File.CreateSymbolicLink(folder.File("link.onnx"), "target.onnx");
        NetworkFormats.Write(Tiny, folder.File("link.onnx"));
        Assert.Equal("target.onnx", new FileInfo(folder.File("link.onnx")).LinkTarget);
        Assert.Equal("2-1", NetworkFormats.Read(target).Architecture);
    }

    [Theory]
    [InlineData("tiny.docx")]
    [InlineData("tiny")]
    public void Write_UnknownExtension_NamesThoseThatAre(string name)
    {
        var error = Assert.Throws<InvalidInputException>(() => NetworkFormats.Write(Tiny, folder.File(name)));
        Assert.Equal("UnknownNetworkExtension", error.ErrorId);
        Assert.Contains(".onnx", error.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(folder.Path));
    }

    [Fact]
    public void Write_ToAFolderThatIsNotThere_NamesTheFile()
    {
        string path = Path.Combine(folder.Path, "nowhere", "tiny.onnx");
        Assert.Contains(
            path, Assert.Throws<DirectoryNotFoundException>(() => NetworkFormats.Write(Tiny, path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Write_FailureWhileWriting_LeavesTheOldFileAlone()
    {
        string path = folder.Write("old.txt", [1, 2, 3]);
        Assert.Throws<InvalidOperationException>(() => NetworkFiles.Replace(path, overwrite: true, static stream =>
        {
            stream.WriteByte(7);
            throw new InvalidOperationException();
        }));
        Assert.Equal([path], Directory.GetFileSystemEntries(folder.Path));
        Assert.Equal([1, 2, 3], File.ReadAllBytes(path));
    }
}
