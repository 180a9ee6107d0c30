using System.Management.Automation;
using ExactCompression.Cmdlets.Infrastructure;

namespace ExactCompression.Cmdlets;

/// <summary>Lists what witness search can run on: the CPU's vector units and ILGPU's accelerators.</summary>
[Cmdlet(VerbsCommon.Get, "ComputeDevice")]
[OutputType(typeof(ComputeDevice))]
public sealed class GetComputeDeviceCommand : AsyncCommand
{
    /// <inheritdoc/>
    protected override void ProcessRecord() =>
        Attempt(null, static _ => ComputeDevices.List(), devices => WriteObject(devices, enumerateCollection: true));
}
