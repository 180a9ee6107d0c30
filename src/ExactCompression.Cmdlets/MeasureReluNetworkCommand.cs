using System.Globalization;
using System.Management.Automation;
using ExactCompression.Cmdlets.Infrastructure;

namespace ExactCompression.Cmdlets;

/// <summary>Measures networks on data: accuracy, size, time per row.</summary>
[Cmdlet(VerbsDiagnostic.Measure, "ReluNetwork")]
[OutputType(typeof(ReluNetworkMeasurement))]
public sealed class MeasureReluNetworkCommand : AsyncCommand
{
    private readonly DataOutside outside = new(DataOutside.Measured);
    private bool isRangeTold;

    /// <summary>A network, or a compression, both of whose networks are measured.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [ModuleObject("Import-ReluNetwork or Invoke-LeoCompression", typeof(ReluNetwork), typeof(CompressionResult))]
    public object InputObject { get; set; } = null!;

    /// <summary>The rows to run; without them, only size and speed.</summary>
    [Parameter(Position = 1)]
    [ModuleObject("Import-InputData", typeof(InputData))]
    public InputData? Data { get; set; }

    /// <summary>The domain whose rows accuracy is measured on; that of a compression if left out.</summary>
    [Parameter]
    [ModuleObject("New-InputDomain", typeof(InputDomain))]
    public InputDomain? Domain { get; set; }

    /// <summary>The shared library of ONNX Runtime, or a folder that has it, to measure its times too.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? OnnxRuntime { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => Attempt(InputObject, _ => Measured(), Write);

    private void Write(IReadOnlyList<ReluNetworkMeasurement> measurements)
    {
        ReluNetworkMeasurement first = measurements[0];
        if (first.RowsInside < first.Rows && outside.Warning(Data, first.Domain) is { } warning)
            WriteWarning(warning);
        if (first is { Domain: null, Network.StatedDomain: null } && Data is not null && !isRangeTold)
            WriteRange(Data);
        WriteObject(measurements, enumerateCollection: true);
    }

    /// <summary>Accuracy at another scale than that of training looks like a poor network.</summary>
    private void WriteRange(InputData data)
    {
        isRangeTold = true;
        (float least, float most) = (0, 0);
        foreach (float value in data.Values.Span)
            (least, most) = (Math.Min(least, value), Math.Max(most, value));
        if (least < 0 || most > 1)
            WriteWarning(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"The values of {data.Name} range from {least} to {most}, beyond the default domain [0,1]. If the network takes ")
                    + "scaled values, import them with -Scale; if it takes these, say so with -Domain.");
    }

    private IReadOnlyList<ReluNetworkMeasurement> Measured()
    {
        var options = new MeasurementOptions
        {
            Domain = Domain,
            OnnxRuntime = OnnxRuntime is null ? null : FileSystem.Resolve(SessionState, OnnxRuntime),
        };
        return InputObject is CompressionResult result
            ? NetworkMeasurement.Measure(result, Data, options, Cancellation)
            : [NetworkMeasurement.Measure((ReluNetwork)InputObject, Data, options, Cancellation)];
    }
}
