using System.Text;
using ExactCompression.Certificates;
using ExactCompression.Certificates.Checking;
using ExactCompression.Experiments;
using ExactCompression.Formats;
using ExactCompression.Tests.Compression;
using ExactCompression.Tests.Formats;
using ExactCompression.Tests.Formats.Onnx;
using ExactCompression.Tests.Oracles;
using static ExactCompression.Tests.Formats.Onnx.OnnxModelBuilder;

namespace ExactCompression.Tests.Fuzzing;

/// <summary>Small sound files of every kind, made by the library's own writers, or by hand where it only reads.</summary>
internal static class SeedFiles
{
    private const string NNetText = "// comment\n2,1,1,1,\n1,1,1,\n0,\n10.0,\n20.0,\n4.0,7.0,\n3.0,5.0,\n1.0,\n0.0,\n2.0,\n1.0,\n";

    private const string DatText = "//a comment\n\nlevels = 2;\n\nn = [2, 1, 1];\n\nW = [\n0.1,-2e-1\n,3\n];\n\nB = [\n0.5\n,-0.25\n];\n";

    /// <summary>A network with neurons of all kinds, and no ties, which take a search long.</summary>
    public static ReluNetwork Small { get; } = InflatedNetworks.Make(new Random(1), 3, [3, 2, 2], WeightPrecision.Float32, rough: true)
        .Large.Renamed("small");

    /// <summary>Its compression, by verdicts that anyone can check.</summary>
    public static CompressionResult Compressed { get; } = LeoCompression.Compress(
        StabilityAnalysis.FindStable(StabilityTable.Undecided(Small), null, new() { Threads = 1 }, default), new(), default);

    public static IReadOnlyList<(byte[] Text,
        byte[] Packed)> Certificates { get; } = [(Written(path => CompressionCertificate.Write(Compressed, path), "c.json"),
        Written(path => CompressionCertificate.Write(Compressed, path), "c.json.gz")), (OfGraphs("c.json"), OfGraphs("c.json.gz")),
        (OfPair("c.json"), OfPair("c.json.gz"))];

    public static byte[] NNet { get; } = Encoding.UTF8.GetBytes(NNetText);

    public static byte[] WeightsDat { get; } = Encoding.UTF8.GetBytes(DatText);

    public static IReadOnlyList<byte[]> Idx { get; } =
    [
        [0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 3, 0, 1, 128, 254, 255, 7],
        [0, 0, 0x0d, 2, 0, 0, 0, 1, 0, 0, 0, 1, 0x40, 0x20, 0, 0],
    ];

    public static IReadOnlyList<byte[]> DataCsv { get; } =
        [.. new[] { "a,b,label\n0.5,1,0\n-2e-3,.25,1\n", "7;1;2\n0;3;4", "\"1\",\"2\"\r\n3,4\r\n",
            "1\t2\n3\t4\n" }.Select(Encoding.UTF8.GetBytes)];

    public static IReadOnlyList<byte[]> Npy { get; } = [NpyOf("<f4", "(2, 2)", 16), NpyOf("|u1", "(3, 2)", 6),
        NpyOf(">f8", "(1, 3)", 24), NpyOf("<i8", "(2, 1)", 16)];

    public static IReadOnlyList<byte[]> Cifar { get; } = [Rows(3073, 1), Rows(3074, 1)];

    public static IReadOnlyList<byte[]> Labels { get; } = [[0, 0, 8, 1, 0, 0, 0, 2, 9, 4], Encoding.ASCII.GetBytes("3\n1\n"),
        NpyOf("<i8", "(2,)", 16)];

    public static IReadOnlyList<byte[]> Vnnlib { get; } =
    [
        Encoding.ASCII.GetBytes(
            "; a property\n(declare-const X_0 Real)\n(declare-const X_1 Real)\n(declare-const Y_0 Real)\n(assert (>= X_0 -0.25))\n"
            + "(assert (<= X_0 0.5))\n(assert (and (<= X_1 1e-3) (>= X_1 0)))\n(assert (<= Y_0 1.5))\n"),
        Encoding.ASCII.GetBytes(
            "(declare-const X_0 Real)\n(declare-const Y_0 Real)\n(assert (or (and (>= X_0 0) (<= X_0 1) (>= Y_0 0.5))))\n"),
        Encoding.ASCII.GetBytes(
            "(vnnlib-version <2.0>)\n(declare-network f (declare-input X real [1,2]) (declare-output Y real [2]))\n(declare-network g\n"
            + "(isomorphic-to f) (declare-input Z real [1, 2]) (declare-output W real [2]))\n(assert (and (<= X[0,0] 1) (>= X[0,0] 0)))\n"
            + "(assert (or (and (<= (* 2 Z[0,1]) (/ 1 3)) (>= Z[0,1] -1)) (= 4 (- 5 Z[0,1]))))\n(assert (== X[0,0] Z[0,0]))\n"
            + "(assert (and (<= X[0,1] Z[0,1]) (>= X[0,1] Z[0,1])))\n(assert (or (> Y[0] (+ W[0] 0.5)) (< Y[0] (- W[0] 0.5))))\n"),
    ];

    public static IReadOnlyList<byte[]> DomainCsv { get; } = [.. new[] { "Lower,Upper\n0,1\n-0.5,0.25\n", "0,1\n0,1\n-1,1\n",
        "0,0,0\n1,1,2\n" }.Select(Encoding.UTF8.GetBytes)];

    public static byte[] Sweep { get; } = Written(
        static path =>
        {
            var csv = SweepCsv.Open(path, null, default);
            foreach (string name in (string[])["one", "two, \"2\""])
                csv.Append(new() { Network = name, Domain = "[0,1]^2", Method = StabilityMethod.Isa, Accuracy = 0.1 + 0.2, L1 = 2.5e-5,
                    Neurons = 3, Seconds = 1e-6 }, null, default);
        },
        "sweep.csv");

