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
    [ModuleObject("Import-ReluNetwork or Invoke-LeoCompression", typeof(ReluNetwork), typeof(CompressionResult), typeof(string), typeof(FileInfo))]
    public object Compressed { get; set; } = null!;

    /// <summary>The domain that the certificate must hold over.</summary>
    [Parameter]
    [ModuleObject("New-InputDomain", typeof(InputDomain))]
    public InputDomain? Domain { get; set; }

    private protected override void ProcessFile(string file)
    {
        if (!Try(Original, () => Network(Original), out ReluNetwork original) || !Try(Compressed, () => Network(Compressed), out ReluNetwork compressed))
            return;
        Attempt(file, _ => CertificateCheck.Run(file, original, compressed, Domain, Cancellation), WriteObject);
    }

    private ReluNetwork Network(object given) => given switch
    {
        ReluNetwork network => network,
        CompressionResult result => result.Compressed,
        FileInfo info => NetworkFormats.Read(FileSystem.ResolveInput(SessionState, info.FullName)),
        _ => NetworkFormats.Read(FileSystem.ResolveInput(SessionState, (string)given)),
    };
}
