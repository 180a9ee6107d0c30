using System.Management.Automation;

namespace ExactCompression.Cmdlets.Tests;

/// <summary>A sound file given to a cmdlet that does not read such files: the error says what it is, and which cmdlet reads it.</summary>
[Collection(ModuleTests.Name)]
public sealed class WrongFileTests(ModuleFixture module)
{
    private const string Files = """
        $folder = $args[0]
        $net = Import-ReluNetwork $args[1]
        $table = $net | Find-StableNeurons
        $small = $table | Invoke-LeoCompression
        $table | Export-StabilityTable $folder/table.csv
        $table | Export-StabilityTable $folder/table.json
        $small | Export-CompressionCertificate $folder/certificate.json
        $small | Export-CompressionCertificate $folder/packed.json.gz
        foreach ($name in 'net.nnet', 'net.onnx', 'net.c') { $net | Export-ReluNetwork $folder/$name }
        $table | Export-MilpModel $folder/net.mps
        $table | Export-StabilityPlot $folder/plot.png
        """;

    private static readonly (string Name, string What, string[] Readers)[] Natures =
    [
        ("table.csv", "a stability table", ["Import-StabilityTable"]),
        ("table.json", "a stability table's bounds", ["Import-StabilityTable"]),
        ("certificate.json", "a certificate", ["Test-CompressionCertificate"]),
        ("packed.json.gz", "a certificate", ["Test-CompressionCertificate"]),
        ("net.nnet", "a network (NNet)", ["Import-ReluNetwork"]),
        ("net.onnx", "a network (Onnx)", ["Import-ReluNetwork"]),
        ("net.c", "C source", []),
        ("net.mps", "for MILP solvers", []),
        ("plot.png", "a picture", []),
        ("box.csv", "an input domain", ["New-InputDomain"]),
        ("box.vnnlib", "VNN-LIB", ["New-InputDomain"]),
        ("rows.csv", "rows of numbers", ["Import-InputData"]),
        ("rows.idx", "data (IDX)", ["Import-InputData"]),
    ];

    private static readonly (string Name, string Call)[] Readers =
    [
        ("Import-ReluNetwork", "Import-ReluNetwork $args[0]"),
        ("Import-InputData", "Import-InputData $args[0]"),
        ("Import-StabilityTable", "Import-StabilityTable $args[0] -Network (Import-ReluNetwork $args[1])"),
        ("New-InputDomain", "New-InputDomain -Path $args[0]"),
        ("Test-CompressionCertificate", "Test-CompressionCertificate $args[0] -Original $args[1] -Compressed $args[1]"),
    ];

    [Fact]
    public void EachFile_GivenToEachOtherReader_SaysWhatItIs()
    {
        using var folder = new TemporaryFolder();
        ScriptResult made = module.Run(Files, folder.Path, RepositoryPaths.DigitsNetwork);
        Assert.Empty(made.Errors);
        folder.Write("box.csv", "Lower,Upper\n0,1\n0,1\n");
        folder.Write("box.vnnlib", "; a box\n(declare-const X_0 Real)\n(assert (>= X_0 0))\n(assert (<= X_0 1))\n");
        folder.Write("rows.csv", "a,b\n1,2\n3,4\n");
        File.WriteAllBytes(folder.File("rows.idx"), [0, 0, 8, 2, 0, 0, 0, 1, 0, 0, 0, 2, 5, 6]);
        var faults = new List<string>();
        foreach ((string name, string what, string[] readers) in Natures)
        {
            foreach ((string reader, string call) in Readers.Where(r => !readers.Contains(r.Name)))
            {
                if ((name, reader) is ("box.csv", "Import-InputData"))
                    continue; // two columns of numbers
                ErrorRecord error = module.Fail($"{call} -ErrorAction Stop", folder.File(name), RepositoryPaths.DigitsNetwork);
                string message = error.Exception.Message;
                bool says = message.Contains(what, StringComparison.Ordinal)
                    && (readers.Length == 0 || message.EndsWith($"{readers[0]} reads it.", StringComparison.Ordinal));
                if (!says || !message.Contains(folder.File(name), StringComparison.Ordinal))
                    faults.Add($"{reader} {name}: {message}");
            }
        }

        Assert.True(faults.Count == 0, string.Join('\n', faults));
    }

    [Fact]
    public void ADamagedFileOfTheRightKind_KeepsItsOwnAdvice()
    {
        using var folder = new TemporaryFolder();
        string file = folder.File("cut.onnx");
        File.WriteAllBytes(file, File.ReadAllBytes(RepositoryPaths.DigitsNetwork)[..5000]);
        ErrorRecord error = module.Fail("Import-ReluNetwork $args[0]", file);
        Assert.DoesNotContain("reads it", error.Exception.Message, StringComparison.Ordinal);
    }
}
