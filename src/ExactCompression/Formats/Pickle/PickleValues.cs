using System.Globalization;

namespace ExactCompression.Formats;

/// <summary>
/// A dict of a pickle in insertion order. Lists are <see cref="List{T}"/> of objects, tuples arrays of objects, bytes byte arrays.
/// </summary>
/// <remarks>An empty one takes little memory, since one byte of a pickle creates it.</remarks>
internal sealed class PickleDict
{
    // Both by their text: strings are hashed with a random seed, so that no file can choose keys that collide.
    private Dictionary<string, int>? byName;
    private Dictionary<string, int>? byNumber;
    private List<KeyValuePair<object?, object?>>? items;

    public IReadOnlyList<KeyValuePair<object?, object?>> Items => items ?? (IReadOnlyList<KeyValuePair<object?, object?>>)[];

    /// <summary>Sets an item; equal texts or integers are one key, as in Python.</summary>
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
/// Something a pickle names by module and name. Nothing is ever looked up or run: the few known names stand for our own code, which takes
/// the arguments as data.
/// </summary>
/// <param name="Name">Module and name, such as <c>torch.FloatStorage</c>.</param>
/// <param name="Apply">The result of applying it to arguments; null if it is only a name (a type used as an argument).</param>
/// <param name="Make">What represents a new instance of it; null if instances are not plain data.</param>
internal sealed record PickleGlobal(string Name, Func<object?[], object?>? Apply = null, Func<object>? Make = null);

/// <summary>An object that takes a state after it was made (BUILD).</summary>
internal interface IPickleState
{
    /// <summary>Takes the state; throws <see cref="PickleShapeException"/> if it does not fit.</summary>
    void SetState(object? state);
}

/// <summary>The arguments or the state of a pickled object do not have the form they should; the reader adds file and offset.</summary>
internal sealed class PickleShapeException(string message) : Exception(message);

/// <summary>A value that is kept without being interpreted (a set, a big integer).</summary>
internal sealed record PickleOpaque(string Kind);
