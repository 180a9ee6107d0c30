using System.Management.Automation;
using ExactCompression.Cmdlets.Infrastructure;
using ExactCompression.Formats;

namespace ExactCompression.Cmdlets;

/// <summary>Draws verdicts, compressions and sweeps, as PNG or SVG by the file's extension.</summary>
[Cmdlet(VerbsData.Export, "StabilityPlot", SupportsShouldProcess = true)]
[OutputType(typeof(FileInfo))]
public sealed class ExportStabilityPlotCommand : ViewableFileCommand
{
    private readonly PlotRowCollector rows = new();

    /// <summary>A table of verdicts, a compression, the CSV of a sweep or its rows.</summary>
    [Parameter(Mandatory = true, Position = 1, ValueFromPipeline = true)]
    [ValidateNotNull]
    public PSObject InputObject { get; set; } = null!;

    /// <summary>What the picture shows.</summary>
    [Parameter]
    [RefuseNull]
    public StabilityPlotKind Kind { get; set; }

    /// <summary>The hidden layers whose bounds are shown, from 1.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    [Number]
    public int[]? Layer { get; set; }

    /// <summary>The column of a sweep on the horizontal axis.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(SweepColumnCompleter))]
    [RefuseNull]
    public string? X { get; set; }

    /// <summary>The columns of a sweep that are shown.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(SweepColumnCompleter))]
    [RefuseNull]
    public string[] Y { get; set; } = [];

    /// <summary>The columns of a sweep whose values give separate lines.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(SweepColumnCompleter))]
    [RefuseNull]
    public string[] GroupBy { get; set; } = [];

    /// <summary>The scale of the horizontal axis.</summary>
    [Parameter]
    [RefuseNull]
    public PlotScale XScale { get; set; }

    /// <summary>The title of the plot.</summary>
    [Parameter]
    [AllowEmptyString]
    [RefuseNull]
    public string? Title { get; set; }

    /// <summary>Width in pixels, before -Scale.</summary>
    [Parameter]
    [ValidateRange(PictureOptions.MinimalSize, PictureOptions.MaximalSize)]
    [Number]
    public int Width { get; set; } = new PictureOptions().Width;

    /// <summary>Height in pixels, before -Scale; by default as needed.</summary>
    [Parameter]
    [ValidateRange(PictureOptions.MinimalSize, PictureOptions.MaximalSize)]
    [Number]
    public int? Height { get; set; }

    /// <summary>Pixels of the file for each pixel of the plot.</summary>
    [Parameter]
    [ValidateRange(0.25, 10.0)]
    [Number]
    public double Scale { get; set; } = 1;

    private protected override void RequireFormat(string file) => Picture.RequireExtension(file);

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        // Not bound to a type, which would strip rows of their columns; so objects from jobs are revived here.
        if (!Try(InputObject, () => LiveObjects.Revive(InputObject) ?? InputObject.BaseObject, out object input))
            return;
        switch (input)
        {
            case StabilityTable table:
                Draw(table, table.Network.Name, StabilityPlotKind.States, kind => PictureOf(table, kind));
                break;
            case CompressionResult result:
                Draw(result, result.Original.Name, StabilityPlotKind.Layers,
                    kind => kind == StabilityPlotKind.Layers ? StabilityPlot.Layers(result) : PictureOf(result.Table, kind));
                break;
            default:
                if (Try(InputObject, () => PlotRowCollector.FileOf(SessionState, InputObject), out string? file))
                    rows.Add(InputObject, file);
                break;
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (rows.IsEmpty)
            return;
        Draw(rows, rows.Name, StabilityPlotKind.Compression, kind => kind == StabilityPlotKind.Compression
            ? StabilityPlot.Compression(rows.Read(Cancellation), new() { X = X, Y = Y, GroupBy = GroupBy, XScale = XScale })
            : throw WrongKind(kind, "rows of a sweep", StabilityPlotKind.Compression));
    }

    private static InvalidInputException WrongKind(StabilityPlotKind kind, string input, params StabilityPlotKind[] possible) =>
        new("PlotKindDoesNotFit", $"-Kind {kind} does not fit {input}.", $"For these it is {string.Join(" or ", possible)}.");

    private Picture PictureOf(StabilityTable table, StabilityPlotKind kind) => kind switch
    {
        StabilityPlotKind.States => StabilityPlot.States(table),
        StabilityPlotKind.Bounds => StabilityPlot.Bounds(table, Layer),
        StabilityPlotKind.Layers =>
            throw WrongKind(
                kind, "a table of verdicts, which says nothing about a compression", StabilityPlotKind.States, StabilityPlotKind.Bounds),
        _ => throw WrongKind(kind, "a single network", StabilityPlotKind.States, StabilityPlotKind.Bounds),
    };

    /// <summary>Refuses parameters that say how another kind of plot is drawn.</summary>
    private void RequireFitting(StabilityPlotKind kind)
    {
        foreach (string parameter in (string[])[nameof(Layer), nameof(X), nameof(Y), nameof(GroupBy), nameof(XScale)])
        {
            StabilityPlotKind of = parameter == nameof(Layer) ? StabilityPlotKind.Bounds : StabilityPlotKind.Compression;
            if (kind != of && MyInvocation.BoundParameters.ContainsKey(parameter))
                throw new InvalidInputException(
                    "PlotParameterDoesNotFit", $"-{parameter} has no meaning for a plot of kind {kind}.",
                    of == StabilityPlotKind.Bounds
                        ? $"Give -Kind {of}, or leave -{parameter} out."
                        : "It is for rows of a sweep: leave it out.");
        }
    }

    private void Draw(object input, string name, StabilityPlotKind usual, Func<StabilityPlotKind, Picture> make)
    {
        StabilityPlotKind kind = Kind == StabilityPlotKind.Auto ? usual : Kind;
        var options = new PictureOptions { Width = Width, Height = Height, Scale = Scale, Title = Title };
        WriteFile(input, FileNames.Of(name, $".{kind}.png").ToLowerInvariant(), (file, messages) =>
        {
            Picture.RequireExtension(file);
            RequireFitting(kind);
            Picture picture = make(kind);
            foreach (string note in picture.Notes)
                messages.Warning(note);
            if (picture.TitleNote(options) is { } missing)
                messages.Warning(missing);
            picture.Write(file, options);
        });
    }
}
