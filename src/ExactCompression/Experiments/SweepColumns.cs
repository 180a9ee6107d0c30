using System.Globalization;
using System.Reflection;
using ExactCompression.Formats;

namespace ExactCompression.Experiments;

/// <summary>The columns of a sweep's CSV: the properties of <see cref="SweepRow"/> that can be set, in their order there.</summary>
internal static class SweepColumns
{
    private const int KeyLength = 9;

    private static readonly PropertyInfo[] Properties =
        [.. typeof(SweepRow).GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(static p => p.CanWrite).OrderBy(
            static p => p.MetadataToken)];

    /// <summary>Their names.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. Properties.Select(static p => p.Name)];

    /// <summary>Names of those that identify the cell, not its results.</summary>
    public static IReadOnlyList<string> KeyNames { get; } = [.. Names.Take(KeyLength)];

    /// <summary>The values that identify a row's cell.</summary>
    public static string Key(SweepRow row) => Key(Fields(row));

    /// <summary>The same of the fields of a record.</summary>
    public static string Key(ReadOnlySpan<string> fields) => string.Join('\n', fields[..KeyLength]!);

    /// <summary>A row as text, in one line.</summary>
    public static string[] Fields(SweepRow row) => [.. Properties.Select(property => Text(property.GetValue(row)))];

    /// <summary>A row from its fields.</summary>
    /// <exception cref="FormatException">A field cannot be read; the message names its column.</exception>
    public static SweepRow Row(ReadOnlySpan<string> fields)
    {
        var row = new SweepRow();
        for (int i = 0; i < Properties.Length; i++)
            Properties[i].SetValue(row, Value(fields[i], Properties[i]));
        return row;
    }

    private static string Text(object? value) => value switch
    {
        null => "",
        double number => number.ToString("R", CultureInfo.InvariantCulture),
        IFormattable formattable => formattable.ToString(null, CultureInfo.InvariantCulture),
        // In one line, whatever it contains: an incomplete row can then be recognised.
        _ => CsvText.Encode(value.ToString()!),
    };

    private static object? Value(string text, PropertyInfo property)
    {
        Type type = property.PropertyType;
        if (type == typeof(string))
            return CsvText.Decode(text);
        if (Nullable.GetUnderlyingType(type) is { } underlying)
        {
            if (text.Length == 0)
                return null;
            type = underlying;
        }

        try
        {
            return type.IsEnum ? Enum.Parse(type, text) : Convert.ChangeType(text, type, CultureInfo.InvariantCulture);
        }
        catch (Exception e) when (e is FormatException or OverflowException or ArgumentException)
        {
            throw new FormatException($"'{CsvFile.Shortened(text)}' is no {type.Name}, which the column {property.Name} holds.", e);
        }
    }
}