    public static IReadOnlyList<byte[]> Portable { get; } =
    [
        PortableForm.Of(Small),
        PortableForm.Of(new InputDomain([0, -1], [1, 0.5])),
        PortableForm.Of(InputDomain.Unit),
        PortableForm.Of(new InputData([0.5f, 1, 0, 0.25f], 2, 2, [0, 1])),
        PortableForm.Of(Compressed.Table),
        PortableForm.Of(Compressed),
        PortableForm.Of(new ReluNetwork(OperatorGraphs.Of(new Random(3), 12), "graph")),
    ];

    /// <summary>A module of PyTorch that was pickled whole, for inputs of 1 x 6 x 6, in both forms.</summary>
    public static (byte[] Zip, byte[] Legacy) TorchModule()
    {
        var net = new TorchNet();
        byte[] pool = TorchNet.Pool(
            "MaxPool2d", ("kernel_size", TorchFile.Number(2)), ("stride", TorchFile.Number(2)), ("padding", TorchFile.Number(1)),
            ("dilation", TorchFile.Number(1)), ("ceil_mode", TorchNet.True));
        byte[] module = TorchNet.Sequential(
            net.Convolution(1, 2, [3, 3], [1, 1], TorchNet.Numbers(1, 1), [1, 1], 1), net.BatchNorm(2, 2), net.PRelu(2), pool,
            TorchNet.Flatten(), net.Linear(32, 2), TorchNet.Activation("Softmax", ("dim", TorchFile.Number(1))));
        return (net.File.Zip(module), net.File.Legacy(module));
    }

    /// <summary>The small network as the library writes it.</summary>
    public static byte[] Written(string ending, WeightPrecision? precision = null) =>
        Written(path => NetworkFormats.Write(Small, path, precision), ending.StartsWith('.') ? "network" + ending : ending);

    public static byte[] Table(string extension) => Written(path => StabilityTableFiles.Write(Compressed.Table, path), "table" + extension);

    public static IReadOnlyList<byte[]> Onnx() =>
    [
        Written(".onnx"),
        new OnnxModelBuilder().Input("x", 1, 2).Output("y", 1, 1)
            .Weights("w", [2, 3], 1, -2, 0.5, 3, 1, -1).Weights("b", [3], 0.5, 0, -1).Weights("v", [3, 1], 1, 2, -3).Integers("s", -1, 3)
            .Node("MatMul", "x w", "t").Node("Add", "t b", "u").Node("Relu", "u", "h").Node("Reshape", "h s", "r")
                .Node("Gemm", "r v", "y", Float("alpha", 0.5f)).Bytes(),
        new OnnxModelBuilder().Input("x", "batch", 2, 1, 1).Output("y", "batch", 2)
            .Weights("m", [2], 0.5, 1).Weights("d", [2], 2, 4).Weights("one", [2], 1, 1)
            .Node("Flatten", "x", "f").Node("Sub", "f m", "c").Node("Div", "c d", "n").Node("BatchNormalization", "n one m d one", "bn")
                .Node("Relu", "bn", "h").Node("Mul", "h d", "p")
            .Node("Transpose", "p", "q", Ints("perm", 0, 1)).Node("Neg", "q", "y").Bytes(),
    ];

    /// <summary>Data of two rows beside a file of labels.</summary>
    public static string RowsBeside(string path)
    {
        string rows = path + ".rows.csv";
        if (!File.Exists(rows))
            File.WriteAllText(rows, "1,2\n3,4\n");
        return rows;
    }

    private static byte[] NpyOf(string type, string shape, int bytes)
    {
        string header = $"{{'descr': '{type}', 'fortran_order': False, 'shape': {shape}, }}".PadRight(117) + "\n";
        return [0x93, .. "NUMPY"u8, 1, 0, 118, 0, .. Encoding.ASCII.GetBytes(header), .. Enumerable.Range(0, bytes)
            .Select(static i => (byte)(i % 8 == 0 ? 1 : 0))];
    }

    private static byte[] Rows(int length, int rows) =>
        [.. Enumerable.Range(0, length * rows).Select(i => (byte)(i % length < length - 3072 ? 3 : i))];

    /// <summary>The same certificate in the form for graphs.</summary>
    private static byte[] OfGraphs(string name) => Written(
        path =>
        {
            GraphCertificate certificate = CompressionCertificate.MakeOfGraphs(Compressed, static _ => { }, default);
            using FileStream stream = File.Create(path);
            CertificateText.Write(
                GraphCertificateText.Body(certificate, Compressed.Original, Compressed.Compressed), stream,
                name.EndsWith(".gz", StringComparison.Ordinal), CertificateForm.Graphs);
        },
        name);

    /// <summary>A certificate of the network and its compression as two that have nothing to do with each other.</summary>
    private static byte[] OfPair(string name) => Written(
        path =>
        {
            PairCertificate certificate = PairEvidence.Find(
                Compressed.Original, Compressed.Compressed, Compressed.Domain.For(3), 1, new(threads: 1))!;
            using FileStream stream = File.Create(path);
            CertificateText.Write(
                PairCertificateText.Body(certificate, Compressed.Original, Compressed.Compressed), stream,
                name.EndsWith(".gz", StringComparison.Ordinal), CertificateForm.Pair);
        },
        name);

    private static byte[] Written(Action<string> write, string name)
    {
        using var folder = new TemporaryFolder();
        write(folder.File(name));
        return File.ReadAllBytes(folder.File(name));
    }
}
