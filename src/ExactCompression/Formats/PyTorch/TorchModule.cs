namespace ExactCompression.Formats;

/// <summary>
/// A module of <c>torch.nn</c> that was pickled whole: its class by name, and its attributes as plain data. Nothing in it is executed.
/// </summary>
/// <param name="ClassName">Module and name of the class, such as <c>torch.nn.modules.linear.Linear</c>.</param>
internal sealed record TorchModule(string ClassName) : IPickleState
{
    private const string Modules = "torch.nn.modules";

    private PickleDict attributes = new();

    /// <summary>The class without its module.</summary>
    public string Kind => ClassName[(ClassName.LastIndexOf('.') + 1)..];

    /// <summary>The modules within, by name and in order.</summary>
    public IReadOnlyList<KeyValuePair<object?, object?>> Children => Dict("_modules");

    /// <summary>Whether a Python module is one of those that PyTorch's own network modules are in.</summary>
    public static bool IsModule(string module) => module.StartsWith(Modules + ".", StringComparison.Ordinal);

    /// <summary>The meaning of such a class in a pickle.</summary>
    public static PickleGlobal Class(string module, string name)
    {
        string full = $"{module}.{name}";
        return new(full, Make: () => new TorchModule(full));
    }

    /// <summary>Takes the attributes.</summary>
    public void SetState(object? state) =>
        attributes = state as PickleDict ?? throw new PickleShapeException("The state of a module is not a dict.");

    /// <summary>An attribute, or null.</summary>
    public object? Attribute(string name) => attributes.TryGet(name, out object? value) ? value : null;

    /// <summary>The items of an attribute that is a dict; none if there is no such attribute.</summary>
    public IReadOnlyList<KeyValuePair<object?, object?>> Dict(string name) => Attribute(name) is PickleDict dict ? dict.Items : [];
}
