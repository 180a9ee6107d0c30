using System.Globalization;
using System.Text;
using ExactCompression.Experiments;
using ExactCompression.Milp;
using ExactCompression.Tests.Formats;
using Xunit;

namespace ExactCompression.Tests.Experiments;

public sealed class SweepCsvTests
{
    [Fact]
    public void Columns_AreAllPropertiesThatCanBeSet()
    {
        Assert.Equal(
            typeof(SweepRow).GetProperties().Where(static p => p.CanWrite).Select(static p => p.Name).Order(), SweepCsv.Columns.Order());
        Assert.Equal(nameof(SweepRow.Levels), SweepCsv.KeyColumns[^1]);
        Assert.Equal(nameof(SweepRow.Error), SweepCsv.Columns[^1]);
    }

    [Fact]
    public void Append_AllKindsOfValues_AreReadBackTheSame()
    {
        using var folder = new TemporaryFolder();
        SweepRow[] rows = [Row("plain"), Row("comma, \"quote\" and 'apostrophe'"),
            Row("dü-日本") with { TimeLimit = 0.1, ProvenDeviation = 1.2345678901234567e-300, Connections = long.MaxValue }, new()];
        CultureInfo before = CultureInfo.CurrentCulture;
        try
        {
            var comma = (CultureInfo)CultureInfo.InvariantCulture.Clone();
            (comma.NumberFormat.NumberDecimalSeparator, comma.NumberFormat.NegativeSign) = (",", "~");
            CultureInfo.CurrentCulture = comma;
            Write(folder.File("a.csv"), rows);
            Assert.Equal(rows, SweepCsv.Read(folder.File("a.csv")));
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Fact]
    public void Append_LineBreaksInText_StayOneLine()
    {
        using var folder = new TemporaryFolder();
        Write(folder.File("a.csv"), [Row("a") with { Error = "one\r\ntwo\nthree\rfour" }]);
        Assert.Equal(2, File.ReadAllBytes(folder.File("a.csv")).Count(static b => b == '\n'));
        Assert.Equal("one\r\ntwo\nthree\rfour", SweepCsv.Read(folder.File("a.csv"))[0].Error);
    }

    [Fact]
    public void Open_FileTruncatedAnywhere_KeepsWholeRowsAndContinues()
    {
        using var folder = new TemporaryFolder();
        SweepRow[] rows = [Row("one"), Row("two, \"2\"") with { Error = "x, y" }];
        Write(folder.File("whole.csv"), rows);
        byte[] whole = File.ReadAllBytes(folder.File("whole.csv"));
        string cut = folder.File("cut.csv");
        for (int length = 0; length <= whole.Length; length++)
        {
            File.WriteAllBytes(cut, whole[..length]);
            int complete = Math.Max(0, whole[..length].Count(static b => b == '\n') - 1);
            List<string> warnings = [];
            var csv = SweepCsv.Open(cut, warnings.Add, CancellationToken.None);
            Assert.Equal(complete, rows.Count(row => csv.Find(row) is not null));
            bool isTorn = length > 0 && whole[length - 1] != '\n' && complete + 1 <= whole[..length].Count(static b => b == '\n');
            Assert.Equal(isTorn ? 1 : 0, warnings.Count);
            foreach (SweepRow row in rows.Skip(complete))
                Assert.True(csv.Append(row, null, CancellationToken.None));
            Assert.Equal(whole, File.ReadAllBytes(cut));
        }
    }

    [Fact]
    public void Read_FileCutOff_PassesOverHalfARowAndChangesNothing()
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("a.csv");
        Write(path, [Row("one"), Row("two")]);
        byte[] cut = File.ReadAllBytes(path)[..^5];
        File.WriteAllBytes(path, cut);
        Assert.Equal("one", Assert.Single(SweepCsv.Read(path)).Network);
        Assert.Equal(cut, File.ReadAllBytes(path));
    }

    [Theory]
    [InlineData("notes\n")]
    [InlineData("Net\"work,Layer\n")]
    [InlineData("\"Network\"x,Layer\n")]
    [InlineData("notes")]
    [InlineData("Network,Layer,Neuron\na,1,2\n")]
    [InlineData("\n")]
    public void Open_AnotherFile_IsRefusedAndLeftAlone(string text)
    {
        using var folder = new TemporaryFolder();
        string path = folder.Write("a.csv", Encoding.UTF8.GetBytes(text));
        Assert.Equal(
            "SweepCsvColumns", Assert.Throws<InvalidFileException>(() => SweepCsv.Open(path, null, CancellationToken.None)).ErrorId);
        Assert.Equal(text, File.ReadAllText(path));
    }

