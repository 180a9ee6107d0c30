using System.Globalization;
using System.Text;
using System.Xml.Linq;
using CsCheck;
using ExactCompression.Experiments;
using ExactCompression.Formats;
using ExactCompression.Tests.Certificates;
using Xunit;

namespace ExactCompression.Tests.Formats.Writing;

/// <summary>Names that hold anything, in tables, sweeps, file names and pictures.</summary>
public sealed class NamesTests
{
    private const string Safe = "\u001b\n\r\t\0\u0007\u007f\u0085\u009b\u2028\u202e";

    private static readonly string[] Odd =
    [
        "plain", "", " spaces ", "comma, \"quote\"", "#comment", "two\nlines", "a\r\nb", "\r", "\ttab", "\u001b[31mred\u001b[0m", "nul\0",
        "back\\slash", "back\\nslash", "\\", "\\u001b",
        "=1+1", "+1", "-1", "@SUM(A1)", "'", "''", "'=1", " =1", "\uFF1D1", "日本 dü", "\U0001F600", "\ud83d", "\ude00x",
        "a;b;c;d;e;f;g;h;i;j;k;l;m;n;o;p", "a\tb\tc", "../../x", new string('=', 10_000),
        new string('\n', 10_000), "\uFEFFmark", "\u202ereversed",
    ];

    private static readonly Gen<string> Any = Gen.Frequency(
        (3, Gen.String[Gen.Char["ab,\"'=+-@#\\nrtu0\n\r\t \u001b\ud83d\ude00;"], 0, 12]),
        (1, Gen.String));

    public static TheoryData<string> Names => [.. Odd.Select(static name => Convert.ToBase64String(Encoding.Unicode.GetBytes(name)))];

    [Fact]
    public void Encode_AnyText_RoundTripsAndIsNotAFormula() => Any.Sample(RequireCell, iter: 20_000);

    [Theory]
    [MemberData(nameof(Names))]
    public void Encode_OddText_RoundTripsAndIsNotAFormula(string name) => RequireCell(Text(name));

    [Theory]
    [InlineData("C:\\models\\a.onnx", "C:\\models\\a.onnx")] // as older versions wrote it: no escape in it
    [InlineData("'quoted", "'quoted")]
    public void Decode_CellOfAnOlderFile_StaysWhatItIs(string cell, string text) => Assert.Equal(text, CsvText.Decode(cell));

    [Theory]
    [MemberData(nameof(Names))]
    public void Table_OfANetworkWithAnyName_IsReadAgain(string encoded)
    {
        string name = Text(encoded);
        using var folder = new TemporaryFolder();
        string path = folder.File("table.csv");
        var table = new StabilityTable(
            Exports.Network(name),
            new InputDomain([0, -0.5], [1, 1], name),
            [.. StabilityTable.Undecided(Exports.Network(name)).Neurons.Select(
                n => new NeuronStability { Layer = n.Layer, Neuron = n.Neuron, State = NeuronState.Unstable, LowerBound = -0.5,
                    Evidence = "W" + name })]);
        StabilityTableFiles.Write(table, path);

        StabilityTable read = StabilityTableFiles.Read(path, table.Network, table.Domain);
        Assert.Equal(table.Neurons.Select(static n => n.Evidence), read.Neurons.Select(static n => n.Evidence));
        Assert.Equal([-0.5], read.Neurons.Select(static n => n.LowerBound).Distinct());
        string[] lines = File.ReadAllLines(path);
        Assert.Equal(4, lines.Length); // one a neuron, and the header
        Assert.Contains(",-0.5,", lines[1], StringComparison.Ordinal); // numbers stay numbers
        Assert.DoesNotContain(
            File.ReadAllText(path).Replace("\r\n", "", StringComparison.Ordinal), static c => Safe.Contains(c, StringComparison.Ordinal));
    }

