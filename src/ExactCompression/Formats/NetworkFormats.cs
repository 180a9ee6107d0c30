using ExactCompression.Compression.Equivalence;
using ExactCompression.Formats.Onnx;

namespace ExactCompression.Formats;

/// <summary>All network formats, and the selection among them.</summary>
public static class NetworkFormats
{
    /// <summary>How many leading bytes a format sees to recognise a file.</summary>
    public const int HeadLength = 4096;

    /// <summary>Every format that networks are read from, in the order of trying content: those with a magic number first.</summary>
    public static IReadOnlyList<INetworkFormat> All { get; } =
    [
        new PyTorchFormat(),
        new NpzFormat(),
        new SafeTensorsFormat(),
        new WeightsDatFormat(),
        new NNetFormat(),
        new OnnxFormat(),
    ];

    /// <summary>Every format that networks are written in: those of <see cref="All"/> that can be, and source text.</summary>
    public static IReadOnlyList<IWritableNetworkFormat> Writable { get; } =
        [.. All.OfType<IWritableNetworkFormat>(), new CSourceFormat()];

    /// <summary>Reads a network file.</summary>
    /// <param name="path">Full path of the file.</param>
    /// <param name="format">The name of a format, or <c>Auto</c> to detect it from the content.</param>
    /// <param name="options">The import's limits, and what the user states about the file; null for the defaults.</param>
    /// <exception cref="InvalidFileException">
    /// The file is of no known format, damaged, holds something unsupported, or takes more memory or work than <paramref name="options"/>
    /// allow.
    /// </exception>
    /// <exception cref="OperationCanceledException">The import was cancelled.</exception>
    /// <exception cref="InvalidInputException">There is no format of that name, or an option does not apply to the format or is not
    /// supported.</exception>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    public static ReluNetwork Read(string path, string format = "Auto", ImportOptions? options = null)
    {
        INetworkFormat? named = string.Equals(format, "Auto", StringComparison.OrdinalIgnoreCase) ? null : Named(format);
        byte[] head = NetworkFiles.Head(path, HeadLength);
        INetworkFormat chosen = named ?? Recognise(head, path);
        options ??= new();
        if (chosen is not (PyTorchFormat or SafeTensorsFormat or NpzFormat))
            options.RequireNoNames(path, chosen.Name);
        if (chosen is not (PyTorchFormat or OnnxFormat))
            options.RequireNoInputShape(path, $"of the format {chosen.Name}");
        try
        {
            options = Bounded(options);
            ReluNetwork network = chosen.Read(path, options);
            if (network.Depth > 0)
                HiddenActivation.RequireSupported(options.Activation);
            if (chosen is OnnxFormat)
                HiddenActivation.WarnOfUnused(options);
            if (network.HasOpaqueLayers)
                options.Warning?.Invoke($"Layers depend on nodes that are not analysed: {Remarks(network)}");
            else if (network.HasNoKnownLayers)
                options.Warning?.Invoke($"There is no layer to analyse, and nodes that are not analysed: {Remarks(network)}");
            return network;
        }
        catch (Exception e)
            when (e is EndOfStreamException or InvalidDataException or FormatException or OverflowException or ArgumentException)
        {
            throw new InvalidFileException(
                "NetworkFileDamaged", path, "file", $"It cannot be read as {chosen.Name}: {e.Message}", "Copy or export it again.",
                inner: e);
        }
    }

    /// <summary>Writes a network file: beside the target first, then moved into place, so that no half-written file remains.</summary>
    /// <param name="network">The network.</param>
    /// <param name="path">Full path; the extension selects the format.</param>
    /// <param name="precision">What weights are stored as, or null for the narrowest that holds every weight without rounding.</param>
    /// <param name="overwrite">Whether an existing file may be replaced.</param>
    /// <param name="source">What a file of C source states beside the network; null for no more than the network tells.</param>
    /// <param name="cancellation">When cancelled, throws, and nothing is written.</param>
    /// <exception cref="InvalidInputException">The extension selects no format that can be written, or a weight is too large for the
    /// precision, or the format does not hold such networks, or has no use for what is asked for.</exception>
    /// <exception cref="IOException">The file exists and <paramref name="overwrite"/> is false, or it cannot be written.</exception>
    public static void Write(
        ReluNetwork network, string path, WeightPrecision? precision = null, bool overwrite = true,
        CSourceOptions? source = null, CancellationToken cancellation = default)
    {
        IWritableNetworkFormat format = RequireWritable(path, network);
        bool isSource = format is CSourceFormat;
        if (source is { InputCheck: true } && !isSource)
            throw new InvalidInputException(
                "InputCheckNotApplicable", $"'{path}' will be no program, and cannot check inputs.",
                "Write the network as .c, or leave -InputCheck out.");
        if (source is { Certificate: not null } && !isSource)
            throw new InvalidInputException(
                "CertificateNotApplicable", $"'{path}' will be no program, and has no place for a certificate's hash.",
                "Write the network as .c, or leave -Certificate out.");
        bool isAsRead = !isSource && !network.IsDense && network.Source is not null && network.Edit is null;
        if (isAsRead && precision is { } wanted && wanted != network.SourcePrecision)
            throw new InvalidInputException(
                "PrecisionNotApplicable",
                $"{network.Name} is a graph, which is written as the model that it was read from, with {network.SourcePrecision} weights.",
                "Leave -Precision out.");
        WeightPrecision stored = precision
            ?? (format.Holds(network, WeightPrecision.Float32) ? WeightPrecision.Float32
                : isSource && !network.IsDense ? WeightPrecision.Float64 : network.Precision);
        NetworkFiles.Replace(path, overwrite, stream =>
        {
            var output = new CancellableOutput(stream, cancellation);
            if (!isSource)
                format.Write(network, output, stored);
            else
                CSourceFormat.Write(network, output, stored, Path.GetFileNameWithoutExtension(path), source ?? new());
        });
    }

