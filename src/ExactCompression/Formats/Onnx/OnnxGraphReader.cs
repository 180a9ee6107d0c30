using ExactCompression.Formats.Onnx.Schema;
using ExactCompression.Networks;

namespace ExactCompression.Formats.Onnx;

/// <summary>Reads the nodes of a file one after another into a network's graph.</summary>
/// <param name="reading">The reading.</param>
internal sealed class OnnxGraphReader(OnnxReading reading)
{
    /// <summary>Reads all of it.</summary>
    /// <param name="inputs">The inputs' shapes, where the batch counts as 1.</param>
    /// <returns>The network's graph, and the outputs.</returns>
    /// <exception cref="InvalidFileException">The file is damaged, or takes more than it may.</exception>
    /// <exception cref="OnnxNoBatchException">The first dimension of an input is no batch.</exception>
    public (NetworkGraph Graph, OnnxValue[] Outputs) Read(IReadOnlyList<OnnxInput> inputs)
    {
        foreach (OnnxInput input in inputs)
            reading.Builder.AddInput(input.Name, OnnxShapes.Row(input.Shape));
        for (int i = 0; i < inputs.Count; i++)
        {
            var value = new OnnxValue { Number = i, Shape = inputs[i].Shape, IsBatch = inputs[i].IsBatch };
            reading.Keep(inputs[i].Name, inputs[i].IsFloat ? value : Integers(inputs[i], value));
        }

        foreach (OnnxNode node in reading.Graph.Nodes)
        {
            reading.Budget.ThrowIfCancelled();
            Read(node);
            reading.Release(node);
        }

        OnnxValue[] outputs = [.. reading.Graph.Outputs.Select(AddOutput)];
        return (reading.Builder.Build(), outputs);
    }

    private void Read(OnnxNode node)
    {
        foreach (string name in node.Takes)
            reading.Find(name);
        int first = reading.Builder.Values;
        var step = new OnnxStep(node, reading);
        string? reason;
        try
        {
            reason = OnnxOperators.Read(step);
        }
        catch (OverflowException e)
        {
            // The runtime's own message says nothing of the file.
            string problem = e.Message.StartsWith("Arithmetic", StringComparison.Ordinal) ? "Its result has too many elements." : e.Message;
            throw reading.Fault.At("OnnxOutOfRange", node.Place, problem, inner: e);
        }

        for (int i = 0; i < node.Outputs.Count; i++)
        {
            string name = node.Outputs[i];
            if (name.Length == 0)
                continue;
            if (!step.Results.TryGetValue(i, out OnnxValue? value))
            {
                if (reason is null && reading.Graph.ConsumersOf(name).Count == 0 && reading.Graph.Outputs.All(o => o.Name != name))
                    continue;
                value = Opaque(step, i, name, reason ?? "This output of it is not analysed.");
            }

            if (value.Number >= 0 && step.IsOwn(value.Number))
                reading.Builder.Rename(value.Number, node.Name, name);
            reading.Declarations.Compare(node, name, value);
            reading.Keep(name, value);
        }

        reading.Trace?.Nodes.Add(new(node, first, reading.Builder.Values));
        if (reason is not null && !IsHead(step))
            Remark(step, reason);
    }

    /// <summary>Whether a node is a softmax that gives an output, and nothing else: it is evaluated, and hides nothing.</summary>
    private bool IsHead(OnnxStep step) => !step.IsBehindOpaque && OnnxSoftmax.Of(step) is not null
        && reading.Graph.Outputs.Any(o => o.Name == step.Node.Outputs[0]) && reading.Graph.ConsumersOf(step.Node.Outputs[0]).Count == 0;

    /// <summary>A node that is not analysed, with what it takes that depends on the network's input.</summary>
    private OnnxValue Opaque(OnnxStep step, int index, string name, string reason)
    {
        OnnxNode node = step.Node;
        (int[]? shape, bool isBatch) = index == 0 ? OnnxOpaqueShapes.Of(step) : (null, false);
        shape ??= reading.DeclaredShape(name, isBatch);
        if (shape is not null && (shape.Contains(0) || shape.Aggregate(1L, static (n, d) => Math.Min(n * d, int.MaxValue)) == int.MaxValue))
            shape = null;
        int[] taken = [.. node.Takes.Select(reading.Find).Where(static v => v.Number >= 0).Select(static v => v.Number).Distinct()];
        var op = new OpaqueOperator(node.Operator.Length > 0 ? node.Operator : "?")
        {
            Reason = reason, Content = reading.Contents?.Value.Of(node, index, taken, reading.Find, reading.Graph) ?? "",
            Softmax = index == 0 ? OnnxSoftmax.Of(step) : null,
        };
        return new()
        {
            Number = reading.Builder.Add(op, shape is null ? new() : OnnxShapes.Row(shape), "", "", taken),
            Shape = shape,
            IsBatch = isBatch && shape is { Length: >= 1 } && shape[0] == 1,
            IsFloat = !OnnxOpaqueShapes.GivesIntegers(node) && reading.IsDeclaredFloat(name),
        };
    }

    private void Remark(OnnxStep step, string reason)
    {
        bool isBehindOpaque = step.Node.Takes.Any(name => reading.Find(name) is { Constant: null, Shape: null });
        if (!isBehindOpaque)
            reading.Remarks.Add($"{step.Node.Place} is not analysed{(reason.Length > 0 ? ": " + reason : ".")}");
    }

    /// <summary>An input of integers: what is said of boxes of real numbers is nothing to its nodes.</summary>
    private OnnxValue Integers(OnnxInput input, OnnxValue value)
    {
        const string Reason = "It is not of floating point.";
        reading.Remarks.Add($"input {OnnxFault.Quote(input.Name)} is not analysed: {Reason}");
        var op = new OpaqueOperator("Input") { Reason = Reason };
        return value with { Number = reading.Builder.Add(op, OnnxShapes.Row(input.Shape), input.Name, "", value.Number), IsFloat = false };
    }

    private OnnxValue AddOutput(ValueInfoProto output)
    {
        OnnxValue value = reading.Find(output.Name);
        int number = value.Number;
        if (value.Constant is { } constant)
        {
            Operator op = constant is { IsFloat: true, Count: > 0 }
                ? new ConstantOperator(constant.Floats)
                : new OpaqueOperator("Constant") { Reason = "It is not of floating point." };
            number = reading.Builder.Add(op, constant.Count > 0 ? OnnxShapes.Row(constant.Shape) : new(), output.Name, output.Name);
        }

        reading.Builder.AddOutput(output.Name, number);
        return value;
    }
}
