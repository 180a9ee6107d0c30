using System.Text;
using ExactCompression.Formats;
using Xunit;

namespace ExactCompression.Tests.Formats;

/// <summary>What is a header in CSV, and what is a number that cannot be read.</summary>
public sealed class CsvHeaderTests
{
    [Theory]
    [InlineData("\u22121,2\n3,4\n", "line 1, column 0", "'\u22121'")] // minus sign
    [InlineData("\"1,000\",2\n3,4\n", "line 1, column 0", "'1,000'")]
    [InlineData("1.5e,2\n3,4\n", "line 1, column 0", "'1.5e'")]
    [InlineData("1,0x10\n3,4\n", "line 1, column 1", "'0x10'")]
    [InlineData("0,5;0,7\n", "line 1, column 1", "'5;0'")]
    [InlineData("\"0,5\";\"0,7\"\n1;2\n", "line 1, column 0", "'0,5'")]
    [InlineData("1 000;2\n3;4\n", "line 1, column 0", "'1 000'")]
    [InlineData("1_000;2\n3;4\n", "line 1, column 0", "'1_000'")]
    [InlineData("1'000;2\n3;4\n", "line 1, column 0", "'1'000'")]
    [InlineData("\uFF11;2\n3;4\n", "line 1, column 0", "'\uFF11'")] // full-width 1
    [InlineData("5%,2\n3,4\n", "line 1, column 0", "'5%'")]
    [InlineData("inf,2\n3,4\n", "line 1, column 0", "'inf'")]
    [InlineData("1.#QNAN,2\n3,4\n", "line 1, column 0", "'1.#QNAN'")]
    [InlineData("a,2\n3,4\n", "line 1, column 0", "'a'")]
    [InlineData("a,b,3\n3,4,5\n", "line 1, column 0", "'a'")]
    [InlineData(",\n3,4\n", "line 1, column 0", "''")] // nothing at all is no name
    [InlineData("?,NA\n3,4\n", "line 1, column 0", "'?'")]
    [InlineData("a,b\n3,\"1,5\"\n", "line 2, column 1", "'1,5'")]
    [InlineData("a;b\n3;1,5\n", "line 2, column 1", "'1,5'")] // not 15
    public void Read_NumberThatCannotBeRead_IsNamed(string text, string place, string cell)
    {
        foreach (Action<string> read in (Action<string>[])[static p => InputDataFiles.Read(p), static p => InputDomainFiles.Read(p)])
        {
            using var folder = new TemporaryFolder();
            string path = folder.Write("d.csv", Encoding.UTF8.GetBytes(text));
            InvalidFileException e = Assert.Throws<InvalidFileException>(() => read(path));
            if (e.ErrorId == "DomainCsvShape")
                continue; // a header that names no ends
            Assert.Equal(("CsvNotANumber", place), (e.ErrorId, e.Place));
            Assert.Contains(cell, e.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("label,1x1,1x2\n7,1,2\n", 1, 2)] // MNIST as it is found everywhere
    [InlineData("0,1,label\n1,2,7\n", 1, 2)] // pandas
    [InlineData("label,1,2\n7,1,2\n", 1, 2)]
    [InlineData(",a,b\n0,1,2\n", 1, 3)]
    [InlineData("sepal length (cm),x2\n1,2\n", 1, 2)]
    [InlineData("2020-01-01,2020-01-02\n1,2\n", 1, 2)]
    [InlineData("e,E\n1,2\n", 1, 2)]
    [InlineData("1,2\n", 1, 2)]
    [InlineData("0,1\n2,3\n", 2, 2)] // numbers are data
    [InlineData("\uFEFF1,2\n3,4\n\n\n", 2, 2)]
    [InlineData("1,2\r\n3,4\r\n\r\n", 2, 2)]
    public void Read_Header_IsTold(string text, int rows, int columns)
    {
        using var folder = new TemporaryFolder();
        InputData data = InputDataFiles.Read(folder.Write("d.csv", Encoding.UTF8.GetBytes(text)));
        Assert.Equal((rows, columns), (data.Rows, data.Columns));
    }

    [Fact]
    public void Read_LabelsWithANumberInAnotherCulture_AreRefused()
    {
        using var folder = new TemporaryFolder();
        string data = folder.Write("d.csv", "1,2\n3,4\n"u8.ToArray());
        string labels = folder.Write("l.csv", Encoding.UTF8.GetBytes("\u22121\n1\n1\n"));
        InvalidFileException e = Assert.Throws<InvalidFileException>(() => InputDataFiles.Read(data, new() { LabelPath = labels }));
        Assert.Equal(("CsvNotANumber", "line 1, column 0"), (e.ErrorId, e.Place));
    }

    [Theory]
    [InlineData("1,2\n\"3,4\n5,6\n", 2)]
    [InlineData("1,2\n3,4\n5,\"6", 3)]
    [InlineData("1,2\n3,4\"\n", 2)]
    [InlineData("1,2\n\"3\"4,5\n", 2)]
    public void Read_QuoteThatIsNotClosed_NamesTheLine(string text, int line)
    {
        using var folder = new TemporaryFolder();
        string path = folder.Write("d.csv", Encoding.UTF8.GetBytes(text));
        foreach (Action read in (Action[])[() => InputDataFiles.Read(path), () => InputDomainFiles.Read(path), () => PlotRows.Read(path)])
        {
            InvalidFileException e = Assert.Throws<InvalidFileException>(read);
            Assert.Equal(("CsvDamaged", $"line {line}"), (e.ErrorId, e.Place));
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Read_Utf16_SaysSo(bool bigEndian)
    {
        using var folder = new TemporaryFolder();
        var encoding = new UnicodeEncoding(bigEndian, byteOrderMark: true);
        string path = folder.Write("d.csv", [.. encoding.GetPreamble(), .. encoding.GetBytes("1,2\n3,4\n")]);
        foreach (Action read in (Action[])[() => InputDataFiles.Read(path), () => InputDomainFiles.Read(path),
            () => StabilityTableFiles.Read(path), () => PlotRows.Read(path)])
        {
            InvalidFileException e = Assert.Throws<InvalidFileException>(read);
            Assert.Equal("CsvNotText", e.ErrorId);
            Assert.Contains("UTF-16", e.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Read_ZeroByteFarBehind_IsRefused()
    {
        using var folder = new TemporaryFolder();
        byte[] content = [.. Enumerable.Repeat("1,2\n"u8.ToArray(), 30_000).SelectMany(static line => line), 0];
        Assert.Equal(
            "CsvNotText", Assert.Throws<InvalidFileException>(() => InputDomainFiles.Read(folder.Write("d.csv", content))).ErrorId);
    }

    [Theory]
    [InlineData("1")]
    [InlineData("-1.5e-3")]
    [InlineData("+.5")]
    [InlineData("1,000.5")]
    [InlineData("1.000,5")]
    [InlineData("1e")]
    [InlineData("\u221212")]
    [InlineData("(5)")]
    [InlineData("NaN")]
    [InlineData("-Infinity")]
    [InlineData("0xFF")]
    [InlineData("\u0661\u0662")] // Arabic digits
    public void LooksLikeNumber_Number_IsTrue(string cell) => Assert.True(CsvHeader.LooksLikeNumber(cell));

    [Theory]
    [InlineData("")]
    [InlineData("x1")]
    [InlineData("1x1")]
    [InlineData("pixel 5")]
    [InlineData("e")]
    [InlineData("info")]
    [InlineData("nano")]
    [InlineData("5 cm")]
    [InlineData("1st")]
    public void LooksLikeNumber_Name_IsFalse(string cell) => Assert.False(CsvHeader.LooksLikeNumber(cell));
}