    [SkippableTheory]
    [InlineData("=net\nwork\u001b.onnx")]
    [InlineData("-net, \"x\" ;#\\n .onnx")]
    [InlineData(" net\t'.onnx")]
    public void Table_OfANetworkFileWithAnyName_FindsIt(string name)
    {
        Skip.If(OperatingSystem.IsWindows(), "Windows has no files of such names.");
        using var folder = new TemporaryFolder();
        Exports.Write(folder.File("net.onnx"));
        File.Move(folder.File("net.onnx"), folder.File(name));
        StabilityTable table = StabilityTable.Undecided(NetworkFormats.Read(folder.File(name)));
        StabilityTableFiles.Write(table, folder.File("table.csv"));
        Assert.Equal(folder.File(name), StabilityTableFiles.Read(folder.File("table.csv")).Network.Path);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Sweep_RowWithAnyName_ComesBackInOneLine(string encoded)
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("sweep.csv");
        var row = new SweepRow { Network = Text(encoded), Domain = Text(encoded), Error = Text(encoded), ProvenDeviation = 0.5,
            L1 = -0.25 };
        SweepCsv csv = SweepCsv.Open(path, null, CancellationToken.None);
        Assert.True(csv.Append(row, null, CancellationToken.None));
        Assert.False(SweepCsv.Open(path, null, CancellationToken.None).Append(row, null, CancellationToken.None)); // the same cell
        Assert.Equal(row, Assert.Single(SweepCsv.Read(path)));
        Assert.Equal(2, File.ReadAllBytes(path).Count(static b => b == '\n'));
        Assert.Contains(",-0.25,", File.ReadAllText(path), StringComparison.Ordinal);
    }

    [Fact]
    public void Sweep_NamesThatDifferInALineBreak_AreDifferentCells()
    {
        using var folder = new TemporaryFolder();
        SweepCsv csv = SweepCsv.Open(folder.File("sweep.csv"), null, CancellationToken.None);
        foreach (string name in (string[])["a\nb", "a b", "a\\nb", "a\rb"])
            Assert.True(csv.Append(new() { Network = name }, null, CancellationToken.None));
        Assert.True(csv.Append(new() { Network = "a", Source = "b\nc" }, null, CancellationToken.None));
        Assert.True(csv.Append(new() { Network = "a\nb", Source = "c" }, null, CancellationToken.None));
    }

    [Fact]
    public void FileName_OfAnyName_IsOneInTheFolder()
    {
        using var folder = new TemporaryFolder();
        string[] files = [.. Odd.Select(static name => FileNames.Of(name, ".onnx"))];
        foreach (string file in files)
        {
            string path = Path.GetFullPath(Path.Combine(folder.Path, file));
            Assert.Equal(folder.Path, Path.GetDirectoryName(path));
            File.WriteAllBytes(path, [1]);
        }

        Assert.Equal(
            files.Order(StringComparer.Ordinal),
            Directory.GetFiles(folder.Path).Select(static f => Path.GetFileName(f)).Order(StringComparer.Ordinal));
        Assert.Equal(Odd.Length, files.Distinct(StringComparer.OrdinalIgnoreCase).Count());
    }

    [Theory]
    [InlineData("digits_48-32-24_l1-0.004")]
    [InlineData("日本 dü")]
    [InlineData("a, b")]
    public void FileName_OfAnOrdinaryName_IsThatName(string name) => Assert.Equal(name + ".csv", FileNames.Of(name, ".csv"));

