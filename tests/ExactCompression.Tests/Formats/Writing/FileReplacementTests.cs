using System.Diagnostics;
using System.Runtime.Versioning;
using System.Text;
using ExactCompression.Experiments;
using ExactCompression.Formats;
using Xunit;

namespace ExactCompression.Tests.Formats.Writing;

public sealed class FileReplacementTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [SkippableTheory]
    [InlineData(UnixFileMode.UserRead | UnixFileMode.UserWrite)]
    [InlineData(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite)]
    [InlineData(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.OtherRead | UnixFileMode.SetGroup)]
    [UnsupportedOSPlatform("windows")]
    public void Write_OverAFile_KeepsItsPermissions(UnixFileMode mode)
    {
        Skip.If(OperatingSystem.IsWindows(), "Windows has other permissions.");
        string path = folder.Write("a", [1]);
        File.SetUnixFileMode(path, mode);
        Replace(path, "new");
        Assert.Equal(mode, File.GetUnixFileMode(path));
        Assert.Equal("new", File.ReadAllText(path));
    }

    [SkippableFact]
    [UnsupportedOSPlatform("windows")]
    public void Write_OverAPrivateFile_IsPrivateWhileItIsWritten()
    {
        Skip.If(OperatingSystem.IsWindows(), "Windows has other permissions.");
        string path = folder.Write("a", [1]);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        UnixFileMode during = default;
        NetworkFiles.Replace(path, true, _ => during = File.GetUnixFileMode(Directory.GetFiles(folder.Path, ".ec-*").Single()));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, during);
    }

    [SkippableFact]
    public void Write_OverAFileOfAnother_KeepsTheOwnerWhereItMay()
    {
        Skip.IfNot(OperatingSystem.IsLinux() && Environment.UserName == "root", "Only the superuser gives files away.");
        string path = folder.Write("a", [1]);
        Assert.Equal((true, true), FileIdentity.Give(path, 1234, 4321));
        Replace(path, "new");
        Assert.Equal((1234u, 4321u), FileIdentity.Of(path) is { } identity ? (identity.Owner, identity.Group) : default);
    }

    [SkippableFact]
    public void Write_OverAFileWithTwoNames_ChangesBoth()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "Names of a file are counted on Linux alone.");
        string path = folder.Write("a", Encoding.UTF8.GetBytes("a longer old content")), other = folder.File("b");
        HardLink.Make(path, other);
        Assert.Equal(2u, FileIdentity.Of(path)!.Links);
        Replace(path, "new");
        Assert.Equal(("new", "new"), (File.ReadAllText(path), File.ReadAllText(other)));
        Assert.Equal(2, Directory.GetFileSystemEntries(folder.Path).Length);
    }

    [Fact]
    public void Write_NameAsLongAsTheFileSystemTakes_IsWritten()
    {
        string path = folder.File(new string('n', 250) + ".onnx");
        Exports.Write(path);
        Exports.Write(path);
        Assert.Equal([path], Directory.GetFileSystemEntries(folder.Path));
        Assert.Equal("2-3-2", NetworkFormats.Read(path).Architecture);
    }

    [Fact]
    public void Write_NameLongerThanThat_NamesIt()
    {
        string path = folder.File(new string('n', 300));
        Assert.Contains(path, Assert.ThrowsAny<IOException>(() => Replace(path, "new")).Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(folder.Path));
    }

    [Fact]
    public void Write_OverAReadOnlyFile_IsRefused()
    {
        string path = folder.Write("a", [1]);
        File.SetAttributes(path, FileAttributes.ReadOnly);
        UnauthorizedAccessException e = Assert.Throws<UnauthorizedAccessException>(() => Replace(path, "new"));
        Assert.Contains(path, e.Message, StringComparison.Ordinal);
        Assert.Contains("read-only", e.Message, StringComparison.Ordinal);
        Assert.Equal([1], File.ReadAllBytes(path));
        File.SetAttributes(path, FileAttributes.Normal);
    }

    [SkippableFact]
    public void Write_ToWhatIsNotAFile_IsRefusedAtOnce()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "Kinds of files are known on Linux alone.");
        string pipe = folder.File("pipe"), link = folder.File("link.onnx"), output = folder.File("out.onnx");
        HardLink.MakePipe(pipe);
        File.CreateSymbolicLink(link, "/dev/full");
        File.CreateSymbolicLink(output, "/dev/stdout");
        foreach (string path in (string[])[pipe, link, output, "/dev/null", "/dev/full", "/dev/stdout", "/proc/self/fd/1"])
        {
            InvalidInputException e = Assert.Throws<InvalidInputException>(() => Replace(path, "new"));
            Assert.Equal("PathIsNoFile", e.ErrorId);
            Assert.Contains(path, e.Message, StringComparison.Ordinal);
        }

        Assert.Equal("/dev/full", new FileInfo(link).LinkTarget);
        Assert.Equal(
            "FileNotRegular", Assert.Throws<InvalidFileException>(() => SweepCsv.Open(pipe, null, CancellationToken.None)).ErrorId);
        Assert.Equal(3, Directory.GetFileSystemEntries(folder.Path).Length);
    }

    [Fact]
    public void Write_LinkToAFileThatIsNotThere_MakesIt()
    {
        File.CreateSymbolicLink(folder.File("link"), "target");
        Replace(folder.File("link"), "new");
        Assert.Equal("new", File.ReadAllText(folder.File("target")));
        Assert.Equal("target", new FileInfo(folder.File("link")).LinkTarget);
    }

    [Fact]
    public void Write_LinksInACircle_NamesThem()
    {
        string path = folder.File("a");
        File.CreateSymbolicLink(path, "b");
        File.CreateSymbolicLink(folder.File("b"), "a");
        Assert.Contains(path, Assert.ThrowsAny<IOException>(() => Replace(path, "new")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Write_AfterAProcessWasKilled_RemovesWhatItLeft()
    {
        int dead = DeadProcess();
        string stale = folder.Write(TemporaryFiles.NameFor(dead), [1]);
        string ofALivingOne = folder.Write(TemporaryFiles.NameFor(Environment.ProcessId), [1]);
        string elsewhere = folder.Write($".ec-00000000-{dead}-00000000.tmp", [1]);
        string forgotten = folder.Write($".ec-00000000-{dead}-00000001.tmp", [1]);
        File.SetLastWriteTimeUtc(forgotten, DateTime.UtcNow.AddDays(-2));
        string notOurs = folder.Write($".ec-{dead}.tmp", [1]), alike = folder.Write(TemporaryFiles.NameFor(dead) + ".onnx", [1]);
        string inUse = folder.File(TemporaryFiles.NameFor(dead));
        string backup = folder.Write(Path.ChangeExtension(TemporaryFiles.NameFor(dead), ".bak"), [1]);
        string link = folder.File(TemporaryFiles.NameFor(dead));
        File.CreateSymbolicLink(link, notOurs);
        using (new FileStream(inUse, FileMode.CreateNew, FileAccess.Write, FileShare.None))
            Replace(folder.File("a"), "new");

        Assert.Equal(
            new[] { ofALivingOne, elsewhere, notOurs, alike, inUse, backup, link, folder.File("a") }.Order(StringComparer.Ordinal),
            Directory.GetFileSystemEntries(folder.Path).Order(StringComparer.Ordinal));
        Assert.False(File.Exists(stale) || File.Exists(forgotten));
    }

    [SkippableFact]
    public void Sweep_FilesOfAnotherUser_StayThere()
    {
        Skip.IfNot(OperatingSystem.IsLinux() && Environment.UserName == "root", "Only the superuser gives files away.");
        string path = folder.Write(TemporaryFiles.NameFor(DeadProcess()), [1]);
        FileIdentity.Give(path, 1234, 4321);
        TemporaryFiles.Sweep(folder.Path);
        Assert.True(File.Exists(path));
    }

    private static int DeadProcess()
    {
        using Process process = Process.Start(OperatingSystem.IsWindows() ? "whoami" : "true");
        process.WaitForExit();
        return process.Id;
    }

    private static void Replace(string path, string text) =>
        NetworkFiles.Replace(path, overwrite: true, stream => stream.Write(Encoding.UTF8.GetBytes(text)));
}
