using System.Runtime.InteropServices;
using System.Text;
using ExactCompression.Networks;

namespace ExactCompression.Formats;

/// <summary>Writes objects as <see cref="PortableForm"/> has them.</summary>
/// <param name="stream">Where to; it stays open.</param>
internal sealed class PortableWriter(Stream stream) : IDisposable
{
    private readonly BinaryWriter writer = new(stream, Encoding.UTF8, leaveOpen: true);

    /// <summary>Writes a network.</summary>
    public void Network(ReluNetwork network)
    {
        writer.Write(network.Name);
        Text(network.Path);
        Text(network.Format);
        writer.Write(network.StatedDomain is not null);
        if (network.StatedDomain is { } stated)
            Domain(stated);
        if (network.Graph is { } graph)
        {
            writer.Write(0); // layers of a chain
            Graph(network, graph);
            return;
        }

        if (PortableModel.OfChain(network) is { } file)
        {
            writer.Write(0);
            Model(file);
            return;
        }

        writer.Write(network.DenseLayers.Count);
        foreach (AffineLayer layer in network.DenseLayers)
        {
            writer.Write(layer.Outputs);
            writer.Write(layer.Inputs);
            writer.Write((byte)layer.Activation);
            writer.Write((byte)layer.SourcePrecision);
            Numbers(layer.Weights.Span);
            Numbers(layer.Bias.Span);
            Parts(layer.Parts ?? []);
            writer.Write(layer.IsExact);
            if (layer.IsExact)
                continue;
            Numbers(layer.WeightRadius.Span);
            Numbers(layer.BiasRadius.Span);
        }

        writer.Write(network.Training is not null);
        if (network.Training is { } training)
            Training(training);
        writer.Write(network.Interface is not null);
        if (network.Interface is { } model)
            Interface(model);
    }

    private void Graph(ReluNetwork network, NetworkGraph graph)
    {
        byte[]? model = PortableModel.Of(network);
        if (model is not null)
        {
            Model(model);
            return;
        }

        writer.Write(false);

        new PortableGraphWriter(writer, values => Numbers(values), Part).Graph(graph);
        writer.Write(network.Interface is not null);
        if (network.Interface is { } stated)
            Interface(stated);
        writer.Write(network.Remarks.Count);
        foreach (string remark in network.Remarks)
            writer.Write(remark);
        writer.Write(network.Training is not null);
        if (network.Training is { } training)
            Training(training);
    }

    private void Model(byte[] file)
    {
        writer.Write(true);
        writer.Write(file.Length);
        writer.Write(file);
    }

    private void Interface(ModelInterface model)
    {
        foreach (IReadOnlyList<ModelTensor> tensors in (IReadOnlyList<ModelTensor>[])[model.Inputs, model.Outputs])
        {
            writer.Write(tensors.Count);
            foreach (ModelTensor tensor in tensors)
                Tensor(tensor);
        }

        writer.Write(model.GraphName);
        writer.Write(model.Producer);
        writer.Write(model.ProducerVersion);
        writer.Write(model.Domain);
        writer.Write(model.Version);
        writer.Write(model.Description);
        writer.Write(model.Metadata.Count);
        foreach ((string key, string value) in model.Metadata)
        {
            writer.Write(key);
            writer.Write(value);
        }
    }

    private void Tensor(ModelTensor tensor)
    {
        writer.Write(tensor.Name);
        writer.Write(tensor.Shape.Count);
        foreach (ModelDimension dimension in tensor.Shape)
        {
            writer.Write(dimension.Size);
            Text(dimension.Symbol);
        }
    }

    /// <summary>Writes how a network was trained.</summary>
    public void Training(TrainingHistory history)
    {
        ClassifierOptions options = history.Options;
        writer.Write(options.Hidden.Length);
        foreach (int width in options.Hidden)
            writer.Write(width);
        writer.Write(options.L1);
        writer.Write(options.Epochs);
        writer.Write(options.BatchSize);
        writer.Write(options.LearningRate);
        writer.Write(options.Momentum);
        writer.Write(options.LearningRateDecay);
        writer.Write(options.Seed);
        writer.Write((byte)options.Optimizer);
        writer.Write((byte)options.L1Mode);
        Numbers(options.Stability);
        writer.Write((byte)options.StabilityMode);
        writer.Write(options.StabilityRadius);
        writer.Write(options.Architecture);
        writer.Write(options.InputShape.Length);
        foreach (int extent in options.InputShape)
            writer.Write(extent);
        writer.Write(options.BatchNormalization);
        writer.Write(options.FilterPenalty);
        writer.Write(options.ScalePenalty);
        writer.Write(options.ValidationFraction);
        writer.Write(options.Threads);
        writer.Write(history.Data);
        writer.Write(history.TrainRows);
        writer.Write(history.ValidationRows);
        writer.Write(history.Steps);
        writer.Write(history.Completed);
        writer.Write(history.Epochs.Count);
        foreach (TrainingEpoch epoch in history.Epochs)
        {
            writer.Write(epoch.Epoch);
            writer.Write(epoch.Loss);
            writer.Write(epoch.TrainAccuracy);
            writer.Write(epoch.ValidationAccuracy ?? double.NaN);
            writer.Write(epoch.ZeroWeights);
            writer.Write(epoch.LearningRate);
            writer.Write(epoch.Seconds);
        }
    }

