using System.Management.Automation;
using ExactCompression.Cmdlets.Infrastructure;

namespace ExactCompression.Cmdlets;

/// <summary>Measures networks on data: accuracy, size, time a row.</summary>
[Cmdlet(VerbsDiagnostic.Measure, "ReluNetwork")]
[OutputType(typeof(ReluNetworkMeasurement))]
public sealed class MeasureReluNetworkCommand : AsyncCommand
{
    /// <summary>A network, or a compression, of which both networks are measured.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [ModuleObject("Import-ReluNetwork or Invoke-LeoCompression", typeof(ReluNetwork), typeof(CompressionResult))]
    public object InputObject { get; set; } = null!;

    /// <summary>The rows to run; without them, size and speed alone.</summary>
    [Parameter(Position = 1)]
    [ModuleObject("Import-InputData", typeof(InputData))]
    public InputData? Data { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        ReluNetwork[] networks = InputObject is CompressionResult result ? [result.Original, result.Compressed] : [(ReluNetwork)InputObject];
        foreach (ReluNetwork network in networks)
            Attempt(network, _ => NetworkMeasurement.Measure(network, Data, Cancellation), WriteObject);
    }
}
