using System.Globalization;
using System.IO.Compression;
using System.Text;
using CsCheck;
using ExactCompression.Tests.Oracles;
using ExactCompression.Formats;
using Xunit;

namespace ExactCompression.Tests.Formats;

public class InputDataFilesTests
{
    private static readonly byte[] Idx = [0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 3, 0, 1, 128, 254, 255, 7];

    [Fact]
    public void Read_EveryByte_IsTheFloat32NearestToByteOver255()
    {
        byte[] content = [0, 0, 8, 2, 0, 0, 1, 0, 0, 0, 0, 1, .. Enumerable.Range(0, 256).Select(static i => (byte)i)];

        InputData data = Read("all.idx", content);

        Assert.Equal(Enumerable.Range(0, 256).Select(static i => i / 255f), data.Values.ToArray());
        Assert.Equal(1.0 / 255, data.Scale);
        // The same bytes as text, scaled by the user, come out the same.
        byte[] text = Encoding.ASCII.GetBytes(string.Join('\n', Enumerable.Range(0, 256)));
        Assert.Equal(data.Values.ToArray(), Read("all.csv", text, new() { Scale = 1.0 / 255 }).Values.ToArray());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Read_Idx_GivesRowsAndLabels(bool packed)
    {
        using var folder = new TemporaryFolder();
        string images = folder.Write("images-idx3-ubyte", packed ? Gzip(Idx) : Idx);
        string labels = folder.Write("labels-idx1-ubyte", [0, 0, 8, 1, 0, 0, 0, 2, 9, 4]);

        InputData data = InputDataFiles.Read(images, new() { LabelPath = labels });

        Assert.Equal((2, 3), (data.Rows, data.Columns));
        Assert.Equal([254 / 255f, 1f, 7 / 255f], data.Row(1).ToArray());
        Assert.Equal([9, 4], data.Labels.ToArray());
        Assert.Equal("images-idx3-ubyte", data.Name);
    }

    [Fact]
    public void Read_IdxOfFloats_StaysAsItIs()
    {
        byte[] content = [0, 0, 0x0d, 2, 0, 0, 0, 1, 0, 0, 0, 1, 0x40, 0x20, 0, 0]; // 2.5 big-endian

        InputData data = Read("f.idx", content);

        Assert.Equal((2.5f, 1.0), (data.Row(0)[0], data.Scale));
    }

    [Theory]
    [InlineData("1,2,7\n3,4,0\n", "Last", null, 2, new[] { 7, 0 })]
    [InlineData("7,1,2\r\n0,3,4\r\n", "First", null, 2, new[] { 7, 0 })]
    [InlineData("7;1;2\n0;3;4", "0", null, 2, new[] { 7, 0 })]
    [InlineData("7\t1\t2\n0\t3\t4", "-3", null, 2, new[] { 7, 0 })]
    [InlineData("a,Label,b\n1,7,2\n3,0,4\n", "Auto", null, 2, new[] { 7, 0 })]
    [InlineData("a,kind,b\n1,7,2\n3,0,4\n", "kind", null, 2, new[] { 7, 0 })]
    [InlineData("1,2\n3,4\n", "Auto", null, 2, null)]
    [InlineData("5,5\n1,2\n3,4\n", "None", true, 2, null)] // a header of numbers, stated
    [InlineData("\"1\", 2 \n\n 3,4\n", "Auto", null, 2, null)] // quotes, spaces, an empty line
    public void Read_Csv_FindsHeaderLabelAndSeparator(string text, string labelColumn, bool? header, int columns, int[]? labels)
    {
        InputData data = Read("d.csv", Encoding.UTF8.GetBytes(text), new() { LabelColumn = labelColumn, Header = header });

        Assert.Equal((2, columns), (data.Rows, data.Columns));
        Assert.Equal([1f, 2f, 3f, 4f], data.Values.ToArray());
        Assert.Equal(labels, data.HasLabels ? data.Labels.ToArray() : null);
        Assert.Equal(1, data.Scale);
    }

    [Theory]
    [InlineData("1,2\n3\n", "CsvRagged", "line 2")]
    [InlineData("1,2\n\n3,4,5\n", "CsvRagged", "line 3")]
    [InlineData("1,2\n3,x\n", "CsvNotANumber", "line 2, column 1")]
    [InlineData("1,2\n3,\n", "CsvNotANumber", "line 2, column 1")]
    [InlineData("a,b\n1,2\n3,nan\n", "DataNotFinite", "line 3, column 1")]
    [InlineData("1,2\n1e39,4\n", "DataNotFinite", "line 2, column 0")] // beyond float32
    [InlineData("1,2\n3,-Infinity\n", "DataNotFinite", "line 2, column 1")]
    public void Read_BadCsv_NamesTheLine(string text, string errorId, string place)
    {
        InvalidFileException e = Assert.Throws<InvalidFileException>(() => Read("bad.csv", Encoding.UTF8.GetBytes(text)));

        Assert.Equal(errorId, e.ErrorId);
        Assert.Equal(place, e.Place);
    }

    [Fact]
    public void Read_Decimals_AreTheNearestDoubles()
    {
        // The parser of the CSV package against that of the framework: any bits, and decimals of up to 25 digits near ties.
        Gen.Select(Gen.Double, Gen.String[Gen.Char['0', '9'], 1, 25], Gen.Int[-40, 40]).Array[50].ForAll(cases =>
        {
            string[] texts = [.. cases.SelectMany(
                static c => (string[])[c.Item1.ToString("R", CultureInfo.InvariantCulture), $"-{c.Item2}e{c.Item3}", $"0.{c.Item2}"])];
            byte[] content = Encoding.ASCII.GetBytes(string.Join('\n', texts));

            double[] read = CsvData.Read(
                content, "d.csv", new() { Header = false, LabelColumn = "None" }, new ImportBudget(new(), "d.csv", content.Length)).Values!;

            Assert.Equal(texts.Select(static t => double.Parse(t, CultureInfo.InvariantCulture)), read);
        }, count: 200, threads: 1);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.NegativeInfinity)]
    public void Read_NpyThatIsNotFinite_NamesRowAndColumn(float value)
    {
        InvalidFileException e = Assert.Throws<InvalidFileException>(() => Read("bad.npy", Npy("<f4", [2, 3], [0, 1, 2, 3, value, 5])));

        Assert.Equal(("DataNotFinite", "row 1, column 1"), (e.ErrorId, e.Place));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(0.5f)]
    [InlineData(float.NaN)]
    [InlineData(3e9f)]
    public void Read_NpyLabelThatIsNotAClass_NamesTheRow(float value)
    {
        using var folder = new TemporaryFolder();
        string data = folder.Write("d.npy", Npy("<f4", [2, 1], [0, 1])), labels = folder.Write("l.npy", Npy("<f4", [2], [0, value]));

        InvalidFileException e = Assert.Throws<InvalidFileException>(() => InputDataFiles.Read(data, new() { LabelPath = labels }));

        Assert.Equal(("DataLabelInvalid", "row 1", labels), (e.ErrorId, e.Place, e.Path));
    }

