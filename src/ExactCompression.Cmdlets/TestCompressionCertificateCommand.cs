using System.Management.Automation;
using ExactCompression.Cmdlets.Infrastructure;
using ExactCompression.Formats;

namespace ExactCompression.Cmdlets;

/// <summary>Checks certificates of compressions against the two networks, with code that shares nothing with the search.</summary>
[Cmdlet(VerbsDiagnostic.Test, "CompressionCertificate", DefaultParameterSetName = "Path")]
[OutputType(typeof(CertificateReport))]
public sealed class TestCompressionCertificateCommand : FileInputCommand
{
    /// <summary>The network before compression: a network or its file.</summary>
    [Parameter(Mandatory = true, Position = 1)]
    [ModuleObject("Import-ReluNetwork", typeof(ReluNetwork), typeof(string), typeof(FileInfo))]
    public object Original { get; set; } = null!;

    /// <summary>The network after compression: a network, its file, or the compression.</summary>
    [Parameter(Mandatory = true, Position = 2)]
    [ModuleObject(
        "Import-ReluNetwork or Invoke-LeoCompression", typeof(ReluNetwork), typeof(CompressionResult), typeof(string), typeof(FileInfo))]
    public object Compressed { get; set; } = null!;

    /// <summary>The domain that the certificate must hold over.</summary>
    [Parameter]
    [ModuleObject("New-InputDomain", typeof(InputDomain))]
    public InputDomain? Domain { get; set; }

    /// <summary>Memory that the import may use, in bytes; in proportion to the file if left out.</summary>
    [Parameter]
    [ValidateRange(1L, long.MaxValue)]
    [Number]
    public long? MaximumSize { get; set; }

    /// <summary>How many multiplications and additions checking a certificate may take; one that needs more is not valid.</summary>
    [Parameter]
    [ValidateRange(1.0, double.PositiveInfinity)]
    [Number]
    public double MaximumWork { get; set; } = CertificateCheck.DefaultMaximumWork;

    private protected override void ProcessFile(string file)
    {
        if (!Try(Original, () => Resolved(Original), out object original)
            || !Try(Compressed, () => Resolved(Compressed), out object compressed))
            return;
        Attempt(
            file,
            messages => CertificateCheck.Run(
                file, Network(original, messages), Network(compressed, messages), Domain, MaximumWork, Cancellation),
            WriteObject);
    }

    /// <summary>A network, or the full path of one.</summary>
    private object Resolved(object given) => given switch
    {
        ReluNetwork network => network,
        CompressionResult result => CompressionCertificate.AsWritten(result.Compressed, Cancellation),
        FileInfo info => FileSystem.ResolveInput(SessionState, info.FullName),
        _ => FileSystem.ResolveInput(SessionState, (string)given),
    };

    private ReluNetwork Network(object given, PipelineMessages messages) => given as ReluNetwork
        ?? NetworkFormats.Read(
            (string)given,
            options: new() { MaximumSize = MaximumSize, Cancellation = Cancellation,
                Warning = text => messages.Warning($"{given}: {text}") });
}
