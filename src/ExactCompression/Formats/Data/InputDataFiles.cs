namespace ExactCompression.Formats;

/// <summary>Reads data sets: IDX (MNIST), CSV, NPY and CIFAR-10/100 binary, each plain or gzipped.</summary>
public static class InputDataFiles
{
    /// <summary>Reads a data file.</summary>
    /// <param name="path">Full path of the file.</param>
    /// <param name="options">Labels, header, scale; null for the defaults.</param>
    /// <param name="import">The import's limits; null for the defaults.</param>
    /// <returns>The rows. Each value is <c>(float)(value * scale)</c>, computed in double; for bytes that is the float32 nearest to
    /// <c>byte / 255</c>.</returns>
    /// <exception cref="InvalidFileException">The file is damaged, of no known format, ragged, holds a value that is not a finite number,
    /// or takes more than it may.</exception>
    /// <exception cref="InvalidInputException">The options do not fit the file.</exception>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="OperationCanceledException">The import was cancelled.</exception>
    public static InputData Read(string path, InputDataOptions? options = null, ImportOptions? import = null)
    {
        options ??= new();
        if (options.Scale is { } scale && (!double.IsFinite(scale) || scale == 0))
            throw new InvalidInputException(
                "DataScaleInvalid", $"The scale {scale} is not usable.", "Give a finite number other than 0, such as 1/255.");
        import ??= new();
        var budget = ImportBudget.Of(path, import);
        byte[] bytes = FileContent.ReadUnpacked(path, budget);
        string format = options.Format.Equals("Auto", StringComparison.OrdinalIgnoreCase) ? Detect(bytes, path) : options.Format;
        RawData raw = format.ToUpperInvariant() switch
        {
            "IDX" => IdxData.Read(bytes, path, budget),
            "NPY" => NpyData.Read(bytes, path, budget),
            "CIFAR10" => CifarData.Read(bytes, path, coarseLabels: false, budget),
            "CIFAR100" => CifarData.Read(bytes, path, coarseLabels: true, budget),
            "CSV" => CsvData.Read(bytes, path, options, budget),
            _ => throw new InvalidInputException(
                "DataFormatUnknown", $"There is no data format '{options.Format}'.", "Use Auto, Idx, Csv, Npy, Cifar10 or Cifar100."),
        };
        if (options.LabelPath is { } labelPath)
            raw = raw with { Labels = LabelFiles.Read(labelPath, raw.Rows, import) };
        return raw.ToInputData(path, options.Scale, budget);
    }

    private static string Detect(byte[] bytes, string path)
    {
        if (bytes.AsSpan().StartsWith(NpyHeader.Magic))
            return "Npy";
        if (IdxData.Matches(bytes))
            return "Idx";
        if (CsvFile.IsUtf16(bytes))
            return "Csv"; // whose message says what to do
        string name = path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? path[..^3] : path;
        bool binary = bytes.AsSpan(0, Math.Min(bytes.Length, 4096)).Contains((byte)0);
        if (binary || name.EndsWith(".bin", StringComparison.OrdinalIgnoreCase))
            return CifarData.Detect(bytes, path);
        return "Csv";
    }
}
