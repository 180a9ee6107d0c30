using System.Management.Automation;
using ExactCompression.Cmdlets.Infrastructure;
using ExactCompression.Witnesses;

namespace ExactCompression.Cmdlets;

/// <summary>Finds points of the domain that show hidden neurons to be unstable, on a GPU or the CPU's vector units.</summary>
[Cmdlet(VerbsCommon.Find, "UnstableNeuronsGpu")]
[OutputType(typeof(StabilityTable))]
public sealed class FindUnstableNeuronsGpuCommand : StabilitySearchCommand
{
    /// <summary>Where to compute: <c>Auto</c>, a kind, an index or a name from <c>Get-ComputeDevice</c>.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(ComputeDeviceCompleter))]
    [ValidateNotNullOrEmpty]
    public string Device { get; set; } = "Auto";

    private protected override StabilityTable Search(StabilityTable table, SearchOptions options, PipelineMessages messages)
    {
        using IWitnessDevice device = ComputeDevices.Select(Device, out string choice);
        messages.Verbose(choice);
        return StabilityAnalysis.FindUnstable(table, Data, device, options, Cancellation);
    }
}
