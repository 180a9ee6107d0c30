using System.Management.Automation;
using ExactCompression.Cmdlets.Infrastructure;
using ExactCompression.Formats;

namespace ExactCompression.Cmdlets;

/// <summary>Joins what several searches found about one network over one domain.</summary>
[Cmdlet(VerbsCommon.Join, "StabilityTable")]
[OutputType(typeof(StabilityTable))]
public sealed class JoinStabilityTableCommand : AsyncCommand
{
    private readonly List<StabilityTable> tables = [];

    /// <summary>The tables.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [ModuleObject("Find-StableNeurons", typeof(StabilityTable), Several = true)]
    [ValidateNotNullOrEmpty]
    public StabilityTable[] InputObject { get; set; } = null!;

    /// <inheritdoc/>
    protected override void ProcessRecord() => tables.AddRange(InputObject);

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (tables.Count > 0)
            Attempt(
                tables[0].Network,
                messages => StabilityTableJoin.Join(tables, e => messages.Error(ErrorRecords.From(e, tables[0].Network))),
                WriteObject);
    }
}