    /// <summary>Writes a domain.</summary>
    public void Domain(InputDomain domain)
    {
        writer.Write(domain.Size is not null);
        writer.Write(domain.Name ?? "");
        Numbers(domain.Lower.Span);
        Numbers(domain.Upper.Span);
    }

    /// <summary>Writes rows of data.</summary>
    public void Data(InputData data)
    {
        writer.Write(data.Name);
        writer.Write(data.Rows);
        writer.Write(data.Columns);
        writer.Write(data.Scale);
        writer.Write(data.HasLabels);
        writer.Write(MemoryMarshal.AsBytes(data.Values.Span));
        writer.Write(MemoryMarshal.AsBytes(data.Labels.Span));
        writer.Write(data.Ranges is not null);
        if (data.Ranges is not { } ranges)
            return;
        Numbers(ranges.Lower.Span);
        Numbers(ranges.Upper.Span);
    }

    /// <summary>Writes verdicts with their network.</summary>
    public void Table(StabilityTable table)
    {
        Network(table.Network);
        Domain(table.Domain);
        writer.Write(table.Elapsed.Ticks);
        Text(table.Device);
        writer.Write(table.Stages.Count);
        foreach (StageReport stage in table.Stages)
        {
            writer.Write(stage.Name);
            writer.Write(stage.Elapsed.Ticks);
            writer.Write(stage.Decided);
        }

        foreach (NeuronStability neuron in table.Neurons)
        {
            writer.Write((byte)neuron.State);
            writer.Write(neuron.LowerBound);
            writer.Write(neuron.UpperBound);
            writer.Write(neuron.Basis.Stated ?? neuron.Evidence); // the reader marks it as imported again
            Witness(neuron.PositiveWitness);
            Witness(neuron.NegativeWitness);
        }
    }

    /// <summary>Writes a compression with the verdicts it rests on.</summary>
    public void Compression(CompressionResult result)
    {
        Table(result.Table);
        Network(result.Compressed);
        writer.Write(result.ConditionalDeviation);
        writer.Write(result.Unconfirmed);
        writer.Write(result.Steps.Count);
        foreach (CompressionStep step in result.Steps)
        {
            writer.Write((byte)step.Kind);
            writer.Write(step.Layer);
            writer.Write(step.Neurons.Count);
            foreach (int neuron in step.Neurons)
                writer.Write(neuron);
            writer.Write(step.Description);
            writer.Write(step.Added);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => writer.Dispose();

    private void Parts(IReadOnlyList<AffinePart> parts)
    {
        writer.Write(parts.Count);
        foreach (AffinePart part in parts)
            Part(part);
    }

    private void Part(AffinePart part)
    {
        writer.Write((byte)part.Kind);
        writer.Write(part.Outputs);
        writer.Write(part.Inputs);
        writer.Write((byte)part.Precision);
        writer.Write(part.Epsilon);
        writer.Write(part.Values.Count);
        foreach (double[] values in part.Values)
            Numbers(values);
    }

    private void Witness(double[]? witness)
    {
        writer.Write(witness is not null);
        if (witness is not null)
            Numbers(witness);
    }

    private void Text(string? text)
    {
        writer.Write(text is not null);
        if (text is not null)
            writer.Write(text);
    }

    private void Numbers(ReadOnlySpan<double> values)
    {
        var singles = new float[values.Length];
        bool fit = true;
        for (int i = 0; i < values.Length; i++)
        {
            singles[i] = (float)values[i];
            fit &= BitConverter.DoubleToInt64Bits(singles[i]) == BitConverter.DoubleToInt64Bits(values[i]);
        }

        writer.Write(values.Length);
        writer.Write(fit);
        writer.Write(fit ? MemoryMarshal.AsBytes<float>(singles) : MemoryMarshal.AsBytes(values));
    }
}
