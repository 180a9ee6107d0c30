using System.Management.Automation;
using ExactCompression.Cmdlets.Infrastructure;
using ExactCompression.Formats;

namespace ExactCompression.Cmdlets;

/// <summary>Makes the box of inputs over which verdicts hold.</summary>
[Cmdlet(VerbsCommon.New, "InputDomain", DefaultParameterSetName = BoundsSet)]
[OutputType(typeof(InputDomain))]
public sealed class NewInputDomainCommand : AsyncCommand
{
    private const string BoundsSet = "Bounds";
    private const string BallSet = "Ball";
    private const string RowSet = "Row";
    private const string DataSet = "FromData";
    private const string PathSet = "Path";

    /// <summary>Lower ends: one for all inputs, or one per input.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = BoundsSet)]
    [DomainEnd(false)]
    public double[] Lower { get; set; } = [];

    /// <summary>Upper ends: one for all inputs, or one per input.</summary>
    [Parameter(Mandatory = true, Position = 1, ParameterSetName = BoundsSet)]
    [DomainEnd(true)]
    public double[] Upper { get; set; } = [];

    /// <summary>Number of inputs; without it, two single ends fit any network.</summary>
    [Parameter(ParameterSetName = BoundsSet)]
    [ValidateRange(1, int.MaxValue)]
    [Number]
    public int? Size { get; set; }

    /// <summary>The centre of a ball, one value per input.</summary>
    [Parameter(Mandatory = true, ParameterSetName = BallSet)]
    [Number]
    public double[] Center { get; set; } = [];

    /// <summary>Data with the centre as one of its rows.</summary>
    [Parameter(Mandatory = true, ParameterSetName = RowSet)]
    [ModuleObject("Import-InputData", typeof(InputData))]
    public InputData Data { get; set; } = null!;

    /// <summary>The row that is the centre, from 0.</summary>
    [Parameter(Mandatory = true, ParameterSetName = RowSet)]
    [ValidateRange(0, int.MaxValue)]
    [Number]
    public int Row { get; set; }

    /// <summary>How far each input may be from the centre.</summary>
    [Parameter(Mandatory = true, ParameterSetName = BallSet)]
    [Parameter(Mandatory = true, ParameterSetName = RowSet)]
    [DomainEnd(true)]
    public double Radius { get; set; }

    /// <summary>Data whose range, input by input, is the domain.</summary>
    [Parameter(Mandatory = true, ParameterSetName = DataSet)]
    [ModuleObject("Import-InputData", typeof(InputData))]
    public InputData FromData { get; set; } = null!;

    /// <summary>How far each input may go beyond the data.</summary>
    [Parameter(ParameterSetName = DataSet)]
    [DomainEnd(true)]
    public double Margin { get; set; }

    /// <summary>No input goes below this.</summary>
    [Parameter(ParameterSetName = BallSet)]
    [Parameter(ParameterSetName = RowSet)]
    [Parameter(ParameterSetName = DataSet)]
    [DomainEnd(false)]
    public double ClipLower { get; set; } = double.NegativeInfinity;

    /// <summary>No input goes above this.</summary>
    [Parameter(ParameterSetName = BallSet)]
    [Parameter(ParameterSetName = RowSet)]
    [Parameter(ParameterSetName = DataSet)]
    [DomainEnd(true)]
    public double ClipUpper { get; set; } = double.PositiveInfinity;

    /// <summary>A file that states the domain: VNN-LIB or CSV.</summary>
    [Parameter(Mandatory = true, ParameterSetName = PathSet)]
    [Alias("LiteralPath")]
    [ValidateNotNullOrEmpty]
    public string Path { get; set; } = "";

    /// <summary>Memory that the import may use, in bytes; in proportion to the file if left out.</summary>
    [Parameter(ParameterSetName = PathSet)]
    [ValidateRange(1L, long.MaxValue)]
    [Number]
    public long? MaximumSize { get; set; }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (ParameterSetName == PathSet)
        {
            if (Try(Path, () => FileSystem.ResolveInput(SessionState, Path), out string file))
                Attempt(file, messages => InputDomainFiles.Read(file, Options(file, messages)), WriteObject);
            return;
        }

        if (Prepare(null as object, Make, out InputDomain domain))
            WriteObject(domain);
    }

    private ImportOptions Options(string file, PipelineMessages messages) => new()
    {
        MaximumSize = MaximumSize,
        Cancellation = Cancellation,
        Warning = text => messages.Warning($"{file}: {text}"),
    };

    private InputDomain Make() => ParameterSetName switch
    {
        BallSet => InputDomain.Ball(Center, Radius, ClipLower, ClipUpper),
        RowSet => InputDomain.Ball(Data, Row, Radius, ClipLower, ClipUpper),
        DataSet => InputDomain.OfData(FromData, Margin, ClipLower, ClipUpper),
        _ => Domains.Between(Lower, Upper, Size),
    };
}
