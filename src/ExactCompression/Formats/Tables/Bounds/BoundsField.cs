using System.Globalization;
using System.Text.Json;

namespace ExactCompression.Formats;

/// <summary>A value of a JSON file of bounds, which knows its place for messages.</summary>
/// <param name="value">The value.</param>
/// <param name="path">The file.</param>
/// <param name="parent">What it is in, or null for the whole.</param>
/// <param name="step">How it follows from that, such as <c>lower</c> or <c>[3]</c>; null for an item of a list.</param>
/// <param name="index">Its place in a list.</param>
internal sealed class BoundsField(JsonElement value, string path, BoundsField? parent = null, string? step = null, int index = 0)
{
    private JsonElement Value => value;

    /// <summary>Where it is, such as <c>layers[0].lower[3]</c>; empty for the whole. Made only when asked for: there are many.</summary>
    public string Place => parent is null ? ""
        : step is null ? string.Create(CultureInfo.InvariantCulture, $"{parent.Place}[{index}]")
        : parent.Place.Length == 0 ? step : $"{parent.Place}.{step}";

    /// <summary>A property, or null where there is none, or null.</summary>
    public BoundsField? Find(string name)
    {
        RequireObject();
        return Value.TryGetProperty(name, out JsonElement found) && found.ValueKind != JsonValueKind.Null
            ? new(found, path, this, name)
            : null;
    }

    /// <summary>A property that must be there.</summary>
    public BoundsField Require(string name) => Find(name) ?? throw Fault(
        "TableKeyMissing", $"The property '{name}' is missing.",
        "Export the table again; about_StabilityTables lists what the file must have.");

    /// <summary>Refuses an object with other properties than these.</summary>
    public void RequireOnly(params ReadOnlySpan<string> names)
    {
        RequireObject();
        foreach (JsonProperty property in Value.EnumerateObject())
        {
            string name = Decoded(() => property.Name);
            if (!names.Contains(name))
                throw Fault(
                    "TableKeyUnknown", $"The property '{NameText.Short(name)}' is not known.",
                    $"Use {string.Join(", ", names.ToArray())}.");
        }
    }

    /// <summary>The items of a list.</summary>
    public BoundsField[] Items() => Value.ValueKind == JsonValueKind.Array
        ? [.. Value.EnumerateArray().Select((item, i) => new BoundsField(item, path, this, null, i))]
        : throw Invalid("a list");

    /// <summary>A text.</summary>
    public string Text() => Value.ValueKind == JsonValueKind.String ? Decoded(() => Value.GetString()!) : throw Invalid("a text");

    /// <summary>A number: finite, or one of the texts that stand for the infinities.</summary>
    public double Number() => Value.ValueKind switch
    {
        JsonValueKind.Number when Value.TryGetDouble(out double number) && double.IsFinite(number) => number,
        JsonValueKind.String when Text() is "Infinity" => double.PositiveInfinity,
        JsonValueKind.String when Text() is "-Infinity" => double.NegativeInfinity,
        _ => throw Invalid("a number, \"Infinity\" or \"-Infinity\""),
    };

    /// <summary>A state, by the name that it has in CSV.</summary>
    public NeuronState State() => Text() switch
    {
        nameof(NeuronState.StablyInactive) => NeuronState.StablyInactive,
        nameof(NeuronState.StablyActive) => NeuronState.StablyActive,
        nameof(NeuronState.Unstable) => NeuronState.Unstable,
        nameof(NeuronState.Undetermined) => NeuronState.Undetermined,
        _ => throw Invalid($"one of {string.Join(", ", Enum.GetNames<NeuronState>())}"),
    };

    /// <summary>Refuses a list of other extents than those of a shape.</summary>
    public void RequireShape(TensorShape shape)
    {
        BoundsField[] extents = Items();
        if (extents.Length != shape.Count || extents.Where((field, i) => field.Number() != shape[i]).Any())
            throw Mismatch(shape);
    }

    /// <summary>The elements of nested lists of a shape, in row-major order.</summary>
    public T[] Nested<T>(TensorShape shape, Func<BoundsField, T> read)
    {
        var values = new List<T>();
        Add(this, 0);
        return [.. values];

        void Add(BoundsField field, int axis)
        {
            if (axis == shape.Count)
            {
                values.Add(read(field));
                return;
            }

            if (field.Value.ValueKind != JsonValueKind.Array || field.Value.GetArrayLength() != shape[axis])
                throw field.Mismatch(shape);
            int i = 0;
            foreach (JsonElement item in field.Value.EnumerateArray())
                Add(new(item, path, field, null, i++), axis + 1);
        }
    }

    private void RequireObject()
    {
        if (Value.ValueKind != JsonValueKind.Object)
            throw Invalid("an object");
    }

    // Texts are decoded only when they are asked for.
    private string Decoded(Func<string> read)
    {
        try
        {
            return read();
        }
        catch (InvalidOperationException)
        {
            throw Invalid("text in UTF-8");
        }
    }

    private InvalidFileException Invalid(string expected) =>
        Fault("TableValueInvalid", $"It is not {expected}.", "Correct it, or export the table again.");

    private InvalidFileException Mismatch(TensorShape shape) => Fault(
        "TableShapeMismatch", $"It does not have the shape ({string.Join(", ", shape)}) that the network has there.",
        "Give the network that the table was made for.");

    private InvalidFileException Fault(string errorId, string problem, string advice) =>
        new(errorId, path, Place.Length == 0 ? "file" : Place, problem, advice);
}
