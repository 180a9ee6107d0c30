namespace ExactCompression.Formats;

/// <summary>A property in VNN-LIB: the networks that it declares, and what it asserts of them.</summary>
/// <remarks>
/// A query of VNN-LIB asks for inputs at which all assertions hold. Version 1 declares the elements of one network, <c>X_0</c> and
/// <c>Y_0</c>, as constants; version 2 declares networks with tensors. See Demarchi, Guidotti, Pulina and Tacchella, <i>Supporting
/// Standardization of Neural Networks Verification with VNNLIB and CoCoNet</i> (2023), and the standard of version 2.0.
/// </remarks>
/// <param name="Path">The file.</param>
/// <param name="Networks">One or more networks.</param>
/// <param name="Assertions">What is asserted, all of it at once.</param>
internal sealed record VnnlibQuery(string Path, IReadOnlyList<VnnlibNetwork> Networks, IReadOnlyList<VnnlibFormula> Assertions)
{
    /// <summary>A variable as the file names it.</summary>
    /// <param name="variable">The variable.</param>
    public string NameOf(VnnlibVariable variable)
    {
        VnnlibNetwork network = Networks[variable.Network];
        if (network.At is null)
            return $"{(variable.Role == VnnlibRole.Input ? 'X' : 'Y')}_{variable.Index}";
        VnnlibTensor tensor = network.Tensors.Last(t => t.Role == variable.Role && t.First <= variable.Index);
        return tensor.NameOf(variable.Index - tensor.First);
    }

    /// <summary>The formulas that are asserted, conjunctions taken apart.</summary>
    public IEnumerable<VnnlibFormula> Conjuncts() => Assertions.SelectMany(Conjuncts);

    /// <summary>The error that something is not supported.</summary>
    /// <param name="at">Where it is.</param>
    /// <param name="problem">What is not, as a sentence.</param>
    /// <param name="advice">What to do, as a sentence.</param>
    public InvalidFileException Unsupported(SExpression? at, string problem, string advice) =>
        new("VnnlibUnsupported", Path, at?.Place ?? "file", problem, advice, unsupported: true);

    private static IEnumerable<VnnlibFormula> Conjuncts(VnnlibFormula formula) => formula switch
    {
        VnnlibJunction { IsAnd: true } and => and.Parts.SelectMany(Conjuncts),
        VnnlibJunction { Parts: [var only] } => Conjuncts(only),
        _ => [formula],
    };
}
