using System.Management.Automation;
using ExactCompression.Cmdlets.Infrastructure;
using ExactCompression.Formats;

namespace ExactCompression.Cmdlets;

/// <summary>Reads networks from files of any supported format.</summary>
[Cmdlet(VerbsData.Import, "ReluNetwork", DefaultParameterSetName = "Path")]
[OutputType(typeof(ReluNetwork))]
public sealed class ImportReluNetworkCommand : FileInputCommand
{
    /// <summary>The format, or <c>Auto</c> to find it from the content.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(NetworkFormatCompleter))]
    [ValidateNotNullOrEmpty]
    public string Format { get; set; } = NetworkFormatCompleter.Auto;

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        if (Try(Format, () => NetworkFormatCompleter.Canonical(Format), out string name))
            Format = name;
    }

    private protected override void ProcessFile(string file) =>
        Attempt(
            file,
            messages =>
            {
                ReluNetwork network = NetworkFormats.Read(file, Format);
                messages.Verbose($"{file}: {network.Format} {network.Architecture}, {network.ParameterCount} parameters");
                foreach ((AffineLayer layer, int number) in network.Layers.Select(static (l, i) => (l, i + 1)))
                    messages.Debug($"layer {number}: {layer.Inputs} to {layer.Outputs}, {layer.Activation}, {layer.NonZeroConnectionCount} weights not 0, {layer.Precision}{(layer.IsExact ? "" : ", rounded when joined")}");
                return network;
            },
            WriteObject);
}
