namespace ExactCompression.Formats;

/// <summary>Finds the state dict in what a checkpoint holds: at the top, or under one of the usual names.</summary>
internal static class StateDict
{
    private const int MaximalDepth = 4;

    private static readonly string[] UsualNames =
        ["state_dict", "model_state_dict", "model_state", "model", "net", "network", "weights", "params", "module", "state"];

    /// <summary>The named tensors of the state dict, in order.</summary>
    public static List<KeyValuePair<string, TorchTensor>> Find(object? root, string path)
    {
        object? value = root;
        for (int depth = 0; depth < MaximalDepth && value is PickleDict dict; depth++)
        {
            if (HoldsTensors(dict))
                return Tensors(dict, path);
            value = Inner(dict, path);
        }

        throw new InvalidFileException("StateDictNotFound", path, "checkpoint", value is null or PickleDict ? "No state dict (a dict of named tensors) is in the file." : "The file holds something else than a dict.", "Save it with torch.save(model.state_dict(), path).", unsupported: true);
    }

    private static object? Inner(PickleDict dict, string path)
    {
        foreach (string name in UsualNames)
        {
            if (dict.TryGet(name, out object? value) && value is PickleDict)
                return value;
        }

        object?[] holding = [.. dict.Items.Select(static i => i.Value).Where(static v => v is PickleDict d && HoldsTensors(d))];
        if (holding.Length > 1)
            throw new InvalidFileException("StateDictAmbiguous", path, "checkpoint", $"More than one dict of tensors is in the file: {string.Join(", ", dict.Items.Where(i => holding.Contains(i.Value)).Select(static i => i.Key))}.", "Save the one that is meant alone: torch.save(model.state_dict(), path).", unsupported: true);
        return holding.FirstOrDefault();
    }

    private static bool HoldsTensors(PickleDict dict) => dict.Items.Any(static i => i.Key is string && i.Value is TorchTensor);

    private static List<KeyValuePair<string, TorchTensor>> Tensors(PickleDict dict, string path)
    {
        var tensors = new List<KeyValuePair<string, TorchTensor>>();
        foreach ((object? key, object? value) in dict.Items)
        {
            if (value is TorchTensor tensor && key is string name)
                tensors.Add(new(name, tensor));
            else if (value is PickleDict)
                throw new InvalidFileException("StateDictAmbiguous", path, key as string ?? "checkpoint", "The file mixes tensors and dicts, so it is not clear what the network is.", "Save the network alone: torch.save(model.state_dict(), path).", unsupported: true);
        }

        return tensors;
    }
}
