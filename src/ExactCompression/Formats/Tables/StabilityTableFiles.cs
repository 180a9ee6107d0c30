namespace ExactCompression.Formats;

/// <summary>
/// Reads and writes stability tables: CSV with one row a neuron, and the reference's <c>stable_neurons.npy</c> (the extension <c>.npy</c>
/// names it for writing; reading goes by content).
/// </summary>
public static class StabilityTableFiles
{
    /// <summary>Writes a table, beside the target first and then moved into place.</summary>
    /// <param name="table">The table. Witnesses are not written; <c>.npy</c> holds only which neurons are stable.</param>
    /// <param name="path">Full path.</param>
    /// <param name="overwrite">Whether an existing file may be replaced.</param>
    /// <exception cref="IOException">The file exists and <paramref name="overwrite"/> is false, or it cannot be written.</exception>
    public static void Write(StabilityTable table, string path, bool overwrite = true)
    {
        bool npy = path.EndsWith(".npy", StringComparison.OrdinalIgnoreCase);
        NetworkFiles.Replace(path, overwrite, stream =>
        {
            if (npy)
                StableNeuronsNpy.Write(table, stream);
            else
                StabilityTableCsv.Write(table, stream, path);
        });
    }

    /// <summary>Reads a table.</summary>
    /// <param name="path">Full path.</param>
    /// <param name="network">The network that the verdicts are of; null to read the file that a CSV table names.</param>
    /// <param name="domain">
    /// The domain that the verdicts hold over; null to take it from a CSV table. <c>stable_neurons.npy</c> states none: without this argument
    /// it is the network's own range, else <c>[0,1]^n</c>, which is what the reference searches over.
    /// </param>
    /// <returns>A table for that network. Neurons that <c>stable_neurons.npy</c> does not list are undetermined.</returns>
    /// <exception cref="InvalidFileException">The file is damaged, or made for another network or domain.</exception>
    /// <exception cref="InvalidInputException">The network or the domain is needed but neither given nor in the file.</exception>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    public static StabilityTable Read(string path, ReluNetwork? network = null, InputDomain? domain = null)
    {
        byte[] bytes = FileContent.Read(path);
        if (!bytes.AsSpan().StartsWith(NpyArray.Magic))
            return StabilityTableCsv.Read(bytes, path, network, domain);
        return StableNeuronsNpy.Read(bytes, path, network ?? throw NeedsNetwork(path), domain);
    }

    internal static InvalidInputException NeedsNetwork(string path) =>
        new("TableNeedsNetwork", $"'{path}' does not say where its network is.", "Give the network that the table was made for.");
}
