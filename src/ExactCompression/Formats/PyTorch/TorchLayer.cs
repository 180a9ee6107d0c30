namespace ExactCompression.Formats;

/// <summary>
/// A module without modules in it, at its place in the network: its attributes as typed data. Each fault names the module.
/// </summary>
/// <param name="module">The module.</param>
/// <param name="name">Where it lies, such as <c>features.2</c>.</param>
/// <param name="source">The file.</param>
internal sealed class TorchLayer(TorchModule module, string name, TorchSource source)
{
    /// <summary>The class, without its Python module.</summary>
    public string Kind => module.Kind;

    /// <summary>Module and name of the class.</summary>
    public string ClassName => module.ClassName;

    /// <summary>Where it lies; empty for a network of one module.</summary>
    public string Name => name;

    /// <summary>The floating-point tensors of the module.</summary>
    public IEnumerable<TorchTensor> Tensors => Stored.Select(static p => p.Value).OfType<TorchTensor>();

    private IEnumerable<KeyValuePair<object?, object?>> Stored => module.Dict("_parameters").Concat(module.Dict("_buffers"));

    /// <summary>Fails if the module has tensors or modules beside those that its class has.</summary>
    /// <param name="parameters">Names of the parameters that it may have.</param>
    /// <param name="buffers">Names of the buffers that it may have.</param>
    public void RequireOnly(string[] parameters, string[] buffers)
    {
        if (module.Children.Count > 0 || module.Dict("_parameters").Any(p => !parameters.Contains(p.Key))
            || module.Dict("_buffers").Any(b => !buffers.Contains(b.Key)))
            throw Unsupported($"The {Kind} has more than its own weights: it is parametrized.");
    }

    /// <summary>An integer.</summary>
    /// <param name="attribute">Its name.</param>
    /// <param name="missing">What holds where the file is older than the attribute.</param>
    public int Integer(string attribute, int? missing = null) => module.Attribute(attribute) switch
    {
        long value when value is > int.MinValue and <= int.MaxValue => (int)value,
        null when missing is { } value => value,
        _ => throw Invalid(attribute, "an integer"),
    };

    /// <summary>A flag.</summary>
    /// <param name="attribute">Its name.</param>
    /// <param name="missing">What holds where the file is older than the attribute.</param>
    public bool Flag(string attribute, bool missing) => module.Attribute(attribute) switch
    {
        bool value => value,
        null => missing,
        _ => throw Invalid(attribute, "true or false"),
    };

    /// <summary>A number, rounded to the precision that the network computes in, as PyTorch rounds it.</summary>
    /// <param name="attribute">Its name.</param>
    public double Real(string attribute)
    {
        double value = module.Attribute(attribute) switch
        {
            double real => real,
            long integer => integer,
            _ => throw Invalid(attribute, "a number"),
        };
        return source.Precision == WeightPrecision.Float32 ? (float)value : value;
    }

    /// <summary>Whether an attribute is absent or None.</summary>
    /// <param name="attribute">Its name.</param>
    public bool IsNone(string attribute) => module.Attribute(attribute) is null;

    /// <summary>A text, or null.</summary>
    /// <param name="attribute">Its name.</param>
    public string? Text(string attribute) => module.Attribute(attribute) as string;

    /// <summary>An integer for each axis, from one for all or from a tuple.</summary>
    /// <param name="attribute">Its name.</param>
    /// <param name="axes">Number of axes.</param>
    /// <param name="least">The least that one may be.</param>
    public int[] PerAxis(string attribute, int axes, int least)
    {
        int[] values = Integers(attribute);
        if (values.Length == 1)
            values = [.. Enumerable.Repeat(values[0], axes)];
        return values.Length == axes && Array.TrueForAll(values, v => v >= least)
            ? values
            : throw Invalid(attribute, $"an integer of at least {least} for each axis");
    }

    /// <summary>One or several integers.</summary>
    /// <param name="attribute">Its name.</param>
    public int[] Integers(string attribute)
    {
        object?[] items = module.Attribute(attribute) switch
        {
            object?[] tuple => tuple,
            List<object?> list => [.. list],
            var single => [single],
        };
        return Array.ConvertAll(
            items, i => i is long value and > int.MinValue and <= int.MaxValue ? (int)value : throw Invalid(attribute, "integers"));
    }

    /// <summary>A parameter or buffer as numbers, all finite; null where the module has none of the name.</summary>
    /// <param name="tensor">Its name.</param>
    /// <param name="dimensions">How many dimensions it has.</param>
    public (double[] Values, int[] Shape)? Tensor(string tensor, int dimensions)
    {
        if (Entry(tensor) is not { } entry)
            return null;
        if (entry.Shape.Length != dimensions || !entry.IsFloating || entry.Count == 0)
            throw Unsupported($"The {tensor} of a {Kind} is a floating-point tensor of {dimensions} dimensions, not {entry.ShapeText}.");
        source.Budget.AllocateValues(entry.Count, NameText.Short(entry.Name));
        double[] values = entry.Read();
        int bad = Array.FindIndex(values, static v => !double.IsFinite(v));
        return bad < 0
            ? (values, entry.Shape)
            : throw new InvalidFileException(
                "WeightNotFinite", source.Path, NameText.Short(entry.Name),
                $"Its element {bad} is {(double.IsNaN(values[bad]) ? "not a number" : "infinite")}.",
                "Nothing can be proven of such a network: train or export it again.");
    }

    /// <summary>The shape of a parameter or buffer; null where the module has none of the name.</summary>
    /// <param name="tensor">Its name.</param>
    public int[]? ShapeOf(string tensor) => Entry(tensor)?.Shape;

    /// <summary>A vector of the module, of a length that its class states.</summary>
    /// <param name="tensor">Its name.</param>
    /// <param name="length">Its length.</param>
    /// <param name="missing">What every element is where the module has none of the name; null where it must have one.</param>
    public double[] Vector(string tensor, int length, double? missing = null)
    {
        if (Tensor(tensor, 1) is { } found)
            return found.Values.Length == length
                ? found.Values
                : throw Misfit($"its {tensor} has {found.Values.Length} elements, not {length}");
        double fill = missing ?? throw Unsupported($"The {Kind} has no {tensor}.");
        var values = new double[length];
        Array.Fill(values, fill);
        return values;
    }

    /// <summary>The module does something that is not read.</summary>
    /// <param name="problem">What.</param>
    public InvalidFileException Unsupported(string problem) => source.Unsupported(name, problem);

    /// <summary>The module does not fit what comes before it.</summary>
    /// <param name="problem">The end of a sentence.</param>
    public InvalidFileException Misfit(string problem) =>
        new("LayerShapeMismatch", source.Path, name.Length > 0 ? NameText.Short(name) : "module", $"The {Kind} does not fit: {problem}.");

    private TensorEntry? Entry(string tensor) => Stored.FirstOrDefault(p => p.Key is string key && key == tensor).Value switch
    {
        null => null,
        TorchTensor view => source.Entry(Path(tensor), view),
        _ => throw Invalid(tensor, "a tensor"),
    };

    private string Path(string tensor) => name.Length > 0 ? $"{name}.{tensor}" : tensor;

    private InvalidFileException Invalid(string attribute, string expected) =>
        Unsupported($"The {attribute} of the {Kind} is not {expected}.");
}
