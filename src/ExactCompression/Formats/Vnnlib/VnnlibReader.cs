using System.Globalization;

namespace ExactCompression.Formats;

/// <summary>Reads the commands of a property, of version 1 or 2.</summary>
internal sealed class VnnlibReader
{
    private const string InputPrefix = "X_";
    private const string OutputPrefix = "Y_";

    private readonly string path;
    private readonly HashSet<int> inputs = [];
    private readonly HashSet<int> outputs = [];
    private readonly List<VnnlibNetwork> networks = [];
    private readonly Dictionary<string, VnnlibTensor> tensors = new(StringComparer.Ordinal);
    private readonly List<VnnlibFormula> assertions = [];
    private readonly VnnlibFormulaReader formulas;

    private VnnlibReader(string path, ImportBudget budget)
    {
        this.path = path;
        formulas = new(Find, budget);
    }

    /// <summary>Reads a property.</summary>
    /// <param name="text">UTF-8.</param>
    /// <param name="path">The file, for messages.</param>
    /// <param name="budget">Counts memory and work.</param>
    /// <exception cref="InvalidFileException">The file is damaged, or has a command that is not supported.</exception>
    /// <exception cref="OperationCanceledException">The import was cancelled.</exception>
    public static VnnlibQuery Read(byte[] text, string path, ImportBudget budget) =>
        Read(SExpressionReader.Read(text, path, budget), path, budget);

    /// <summary>Reads the commands of a property.</summary>
    /// <param name="commands">The commands.</param>
    /// <param name="path">The file, for messages.</param>
    /// <param name="budget">Counts memory and work.</param>
    public static VnnlibQuery Read(IReadOnlyList<SExpression> commands, string path, ImportBudget budget)
    {
        var reader = new VnnlibReader(path, budget);
        foreach (SExpression command in commands)
            reader.Run(command);
        return reader.Query();
    }

    private void Run(SExpression command)
    {
        IReadOnlyList<SExpression> items = command.Items;
        string? head = command.Operator;
        switch (head)
        {
            case "declare-const" or "declare-fun" when items.Count >= 3:
                Declare(items[1]);
                break;
            case "declare-network" when items.Count >= 2 && items[1] is { Atom: { } name, Indices: null }:
                Declare(command, name);
                break;
            case "vnnlib-version" when items.Count == 2:
                RequireVersion(items[1]);
                break;
            case "assert" when items.Count == 2:
                assertions.Add(formulas.Read(items[1]));
                break;
            case "set-logic" or "set-info" or "set-option" or "check-sat" or "get-model" or "exit":
                break;
            default:
                throw Unsupported(
                    command, $"'{command.Text}' is not a command of VNN-LIB that is understood.",
                    "Declarations, assertions and the version are.");
        }
    }

    private void RequireVersion(SExpression version)
    {
        if (version.Atom is not { } text || text is not ['<', .. var number, '>'] || number.Split('.') is not [("1" or "2"), ..])
            throw Unsupported(version, $"The version '{version.Text}' of VNN-LIB is not one that is understood.", "Versions 1 and 2 are.");
    }

    private void Declare(SExpression name)
    {
        if (networks.Count > 0)
            throw Damaged(name, "A constant is declared beside networks.", "Version 2 declares inputs and outputs within networks.");
        if (IndexOf(name, InputPrefix) is { } input)
            inputs.Add(input);
        else if (IndexOf(name, OutputPrefix) is { } output)
            outputs.Add(output);
    }

    private void Declare(SExpression command, string name)
    {
        if (inputs.Count + outputs.Count > 0)
            throw Damaged(command, "A network is declared beside constants.", "Version 2 declares inputs and outputs within networks.");
        if (networks.Exists(n => n.Name == name))
            throw Damaged(command.Items[1], $"The network '{name}' is declared twice.", "Give each network a name of its own.");
        var network = new VnnlibNetwork(name, command);
        foreach (SExpression item in command.Items.Skip(2))
        {
            IReadOnlyList<SExpression> parts = item.Items;
            switch (item.Operator)
            {
                case "equal-to" when parts.Count == 2:
                    network = network with { EqualTo = Other(parts[1]) };
                    break;
                case "isomorphic-to" when parts.Count == 2:
                    network = network with { IsomorphicTo = Other(parts[1]) };
                    break;
                case "declare-input" when parts.Count == 3 || parts is [_, _, _, { Atom: "initialized" }]:
                    Declare(network, item, VnnlibRole.Input);
                    break;
                case "declare-hidden" when parts.Count == 4:
                    Declare(network, item, VnnlibRole.Hidden);
                    break;
                case "declare-output" when parts.Count == 3:
                    Declare(network, item, VnnlibRole.Output);
                    break;
                default:
                    throw Damaged(
                        item, $"'{item.Text}' is not a part of a network's declaration.",
                        "Write (declare-input X real [5]), (declare-output Y real [5]) or (isomorphic-to f).");
            }
        }

        networks.Add(network);
    }

