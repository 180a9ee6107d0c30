using System.Text;
using System.Text.RegularExpressions;
using ExactCompression.Experiments;
using ExactCompression.Formats;
using Xunit;

namespace ExactCompression.Tests.Formats.Writing;

/// <summary>
/// Every writer, with a fault at each of its operations in turn: the target is the old file or all of the new one, and nothing else is
/// there.
/// </summary>
public sealed class WriterFaultTests
{
    private static readonly byte[] Old = "the old content, which must not get lost"u8.ToArray();

    public enum Fault
    {
        DiskFull,
        AccessDenied,
        NoMemory,
    }

    public static TheoryData<string, Fault> Cases()
    {
        var cases = new TheoryData<string, Fault>();
        foreach (string name in Exports.Names)
        {
            foreach (Fault fault in Enum.GetValues<Fault>())
                cases.Add(name, fault);
        }

        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Write_FaultAtAnyOperation_LeavesTheOldFileOrTheNewOne(string name, Fault fault)
    {
        using var folder = new TemporaryFolder();
        string path = folder.File(name);
        Exports.Write(path);
        byte[] whole = File.ReadAllBytes(path);
        foreach (bool stays in (bool[])[false, true])
        {
            foreach (byte[]? before in (byte[]?[])[null, Old])
            {
                int operations = ForEachOperation(fault, stays, path, () => Prepare(path, before), thrown =>
                {
                    byte[]? after = File.Exists(path) ? File.ReadAllBytes(path) : null;
                    Assert.Equal(Comparable(thrown is null ? whole : before, name), Comparable(after, name));
                    Assert.Equal(after is null ? [] : [path], Directory.GetFileSystemEntries(folder.Path));
                });
                Assert.InRange(operations, 5, 10_000); // open, write, flush, move, and the run without a fault
            }
        }
    }

    [SkippableTheory]
    [InlineData("a.onnx", false)]
    [InlineData("table.csv", false)]
    [InlineData("certificate.json", false)]
    [InlineData("a.onnx", true)]
    public void Write_OverAFileWithSeveralNames_FaultAtAnyOperation_LeavesOneOfTheTwoContents(string name, bool stays)
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "Names of a file are counted on Linux alone.");
        using var folder = new TemporaryFolder();
        string path = folder.File(name), other = folder.File("other name");
        Exports.Write(path);
        byte[] whole = File.ReadAllBytes(path);
        void Link()
        {
            File.Delete(other);
            Prepare(path, Old);
            HardLink.Make(path, other);
        }

        int lost = 0;
        int operations = ForEachOperation(Fault.DiskFull, stays, path, Link, thrown =>
        {
            byte[] after = File.ReadAllBytes(path);
            Assert.Equal(after, File.ReadAllBytes(other));
            string[] left = [.. Directory.GetFileSystemEntries(folder.Path).Except([path, other])];
            if (stays && left is [var backup])
            {
                // Nothing could be written any more, not even the old content back: it lies beside, and the message says where.
                lost++;
                Assert.Equal(Old, File.ReadAllBytes(backup));
                Assert.Contains(backup, thrown!.Message, StringComparison.Ordinal);
                File.Delete(backup);
                return;
            }

            Assert.Empty(left);
            Assert.Equal(thrown is null ? whole : Old, after);
        });
        Assert.InRange(operations, 10, 10_000);
        Assert.Equal(stays, lost > 0);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Append_SweepRow_FaultAtAnyOperation_LeavesWholeRows(bool stays)
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("sweep.csv");
        var first = new SweepRow { Network = "one" };
        var second = new SweepRow { Network = "two" };
        ForEachOperation(
            Fault.DiskFull,
            stays,
            path,
            () =>
            {
                File.Delete(path);
                Assert.True(SweepCsv.Open(path, null, CancellationToken.None).Append(first, null, CancellationToken.None));
            },
            thrown =>
            {
                // Truncating back needs no room on a disk, but in these tests everything may fail: then the next one drops the half row, or
                // keeps a whole one.
                string[] kept = [.. SweepCsv.Read(path).Select(static row => row.Network)];
                Assert.True(
                    thrown is null || stays ? kept is ["one", "two"] || (thrown is not null && kept is ["one"]) : kept is ["one"],
                    string.Join(' ', kept));
                if (!stays)
                    Assert.EndsWith("\n", File.ReadAllText(path), StringComparison.Ordinal);
                var again = SweepCsv.Open(path, null, CancellationToken.None);
                again.Append(second, null, CancellationToken.None);
                Assert.Equal(["one", "two"], SweepCsv.Read(path).Select(static row => row.Network));
            },
            () => Assert.True(SweepCsv.Open(path, null, CancellationToken.None).Append(second, null, CancellationToken.None)));
    }

    private static int ForEachOperation(
        Fault fault, bool stays, string path, Action prepare, Action<Exception?> check, Action? write = null)
    {
        for (int operation = 1; ; operation++)
        {
            prepare();
            var files = new FaultyFiles(operation, stays, () => Make(fault));
            Exception? thrown = null;
            FileOperations.Use(files);
            try
            {
                if (write is null)
                    Exports.Write(path);
                else
                    write();
            }
            catch (Exception e)
            {
                thrown = e;
            }
            finally
            {
                FileOperations.Use(null);
            }

            // A copy that cannot be deleted is tried again: that is no failure.
            Assert.True(files.HasFailed || thrown is null);
            if (thrown is not null)
            {
                Assert.Contains(path, thrown.Message, StringComparison.Ordinal);
                Assert.DoesNotContain(".tmp", thrown.Message, StringComparison.Ordinal);
                Assert.IsAssignableFrom(TypeOf(fault), thrown);
            }

            check(thrown);
            if (!files.HasFailed)
                return operation;
        }
    }

    /// <summary>SVG numbers its clipping paths through the whole process.</summary>
    private static string? Comparable(byte[]? content, string name) =>
        content is null ? null
        : name.EndsWith(".svg", StringComparison.Ordinal) ? Regex.Replace(Encoding.UTF8.GetString(content), "cl_[0-9a-f]+", "cl")
        : Convert.ToHexString(content);

    private static void Prepare(string path, byte[]? content)
    {
        File.Delete(path);
        if (content is not null)
            File.WriteAllBytes(path, content);
    }

    private static Type TypeOf(Fault fault) => fault switch
    {
        Fault.DiskFull => typeof(IOException),
        Fault.AccessDenied => typeof(UnauthorizedAccessException),
        _ => typeof(OutOfMemoryException),
    };

    private static Exception Make(Fault fault) => fault switch
    {
        Fault.DiskFull => new IOException("No space left on device"),
        Fault.AccessDenied => new UnauthorizedAccessException("Access is denied."),
        _ => new InsufficientMemoryException(),
    };
}
