using System.Globalization;
using System.Text.RegularExpressions;
using ExactCompression.Numerics;

namespace ExactCompression.Networks;

/// <summary>
/// The layers of a classifier with convolutions, as a text states them: <c>8c3s2-16c3s2-64</c> has 8 filters of 3 x 3 at every second row
/// and column, then 16, then 64 neurons. Padding is half the kernel, rounded down, unless stated: <c>8c5p0</c> has none.
/// </summary>
/// <param name="Convolutions">Filters and windows of the convolutions, input side first.</param>
/// <param name="Hidden">Widths of the dense layers behind them; the output layer is not among them.</param>
internal sealed partial record ClassifierArchitecture(
    IReadOnlyList<(int Filters, ConvolutionShape Window)> Convolutions, IReadOnlyList<int> Hidden)
{
    /// <summary>Whether a text is meant to state convolutions.</summary>
    public static bool IsConvolutional(string text) => text.Contains('c', StringComparison.OrdinalIgnoreCase);

    /// <summary>Reads an architecture.</summary>
    /// <exception cref="InvalidInputException">The text is none.</exception>
    public static ClassifierArchitecture Parse(string text)
    {
        var convolutions = new List<(int, ConvolutionShape)>();
        var hidden = new List<int>();
        foreach (string layer in text.Split('-', StringSplitOptions.TrimEntries))
        {
            Match match = Layer().Match(layer);
            int? Number(string group) => !match.Groups[group].Success
                ? null
                : int.TryParse(match.Groups[group].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out int n) ? n : -1;
            bool isTwice = match.Groups["stride"].Captures.Count > 1 || match.Groups["padding"].Captures.Count > 1;
            bool hasSizes = Number("width") is > 0 and <= 1_000_000 && Number("kernel") is not <= 0 && Number("stride") is not <= 0;
            if (!match.Success || isTwice || !hasSizes)
                throw Invalid(text, $"'{layer}' is no layer");
            if (Number("kernel") is not { } kernel)
            {
                hidden.Add(Number("width")!.Value);
                continue;
            }

            if (hidden.Count > 0)
                throw Invalid(text, $"'{layer}' is a convolution behind a dense layer");
            (int stride, int padding) = (Number("stride") ?? 1, Number("padding") ?? kernel / 2);
            if (padding >= kernel || padding < 0)
                throw Invalid(text, $"the padding of '{layer}' is not below its kernel, {kernel}");
            convolutions.Add((Number("width")!.Value, new(kernel, kernel, stride, stride, padding, padding, padding, padding)));
        }

        return convolutions.Count > 0
            ? new(convolutions, hidden)
            : throw Invalid(text, "it has no convolution, for which -Hidden is enough");
    }

    /// <summary>The shape of the rows of data.</summary>
    /// <param name="stated">Channels, rows and columns, where they are stated; empty otherwise.</param>
    /// <param name="columns">Values per row.</param>
    /// <exception cref="InvalidInputException">They do not fit each other, or the shape cannot be told.</exception>
    public static TensorShape InputShape(IReadOnlyList<int> stated, int columns)
    {
        if (stated.Count > 0)
        {
            bool fits = stated.Count == 3 && stated.All(static d => d > 0) && stated.Aggregate(1L, static (n, d) => n * d) == columns;
            return fits
                ? new([.. stated])
                : throw new InvalidInputException(
                    "InputShapeInvalid",
                    $"An input of shape {string.Join(" x ", stated)} does not have the {columns} values of a row of the data.",
                    "Give channels, rows and columns, such as 1, 28, 28.");
        }

        foreach (int channels in (int[])[1, 3])
        {
            int side = (int)Math.Round(Math.Sqrt((double)columns / channels));
            if ((long)channels * side * side == columns)
                return new(channels, side, side);
        }

        throw new InvalidInputException(
            "InputShapeUnknown", $"{columns} values are no square picture of 1 or 3 channels.",
            "Give -InputShape: channels, rows and columns, such as 1, 20, 30.");
    }

    private static InvalidInputException Invalid(string text, string fault) => new(
        "ArchitectureInvalid", $"'{text}' states no network: {fault}.",
        "Give filters, c and the kernel's side, with s and a stride or p and a padding if need be, then widths, such as 8c3s2-16c3s2-64.");

    [GeneratedRegex(@"^(?<width>\d{1,7})(c(?<kernel>\d{1,4})(s(?<stride>\d{1,4})|p(?<padding>\d{1,4})){0,2})?$", RegexOptions.IgnoreCase)]
    private static partial Regex Layer();
}
