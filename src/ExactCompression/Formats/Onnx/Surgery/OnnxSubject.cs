using ExactCompression.Formats.Onnx.Schema;
using ExactCompression.Networks;

namespace ExactCompression.Formats.Onnx;

/// <summary>
/// A file that is to be changed where the network has changed, and which values and nodes of the network's graph those of the file became.
/// </summary>
/// <param name="Model">The file's model, with all data in it.</param>
/// <param name="Graph">Its graph by names.</param>
/// <param name="Opset">Version of the standard operators.</param>
/// <param name="Fault">Makes errors.</param>
/// <param name="Read">The reading of it.</param>
internal sealed record OnnxSubject(ModelProto Model, OnnxGraph Graph, long Opset, OnnxFault Fault, OnnxAttempt Read)
{
    /// <summary>Reads a file again.</summary>
    /// <param name="source">The file.</param>
    /// <param name="cancellation">When cancelled, throws.</param>
    /// <exception cref="InvalidFileException">A data file of it is not there any more.</exception>
    public static OnnxSubject Of(OnnxSource source, CancellationToken cancellation = default)
    {
        ModelProto model = source.Parse();
        source.Embed(model);
        return Of(model, source.Path, cancellation);
    }

    /// <summary>Reads a model that has all data in it.</summary>
    /// <param name="model">The model.</param>
    /// <param name="path">Its file, for messages.</param>
    /// <param name="cancellation">When cancelled, throws.</param>
    public static OnnxSubject Of(ModelProto model, string path, CancellationToken cancellation = default)
    {
        var fault = new OnnxFault(path);
        ImportBudget budget = new(new() { MaximumSize = long.MaxValue, Cancellation = cancellation }, path, 0);
        (OnnxGraph graph, OnnxAttempt read) = OnnxReader.Read(model, fault, budget, traces: true);
        return new(model, graph, OnnxReader.Opset(model, fault), fault, read);
    }

    /// <summary>What was read of a value; null for one that no output depends on.</summary>
    /// <param name="name">The value's name.</param>
    public OnnxValue? Find(string name) => Read.Trace!.Values.GetValueOrDefault(name);

    /// <summary>The constant of a name, or null.</summary>
    /// <param name="name">The value's name.</param>
    public OnnxTensor? Constant(string name) => name.Length == 0 ? null : Find(name)?.Constant;

    /// <summary>Makes sure that the file is the one that a network came from.</summary>
    /// <param name="network">The network's graph.</param>
    /// <exception cref="InvalidOperationException">It is another.</exception>
    public void Require(NetworkGraph network)
    {
        NetworkGraph read = Read.Graph;
        bool isSame = read.Nodes.Count == network.Nodes.Count
            && read.Inputs.Zip(network.Inputs).All(static pair => pair.First == pair.Second)
            && read.Nodes.Zip(network.Nodes).All(static pair => pair.First.Name == pair.Second.Name
                && pair.First.Operator.Name == pair.Second.Operator.Name && pair.First.Shape.Equals(pair.Second.Shape)
                && pair.First.Inputs.SequenceEqual(pair.Second.Inputs));
        if (!isSame)
            throw new InvalidOperationException($"'{Fault.Path}' is not the file that the network was made from.");
    }
}