    /// <summary>
    /// The default precision for a network's weights: that of its own file, or float64 if normalisation that the file states would be lost
    /// otherwise.
    /// </summary>
    /// <param name="network">The network.</param>
    /// <param name="path">A path; its extension selects the format.</param>
    /// <exception cref="InvalidInputException">The extension selects no format that can be written.</exception>
    public static WeightPrecision SourcePrecision(ReluNetwork network, string path) =>
        !network.IsDense && RequireWritable(path) is CSourceFormat c
            ? c.Holds(network, network.SourcePrecision) ? network.SourcePrecision : WeightPrecision.Float64
            : !network.IsDense || network.DenseLayers.All(static l => l.Parts is null)
            || RequireWritable(path).Holds(network, network.SourcePrecision)
            ? network.SourcePrecision
            : network.Precision;

    /// <summary>
    /// A proven bound over a domain on the difference between a written network's outputs and its own, in real arithmetic: the effect of
    /// rounding weights and folding normalisation. 0 if the format represents it exactly.
    /// </summary>
    /// <param name="network">The network.</param>
    /// <param name="path">Full path of the file that it was written to.</param>
    /// <param name="precision">What weights were stored as.</param>
    /// <param name="domain">The domain, of the network's size or of any.</param>
    /// <param name="cancellation">When cancelled, throws.</param>
    /// <returns>The bound; infinity if none is known.</returns>
    /// <exception cref="InvalidFileException">The file cannot be read again.</exception>
    public static double WrittenDeviation(
        ReluNetwork network, string path, WeightPrecision precision, InputDomain domain, CancellationToken cancellation = default) =>
        RequireWritable(path, network).Holds(network, precision)
            ? 0
            : network.Graph is not null ? double.PositiveInfinity
            : DeviationProof.OfSameWidths(
                network, RequireWritable(path).Written(network, precision) ?? Read(path, options: new() { Cancellation = cancellation }),
                domain.For(network.InputSize), cancellation);

    /// <summary>The format that a file of that name is written in.</summary>
    /// <param name="path">A path; its extension selects the format.</param>
    /// <exception cref="InvalidInputException">The extension selects no format that can be written.</exception>
    public static IWritableNetworkFormat RequireWritable(string path) =>
        Writable.FirstOrDefault(f => HasExtension(f, path)) ?? throw new InvalidInputException(
            "UnknownNetworkExtension",
            $"The extension '{Path.GetExtension(path)}' of '{path}' does not select a format in which networks can be written.",
            $"Use one of {string.Join(", ", Writable.Select(static f => f.Extensions[0]))}; a path that ends in / is a folder.");

    /// <summary>The format that a network is written in to a file of that name.</summary>
    /// <param name="path">A path; its extension selects the format.</param>
    /// <param name="network">The network.</param>
    /// <exception cref="InvalidInputException">The extension selects no format that can be written, or one that cannot express the
    /// network.</exception>
    public static IWritableNetworkFormat RequireWritable(string path, ReluNetwork network)
    {
        IWritableNetworkFormat format = RequireWritable(path);
        return format.CanWrite(network)
            ? format
            : throw new InvalidInputException(
                "FormatHoldsChains",
                $"'{network.Name}' is a graph of operators, and files of the format {format.Name} hold chains of dense layers alone.",
                "Write it as .onnx.");
    }

    private static INetworkFormat Named(string name) =>
        All.FirstOrDefault(f => string.Equals(f.Name, name, StringComparison.OrdinalIgnoreCase)) ?? throw new InvalidInputException(
            "UnknownNetworkFormat",
            $"There is no network format '{name}'.",
            $"Use Auto or one of {Names()}.");

    private static INetworkFormat Recognise(byte[] head, string path)
    {
        INetworkFormat[] matching = [.. All.Where(f => f.Matches(head, path))];
        return matching.FirstOrDefault(f => HasExtension(f, path)) ?? matching.FirstOrDefault() ?? throw new InvalidFileException(
            "UnknownNetworkFormat",
            path,
            "first bytes",
            $"The content is of no known network format; tried {Names()}.",
            All.FirstOrDefault(f => HasExtension(f, path)) is { } expected
                ? $"The extension says {expected.Name}, but the content does not: the file is damaged or misnamed."
                : "Name the format with -Format if you know it.");
    }

    private static bool HasExtension(IFileFormat format, string path) =>
        format.Extensions.Any(extension => path.EndsWith(extension, StringComparison.OrdinalIgnoreCase));

    // Warnings quote names of the file, as errors do.
    private static ImportOptions Bounded(ImportOptions options) =>
        options.Warning is { } warn ? options with { Warning = text => warn(ErrorText.Message(text)) } : options;

    /// <summary>What of a network's file is not analysed, in one line.</summary>
    /// <param name="network">The network.</param>
    public static string Remarks(ReluNetwork network)
    {
        const int Most = 3;
        string shown = string.Join(" ", network.Remarks.Take(Most));
        return network.Remarks.Count > Most ? $"{shown} (and {network.Remarks.Count - Most} more)" : shown;
    }

    private static string Names() => string.Join(", ", All.Select(static f => f.Name));
}
