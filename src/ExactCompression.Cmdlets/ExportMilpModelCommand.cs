using System.Globalization;
using System.Management.Automation;
using ExactCompression.Cmdlets.Infrastructure;
using ExactCompression.Formats;

namespace ExactCompression.Cmdlets;

/// <summary>Writes networks as mixed-integer linear programs, with proven constants: MPS or LP.</summary>
[Cmdlet(VerbsData.Export, "MilpModel", SupportsShouldProcess = true, DefaultParameterSetName = PlainSet)]
[OutputType(typeof(FileInfo))]
public sealed class ExportMilpModelCommand : FileOutputCommand
{
    private const string PlainSet = "NoObjective", MaximizeSet = "Maximize", MinimizeSet = "Minimize";

    /// <summary>The network with what is known of it: a table, or a compression.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true)]
    [ModuleObject("Find-StableNeurons or Invoke-LeoCompression", typeof(StabilityTable), typeof(CompressionResult))]
    public object InputObject { get; set; } = null!;

    /// <summary>The output to maximise, from 0.</summary>
    [Parameter(Mandatory = true, ParameterSetName = MaximizeSet)]
    [ValidateRange(0, int.MaxValue)]
    [Number]
    public int Maximize { get; set; }

    /// <summary>The output to minimise, from 0.</summary>
    [Parameter(Mandatory = true, ParameterSetName = MinimizeSet)]
    [ValidateRange(0, int.MaxValue)]
    [Number]
    public int Minimize { get; set; }

    /// <summary>How long to search for the optimum first, as a time or a number of seconds; left out, not at all.</summary>
    [Parameter(ParameterSetName = MaximizeSet)]
    [Parameter(ParameterSetName = MinimizeSet)]
    [TimeLimit]
    public TimeSpan SearchTime { get; set; }

    /// <summary>Add the row that bounds each open unit without its binary variable.</summary>
    [Parameter]
    public SwitchParameter TriangleCuts { get; set; }

    private protected override void RequireFormat(string file) => MilpModelFiles.RequireWritable(file);

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        StabilityTable table = InputObject is CompressionResult result
            ? StabilityTable.Undecided(result.Compressed, result.Domain) : (StabilityTable)InputObject;
        var options = new MilpModelOptions
        {
            Output = ParameterSetName switch { MaximizeSet => Maximize, MinimizeSet => Minimize, _ => null },
            Maximize = ParameterSetName != MinimizeSet,
            TriangleCuts = TriangleCuts,
            SearchTime = SearchTime,
        };
        WriteFile(InputObject, FileNames.Of(table.Network.Name, ".mps"), (file, messages) =>
        {
            string start = MilpModelFiles.StartOf(file);
            if (NoClobber && SearchTime > TimeSpan.Zero)
                RequireNew(start);
            if (table.UnprovenStable > 0)
                messages.Warning(
                    $"{table.UnprovenStable} of the stable neurons of '{table.Network.Name}' are unproven (MILP verdicts, or imported): "
                        + "their signs stay open in the program.");
            MilpModel model = MilpModels.Of(table, options, Cancellation);
            messages.Verbose(
                $"{model.Variables.Count} variables, {model.Binaries} of them binary, {model.Rows.Count} rows, {model.Terms} coefficients");
            MilpModelFiles.Write(model, file, cancellation: Cancellation);
            if (model.Start is not null)
            {
                MilpModelFiles.WriteStart(model, start, overwrite: !NoClobber, Cancellation);
                MilpVariable sought = model.Variables[model.Objective!.Column];
                messages.Verbose(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{sought.Name} is between {sought.Lower:G9} and {sought.Upper:G9}, and {model.Start[model.Objective.Column]:G9} at "
                        + $"the best input found, which is in {start}"));
            }
        });
    }
}
