using System.Management.Automation;
using ExactCompression.Cmdlets.Infrastructure;
using ExactCompression.Formats;

namespace ExactCompression.Cmdlets;

/// <summary>Writes networks, or the compressed networks of compressions, to files; the extension selects the format.</summary>
[Cmdlet(VerbsData.Export, "ReluNetwork", SupportsShouldProcess = true)]
[OutputType(typeof(FileInfo))]
public sealed class ExportReluNetworkCommand : FileOutputCommand
{
    /// <summary>A network or a compression.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true)]
    [ModuleObject("Import-ReluNetwork or Invoke-LeoCompression", typeof(ReluNetwork), typeof(CompressionResult))]
    public object InputObject { get; set; } = null!;

    /// <summary>What weights are stored as.</summary>
    [Parameter]
    [RefuseNull]
    public StoredPrecision Precision { get; set; }

    /// <summary>Adds a function to C source that says whether an input lies in the domain.</summary>
    [Parameter]
    public SwitchParameter InputCheck { get; set; }

    /// <summary>A certificate of the compression, whose name and hash C source states.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [RefuseNull]
    public string? Certificate { get; set; }

    private protected override void RequireFormat(string file) => NetworkFormats.RequireWritable(file);

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        (ReluNetwork network, InputDomain domain) = InputObject is CompressionResult result
            ? (result.Compressed, result.Domain)
            : ((ReluNetwork)InputObject, ((ReluNetwork)InputObject).StatedDomain ?? InputDomain.Unit);
        string? certificate = null;
        if (Certificate is not null && !Try(InputObject, () => FileSystem.ResolveInput(SessionState, Certificate), out certificate))
            return;
        WriteFile(
            InputObject,
            FileNames.Of(network.Name, ".onnx"),
            (file, messages) =>
            {
                IWritableNetworkFormat format = NetworkFormats.RequireWritable(file, network);
                WeightPrecision stored = Precision.ToWeightPrecision() ?? NetworkFormats.SourcePrecision(network, file);
                if (InputObject is CompressionResult { IsProven: false })
                    messages.Warning(
                        $"Nothing proves that '{file}' computes what {network.Name} did: the compression rests on verdicts that are "
                            + $"unproven, or is a copy from outside. Test-NetworkEquivalence compares the two.");
                CSourceOptions source = new() { Compression = InputObject as CompressionResult, InputCheck = InputCheck };
                if (certificate is not null)
                    source = Certified(source, certificate);
                NetworkFormats.Write(network, file, stored, source: source, cancellation: Cancellation);
                if (!format.Holds(network, stored))
                    messages.Warning(Rounded(network, stored, NetworkFormats.WrittenDeviation(
                        network, file, stored, domain, Cancellation)));
            });
    }

    /// <summary>States a certificate, once it is known to be one of the compression.</summary>
    private CSourceOptions Certified(CSourceOptions source, string certificate)
    {
        if (source.Compression is not { } compression)
            throw StatedCertificate.Unfitting("a network");
        var stated = StatedCertificate.Of(certificate, compression, Cancellation);
        return source with { Certificate = stated.Name, CertificateHash = stated.Hash };
    }

    private static string Rounded(ReluNetwork network, WeightPrecision stored, double deviation)
    {
        bool joined = network.IsDense ? network.DenseLayers.Any(static l => !l.IsExact) : stored == WeightPrecision.Float64;
        string what = joined
            ? $"The normalisation of {network.Name} is folded into weights of the file, which are rounded to {stored}"
            : $"Weights of {network.Name} need float64 and are rounded to float32";
        string bound = double.IsFinite(deviation) ? $": no output differs by more than {BoundText.Deviation(deviation)}" : "";
        string keeps = stored == WeightPrecision.Float64
            ? ""
            : joined
            ? " -Precision Float64 rounds less." : " -Precision Float64 keeps them.";
        return $"{what}, so the file computes a slightly different function{bound}.{keeps}";
    }
}
