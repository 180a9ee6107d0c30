using System.Diagnostics;
using ExactCompression.Formats;
using Xunit;

namespace ExactCompression.Tests.Formats.Bounds;

/// <summary>What NumPy makes of an archive of bounds: <c>examples/bounds.py</c>.</summary>
public sealed class BoundsInPythonTests : IDisposable
{
    private static readonly string[] Interpreters = ["/usr/bin/python3", "python3", "python"];

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [SkippableTheory]
    [InlineData(WeightPrecision.Float32)]
    [InlineData(WeightPrecision.Float64)]
    public void Example_BoundsOfTheDigits_HoldAtAllPoints(WeightPrecision precision)
    {
        string python = Python();
        ReluNetwork network = NetworkFormats.Read(TestFiles.Example("digits_48-32-24_l1-0.004.onnx"));
        NetworkFormats.Write(network, folder.File("weights.npz"));
        StabilityTable table = StabilityAnalysis.FindStable(StabilityTable.Undecided(network), null, new() { Threads = 1 }, default);
        StabilityTableFiles.Write(table, folder.File("bounds.npz"), precision: precision);

        (int exitCode, string output) = Run(python, TestFiles.Example("bounds.py"), "bounds.npz", "weights.npz", "500");

        Assert.Contains($"{network.Name} over [0,1]^64", output, StringComparison.Ordinal);
        LayerStability first = table.Layers[0];
        Assert.Contains(
            $"a0: {first.StablyActive} active, {first.StablyInactive} inactive, {first.Unstable} with a binary", output,
            StringComparison.Ordinal);
        Assert.Contains("0 of 500 x 104 pre-activations lie outside", output, StringComparison.Ordinal);
        Assert.Equal(0, exitCode);
    }

    [SkippableFact]
    public void Example_BoundsThatAreTooTight_AreFoundOut()
    {
        string python = Python();
        ReluNetwork network = NetworkFormats.Read(TestFiles.Example("digits_48-32-24_l1-0.004.onnx"));
        NetworkFormats.Write(network, folder.File("weights.npz"));
        StabilityTableFiles.Write(BoundsSamples.Unstable(network, -1e-3, 1e-3), folder.File("bounds.npz"));
        Assert.Equal(1, Run(python, TestFiles.Example("bounds.py"), "bounds.npz", "weights.npz", "100").ExitCode);
    }

    /// <summary>Shapes, types and names, as NumPy has them without pickles.</summary>
    [SkippableFact]
    public void Load_Convolutions_HaveTheirOwnNamesAndShapes()
    {
        string python = Python();
        ReluNetwork network = NetworkFormats.Read(TestFiles.Example("digits_conv_l1-0.004.onnx"));
        StabilityTableFiles.Write(StabilityTable.Undecided(network), folder.File("bounds.npz"));
        const string Script = "import numpy\nz = numpy.load('bounds.npz')\n"
            + "for n, t in zip(z['layers'], z['tensors']): "
            + "print(n, t, *(f'{z[n + k].dtype}{z[n + k].shape}' for k in ('/lower', '/upper', '/state')), z[n + '/lower'].max())";

        (int exitCode, string output) = Run(python, "-c", Script);

        Assert.Equal(0, exitCode);
        Assert.Equal(
            "/1/Relu /0/Conv_output_0 float64(8, 4, 4) float64(8, 4, 4) int8(8, 4, 4) -inf\n"
                + "/3/Relu /2/Conv_output_0 float64(16, 2, 2) float64(16, 2, 2) int8(16, 2, 2) -inf\n"
                + "/6/Relu /5/Gemm_output_0 float64(64,) float64(64,) int8(64,) -inf\n",
            output.ReplaceLineEndings("\n"));
    }

    private string Python()
    {
        foreach (string python in Interpreters)
        {
            try
            {
                if (Run(python, "-c", "import numpy").ExitCode == 0)
                    return python;
            }
            catch (System.ComponentModel.Win32Exception)
            {
                // It is not there.
            }
        }

        throw new SkipException($"SKIPPED: none of {string.Join(", ", Interpreters)} is a Python with NumPy; install NumPy to run this.");
    }

    private (int ExitCode, string Output) Run(string python, params string[] arguments)
    {
        var start = new ProcessStartInfo(python, arguments)
        {
            WorkingDirectory = folder.Path, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        using Process process = Process.Start(start)!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output + error.Result);
    }
}
