using System.Globalization;
using System.Text;
using ExactCompression.Networks;

namespace ExactCompression.Formats;

/// <summary>
/// The <c>.nnet</c> text format of the collision-avoidance networks: comments, sizes, the range of every input, means and ranges that
/// inputs (and outputs) are normalised by, then weights and biases layer after layer.
/// </summary>
/// <remarks>
/// The normalisation is joined into the first and the last layer, so the network takes the file's own, unnormalised input, and the file's
/// input range is its <see cref="ReluNetwork.StatedDomain"/>. Within that range the clipping that the format prescribes does nothing.
/// Where joining rounds, layers carry the radius of it and the normalisation itself, which is written again as it was. Ranges and means are the nearest doubles of their decimals; which precision the
/// weights' decimals stand for: see <see cref="NumberScanner"/>. Source: the description in the repository <c>sisl/NNet</c>.
/// </remarks>
internal sealed class NNetFormat : IWritableNetworkFormat
{
    // What stands in the place of a range that nobody stated: the ends of float32.
    private const double Unbounded = float.MaxValue;

    public string Name => "NNet";

    public IReadOnlyList<string> Extensions { get; } = [".nnet"];

    public bool Matches(ReadOnlySpan<byte> head, string path)
    {
        while (true)
        {
            head = head.TrimStart(" \t\r\n"u8);
            int end = head.IndexOf((byte)'\n');
            ReadOnlySpan<byte> line = end < 0 ? head : head[..end];
            if (!line.StartsWith("//"u8))
                return IsSizes(line);
            if (end < 0)
                return false;
            head = head[(end + 1)..];
        }
    }

    public ReluNetwork Read(string path)
    {
        var scanner = new NumberScanner(FileContent.Read(path), path);
        List<string> comments = scanner.Comments();
        NNetHeader header = NNetHeader.Read(scanner);
        scanner.BeginWeights();
        int[] sizes = header.Sizes;
        int depth = sizes.Length - 1;
        var weights = new ScannedNumbers[depth];
        var biases = new ScannedNumbers[depth];
        for (int l = 0; l < depth; l++)
        {
            weights[l] = new(scanner, sizes[l] * sizes[l + 1], "weight");
            biases[l] = new(scanner, sizes[l + 1], "bias");
        }

        if (!scanner.AtEnd)
            throw new InvalidFileException("TextFormatDamaged", path, scanner.Place, "There is more text after the last bias.", "The sizes in the header are wrong, or the file holds something else than one network.");
        WeightPrecision precision = TextPrecision.Find(comments, scanner);
        var chain = new AffineChain(sizes[0], precision);
        try
        {
            header.AppendInputNormalisation(chain, precision);
            for (int l = 0; l < depth; l++)
            {
                chain.Append(AffineMap.Dense(weights[l].As(precision), biases[l].As(precision), sizes[l + 1], sizes[l]), precision);
                if (l < depth - 1)
                    chain.AppendRelu();
            }

            header.AppendOutputNormalisation(chain, precision);
            return new(chain.Finish(), Path.GetFileNameWithoutExtension(path), path, Name, header.Domain);
        }
        catch (OverflowException e)
        {
            throw new InvalidFileException("WeightNotFinite", path, "normalisation", "The normalised weights leave the range of double.", "Check the means and ranges.", inner: e);
        }
    }

    public bool Holds(ReluNetwork network, WeightPrecision precision) => new NNetNormalisation(network).Holds(precision);

    public void Write(ReluNetwork network, Stream stream, WeightPrecision precision)
    {
        WrittenTensors.RequireWritable(network, precision, Name);
        using var writer = new StreamWriter(stream, new UTF8Encoding(false), leaveOpen: true) { NewLine = "\n" };
        void Line(IEnumerable<int> numbers) => writer.WriteLine(string.Concat(numbers.Select(static n => n.ToString(CultureInfo.InvariantCulture) + ",")));
        void Reals(ReadOnlySpan<double> numbers, WeightPrecision of) => writer.WriteLine(TextPrecision.Join(numbers, of) + ",");

        double[] ends = new double[network.InputSize];
        writer.WriteLine($"//{network.Name.ReplaceLineEndings(" ")}");
        writer.WriteLine(TextPrecision.Comment(precision));
        Line([network.Layers.Count, network.InputSize, network.OutputSize, network.Layers.Max(static l => l.Outputs)]);
        Line(network.Layers.Select(static l => l.Outputs).Prepend(network.InputSize));
        Line([0]);
        InputDomain? domain = network.StatedDomain?.For(network.InputSize);
        Array.Fill(ends, -Unbounded);
        Reals(domain is null ? ends : domain.Lower.Span, WeightPrecision.Float64);
        Array.Fill(ends, Unbounded);
        Reals(domain is null ? ends : domain.Upper.Span, WeightPrecision.Float64);
        var normalisation = new NNetNormalisation(network);
        Reals(normalisation.Means, WeightPrecision.Float64);
        Reals(normalisation.Ranges, WeightPrecision.Float64);
        for (int l = 0; l < network.Layers.Count; l++)
        {
            (ReadOnlyMemory<double> weights, ReadOnlyMemory<double> bias) = normalisation.Matrix(l);
            (int outputs, int inputs) = (network.Layers[l].Outputs, network.Layers[l].Inputs);
            for (int i = 0; i < outputs; i++)
                Reals(weights.Span.Slice(i * inputs, inputs), precision);
            for (int i = 0; i < outputs; i++)
                Reals(bias.Span.Slice(i, 1), precision);
        }
    }

