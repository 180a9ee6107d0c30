namespace ExactCompression.Formats;

/// <summary>A dict of a pickle in insertion order. Lists are <see cref="List{T}"/> of objects, tuples arrays of objects, bytes byte arrays.</summary>
internal sealed class PickleDict
{
    private readonly Dictionary<string, int> byName = new(StringComparer.Ordinal);
    private readonly List<KeyValuePair<object?, object?>> items = [];

    public IReadOnlyList<KeyValuePair<object?, object?>> Items => items;

    public void Set(object? key, object? value)
    {
        if (key is string name)
        {
            if (byName.TryGetValue(name, out int at))
            {
                items[at] = new(key, value);
                return;
            }

            byName[name] = items.Count;
        }

        items.Add(new(key, value));
    }

    public bool TryGet(string name, out object? value)
    {
        bool found = byName.TryGetValue(name, out int at);
        value = found ? items[at].Value : null;
        return found;
    }
}

/// <summary>
/// Something a pickle names by module and name. None is ever looked up or run: the few known names stand for code of our own that
/// takes the arguments as data.
/// </summary>
/// <param name="Name">Module and name, such as <c>torch.FloatStorage</c>.</param>
/// <param name="Apply">What applying it to arguments gives; null where it is only a name (a type used as an argument).</param>
internal sealed record PickleGlobal(string Name, Func<object?[], object?>? Apply = null);

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
