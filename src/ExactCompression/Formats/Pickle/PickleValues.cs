using System.Globalization;

namespace ExactCompression.Formats;

/// <summary>
/// A dict of a pickle in insertion order. Lists are <see cref="List{T}"/> of objects, tuples arrays of objects, bytes byte arrays.
/// </summary>
/// <remarks>An empty one takes little, since a byte of a pickle makes one.</remarks>
internal sealed class PickleDict
{
    // By their text both: that of strings is hashed with a secret, so that no file can choose keys that collide.
    private Dictionary<string, int>? byName;
    private Dictionary<string, int>? byNumber;
    private List<KeyValuePair<object?, object?>>? items;

    public IReadOnlyList<KeyValuePair<object?, object?>> Items => items ?? (IReadOnlyList<KeyValuePair<object?, object?>>)[];

    /// <summary>Sets an item; of the same text or whole number there is one, as in Python.</summary>
    public void Set(object? key, object? value)
    {
        items ??= [];
        (Dictionary<string, int>? places, string text) = key switch
        {
            string name => (byName ??= new(StringComparer.Ordinal), name),
            long number => (byNumber ??= new(StringComparer.Ordinal), number.ToString(CultureInfo.InvariantCulture)),
            bool flag => (byNumber ??= new(StringComparer.Ordinal), flag ? "1" : "0"),
            _ => (null, ""),
        };
        if (places is not null && !places.TryAdd(text, items.Count))
            items[places[text]] = new(items[places[text]].Key, value);
        else
            items.Add(new(key, value));
    }

    public bool TryGet(string name, out object? value)
    {
        int at = 0;
        bool found = byName is not null && byName.TryGetValue(name, out at);
        value = found ? items![at].Value : null;
        return found;
    }
}

/// <summary>
/// Something a pickle names by module and name. None is ever looked up or run: the few known names stand for code of our own that
/// takes the arguments as data.
/// </summary>
/// <param name="Name">Module and name, such as <c>torch.FloatStorage</c>.</param>
/// <param name="Apply">What applying it to arguments gives; null where it is only a name (a type used as an argument).</param>
/// <param name="Make">What stands for a new instance of it; null where instances are no plain data.</param>
internal sealed record PickleGlobal(string Name, Func<object?[], object?>? Apply = null, Func<object>? Make = null);

/// <summary>An object that takes a state after it was made (BUILD).</summary>
internal interface IPickleState
{
    /// <summary>Takes the state; throws <see cref="PickleShapeException"/> where it does not fit.</summary>
    void SetState(object? state);
}

/// <summary>The arguments or the state of a pickled object do not have the form they should; the reader adds file and offset.</summary>
internal sealed class PickleShapeException(string message) : Exception(message);

/// <summary>A value that is carried along without being looked into (a set, a big integer).</summary>
internal sealed record PickleOpaque(string Kind);