    // The first line that is no comment: four counts with commas between (and, usually, behind).
    private static bool IsSizes(ReadOnlySpan<byte> line)
    {
        int counts = 0;
        foreach (Range part in line.Split((byte)','))
        {
            ReadOnlySpan<byte> text = line[part].Trim(" \t\r"u8);
            if (text.IsEmpty)
                continue;
            if (text.ContainsAnyExceptInRange((byte)'0', (byte)'9'))
                return false;
            counts++;
        }

        return counts == 4;
    }

    /// <summary>Everything before the weights.</summary>
    private sealed record NNetHeader(int[] Sizes, InputDomain? Domain, double[] Means, double[] Ranges)
    {
        public static NNetHeader Read(NumberScanner scanner)
        {
            int levels = scanner.Count("number of layers", 10_000), inputs = scanner.Count("input size"), outputs = scanner.Count("output size");
            scanner.Count("largest layer size");
            scanner.RequireNumbers(levels + 1L, "layer sizes");
            var sizes = new int[levels + 1];
            for (int i = 0; i < sizes.Length; i++)
                sizes[i] = scanner.Count("layer size");
            if (levels < 1 || sizes[0] != inputs || sizes[^1] != outputs || Array.Exists(sizes, static s => s < 1))
                throw new InvalidFileException("LayerShapeMismatch", scanner.Path, scanner.Place, $"The layer sizes {string.Join(", ", sizes.Take(20))} do not go from {inputs} inputs to {outputs} outputs.", "The header is damaged.");
            scanner.Count("flag");
            scanner.RequireNumbers(Enumerable.Range(0, levels).Aggregate(0L, (n, l) => Math.Min(n + (long)sizes[l] * sizes[l + 1], long.MaxValue / 4)), "weights");
            string place = scanner.Place;
            (double[] lower, double[] upper) = (Doubles(scanner, inputs, "input minimum"), Doubles(scanner, inputs, "input maximum"));
            (double[] means, double[] ranges) = (Doubles(scanner, inputs + 1, "mean"), Doubles(scanner, inputs + 1, "range"));
            int zero = Array.IndexOf(ranges, 0);
            if (zero >= 0)
                throw new InvalidFileException("NNetRangeZero", scanner.Path, scanner.Place, $"The normalisation range of {(zero == inputs ? "the outputs" : $"input {zero}")} is 0.", "Give 1 where nothing is to be scaled.");
            bool stated = Array.Exists(lower, static v => v > -Unbounded) || Array.Exists(upper, static v => v < Unbounded);
            try
            {
                return new(sizes, stated ? new InputDomain(lower, upper) : null, means, ranges);
            }
            catch (InvalidInputException e)
            {
                throw new InvalidFileException(e.ErrorId, scanner.Path, place, e.Message, inner: e);
            }
        }

        /// <summary>Appends <c>(x - mean) / range</c>.</summary>
        public void AppendInputNormalisation(AffineChain chain, WeightPrecision precision)
        {
            int inputs = Sizes[0];
            chain.Append(AffineMap.Shift(Array.ConvertAll(Means[..inputs], static m => 0 - m)), precision);
            chain.Append(AffinePart.Divide(Ranges[..inputs], precision));
        }

        /// <summary>Appends <c>y range + mean</c>.</summary>
        public void AppendOutputNormalisation(AffineChain chain, WeightPrecision precision)
        {
            var (scale, shift) = (new double[Sizes[^1]], new double[Sizes[^1]]);
            Array.Fill(scale, Ranges[^1]);
            Array.Fill(shift, Means[^1]);
            chain.Append(AffineMap.Elementwise(scale, shift), precision);
        }

        private static double[] Doubles(NumberScanner scanner, int count, string what) => new ScannedNumbers(scanner, count, what).As(WeightPrecision.Float64);
    }
}