    [Theory]
    [InlineData("..")]
    [InlineData("../../etc/passwd")]
    [InlineData("a/b")]
    [InlineData("a\\b")]
    [InlineData("C:x")]
    [InlineData("NUL")]
    [InlineData("con.txt")]
    [InlineData("dot.")]
    [InlineData("a\nb")]
    [InlineData("\u001b[2J")]
    public void FileName_OfAnInvalidName_IsChanged(string name)
    {
        string file = FileNames.Of(name, ".csv");
        Assert.Matches("^[^/\\\\:\\p{C}]+-[0-9a-f]{8}\\.csv$", file);
        Assert.DoesNotMatch("(?i)^(nul|con)[.-]", file);
        Assert.NotEqual(file, FileNames.Of(name + " ", ".csv"));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Export_OfANetworkWithAnyName_IsReadAgain(string encoded)
    {
        using var folder = new TemporaryFolder();
        ReluNetwork network = Exports.Network(Text(encoded));
        foreach (string file in (string[])["a.onnx", "a.npz", "a.safetensors", "a.nnet", "weights.dat"])
        {
            NetworkFormats.Write(network, folder.File(file));
            Assert.Equal(Fingerprint.Of(network), Fingerprint.Of(NetworkFormats.Read(folder.File(file))));
        }

        CompressionResult result = Made.Compression(network);
        CompressionCertificate.Write(result, folder.File("a.json"));
        Assert.True(CertificateCheck.Run(folder.File("a.json"), result.Original, result.Compressed).Valid);
        string text = File.ReadAllText(folder.File("a.json"));
        Assert.DoesNotContain(text, static c => char.IsControl(c) && c != '\n');
        Assert.Equal(PortableForm.Of(network).Length, PortableForm.Of(PortableForm.Read(PortableForm.Of(network))).Length);
    }

    [Theory]
    [InlineData("a.nnet")]
    [InlineData("weights.dat")]
    public void Export_OfANetworkNamedLikeTheFormatsOwnComment_KeepsEveryWeight(string file)
    {
        using var folder = new TemporaryFolder();
        var network = new ReluNetwork([new AffineLayer([0.1, 1.0 / 3], [0.7], 1, 2, Activation.Identity)], "Precision = Float32");
        NetworkFormats.Write(network, folder.File(file));
        Assert.Equal([0.1, 1.0 / 3], NetworkFormats.Read(folder.File(file)).DenseLayers[0].Weights.ToArray());
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Picture_OfANetworkWithAnyName_IsWellFormed(string encoded)
    {
        string name = Text(encoded);
        using var folder = new TemporaryFolder();
        StabilityTable table = StabilityTable.Undecided(Exports.Network(name));
        StabilityPlot.States(table).Write(folder.File("a.svg"), new() { Width = 300 });
        StabilityPlot.States(table).Write(folder.File("b.svg"), new() { Width = 300, Title = name });
        Assert.NotEmpty(XDocument.Load(folder.File("a.svg")).Descendants());
        Assert.NotEmpty(XDocument.Load(folder.File("b.svg")).Descendants());
    }

    /// <summary>No name becomes an element of the page: it has as many as one of a plain name.</summary>
    [Fact]
    public void Report_OfANetworkWithAnyName_HasNoOtherElements()
    {
        int plain = Count(Page("plain"));
        foreach (string name in Odd.Concat(["</title><script>alert(1)</script>", "\" onload=\"alert(1)"]).Where(static n => n.Length > 0))
        {
            string odd = Page(name);
            Assert.Equal(plain, Count(odd));
            Assert.DoesNotMatch("<[^>]* onload=", odd);
            Assert.DoesNotContain("<script", odd, StringComparison.OrdinalIgnoreCase);
        }

        static string Page(string text) =>
            StabilityReport.Of(Made.Compression(Exports.Network(text))).Page(text, CancellationToken.None);
        static int Count(string page) => page[page.IndexOf("</style>", StringComparison.Ordinal)..].Count(static c => c == '<');
    }

    [Fact]
    public void Printable_AnyText_HasNothingThatATerminalObeys() => Any.Sample(static text =>
    {
        string shown = PrintableText.Of(text);
        Assert.DoesNotContain(
            shown, static c => char.IsControl(c)
                || char.GetUnicodeCategory(c) is UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);
        Assert.Equal(shown, Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(shown)));
        if (!text.Any(
            static c => char.IsControl(c) || char.IsSurrogate(c)
                || c is '\u2028' or '\u2029' or '\uFFFE' or '\uFFFF' or (>= '\u202A' and <= '\u202E') or (>= '\u2066' and <= '\u2069')))
            Assert.Same(text, shown);
    });

    [Fact]
    public void Message_OfAnErrorAboutAnOddName_HasNoControlCharacters()
    {
        InvalidInputException e = Assert.Throws<InvalidInputException>(
            () => new InputData([1], 1, 1, name: "\u001b[31m\n").RequireColumns(2));
        Assert.Contains("\\u001b[31m\\n", e.Message, StringComparison.Ordinal);
    }

    private static string Text(string encoded) => Encoding.Unicode.GetString(Convert.FromBase64String(encoded));

    private static void RequireCell(string text)
    {
        string cell = CsvText.Encode(text);
        Assert.Equal(text, CsvText.Decode(cell));
        Assert.DoesNotContain(cell, static c => char.IsControl(c));
        Assert.Equal(cell, Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(cell)));
        if (cell.TrimStart() is { Length: > 0 } shown)
            Assert.DoesNotContain(shown[0], "=+-@");
    }
}
