using System.Globalization;

namespace ExactCompression.Formats;

/// <summary>How text files that we write state whether their decimals are printed float32 or float64: in a comment line.</summary>
internal static class TextPrecision
{
    private const string Label = "Precision = ";

    // A file's format is recognised from its beginning, which must contain more than a comment.
    private const int LongestName = 200;

    public static string Comment(WeightPrecision precision) => $"//{Label}{precision}";

    /// <summary>A comment line with a network's name, which may hold anything.</summary>
    public static string NameComment(string name) =>
        "//" + (PrintableText.Of(name) is { Length: > LongestName } longer ? longer[..LongestName] + "..." : PrintableText.Of(name));

    /// <summary>What the comments state, or else what the decimals imply.</summary>
    public static WeightPrecision Find(IEnumerable<string> comments, NumberScanner scanner)
    {
        string? stated = comments.FirstOrDefault(static c => c.StartsWith(Label, StringComparison.Ordinal));
        if (stated is not null && Enum.TryParse(stated.AsSpan(Label.Length).Trim(), out WeightPrecision precision)
            && Enum.IsDefined(precision))
            return precision;
        return scanner.AllSingle ? WeightPrecision.Float32 : WeightPrecision.Float64;
    }

    /// <summary>The shortest decimal that reads back as the same number in the precision.</summary>
    public static string Format(double value, WeightPrecision precision) => precision == WeightPrecision.Float32
        ? ((float)value).ToString("R", CultureInfo.InvariantCulture)
        : value.ToString("R", CultureInfo.InvariantCulture);

    /// <summary>Numbers with commas between them.</summary>
    public static string Join(ReadOnlySpan<double> values, WeightPrecision precision)
    {
        var text = new System.Text.StringBuilder(values.Length * 12);
        for (int i = 0; i < values.Length; i++)
        {
            if (i > 0)
                text.Append(',');
            text.Append(Format(values[i], precision));
        }

        return text.ToString();
    }
}
