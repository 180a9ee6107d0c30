namespace ExactCompression.Formats;

/// <summary>
/// Reads and writes stability tables: CSV with one row per neuron, and the reference's <c>stable_neurons.npy</c> (selected by the extension
/// <c>.npy</c> for writing, and by the content for reading).
/// </summary>
public static class StabilityTableFiles
{
    private const string Csv = ".csv";
    private const string Npy = ".npy";

    /// <summary>Writes a table, beside the target first and then moved into place.</summary>
    /// <param name="table">The table. Witnesses are not written; <c>.npy</c> holds only which neurons are stable.</param>
    /// <param name="path">Full path.</param>
    /// <param name="overwrite">Whether an existing file may be replaced.</param>
    /// <exception cref="InvalidInputException">The extension is neither <c>.csv</c> nor <c>.npy</c>.</exception>
    /// <exception cref="IOException">The file exists and <paramref name="overwrite"/> is false, or it cannot be written.</exception>
    public static void Write(StabilityTable table, string path, bool overwrite = true)
    {
        RequireWritable(path);
        bool npy = HasExtension(path, Npy);
        NetworkFiles.Replace(path, overwrite, stream =>
        {
            if (npy)
                StableNeuronsNpy.Write(table, stream);
            else
                StabilityTableCsv.Write(table, stream, path);
        });
    }

    /// <summary>Refuses a name that selects no format for tables.</summary>
    /// <param name="path">A path.</param>
    /// <exception cref="InvalidInputException">The extension is neither <c>.csv</c> nor <c>.npy</c>.</exception>
    public static void RequireWritable(string path)
    {
        if (!HasExtension(path, Csv) && !HasExtension(path, Npy))
            throw new InvalidInputException(
                "UnknownTableExtension",
                $"The extension '{Path.GetExtension(path)}' of '{path}' does not select a format for tables.",
                $"Use {Csv}, or {Npy} for the paper's code; a path that ends in / is a folder.");
    }

    /// <summary>Whether a table written to a file of this name includes the evidence of its verdicts.</summary>
    /// <param name="path">A path.</param>
    public static bool HoldsEvidence(string path) => !HasExtension(path, Npy);

    /// <summary>
    /// Reads a table. Its content is taken as claims (<see cref="StabilityTable.IsImported"/>): shown as imported, and proven before
    /// anything rests on it.
    /// </summary>
    /// <param name="path">Full path.</param>
    /// <param name="network">The network that the verdicts are of; null to read the file that a CSV table names.</param>
    /// <param name="domain">
    /// The domain that the verdicts hold over; null to take it from a CSV table. <c>stable_neurons.npy</c> states none: without this
    /// argument it is the network's own range, else <c>[0,1]^n</c>, which is what the reference searches over.
    /// </param>
    /// <param name="options">The limits of the import, and of the network's; null for the defaults.</param>
    /// <returns>A table for that network. Neurons that <c>stable_neurons.npy</c> does not list are undetermined.</returns>
    /// <exception cref="InvalidFileException">The file is damaged, made for another network or domain, or takes more than it
    /// may.</exception>
    /// <exception cref="InvalidInputException">The network or the domain is needed but neither given nor in the file.</exception>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="OperationCanceledException">The import was cancelled.</exception>
    public static StabilityTable Read(string path, ReluNetwork? network = null, InputDomain? domain = null, ImportOptions? options = null)
    {
        options ??= new();
        var budget = ImportBudget.Of(path, options);
        byte[] bytes = FileContent.Read(path, budget);
        if (!bytes.AsSpan().StartsWith(NpyHeader.Magic))
            return StabilityTableCsv.Read(bytes, path, network, domain, options, budget);
        return StableNeuronsNpy.Read(bytes, path, network ?? throw StabilityTableOrigin.NeedsNetwork(path), domain);
    }

    private static bool HasExtension(string path, string extension) => path.EndsWith(extension, StringComparison.OrdinalIgnoreCase);
}