    private string Other(SExpression name) => name.Atom is { } atom && networks.Exists(n => n.Name == atom)
        ? atom
        : throw Damaged(name, $"No network '{name.Text}' is declared above.", "Declare it before the one that refers to it.");

    private void Declare(VnnlibNetwork network, SExpression item, VnnlibRole role)
    {
        SExpression name = item.Items[1], type = item.Items[2];
        if (name is not { Atom: { } text, Indices: null } || type is not { Atom: { } element, Indices: { } dimensions })
            throw Damaged(item, "The tensor has no name, type and shape.", "Write (declare-input X real [5]).");
        int[] shape = dimensions.Length == 0 ? [] : [.. dimensions.Split(',').Select(d => Dimension(d, type))];
        long size = shape.Aggregate(1L, static (product, d) => Math.Min(product * d, int.MaxValue));
        int first = network.SizeOf(role);
        if (size + first >= int.MaxValue)
            throw Damaged(type, $"The tensor '{text}' has too many elements.", "Correct its shape.");
        if (!tensors.TryAdd(text, new(text, role, element, shape, networks.Count, first, (int)size)))
            throw Damaged(name, $"'{text}' is declared twice.", "Give each tensor a name of its own.");
        network.Tensors.Add(tensors[text]);
    }

    private int Dimension(string text, SExpression at) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int dimension) && dimension > 0
            ? dimension
            : throw Damaged(at, $"'{text}' is no size of a dimension.", "Write whole numbers above 0, with commas between them.");

    private VnnlibVariable? Find(SExpression name)
    {
        if (tensors.TryGetValue(name.Atom!, out VnnlibTensor? tensor))
            return new(tensor.Network, tensor.Role, tensor.First + ElementOf(tensor, name));
        if (name.Indices is not null)
            throw Damaged(name, $"'{name.Atom}' is not declared.", "Declare every tensor within a network.");
        if (networks.Count > 0)
            return null;
        if (IndexOf(name, InputPrefix) is { } input)
        {
            return inputs.Contains(input)
                ? new(0, VnnlibRole.Input, input)
                : throw Damaged(name, $"{name.Text} is not declared.", "Declare every input: (declare-const X_0 Real).");
        }

        return IndexOf(name, OutputPrefix) is { } output ? new(0, VnnlibRole.Output, output) : null;
    }

    private int ElementOf(VnnlibTensor tensor, SExpression name)
    {
        string[] texts = string.IsNullOrEmpty(name.Indices) ? [] : name.Indices.Split(',');
        if (texts.Length != tensor.Shape.Count)
            throw Damaged(
                name, $"'{name.Text}' has {texts.Length} indices, but '{tensor.Name}' has {tensor.Shape.Count} dimensions.",
                "Give one index for each dimension.");
        int element = 0;
        for (int d = 0; d < texts.Length; d++)
        {
            if (!int.TryParse(texts[d], NumberStyles.None, CultureInfo.InvariantCulture, out int index) || index >= tensor.Shape[d])
                throw Damaged(
                    name, $"'{name.Text}' is outside the shape [{string.Join(',', tensor.Shape)}] of '{tensor.Name}'.",
                    "Indices count from 0.");
            element = (element * tensor.Shape[d]) + index;
        }

        return element;
    }

    private VnnlibQuery Query()
    {
        if (networks.Count == 0)
            networks.Add(OfConstants());
        foreach (VnnlibNetwork network in networks)
        {
            if (network.SizeOf(VnnlibRole.Input) == 0)
                throw Damaged(network.At, $"The network '{network.Name}' has no input.", "Declare its inputs.");
        }

        return new(path, networks, assertions);
    }

    private VnnlibNetwork OfConstants()
    {
        if (inputs.Count == 0)
            throw Damaged(null, "No input X_0, X_1, ... is declared.", "Give a VNN-LIB property.");
        for (int i = 0; i < inputs.Count; i++)
        {
            if (!inputs.Contains(i))
                throw Damaged(null, $"X_{i} is not declared, although {inputs.Count} inputs are.", "Number the inputs from 0.");
        }

        var network = new VnnlibNetwork("", null);
        network.Tensors.Add(new("X", VnnlibRole.Input, "Real", [inputs.Count], 0, 0, inputs.Count));
        network.Tensors.Add(new("Y", VnnlibRole.Output, "Real", [outputs.Count], 0, 0, outputs.Count));
        return network;
    }

    private static int? IndexOf(SExpression name, string prefix) =>
        name is { Atom: { } atom, Indices: null } && atom.StartsWith(prefix, StringComparison.Ordinal)
            && int.TryParse(atom.AsSpan(prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out int index)
            ? index
            : null;

    private InvalidFileException Damaged(SExpression? at, string problem, string advice) =>
        new("VnnlibDamaged", path, at?.Place ?? "file", problem, advice);

    private InvalidFileException Unsupported(SExpression at, string problem, string advice) =>
        new("VnnlibUnsupported", path, at.Place, problem, advice, unsupported: true);
}
