using System.Diagnostics;
using ExactCompression.Experiments;
using ExactCompression.Formats;
using Xunit;

namespace ExactCompression.Tests.Formats;

/// <summary>Pipes block and devices do not end: no reader opens one.</summary>
public class SpecialFileTests
{
    private static readonly ReluNetwork Network = new([new AffineLayer([1], [0], 1, 1, Activation.Identity)]);

    private static readonly Dictionary<string, Action<string>> Readers = new()
    {
        ["network"] = static path => NetworkFormats.Read(path),
        ["Onnx"] = static path => NetworkFormats.Read(path, "Onnx"),
        ["PyTorch"] = static path => NetworkFormats.Read(path, "PyTorch"),
        ["Npz"] = static path => NetworkFormats.Read(path, "Npz"),
        ["SafeTensors"] = static path => NetworkFormats.Read(path, "SafeTensors"),
        ["NNet"] = static path => NetworkFormats.Read(path, "NNet"),
        ["WeightsDat"] = static path => NetworkFormats.Read(path, "WeightsDat"),
        ["data"] = static path => InputDataFiles.Read(path),
        ["domain"] = static path => InputDomainFiles.Read(path),
        ["table"] = static path => StabilityTableFiles.Read(path, Network),
        ["certificate"] = static path => CertificateCheck.Run(path, Network, Network),
        ["rows to plot"] = static path => PlotRows.Read(path),
        ["sweep"] = static path => SweepCsv.Read(path),
        ["sweep to append to"] = static path => SweepCsv.Open(path, null, CancellationToken.None),
        ["labels"] = static path => ReadWithLabels(path),
    };

    public static TheoryData<string> Names => [.. Readers.Keys];

    [SkippableTheory]
    [MemberData(nameof(Names))]
    public void Read_PipeOrDevice_IsRefusedUnopened(string reader)
    {
        Skip.If(OperatingSystem.IsWindows(), "Windows has no such paths.");
        using var folder = new TemporaryFolder();
        string pipe = folder.File("pipe"), link = folder.File("link");
        using (Process make = Process.Start("mkfifo", [pipe]))
            make.WaitForExit();
        File.CreateSymbolicLink(link, pipe);

        foreach (string path in (string[])[pipe, link, "/dev/zero", "/dev/null"])
        {
            InvalidFileException e = Assert.Throws<InvalidFileException>(() => Readers[reader](path));
            // The checker of certificates has a reader of its own.
            Assert.Equal(reader == "certificate" ? "CertificateMalformed" : "FileNotRegular", e.ErrorId);
            Assert.Equal(path, e.Path);
        }
    }

    [Fact]
    public void Read_ExternalDataInAPipe_IsRefusedUnopened()
    {
        if (OperatingSystem.IsWindows())
            return;
        using var folder = new TemporaryFolder();
        using (Process make = Process.Start("mkfifo", [folder.File("weights.bin")]))
            make.WaitForExit();
        var tensor = new ExactCompression.Formats.Onnx.Schema.TensorProto
        {
            Name = "w",
            DataType = ExactCompression.Formats.Onnx.Schema.TensorProto.Types.DataType.Float,
            Dims = { 0, 1 },
            DataLocation = ExactCompression.Formats.Onnx.Schema.TensorProto.Types.DataLocation.External,
            ExternalData = { new ExactCompression.Formats.Onnx.Schema.StringStringEntryProto { Key = "location", Value = "weights.bin" } },
        };
        string path = folder.Write(
            "n.onnx", new Onnx.OnnxModelBuilder().Input("x", 1, 1).Add(tensor).Node("MatMul", "x w", "y").Output("y", 1, 1).Bytes());

        Assert.Equal("FileNotRegular", Assert.Throws<InvalidFileException>(() => NetworkFormats.Read(path)).ErrorId);
    }

    [Fact]
    public void Read_LinkToAFile_HasTheFilesOwnLength()
    {
        using var folder = new TemporaryFolder();
        string target = folder.Write("target.csv", "1,2\n3,4\n5,6\n"u8.ToArray()), link = folder.File("l.csv");
        File.CreateSymbolicLink(link, target);

        Assert.Equal(new FileInfo(target).Length, InputFile.RequireRegular(link));
        Assert.Equal(3, InputDataFiles.Read(link).Rows);
    }

    [Fact]
    public void Read_EmptyFile_IsCalledEmpty()
    {
        using var folder = new TemporaryFolder();
        Assert.Equal("FileEmpty", Assert.Throws<InvalidFileException>(() => InputDataFiles.Read(folder.Write("e.csv", []))).ErrorId);
    }

    private static void ReadWithLabels(string labels)
    {
        using var folder = new TemporaryFolder();
        InputDataFiles.Read(folder.Write("d.csv", "1,2\n"u8.ToArray()), new() { LabelPath = labels });
    }
}
