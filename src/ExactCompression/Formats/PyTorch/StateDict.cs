namespace ExactCompression.Formats;

/// <summary>
/// Finds the network in a checkpoint: the state dict at the top, under one of the usual names, or alone in a list; or a module that was
/// pickled whole.
/// </summary>
internal sealed class StateDict
{
    private const int MaximalDepth = 6, MaximalStatements = 10_000;

    private static readonly string[] UsualNames =
        ["state_dict", "model_state_dict", "model_state", "model", "net", "network", "weights", "params", "module", "state"];

    private readonly string path;
    private readonly List<string> beside = [];
    private string? prefix;

    private StateDict(string path, string? prefix) => (this.path, this.prefix) = (path, prefix);

    /// <summary>The network of a checkpoint.</summary>
    /// <param name="root">The content of the pickle.</param>
    /// <param name="path">The file.</param>
    /// <param name="prefix">The prefix of names that the user gave; it may begin with the name of one of several state dicts.</param>
    /// <exception cref="InvalidFileException">There is none, or more than one.</exception>
    public static TorchContent Find(object? root, string path, string? prefix)
    {
        var search = new StateDict(path, prefix);
        TorchContent content = search.Find(root);
        return content with { Beside = search.beside, Prefix = search.prefix, Activation = StatedActivation(root) };
    }

    private TorchContent Find(object? root)
    {
        object? value = root;
        for (int depth = 0; depth < MaximalDepth; depth++)
        {
            value = Only(value);
            if (value is TorchModule module)
                return new([], module);
            if (value is not PickleDict dict)
                break;
            object? inner = Inner(dict);
            if (!HoldsTensors(dict))
            {
                value = inner;
                continue;
            }

            KeyValuePair<object?, object?>[] direct = [.. dict.Items.Where(static i => i.Value is TorchTensor)];
            if (inner is null || ReferenceEquals(inner, dict))
            {
                beside.AddRange(
                    dict.Items.Where(static i => i.Value is PickleDict other && HoldsTensors(other)).Select(
                        static i => i.Key?.ToString() ?? ""));
                return new([.. direct
                    .Where(static i => i.Key is string)
                    .Select(static i => KeyValuePair.Create((string)i.Key!, (TorchTensor)i.Value!))]);
            }

            if (direct.FirstOrDefault(static i => IsWeight(i)) is { Key: string weight })
                throw new InvalidFileException(
                    "StateDictAmbiguous", path, NameText.Short(weight),
                    "The file mixes weights and state dicts, so it is not clear what the network is.",
                    "Save the network alone: torch.save(model.state_dict(), path).", unsupported: true);
            beside.AddRange(direct.Select(static i => i.Key?.ToString() ?? ""));
            value = inner;
        }

        throw new InvalidFileException(
            "StateDictNotFound", path, "checkpoint",
            value is null or PickleDict
                ? "No state dict (a dict of named tensors) is in the file."
                : "The file contains something other than a dict.",
                    "Save it with torch.save(model.state_dict(), path).", unsupported: true);
    }

    // The one network within, under a usual name if there is such a name.
    private object? Inner(PickleDict dict)
    {
        List<KeyValuePair<string, object>> holding = [.. dict.Items
            .Where(static i => i.Key is string or long)
            .Select(static i => KeyValuePair.Create(i.Key!.ToString()!, Only(i.Value)))
            .Where(static i => IsNetwork(i.Value))
            .Select(static i => KeyValuePair.Create(i.Key, i.Value!))];
        if (prefix is not null && holding.Count > 1)
        {
            foreach ((string name, object value) in holding)
            {
                if (prefix != name && !prefix.StartsWith(name + ".", StringComparison.Ordinal))
                    continue;
                prefix = prefix.Length > name.Length + 1 ? prefix[(name.Length + 1)..] : null;
                return value;
            }
        }

        List<KeyValuePair<string, object>> usual = [.. holding.Where(static i => UsualNames.Contains(i.Key))];
        List<KeyValuePair<string, object>> chosen = usual.Count > 0 ? usual : holding;
        if (chosen.DistinctBy(static i => i.Value, ReferenceEqualityComparer.Instance).Skip(1).Any())
            throw new InvalidFileException(
                "StateDictAmbiguous", path, "checkpoint",
                $"More than one state dict is in the file: {NameText.List([.. chosen.Select(static i => i.Key)])}.",
                $"Choose one with -Prefix, such as -Prefix '{NameText.Short(chosen[0].Key)}'.", unsupported: true);
        if (chosen.Count > 0)
        {
            beside.AddRange(holding.Where(i => !ReferenceEquals(i.Value, chosen[0].Value)).Select(static i => i.Key));
            return chosen[0].Value;
        }

        foreach (string name in UsualNames)
        {
            if (dict.TryGet(name, out object? value) && Only(value) is PickleDict inner)
                return inner;
        }

        return null;
    }

    // The one dict or module of a list or tuple that has no other; else the value itself.
    private static object? Only(object? value)
    {
        if (value is not (List<object?> or object?[]))
            return value;
        object?[] found = [.. ((IEnumerable<object?>)value).Where(static v => v is TorchModule || v is PickleDict).Take(2)];
        return found.Length == 1 ? found[0] : value;
    }

    // A module, or a dict with a weight in it: the state of an optimizer is neither.
    private static bool IsNetwork(object? value) => value is TorchModule
        || (value is PickleDict dict && dict.Items.Any(static i => i.Key is string && i.Value is TorchTensor { Size.Length: >= 2 }));

    private static bool IsWeight(KeyValuePair<object?, object?> item) =>
        item is { Key: string name, Value: TorchTensor { Size.Length: >= 2 } } && LayerNames.BiasNames(name).Any();

    private static bool HoldsTensors(PickleDict dict) => dict.Items.Any(static i => i.Key is string && i.Value is TorchTensor);

    // A training script may have left its settings beside the weights.
    private static string? StatedActivation(object? root)
    {
        var open = new Queue<object?>([root]);
        for (int seen = 0; seen < MaximalStatements && open.TryDequeue(out object? value); seen++)
        {
            foreach ((object? key, object? inner) in (value as PickleDict)?.Items ?? [])
            {
                if (key is string name && inner is string text && HiddenActivation.IsKey(name))
                    return text;
                if (inner is PickleDict && open.Count < MaximalStatements)
                    open.Enqueue(inner);
            }
        }

        return null;
    }
}
