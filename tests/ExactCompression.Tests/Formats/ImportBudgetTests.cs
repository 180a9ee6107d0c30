using System.Collections;
using System.IO.Compression;
using System.Text;
using ExactCompression.Formats;
using Xunit;

namespace ExactCompression.Tests.Formats;

public class ImportBudgetTests
{
    [Fact]
    public void Allocate_UpToTheMaximum_IsCounted()
    {
        var budget = new ImportBudget(new() { MaximumSize = 100 }, "f", 10);

        budget.Allocate(60, "a");
        budget.Allocate(40, "b");

        InvalidFileException e = Assert.Throws<InvalidFileException>(() => budget.Allocate(1, "c"));
        Assert.Equal("ImportTooLarge", e.ErrorId);
        Assert.Equal("c", e.Place);
    }

    [Theory]
    [InlineData(1, "1 byte")]
    [InlineData(100, "100 bytes")]
    [InlineData(1536, "1.5 KiB")]
    [InlineData(100 << 10, "100 KiB")]
    [InlineData(5 << 20, "5 MiB")]
    [InlineData(3L << 30, "3 GiB")]
    public void Allocate_BeyondTheMaximum_SaysHowMuchThatIs(long maximum, string shown)
    {
        var budget = new ImportBudget(new() { MaximumSize = maximum }, "f", 10);
        InvalidFileException e = Assert.Throws<InvalidFileException>(() => budget.Allocate(maximum + 1, "a"));
        Assert.Contains($"more than {shown} of memory", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Limits_GrowWithTheFile_AndWithFilesBesideIt()
    {
        const long File = 1L << 30;
        new ImportBudget(new(), "f", File).Allocate(File * ImportBudget.BytesPerByte, "a");
        Assert.Throws<InvalidFileException>(() => new ImportBudget(new(), "f", 10).Allocate(File * ImportBudget.BytesPerByte, "a"));

        var budget = new ImportBudget(new(), "f", 10);
        budget.Include("beside", File);
        budget.Include("beside", File);
        budget.Allocate(File * ImportBudget.BytesPerByte, "a");
        Assert.Throws<InvalidFileException>(() => budget.Allocate(File, "b"));
    }

    [Fact]
    public void Work_AndHugeClaims_AreBounded()
    {
        var budget = new ImportBudget(new(), "f", 10);
        budget.Work(ImportBudget.SmallestSize * ImportBudget.WorkPerByte, "a");
        Assert.Equal("ImportTooLarge", Assert.Throws<InvalidFileException>(() => budget.Work(1, "b")).ErrorId);
        Assert.Equal("ImportTooLarge", Assert.Throws<InvalidFileException>(() => budget.AllocateValues(long.MaxValue, "c")).ErrorId);
    }

    [Fact]
    public void Anything_Cancelled_Throws()
    {
        var budget = new ImportBudget(new() { Cancellation = new(canceled: true) }, "f", 10);
        Assert.Throws<OperationCanceledException>(() => budget.Allocate(1, "a"));
        Assert.Throws<OperationCanceledException>(() => budget.Work(1, "a"));
        Assert.Throws<OperationCanceledException>(budget.ThrowIfCancelled);
    }

    [Fact]
    public void Read_GzipOfZeros_IsRefusedBeforeItIsUnpacked()
    {
        // 16 MB of "0,0,...": as CSV, as IDX and as VNN-LIB each far more than the limit, packed to a few kilobytes.
        byte[] row = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("0,", 99)) + "0\n");
        byte[] csv = Packed([.. Enumerable.Repeat(row, 80_000).SelectMany(static r => r)]);
        byte[] idx = Packed([0, 0, 8, 2, 0, 1, 0, 0, 0, 0, 1, 0, .. new byte[65536 * 256]]);
        byte[] vnnlib = Packed(Encoding.ASCII.GetBytes(new string(' ', 16 << 20) + "(check-sat)"));
        var options = new ImportOptions { MaximumSize = 4 << 20 };
        using var folder = new TemporaryFolder();

        Assert.All([csv, idx, vnnlib], static packed => Assert.True(packed.Length < 2 << 20));
        Refused(() => InputDataFiles.Read(folder.Write("d.csv.gz", csv), null, options));
        Refused(() => InputDataFiles.Read(folder.Write("d.idx.gz", idx), null, options));
        Refused(() => InputDomainFiles.Read(folder.Write("d.vnnlib.gz", vnnlib), options));
        Refused(() => PlotRows.Read(folder.Write("d.csv.gz", csv), options));
        Assert.Equal(65536, InputDataFiles.Read(folder.Write("d.idx.gz", idx)).Rows);
    }

    [Fact]
    public void Read_GzipWithSeveralMembersAndFalseLength_IsUnpackedWhole()
    {
        using var folder = new TemporaryFolder();
        string path = folder.Write("d.csv.gz", [.. Packed("1,2\n"u8.ToArray()), .. Packed("3,4\n5,6\n"u8.ToArray())]);

        Assert.Equal(3, InputDataFiles.Read(path).Rows);
    }

