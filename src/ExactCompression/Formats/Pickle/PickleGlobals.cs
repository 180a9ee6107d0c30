namespace ExactCompression.Formats;

/// <summary>The names a pickle may use. All others are refused: this is a list of data types, not of functions.</summary>
internal static class PickleGlobals
{
    private static readonly Dictionary<string, PickleGlobal> Known = Build();

    /// <summary>The meaning of a name, or null if it is not allowed.</summary>
    public static PickleGlobal? Find(string module, string name) =>
        Known.GetValueOrDefault($"{module}.{name}") ?? (TorchModule.IsModule(module) ? TorchModule.Class(module, name) : null);

    private static Dictionary<string, PickleGlobal> Build()
    {
        var known = new Dictionary<string, PickleGlobal>(StringComparer.Ordinal);
        void Add(string name, Func<object?[], object?>? apply = null) => known[name] = new(name, apply);

        Add("collections.OrderedDict", Dict);
        Add("collections.Counter", Dict);
        Add("collections.defaultdict", static _ => new PickleDict());
        Add("_codecs.encode", NumpyPickle.EncodeBytes);
        foreach (string builtins in (string[])["builtins", "__builtin__"])
        {
            Add($"{builtins}.set", static _ => new PickleOpaque("set"));
            Add($"{builtins}.frozenset", static _ => new PickleOpaque("frozenset"));
            foreach (string type in (string[])["int", "float", "bool", "str", "list", "dict", "tuple"])
                Add($"{builtins}.{type}");
        }

        foreach (string core in (string[])["numpy.core.multiarray", "numpy._core.multiarray"])
        {
            Add($"{core}._reconstruct", static _ => new PickledArray());
            Add($"{core}.scalar", NumpyPickle.Scalar);
        }

        Add("numpy.ndarray");
        Add("numpy.dtype", NumpyPickle.DataType);

        Add("torch._utils._rebuild_tensor", TorchPickle.Tensor);
        Add("torch._utils._rebuild_tensor_v2", TorchPickle.Tensor);
        Add("torch._utils._rebuild_tensor_v3", TorchPickle.Tensor);
        Add("torch._utils._rebuild_parameter", TorchPickle.Parameter);
        Add("torch._utils._rebuild_parameter_with_state", TorchPickle.Parameter);
        Add("torch.nn.parameter.Parameter", TorchPickle.Parameter);
        Add("torch.nn.backends.thnn._get_thnn_function_backend", static _ => new PickleOpaque("backend"));
        Add("torch.Size", static a => a.Length == 1 ? a[0] : throw new PickleShapeException("A torch.Size takes one tuple."));
        Add("torch.device", static _ => new PickleOpaque("device"));
        Add("torch.serialization._get_layout", static _ => new PickleOpaque("layout"));
        foreach (string name in TorchPickle.Storages.Keys)
            Add($"torch.{name}");
        Add("torch.storage.UntypedStorage");
        Add("torch.storage.TypedStorage");
        foreach (string name in TorchPickle.DataTypes)
            Add($"torch.{name}");
        return known;
    }

    private static object? Dict(object?[] arguments)
    {
        var dict = new PickleDict();
        switch (arguments)
        {
            case []:
                break;
            case [PickleDict from]:
                foreach ((object? key, object? value) in from.Items)
                    dict.Set(key, value);
                break;
            case [List<object?> pairs]:
                foreach (object? pair in pairs)
                {
                    (object? key, object? value) = pair switch
                    {
                        object?[] { Length: 2 } t => (t[0], t[1]),
                        List<object?> { Count: 2 } l => (l[0], l[1]),
                        _ => throw new PickleShapeException("An ordered dict takes pairs."),
                    };
                    dict.Set(key, value);
                }

                break;
            default:
                throw new PickleShapeException("A dict takes pairs or another dict.");
        }

        return dict;
    }
}
