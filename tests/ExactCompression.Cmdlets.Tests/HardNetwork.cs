using System.Globalization;
using System.Text;

namespace ExactCompression.Cmdlets.Tests;

/// <summary>
/// Random dense networks in .nnet form: deep enough that linear bounds leave many neurons open, so that a search takes long.
/// </summary>
internal static class HardNetwork
{
    public static string Text(int inputs, int width, int depth, int seed)
    {
        var random = new Random(seed);
        int[] sizes = [inputs, .. Enumerable.Repeat(width, depth), 2];
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"// random\n{depth + 1},{inputs},2,{width},\n{string.Join(',', sizes)},\n0\n");
        text.Append(
            CultureInfo.InvariantCulture,
            $"{Repeat("0.0", inputs)}\n{Repeat("1.0", inputs)}\n{Repeat("0.0", inputs + 1)}\n{Repeat("1.0", inputs + 1)}\n");
        for (int layer = 1; layer < sizes.Length; layer++)
        {
            for (int row = 0; row < sizes[layer]; row++)
            {
                for (int column = 0; column < sizes[layer - 1]; column++)
                    text.Append(
                        ((random.NextDouble() - 0.5) * 4 / Math.Sqrt(sizes[layer - 1])).ToString("F5", CultureInfo.InvariantCulture))
                        .Append(',');
                text.Append('\n');
            }

            // Biases far from 0: attacks reach few of these neurons, and bounds prove few.
            for (int row = 0; row < sizes[layer]; row++)
                text.Append(((random.NextDouble() - 0.5) * 6).ToString("F5", CultureInfo.InvariantCulture)).Append(",\n");
        }

        return text.ToString();
    }

    private static string Repeat(string value, int count) => string.Concat(Enumerable.Repeat(value + ",", count));
}
