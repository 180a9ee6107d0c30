using System.Management.Automation;
using ExactCompression.Cmdlets.Infrastructure;
using ExactCompression.Formats;

namespace ExactCompression.Cmdlets;

/// <summary>Reads rows of inputs, with their labels if there are any.</summary>
[Cmdlet(VerbsData.Import, "InputData", DefaultParameterSetName = "Path")]
[OutputType(typeof(InputData))]
public sealed class ImportInputDataCommand : FileInputCommand
{
    /// <summary>The format, or <c>Auto</c> to detect it from the content.</summary>
    [Parameter]
    [ValidateSet("Auto", "Idx", "Csv", "Npy", "Cifar10", "Cifar100")]
    [RefuseNull]
    public string Format { get; set; } = "Auto";

    /// <summary>A file with the labels, if the data file has none.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? LabelPath { get; set; }

    /// <summary>Which column of a CSV file is the label.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(LabelColumnCompleter))]
    [ValidateNotNullOrEmpty]
    public string LabelColumn { get; set; } = "Auto";

    /// <summary>Whether a CSV file begins with a header; detected from the content if left out.</summary>
    [Parameter]
    public SwitchParameter Header { get; set; }

    /// <summary>What every value is multiplied by.</summary>
    [Parameter]
    [Number]
    public double? Scale { get; set; }

    /// <summary>Memory that the import may use, in bytes; in proportion to the file if left out.</summary>
    [Parameter]
    [ValidateRange(1L, long.MaxValue)]
    [Number]
    public long? MaximumSize { get; set; }

    private protected override void ProcessFile(string file)
    {
        string? labels = null;
        if (LabelPath is not null && !Try(LabelPath, () => FileSystem.ResolveInput(SessionState, LabelPath), out labels))
            return;
        var options = new InputDataOptions
        {
            Format = Format,
            LabelPath = labels,
            LabelColumn = LabelColumn,
            Header = MyInvocation.BoundParameters.ContainsKey(nameof(Header)) ? Header.IsPresent : null,
            Scale = Scale,
        };
        Attempt(file, _ => InputDataFiles.Read(file, options, new() { MaximumSize = MaximumSize, Cancellation = Cancellation }),
            WriteObject);
    }
}
