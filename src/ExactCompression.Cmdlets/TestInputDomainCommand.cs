using System.Management.Automation;
using ExactCompression.Cmdlets.Infrastructure;

namespace ExactCompression.Cmdlets;

/// <summary>Says which rows of data lie in a domain, and how far the others lie outside.</summary>
[Cmdlet(VerbsDiagnostic.Test, "InputDomain")]
[OutputType(typeof(InputDomainReport), typeof(InputExcess))]
public sealed class TestInputDomainCommand : AsyncCommand
{
    /// <summary>The rows.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [ModuleObject("Import-InputData", typeof(InputData))]
    public InputData Data { get; set; } = null!;

    /// <summary>The domain, or what holds over one: a table of verdicts, or a compression.</summary>
    [Parameter(Position = 1)]
    [ModuleObject("New-InputDomain", typeof(InputDomain), typeof(StabilityTable), typeof(CompressionResult))]
    public object Domain { get; set; } = InputDomain.Unit;

    /// <summary>Output an object for each row.</summary>
    [Parameter]
    public SwitchParameter PerRow { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => Attempt(Data, _ => InputDomainReport.Of(Data, Box()), report =>
    {
        if (PerRow)
            WriteObject(report.EachRow(), enumerateCollection: true);
        else
            WriteObject(report);
    });

    private InputDomain Box() => Domain switch
    {
        StabilityTable table => table.Domain,
        CompressionResult result => result.Domain,
        _ => (InputDomain)Domain,
    };
}
