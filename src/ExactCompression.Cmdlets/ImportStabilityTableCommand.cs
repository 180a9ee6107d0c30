using System.Management.Automation;
using ExactCompression.Cmdlets.Infrastructure;
using ExactCompression.Formats;

namespace ExactCompression.Cmdlets;

/// <summary>Reads stability tables from CSV, JSON, <c>.npz</c>, or from the reference's <c>stable_neurons.npy</c>.</summary>
[Cmdlet(VerbsData.Import, "StabilityTable", DefaultParameterSetName = "Path")]
[OutputType(typeof(StabilityTable))]
public sealed class ImportStabilityTableCommand : FileInputCommand
{
    /// <summary>The network that the verdicts are of; without it, the file that the table names.</summary>
    [Parameter(Position = 1)]
    [ModuleObject("Import-ReluNetwork", typeof(ReluNetwork))]
    public ReluNetwork? Network { get; set; }

    /// <summary>The domain over which the verdicts hold, if the file does not state it.</summary>
    [Parameter]
    [ModuleObject("New-InputDomain", typeof(InputDomain))]
    public InputDomain? Domain { get; set; }

    /// <summary>Memory that the import may use, in bytes; in proportion to the file if left out.</summary>
    [Parameter]
    [ValidateRange(1L, long.MaxValue)]
    [Number]
    public long? MaximumSize { get; set; }

    private protected override void ProcessFile(string file) => Attempt(
        file,
        messages => StabilityTableFiles.Read(
            file, Network, Domain, new() { MaximumSize = MaximumSize, Cancellation = Cancellation, Warning = messages.Warning }),
        WriteObject);
}
