namespace ExactCompression.Formats;

/// <summary>
/// Reads and writes stability tables. The extension selects the format for writing, the content for reading: CSV with one row per neuron,
/// JSON and NumPy archives (<c>.npz</c>) with arrays for each layer, and the reference's <c>stable_neurons.npy</c>.
/// </summary>
public static class StabilityTableFiles
{
    /// <summary>Writes a table, beside the target first and then moved into place.</summary>
    /// <param name="table">The table. Witnesses are not written; <c>.npy</c> holds only which neurons are stable.</param>
    /// <param name="path">Full path.</param>
    /// <param name="overwrite">Whether an existing file may be replaced.</param>
    /// <param name="precision">What bounds are stored as in <c>.json</c> and <c>.npz</c>: rounded outward; null for the doubles that they
    /// are.</param>
    /// <exception cref="InvalidInputException">The extension selects no format, or one without a choice of precision.</exception>
    /// <exception cref="IOException">The file exists and <paramref name="overwrite"/> is false, or it cannot be written.</exception>
    public static void Write(StabilityTable table, string path, bool overwrite = true, WeightPrecision? precision = null)
    {
        ITableFormat format = Format(path, precision);
        NetworkFiles.Replace(path, overwrite, stream => format.Write(table, stream, path, precision ?? WeightPrecision.Float64));
    }

    /// <summary>Refuses a name that selects no format for tables.</summary>
    /// <param name="path">A path.</param>
    /// <param name="precision">What bounds are to be stored as, or null.</param>
    /// <exception cref="InvalidInputException">The extension selects no format, or one without a choice of precision.</exception>
    public static void RequireWritable(string path, WeightPrecision? precision = null) => Format(path, precision);

    /// <summary>Whether a table written to a file of this name includes the evidence of its verdicts.</summary>
    /// <param name="path">A path.</param>
    /// <exception cref="InvalidInputException">The extension selects no format.</exception>
    public static bool HoldsEvidence(string path) => TableFormats.RequireWritable(path).HoldsEvidence;

    /// <summary>
    /// Reads a table. Its content is taken as claims (<see cref="StabilityTable.IsImported"/>): shown as imported, and proven before
    /// anything rests on it.
    /// </summary>
    /// <param name="path">Full path.</param>
    /// <param name="network">The network that the verdicts are of; null to read the file that the table names.</param>
    /// <param name="domain">
    /// The domain that the verdicts hold over; null to take it from the table. <c>stable_neurons.npy</c> states none: without this
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
        return TableFormats.Recognise(bytes, path).Read(new(bytes, path, network, domain, options, budget));
    }

    private static ITableFormat Format(string path, WeightPrecision? precision)
    {
        ITableFormat format = TableFormats.RequireWritable(path);
        return precision is null || format.HoldsPrecision
            ? format
            : throw new InvalidInputException(
                "PrecisionNotApplicable", $"'{path}' is to be a {format.Extension} file, which has no choice of precision.",
                "Leave -Precision out, or write .json or .npz.");
    }
}
