using System.Globalization;
using ExactCompression.Networks;

namespace ExactCompression.Experiments;

/// <summary>Hidden layers in the notation of the command line.</summary>
public static class Architecture
{
    private const int MostLayers = 1000;

    /// <summary>The widths that a text stands for.</summary>
    /// <param name="text"><c>100-50</c> for a layer of 100 neurons and one of 50, <c>3x100</c> for three of 100; both may be joined:
    /// <c>2x100-50</c>.</param>
    /// <returns>Widths of the hidden layers, input side first.</returns>
    /// <exception cref="InvalidInputException">The text is something else.</exception>
    public static int[] Parse(string text)
    {
        var widths = new List<int>();
        foreach (string part in text.Split('-', StringSplitOptions.TrimEntries))
        {
            string[] factors = part.Split('x', 'X');
            if (factors.Length > 2 || !TryCount(factors[^1], out int width)
                || !TryCount(factors.Length == 2 ? factors[0] : "1", out int count) || widths.Count + count > MostLayers)
                throw new InvalidInputException(
                    "ArchitectureInvalid", $"'{text}' names no hidden layers.",
                    "Give the width of each, such as 100-50, or a number of layers and their width, such as 3x100.");
            widths.AddRange(Enumerable.Repeat(width, count));
        }

        return [.. widths];
    }

    /// <summary>Options of training with the layers of a text.</summary>
    /// <param name="text">What <see cref="Parse"/> reads, or convolutions as <see cref="ClassifierOptions.Architecture"/> has them.</param>
    /// <param name="training">All else.</param>
    /// <exception cref="InvalidInputException">The text is something else.</exception>
    public static ClassifierOptions Of(string text, ClassifierOptions training)
    {
        if (!ClassifierArchitecture.IsConvolutional(text))
            return training with { Hidden = Parse(text), Architecture = "" };
        _ = ClassifierArchitecture.Parse(text);
        return training with { Hidden = [], Architecture = text };
    }

    /// <summary>Widths as <see cref="Parse"/> reads them.</summary>
    /// <param name="hidden">Widths of the hidden layers.</param>
    public static string Show(IEnumerable<int> hidden) =>
        string.Join('-', hidden.Select(static width => width.ToString(CultureInfo.InvariantCulture)));

    private static bool TryCount(string text, out int value) =>
        int.TryParse(text.AsSpan().Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out value) && value > 0;
}