    [Theory]
    [InlineData("d.csv", "1,2\n3,4\n5,6\n")]
    [InlineData("d.vnnlib", "(declare-const X_0 Real)(assert (and (<= X_0 1) (>= X_0 0)))")]
    public void Read_CancelledDomain_Throws(string name, string text)
    {
        using var folder = new TemporaryFolder();
        string path = folder.Write(name, Encoding.ASCII.GetBytes(text));
        Assert.ThrowsAny<OperationCanceledException>(() => InputDomainFiles.Read(path, new() { Cancellation = new(canceled: true) }));
    }

    [Fact]
    public void Read_CancelledTableCertificateDataAndNetwork_Throw()
    {
        using var folder = new TemporaryFolder();
        var stopped = new ImportOptions { Cancellation = new(canceled: true) };
        var network = new ReluNetwork(
            [new AffineLayer([1], [0], 1, 1, Activation.Relu), new AffineLayer([1], [0], 1, 1, Activation.Identity)]);
        StabilityTableFiles.Write(StabilityTable.Undecided(network, null), folder.File("t.csv"));
        NetworkFormats.Write(network, folder.File("n.nnet"));
        NetworkFormats.Write(network, folder.File("n.dat"));
        NetworkFormats.Write(network, folder.File("n.onnx"));

        Assert.ThrowsAny<OperationCanceledException>(() => StabilityTableFiles.Read(folder.File("t.csv"), network, null, stopped));
        Assert.ThrowsAny<OperationCanceledException>(() => InputDataFiles.Read(folder.File("t.csv"), null, stopped));
        Assert.ThrowsAny<OperationCanceledException>(() => PlotRows.Read(folder.File("t.csv"), stopped));
        Assert.ThrowsAny<OperationCanceledException>(
            () => CertificateCheck.Run(folder.File("t.csv"), network, network, cancellation: stopped.Cancellation));
        Assert.All(
            ["n.nnet", "n.dat", "n.onnx"],
            name => Assert.ThrowsAny<OperationCanceledException>(() => NetworkFormats.Read(folder.File(name), options: stopped)));
    }

    [Fact]
    public void Read_CertificateOfGigabytes_IsRefused()
    {
        using var folder = new TemporaryFolder();
        string sparse = folder.File("large.certificate.json");
        using (var file = new FileStream(sparse, FileMode.CreateNew))
            file.SetLength(3L << 30);
        var network = new ReluNetwork([new AffineLayer([1], [0], 1, 1, Activation.Identity)]);

        Assert.Equal(
            "CertificateTooLarge", Assert.Throws<InvalidFileException>(() => CertificateCheck.Run(sparse, network, network)).ErrorId);
    }

    [Theory]
    [InlineData(10)]
    [InlineData(250)]
    public void Read_NestedConjunctions_LooksAtEachPartAFewTimes(int depth)
    {
        // At each level the outputs' constraints stand before the inner formula, so that a search for an input in it goes to the end.
        string outputs = string.Concat(Enumerable.Repeat("(<= Y_0 1.0)", 40));
        string text = "(declare-const X_0 Real)(declare-const Y_0 Real)(assert "
            + string.Concat(Enumerable.Repeat($"(and {outputs}", depth)) + "(and (>= X_0 -1)(<= X_0 2))" + new string(')', depth) + ")";
        byte[] content = Encoding.ASCII.GetBytes(text);
        int parts = 0, looks = 0;
        SExpression Counted(SExpression part)
        {
            parts++;
            return part with { Items = new CountingList<SExpression>([.. part.Items.Select(Counted)], () => looks++) };
        }

        ImportBudget budget = new(new(), "p.vnnlib", content.Length);
        List<SExpression> commands = [.. SExpressionReader.Read(content, "p.vnnlib", budget).Select(Counted)];
        (double[] lower, double[] upper) = VnnlibInputs.Hull(VnnlibReader.Read(commands, "p.vnnlib", budget), budget, null);

        Assert.Equal([-1], lower);
        Assert.Equal([2], upper);
        Assert.True(parts > 40 * 4 * depth);
        Assert.InRange(looks, 1, 3 * parts);
    }

    private static byte[] Packed(byte[] content)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, System.IO.Compression.CompressionLevel.Fastest))
            gzip.Write(content);
        return packed.ToArray();
    }

    private static void Refused(Action read) => Assert.Equal("ImportTooLarge", Assert.Throws<InvalidFileException>(read).ErrorId);

    /// <summary>A list that says how often an item of it is looked at.</summary>
    private sealed class CountingList<T>(T[] items, Action look) : IReadOnlyList<T>
    {
        public int Count => items.Length;

        public T this[int index]
        {
            get
            {
                look();
                return items[index];
            }
        }

        public IEnumerator<T> GetEnumerator()
        {
            foreach (T item in items)
            {
                look();
                yield return item;
            }
        }

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
