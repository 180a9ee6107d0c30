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
/// input range is its <see cref="ReluNetwork.StatedDomain"/>. Within that range, the clipping that the format prescribes has no effect. If
/// joining rounds, layers have radii for the rounding error, and keep the normalisation itself, which is written again as it was. Input
/// ranges are rounded outward if no double holds their ends; means and ranges of the normalisation are the doubles nearest to their
/// decimals; for the precision of the weights' decimals see <see cref="NumberScanner"/>. Source: the description in the repository
/// <c>sisl/NNet</c>.
/// </remarks>
internal sealed class NNetFormat : INetworkFormat, IWritableNetworkFormat
{
    public string Name => "NNet";

    public IReadOnlyList<string> Extensions { get; } = [".nnet"];

    public bool Matches(ReadOnlySpan<byte> head, string path) => NNetHead.Matches(head, path);

    public ReluNetwork Read(string path, ImportOptions options)
    {
        var budget = ImportBudget.Of(path, options);
        var scanner = new NumberScanner(FileContent.Read(path, budget), path, budget);
        List<string> comments = scanner.Comments();
        NNetHeader header = NNetHeader.Read(scanner, options.Warning);
        scanner.BeginWeights();
        int[] sizes = header.Sizes;
        int depth = sizes.Length - 1;
        var weights = new ScannedNumbers[depth];
        var biases = new ScannedNumbers[depth];
        for (int l = 0; l < depth; l++)
        {
            budget.AllocateValues(2L * (sizes[l] + 1L) * sizes[l + 1], scanner.Place);
            weights[l] = new(scanner, sizes[l] * sizes[l + 1], "weight");
            biases[l] = new(scanner, sizes[l + 1], "bias");
        }

        if (!scanner.AtEnd)
            throw new InvalidFileException(
                "TextFormatDamaged", path, scanner.Place, "There is more text after the last bias.",
                "The sizes in the header are wrong, or the file holds something else than one network.");
        WeightPrecision precision = TextPrecision.Find(comments, scanner);
        var chain = new AffineFusion(sizes[0], precision);
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
            throw new InvalidFileException(
                "WeightNotFinite", path, "normalisation", "The normalised weights leave the range of double.",
                "Check the means and ranges.", inner: e);
        }
    }

    public bool Holds(ReluNetwork network, WeightPrecision precision) => new NNetNormalisation(network).Holds(precision);

    public void Write(ReluNetwork network, Stream stream, WeightPrecision precision)
    {
        WrittenTensors.RequireWritable(network, precision, Name);
        using var writer = new StreamWriter(stream, new UTF8Encoding(false), leaveOpen: true) { NewLine = "\n" };
        void Line(IEnumerable<int> numbers) =>
            writer.WriteLine(string.Concat(numbers.Select(static n => n.ToString(CultureInfo.InvariantCulture) + ",")));
        void Reals(ReadOnlySpan<double> numbers, WeightPrecision of) => writer.WriteLine(TextPrecision.Join(numbers, of) + ",");

        double[] ends = new double[network.InputSize];
        writer.WriteLine(TextPrecision.Comment(precision)); // before the name, which may look like it
        writer.WriteLine(TextPrecision.NameComment(network.Name));
        Line([network.Layers.Count, network.InputSize, network.OutputSize, network.Layers.Max(static l => l.Outputs)]);
        Line(network.Layers.Select(static l => l.Outputs).Prepend(network.InputSize));
        Line([0]);
        InputDomain? domain = network.StatedDomain?.For(network.InputSize);
        Array.Fill(ends, -NNetHeaderContent.Unbounded);
        writer.WriteLine(ExactDecimals.Join(domain is null ? ends : domain.Lower.Span) + ",");
        Array.Fill(ends, NNetHeaderContent.Unbounded);
        writer.WriteLine(ExactDecimals.Join(domain is null ? ends : domain.Upper.Span) + ",");
        var normalisation = new NNetNormalisation(network);
        Reals(normalisation.Means, WeightPrecision.Float64);
        Reals(normalisation.Ranges, WeightPrecision.Float64);
        for (int l = 0; l < network.Layers.Count; l++)
        {
            (ReadOnlyMemory<double> weights, ReadOnlyMemory<double> bias) = normalisation.Matrix(l);
            (int outputs, int inputs) = (network.DenseLayers[l].Outputs, network.DenseLayers[l].Inputs);
            for (int i = 0; i < outputs; i++)
                Reals(weights.Span.Slice(i * inputs, inputs), precision);
            for (int i = 0; i < outputs; i++)
                Reals(bias.Span.Slice(i, 1), precision);
        }
    }

    /// <summary>Everything before the weights.</summary>
    private sealed record NNetHeader(int[] Sizes, InputDomain? Domain, double[] Means, double[] Ranges)
    {
        public static NNetHeader Read(NumberScanner scanner, Action<string>? warning)
        {
            NNetHeaderContent content = new NNetHeaderReader(scanner, warning).Read();
            return new(content.Sizes, content.Domain, content.Means, content.Ranges);
        }

        /// <summary>Appends <c>(x - mean) / range</c>.</summary>
        public void AppendInputNormalisation(AffineFusion chain, WeightPrecision precision)
        {
            int inputs = Sizes[0];
            chain.Append(AffineMap.Shift(Array.ConvertAll(Means[..inputs], static m => 0 - m)), precision);
            chain.Append(AffinePart.Divide(Ranges[..inputs], precision));
        }

        /// <summary>Appends <c>y range + mean</c>.</summary>
        public void AppendOutputNormalisation(AffineFusion chain, WeightPrecision precision)
        {
            var (scale, shift) = (new double[Sizes[^1]], new double[Sizes[^1]]);
            Array.Fill(scale, Ranges[^1]);
            Array.Fill(shift, Means[^1]);
            chain.Append(AffineMap.Elementwise(scale, shift), precision);
        }
    }
}
