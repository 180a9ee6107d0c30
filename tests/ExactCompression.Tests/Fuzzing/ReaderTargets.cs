using ExactCompression.Experiments;
using ExactCompression.Formats;
using ExactCompression.Tests.Formats;

namespace ExactCompression.Tests.Fuzzing;

/// <summary>All readers of files and of bytes from other processes.</summary>
internal static class ReaderTargets
{
    /// <summary>The targets, in the order in which cases are dealt out to them.</summary>
    public static IReadOnlyList<ReaderTarget> All { get; } =
    [
        Network("onnx", "network.onnx", SeedFiles.Onnx(), new OnnxEnvelope()),
        Network("npz", "network.npz",
            [SeedFiles.Written(".npz"), Fixtures.Unpack(Fixtures.NpzInputsFirst), Fixtures.Unpack(Fixtures.NpzPositional)],
            new ZipEnvelope()),
        Network("torch-zip", "network.pt",
            [Fixtures.Unpack(Fixtures.ZipStateDict), Fixtures.Unpack(Fixtures.ZipViews), Fixtures.Unpack(Fixtures.ZipHalf)],
            new ZipEnvelope()),
        Network("torch-legacy", "network.pth", [Fixtures.Unpack(Fixtures.LegacyCheckpoint), Fixtures.Unpack(Fixtures.LegacyViews)]),
        Network("safetensors", "network.safetensors",
            [SeedFiles.Written(".safetensors"), SeedFiles.Written(".safetensors", WeightPrecision.Float64)], new SafeTensorsEnvelope()),
        Network("nnet", "network.nnet", [SeedFiles.Written(".nnet"), SeedFiles.NNet], text: true),
        Network("weights-dat", "weights.dat", [SeedFiles.Written("weights.dat"), SeedFiles.WeightsDat], text: true),
        Network("unnamed", "network",
            [SeedFiles.Written(".onnx"), SeedFiles.Written(".npz"), SeedFiles.Written(".safetensors"), SeedFiles.Written(".nnet"),
            SeedFiles.WeightsDat, Fixtures.Unpack(Fixtures.LegacyViews)]),
        Data("idx", "images-idx3-ubyte", SeedFiles.Idx),
        Data("idx-gz", "images-idx3-ubyte.gz", [.. SeedFiles.Idx.Select(static f => GzipEnvelope.Pack(f))], new GzipEnvelope()),
        Data("csv", "data.csv", SeedFiles.DataCsv, text: true),
        Data("csv-gz", "data.csv.gz", [.. SeedFiles.DataCsv.Select(static f => GzipEnvelope.Pack(f))], new GzipEnvelope(), text: true),
        Data("npy", "data.npy", SeedFiles.Npy),
        Data("cifar", "data.bin", SeedFiles.Cifar),
        new("labels", "labels", SeedFiles.Labels, static path =>
            InputDataFiles.Read(SeedFiles.RowsBeside(path), new() { LabelPath = path })),
        Domain("vnnlib", "property.vnnlib", SeedFiles.Vnnlib),
        Domain("vnnlib-gz", "property.vnnlib.gz", [.. SeedFiles.Vnnlib.Select(static f => GzipEnvelope.Pack(f))], new GzipEnvelope()),
        Domain("domain-csv", "domain.csv", SeedFiles.DomainCsv),
        new("equivalence", "pair.vnnlib", [SeedFiles.Vnnlib[^1]], static path => EquivalenceFiles.Read(path)) { IsText = true },
        Table("table-csv", "table.csv", [SeedFiles.Table(".csv")]) with { IsText = true },
        Table("table-json", "table.json", [SeedFiles.Table(".json")]) with { IsText = true },
        Table("table-npz", "table.npz", [SeedFiles.Table(".npz")]) with { Envelope = new ZipEnvelope() },
        Table("table-npy", "table.npy", [SeedFiles.Table(".npy")]),
        Certificate("certificate", "certificate.json", [.. SeedFiles.Certificates.Select(static c => c.Text)],
            new CertificateEnvelope()) with { IsText = true },
        Certificate("certificate-gz", "certificate.json.gz", [.. SeedFiles.Certificates.Select(static c => c.Packed)],
            new GzipEnvelope(new CertificateEnvelope())),
        new("sweep", "sweep.csv", [SeedFiles.Sweep], static path => SweepCsv.Read(path)) { IsText = true },
        new("portable", "object", SeedFiles.Portable, static path => PortableForm.Read(System.IO.File.ReadAllBytes(path)))
        {
            Envelope = new PortableEnvelope(),
            IsSound = static value => value is InputData || ReaderContent.IsSound(value), // scripts make data of any numbers
        },
        TorchModule("torch-module", SeedFiles.TorchModule().Zip, new ZipEnvelope()),
        TorchModule("torch-module-legacy", SeedFiles.TorchModule().Legacy, null),
    ];

    private static ReaderTarget Network(string name, string file, IReadOnlyList<byte[]> seeds, Envelope? envelope = null,
        bool text = false) =>
        new(name, file, seeds, static path => NetworkFormats.Read(path))
        {
            Envelope = envelope,
            IsText = text,
            Memory = 1L << 30, // an import may hold 512 MiB at a time, whatever the file's length
        };

    private static ReaderTarget TorchModule(string name, byte[] seed, Envelope? envelope) =>
        new(name, "network.pt", [seed], static path => NetworkFormats.Read(path, options: new() { InputShape = new(1, 6, 6) }))
        {
            Envelope = envelope,
            Memory = 1L << 30,
        };

    private static ReaderTarget Data(string name, string file, IReadOnlyList<byte[]> seeds, Envelope? envelope = null, bool text = false) =>
        new(name, file, seeds, static path => InputDataFiles.Read(path)) { Envelope = envelope, IsText = text };

    private static ReaderTarget Domain(string name, string file, IReadOnlyList<byte[]> seeds, Envelope? envelope = null) =>
        new(name, file, seeds, static path => InputDomainFiles.Read(path)) { Envelope = envelope, IsText = true };

    private static ReaderTarget Table(string name, string file, IReadOnlyList<byte[]> seeds) =>
        new(name, file, seeds, static path => StabilityTableFiles.Read(path, SeedFiles.Small));

    private static ReaderTarget Certificate(string name, string file, IReadOnlyList<byte[]> seeds, Envelope envelope) =>
        new(name, file, seeds, static path =>
            CertificateCheck.Run(path, SeedFiles.Compressed.Original, SeedFiles.Compressed.Compressed)) { Envelope = envelope };
}
