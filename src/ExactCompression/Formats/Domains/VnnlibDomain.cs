namespace ExactCompression.Formats;

/// <summary>
/// The box of a VNN-LIB property's inputs, version 1 or 2. Constraints on outputs alone are ignored; a disjunction over inputs becomes the
/// smallest box that holds all of it, which a warning says; a constraint that relates inputs to one another, or to outputs, is refused.
/// </summary>
/// <remarks>Ends are exact until they are rounded outward, where no double holds one: the box holds all that the property allows.</remarks>
internal static class VnnlibDomain
{
    /// <summary>Reads a property's domain.</summary>
    /// <param name="text">UTF-8.</param>
    /// <param name="path">The file, for messages.</param>
    /// <param name="budget">Counts memory and work.</param>
    /// <param name="warning">Is told where the box holds more than the property allows, or null.</param>
    /// <exception cref="InvalidFileException">The file is damaged, or its inputs have no box.</exception>
    public static (double[] Lower, double[] Upper) Read(byte[] text, string path, ImportBudget budget, Action<string>? warning = null) =>
        VnnlibInputs.Hull(VnnlibReader.Read(text, path, budget), budget, warning);
}
