using System.Management.Automation;

namespace ExactCompression.Cmdlets.Views;

/// <summary>
/// Properties that exist for display alone. If objects of several types are in one stream, PowerShell ignores the views and lists the
/// default display set of each type: there, the type data shows these, hidden from Get-Member, in place of raw numbers and of text from
/// files.
/// </summary>
public static class DisplayText
{
    /// <summary>The time of a search, a stage or a check.</summary>
    /// <param name="instance">A table, a stage or a report.</param>
    public static string Time(PSObject instance) => Units.Time(instance.BaseObject switch
    {
        StabilityTable table => table.Elapsed,
        StageReport stage => stage.Elapsed,
        CertificateReport report => report.Elapsed,
        _ => TimeSpan.Zero,
    });

    /// <summary>The name of a network, data or a domain, without control characters.</summary>
    /// <param name="instance">The object.</param>
    public static string Name(PSObject instance) => PrintableText.Of(instance.BaseObject switch
    {
        ReluNetwork network => network.Name,
        InputData data => data.Name,
        InputDomain domain => domain.Description,
        _ => "",
    });

    /// <summary>The file that a network came from; empty for none.</summary>
    /// <param name="instance">A network.</param>
    public static string File(PSObject instance) => PrintableText.Of(((ReluNetwork)instance.BaseObject).Path ?? "");

    /// <summary>What settled a neuron.</summary>
    /// <param name="instance">A verdict.</param>
    public static string Evidence(PSObject instance) => PrintableText.Of(((NeuronStability)instance.BaseObject).Evidence);

    /// <summary>The time of a network per row.</summary>
    /// <param name="instance">A measurement.</param>
    public static string RowTime(PSObject instance) => ((ReluNetworkMeasurement)instance.BaseObject).RowMicroseconds is { } time ? Units.Seconds(time / 1e6) : "";

    /// <summary>The size of a network's weights and biases.</summary>
    /// <param name="instance">A measurement.</param>
    public static string Size(PSObject instance) => Units.Bytes(((ReluNetworkMeasurement)instance.BaseObject).Bytes);

    /// <summary>The widths of the layers before and after.</summary>
    /// <param name="instance">A compression.</param>
    public static string Architecture(PSObject instance) => instance.BaseObject.ToString()!;

    /// <summary>What is known about the difference of the outputs.</summary>
    /// <param name="instance">A compression or a report.</param>
    public static string Deviation(PSObject instance) => instance.BaseObject switch
    {
        CompressionResult { IsProven: false } result => CompressionResultView.Unproven(result),
        CompressionResult result => $"at most {BoundText.Deviation(result.ProvenDeviation)}, proven",
        EquivalenceReport report => EquivalenceReportView.Deviation(report),
        CertificateReport { Valid: true } report => $"at most {BoundText.Deviation(report.ProvenDeviation)}, proven",
        _ => "",
    };

    /// <summary>The bounds of a neuron's pre-activation.</summary>
    /// <param name="instance">A verdict.</param>
    public static string Bounds(PSObject instance)
    {
        var neuron = (NeuronStability)instance.BaseObject;
        return $"{BoundText.Lower(neuron.LowerBound, 3)} to {BoundText.Upper(neuron.UpperBound, 3)}";
    }
}