    [Theory]
    [InlineData("a,b\n", "CsvRagged")]
    [InlineData("unclosed \"quote\n", "CsvDamaged")]
    public void Open_BadRowInTheMiddle_IsRefusedWithItsLine(string bad, string errorId)
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("a.csv");
        Write(path, [Row("one")]);
        byte[] good = File.ReadAllBytes(path);
        int header = Array.IndexOf(good, (byte)'\n') + 1;
        byte[] damaged = [.. good, .. Encoding.UTF8.GetBytes(bad), .. good[header..]];
        File.WriteAllBytes(path, damaged);
        var e = Assert.Throws<InvalidFileException>(() => SweepCsv.Open(path, null, CancellationToken.None));
        Assert.Contains(e.ErrorId, new[] { errorId, "CsvRagged" });
        Assert.Contains("line", e.Message, StringComparison.Ordinal);
        Assert.Equal(damaged, File.ReadAllBytes(path));
    }

    [Fact]
    public void Open_InvalidValue_IsRefusedWithColumnAndLine()
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("a.csv");
        Write(path, [Row("one") with { Neurons = 12345 }]);
        File.WriteAllText(path, File.ReadAllText(path).Replace("12345", "many", StringComparison.Ordinal));
        var e = Assert.Throws<InvalidFileException>(() => SweepCsv.Open(path, null, CancellationToken.None));
        Assert.Contains("line 2", e.Message, StringComparison.Ordinal);
        Assert.Contains("Neurons", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Append_SavedBySpreadsheet_WindowsLineEndsAndByteOrderMarkAreRead()
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("a.csv");
        Write(path, [Row("one")]);
        File.WriteAllText(path, File.ReadAllText(path).Replace("\n", "\r\n", StringComparison.Ordinal), new UTF8Encoding(true));
        var csv = SweepCsv.Open(path, null, CancellationToken.None);
        Assert.NotNull(csv.Find(Row("one")));
        Assert.True(csv.Append(Row("two"), null, CancellationToken.None));
        Assert.Equal(["one", "two"], SweepCsv.Read(path).Select(static row => row.Network));
    }

    [Fact]
    public void Append_SeveralWritersOfOneFile_EachRowOnceAndWhole()
    {
        const int Writers = 4, Cells = 40;
        using var folder = new TemporaryFolder();
        string path = folder.File("a.csv");
        int written = 0;
        Thread[] threads = [.. Enumerable.Range(0, Writers).Select(writer => new Thread(() =>
        {
            var csv = SweepCsv.Open(path, null, CancellationToken.None);
            for (int cell = 0; cell < Cells; cell++)
            {
                if (csv.Append(Row($"net {cell}"), null, CancellationToken.None))
                    Interlocked.Increment(ref written);
            }
        }))];
        Array.ForEach(threads, static t => t.Start());
        Array.ForEach(threads, static t => t.Join());
        Assert.Equal(Cells, written);
        Assert.Equal(Cells + 1, File.ReadAllLines(path).Length);
        Assert.Equal(Cells, SweepCsv.Read(path).Count);
    }

    [Fact]
    public void Open_HeldByAnotherProgram_WaitsUntilCancelled()
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("a.csv");
        using var source = new CancellationTokenSource(50);
        using (new FileStream(path, FileMode.Create, FileAccess.ReadWrite, FileShare.None))
            Assert.ThrowsAny<OperationCanceledException>(() => SweepCsv.Open(path, null, source.Token));
        Assert.NotNull(SweepCsv.Open(path, null, CancellationToken.None));
    }

    private static void Write(string path, SweepRow[] rows)
    {
        var csv = SweepCsv.Open(path, null, CancellationToken.None);
        foreach (SweepRow row in rows)
            Assert.True(csv.Append(row, null, CancellationToken.None));
    }

    private static SweepRow Row(string network) => new()
    {
        Network = network,
        Domain = "[0,1]^2",
        Method = StabilityMethod.Isa,
        Preprocess = MilpPreprocess.Partial,
        Accuracy = 0.1 + 0.2,
        L1 = 2.5e-5,
        Neurons = 3,
        Seconds = 1e-6,
    };
}
