namespace ExactCompression.Formats;

/// <summary>A dict of a pickle in insertion order. Lists are <see cref="List{T}"/> of objects, tuples arrays of objects, bytes byte arrays.</summary>
/// <remarks>An empty one takes little, since a byte of a pickle makes one.</remarks>
internal sealed class PickleDict
{
    private Dictionary<object, int>? places;
    private List<KeyValuePair<object?, object?>>? items;

    public IReadOnlyList<KeyValuePair<object?, object?>> Items => items ?? (IReadOnlyList<KeyValuePair<object?, object?>>)[];

    /// <summary>Sets an item; of the same text or number there is one, as in Python.</summary>
    public void Set(object? key, object? value)
    {
        items ??= [];
        if (key is string or long or bool or double)
        {
            object same = key switch { bool b => b ? 1L : 0L, double d when d == Math.Floor(d) && Math.Abs(d) < 1e15 => (long)d, _ => key };
            places ??= [];
            if (places.TryGetValue(same, out int at))
            {
                items[at] = new(items[at].Key, value);
                return;
            }

            places[same] = items.Count;
        }

        items.Add(new(key, value));
    }

    public bool TryGet(string name, out object? value)
    {
        int at = 0;
        bool found = places is not null && places.TryGetValue(name, out at);
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
