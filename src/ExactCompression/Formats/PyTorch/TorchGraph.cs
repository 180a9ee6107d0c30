using ExactCompression.Networks;

namespace ExactCompression.Formats;

/// <summary>The graph that a sequence of modules gives, as far as it has been read.</summary>
internal sealed class TorchGraph
{
    /// <summary>Names of the network's input and output, which modules do not name.</summary>
    public const string InputName = "input", OutputName = "output";

    private readonly GraphBuilder builder = new();
    private readonly ImportBudget budget;
    private int value;

    /// <summary>Begins with the input.</summary>
    /// <param name="input">Its shape.</param>
    /// <param name="source">The file.</param>
    public TorchGraph(TensorShape input, TorchSource source)
    {
        (budget, Precision) = (source.Budget, source.Precision);
        value = builder.AddInput(InputName, input);
        Shape = input;
    }

    /// <summary>Shape of what the modules so far give, without the batch.</summary>
    public TensorShape Shape { get; private set; }

    /// <summary>The precision of the network's tensors.</summary>
    public WeightPrecision Precision { get; }

    /// <summary>Appends an operator.</summary>
    /// <param name="layer">The module that it belongs to.</param>
    /// <param name="op">The operator.</param>
    /// <param name="shape">Dimensions of what it gives.</param>
    /// <exception cref="InvalidFileException">It does not fit.</exception>
    public void Append(TorchLayer layer, Operator op, params ReadOnlySpan<int> shape)
    {
        TensorShape given;
        try
        {
            given = new(shape);
        }
        catch (Exception e) when (e is OverflowException or ArgumentOutOfRangeException)
        {
            throw layer.Misfit($"from {Shape} it would give {string.Join('x', shape.ToArray())}");
        }

        if (op.FindFault([Shape], given) is { } fault)
            throw layer.Misfit($"{char.ToLowerInvariant(fault[0])}{fault.AsSpan(1).TrimEnd('.')}");
        budget.AllocateValues(given.Elements, NameText.Short(layer.Name));
        value = builder.Add(op, given, layer.Name, "", value);
        Shape = given;
    }

    /// <summary>Appends an operator that gives the shape that it takes.</summary>
    /// <param name="layer">The module that it belongs to.</param>
    /// <param name="op">The operator.</param>
    public void Append(TorchLayer layer, Operator op) => Append(layer, op, [.. Shape]);

    /// <summary>The graph.</summary>
    public NetworkGraph Build()
    {
        builder.AddOutput(OutputName, value);
        return builder.Build();
    }
}
