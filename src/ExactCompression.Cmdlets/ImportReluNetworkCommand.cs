using System.Management.Automation;
using ExactCompression.Cmdlets.Infrastructure;
using ExactCompression.Formats;

namespace ExactCompression.Cmdlets;

/// <summary>Reads networks from files of any supported format.</summary>
[Cmdlet(VerbsData.Import, "ReluNetwork", DefaultParameterSetName = "Path")]
[OutputType(typeof(ReluNetwork))]
public sealed class ImportReluNetworkCommand : FileInputCommand
{
    private bool refused;

    /// <summary>The format, or <c>Auto</c> to detect it from the content.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(NetworkFormatCompleter))]
    [ValidateNotNullOrEmpty]
    public string Format { get; set; } = NetworkFormatCompleter.Auto;

    /// <summary>Memory that one import may use, in bytes; in proportion to the file if left out.</summary>
    [Parameter]
    [ValidateRange(1L, long.MaxValue)]
    [Number]
    public long? MaximumSize { get; set; }

    /// <summary>What follows hidden layers if the file does not state it; ReLU, with a warning, if left out.</summary>
    [Parameter]
    [RefuseNull]
    public Activation? Activation { get; set; }

    /// <summary>What determines the order of layers in a file of named tensors.</summary>
    [Parameter]
    [RefuseNull]
    public LayerOrdering Order { get; set; }

    /// <summary>Only tensors whose names begin with this are read.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Prefix { get; set; }

    /// <summary>
    /// Shape of one input, without the batch, for modules that were pickled whole and ONNX files that leave sizes open; a hashtable of
    /// names and shapes where several inputs do.
    /// </summary>
    [Parameter]
    [InputShape]
    [ValidateNotNull]
    public object? InputShape { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        if (Prepare(Format, () => NetworkFormatCompleter.Canonical(Format), out string name))
            Format = name;
        else
            refused = true;
    }

    private protected override void ProcessFile(string file)
    {
        if (refused)
            return;
        Attempt(
            file,
            messages =>
            {
                ReluNetwork network = NetworkFormats.Read(file, Format, Options(file, messages));
                messages.Verbose($"{file}: {network.Format} {network.Architecture}, {network.ParameterCount} parameters");
                if (network.Remarks.Count > 0 && !network.HasOpaqueLayers) // else there is a warning
                    messages.Verbose($"{file}: {NetworkFormats.Remarks(network)}");
                foreach ((NetworkLayer layer, int number) in network.Layers.Select(static (l, i) => (l, i + 1)))
                    messages.Debug(Described(layer, number));
                return network;
            },
            WriteObject);
    }

    private static string Described(NetworkLayer layer, int number) => layer is AffineLayer dense
        ? $"layer {number}: {dense.Inputs} to {dense.Outputs}, {dense.Activation}, {dense.NonZeroConnectionCount} weights "
            + $"not 0, {dense.Precision}{(dense.IsExact ? "" : ", rounded when joined")}"
        : $"layer {number}: {layer}, {layer.Activation}, {layer.NonZeroConnectionCount} weights not 0";

    private ImportOptions Options(string file, PipelineMessages messages) => new()
    {
        MaximumSize = MaximumSize,
        Cancellation = Cancellation,
        Warning = text => messages.Warning($"{file}: {text}"),
        Activation = Activation,
        Order = Order,
        Prefix = Prefix,
        InputShape = InputShape is int[] shape ? ImportOptions.ShapeOf(shape) : null,
        InputShapes = (InputShape as Dictionary<string, int[]>)?.ToDictionary(
            static named => named.Key, static named => ImportOptions.ShapeOf(named.Value)),
    };
}