    [Theory]
    [InlineData("1,-1\n")]
    [InlineData("1,NaN\n")]
    [InlineData("1,3e9\n")]
    public void Read_CsvLabelThatIsNotAClass_NamesLineAndColumn(string text)
    {
        InvalidFileException e = Assert.Throws<InvalidFileException>(
            () => Read("l.csv", Encoding.UTF8.GetBytes("0,1\n" + text), new() { LabelColumn = "Last", Header = false }));

        Assert.Equal(("DataLabelInvalid", "line 2, column 1"), (e.ErrorId, e.Place));
    }

    [Fact]
    public void Read_FractionAsLabel_IsRefused() =>
        Assert.Equal(
            "DataLabelInvalid",
            Assert.Throws<InvalidFileException>(() => Read("l.csv", "1,2.5\n"u8.ToArray(), new() { LabelColumn = "Last" })).ErrorId);

    [Fact]
    public void Read_UnknownLabelColumn_IsRefused() =>
        Assert.Equal(
            "DataLabelColumnUnknown",
            Assert.Throws<InvalidInputException>(() => Read("l.csv", "1,2\n"u8.ToArray(), new() { LabelColumn = "5" })).ErrorId);

    [Theory]
    [InlineData(
        "H4sIABozA2sC/5vsF+obEMnIUMZQrZ6SWpxcpG6loG6XZqGuo6Cell9UUpSYF59flJIKEg8pKk0FChdnJBakArkaRjoKxpo6CrUK5AMuBihw4IDQ9h+gfAEoDZMXgdAAXwRQR7AAAAA=", 1)] // >f8, Fortran order
    [InlineData(
        "H4sIABozA2sC/5vsF+obEMnIUMZQrZ6SWpxcpG6loF5Taqiuo6Cell9UUpSYF59flJIKEndLzClOBYoXZyQWpAL5GkY6CsaaOgq1CmQDLgZGJmYWVgB+ntfPhgAAAA==",
        255)] // |u1
    public void Read_Npy_ScalesBytesOnly(string packed, int divisor)
    {
        byte[] content = Fixtures.Unpack(packed);

        InputData data = Read("a.npy", content);

        Assert.Equal(Enumerable.Range(0, 6).Select(i => i / (float)divisor), data.Values.ToArray());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Read_Cifar_TakesTheFineLabel(int labelBytes)
    {
        byte[] record = [.. Enumerable.Repeat((byte)3, labelBytes - 1), 7, .. Enumerable.Range(0, 3072).Select(static i => (byte)i)];

        InputData data = Read("data_batch_1.bin", [.. record, .. record]);

        Assert.Equal((2, 3072), (data.Rows, data.Columns));
        Assert.Equal([7, 7], data.Labels.ToArray());
        Assert.Equal(255 / 255f, data.Row(1)[255]);
    }

    [Theory]
    [InlineData(new byte[] { 0, 0, 8, 2, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 1 }, "IdxDamaged")]
    [InlineData(new byte[] { 0, 0, 8, 3, 0x7f, 0xff, 0xff, 0xff, 0x7f, 0xff, 0xff, 0xff, 0x7f, 0xff, 0xff, 0xff, 1 }, "FileTruncated")]
    [InlineData(new byte[] { 0, 0, 8, 2, 0, 0 }, "FileTruncated")]
    [InlineData(new byte[] { 1, 2, 3, 0, 5 }, "DataFormatUnknown")]
    [InlineData(new byte[0], "FileEmpty")]
    [InlineData(new byte[] { 0x1f, 0x8b, 8, 0, 0 }, "GzipDamaged")]
    public void Read_BadBinary_IsRefused(byte[] content, string errorId) =>
        Assert.Equal(errorId, Assert.Throws<InvalidFileException>(() => Read("bad", content)).ErrorId);

    [Fact]
    public void Read_LabelsOfAnotherCount_AreRefused()
    {
        using var folder = new TemporaryFolder();
        string images = folder.Write("i", Idx), labels = folder.Write("l", [0, 0, 8, 1, 0, 0, 0, 1, 9]);

        Assert.Equal(
            "DataLabelCountMismatch",
            Assert.Throws<InvalidFileException>(() => InputDataFiles.Read(images, new() { LabelPath = labels })).ErrorId);
    }

    [Fact]
    public void Read_TruncatedAnywhere_FailsCleanly()
    {
        static void ReadIt(string path) => InputDataFiles.Read(path);
        BadFile.TruncatedEverywhere(Idx, ReadIt, "cut.idx");
        BadFile.TruncatedEverywhere(Gzip(Idx), ReadIt, "cut.gz");
        BadFile.CorruptedEverywhere(Gzip(Encoding.UTF8.GetBytes("a,b\n\"1\",2\n3,4\n")), ReadIt, "damaged.csv.gz");
        BadFile.CorruptedEverywhere(Encoding.UTF8.GetBytes("a,b\n\"1\",2\n3,4\n"), ReadIt, "damaged.csv");
    }

    [Fact]
    public void Read_GzipCutShort_IsNeverTakenForTheWhole()
    {
        byte[] packed = Gzip(Encoding.UTF8.GetBytes(string.Join('\n', Enumerable.Range(0, 1000).Select(static i => $"{i},{i * 7}"))));
        for (int length = 1; length < packed.Length; length += 5)
            Assert.Throws<InvalidFileException>(() => Read("cut.csv.gz", packed[..length]));
    }

    [Fact]
    public void Read_GzipOfSeveralMembers_JoinsThem() =>
        Assert.Equal([1f, 2f, 3f, 4f], Read("two.csv.gz", [.. Gzip("1,2\n"u8.ToArray()), .. Gzip("3,4\n"u8.ToArray())]).Values.ToArray());

    [Fact]
    public void Read_DigitsExample_HasItsRowsColumnsAndClasses()
    {
        InputData data = InputDataFiles.Read(TestFiles.Example("digits.csv.gz"), new() { LabelColumn = "Last" });

        Assert.Equal((1797, 64), (data.Rows, data.Columns)); // as scikit-learn states of the set
        Assert.Equal((0f, 16f), (data.Values.ToArray().Min(), data.Values.ToArray().Max()));
        Assert.Equal(10, data.Labels.ToArray().Distinct().Count());
        Assert.Equal("digits", data.Name);
    }

    [SkippableFact]
    public void Read_CifarCsv_HasLabelFirst()
    {
        InputData data = InputDataFiles.Read(
            TestFiles.Shared("datasets/cifar10_test_100.csv"), new() { LabelColumn = "First", Scale = 1.0 / 255 });

        Assert.Equal((100, 3072), (data.Rows, data.Columns));
        Assert.Equal(158 / 255f, data.Row(0)[0]);
        Assert.Equal(3, data.Labels.Span[0]);
    }

    private static byte[] Npy(string type, int[] shape, float[] values)
    {
        string header = $"{{'descr': '{type}', 'fortran_order': False, 'shape': ({string.Join(",", shape)},)}}".PadRight(117) + "\n";
        return [0x93, .. "NUMPY"u8, 1, 0, .. BitConverter.GetBytes((ushort)header.Length), .. Encoding.ASCII.GetBytes(header),
            .. values.SelectMany(BitConverter.GetBytes)];
    }

    private static byte[] Gzip(byte[] content)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, System.IO.Compression.CompressionLevel.Fastest))
            gzip.Write(content);
        return packed.ToArray();
    }

    private static InputData Read(string name, byte[] content, InputDataOptions? options = null)
    {
        using var folder = new TemporaryFolder();
        return InputDataFiles.Read(folder.Write(name, content), options);
    }
}
