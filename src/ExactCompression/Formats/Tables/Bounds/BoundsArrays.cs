namespace ExactCompression.Formats;

/// <summary>The arrays of a NumPy archive of bounds, each checked against the shape that it must have.</summary>
/// <param name="zip">The archive.</param>
/// <param name="path">Its path.</param>
internal sealed class BoundsArrays(ZipContent zip, string path)
{
    /// <summary>A text, or null where there is no array of that name.</summary>
    public string? Text(string key) => Texts(key) switch
    {
        null => null,
        [var only] => only,
        var texts => throw new InvalidFileException(
            "TableValueInvalid", path, key, $"It holds {texts.Length} texts, not one.", "Write it as numpy.array(text)."),
    };

    /// <summary>Texts, or null where there is no array of that name.</summary>
    public string[]? Texts(string key)
    {
        if (Find(key) is not { } array)
            return null;
        return array.TextLength > 0
            ? array.ReadTexts(path, key)
            : throw new InvalidFileException(
                "TableValueInvalid", path, NameText.Short(key), "The array does not hold texts.", "Write it as numpy.array of str.");
    }

    /// <summary>Bounds in row-major order, or null where there is no array of that name.</summary>
    public double[]? Bounds(string key, TensorShape shape) =>
        Find(key) is { } array ? Numbers(array, key, shape, floating: true) : null;

    /// <summary>States.</summary>
    public NeuronState[] States(string key, TensorShape shape) =>
    [
        .. Numbers(Find(key) ?? throw Missing(key, path), key, shape, floating: false).Select(number => BoundsNumbers.State(number)
            ?? throw new InvalidFileException(
                "TableValueInvalid", path, NameText.Short(key), $"{StabilityTableOrigin.Show(number)} is not the number of a state.",
                "Use -1 for inactive, 0 for unstable, 1 for active, 2 for undetermined.")),
    ];

    /// <summary>Evidence by its place in a list, or null where there is none.</summary>
    public string[]? Evidence(string key, TensorShape shape, string[]? texts)
    {
        if (texts is null || Find(key) is not { } array)
            return null;
        return
        [
            .. Numbers(array, key, shape, floating: false).Select(at => at >= 0 && at < texts.Length
                ? texts[(int)at]
                : throw new InvalidFileException(
                    "TableValueInvalid", path, NameText.Short(key),
                    $"{StabilityTableOrigin.Show(at)} is not a place in 'evidence', which has {texts.Length} texts.",
                    "Number them from 0.")),
        ];
    }

    /// <summary>The error of an array that is missing.</summary>
    public static InvalidFileException Missing(string key, string path) =>
        new("TableKeyMissing", path, NameText.Short(key), "There is no array of that name.",
            "Export the table again; about_StabilityTables lists what the file must have.");

    private NpyArray? Find(string key) =>
        zip.Find(key + ".npy") is { } member ? NpyArray.Parse(zip.Read(member), path, key, texts: true) : null;

    private double[] Numbers(NpyArray array, string key, TensorShape shape, bool floating)
    {
        if (array.Type is not { } type || type == ElementType.Bool || type.IsFloating() != floating)
            throw new InvalidFileException(
                "TableValueInvalid", path, NameText.Short(key), $"The array does not hold {(floating ? "floats" : "integers")}.",
                floating ? "Use float64 or float32." : "Use int8 or another integer type.");
        return array.Shape.AsSpan().SequenceEqual([.. shape])
            ? array.ReadDoubles()
            : throw new InvalidFileException(
                "TableShapeMismatch", path, NameText.Short(key),
                $"The array has the shape ({string.Join(", ", array.Shape)}), where the network has ({string.Join(", ", shape)}).",
                "Give the network that the table was made for.");
    }
}
