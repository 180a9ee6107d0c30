using System.Globalization;
using System.Numerics;
using System.Text;

namespace ExactCompression.Formats;

/// <summary>The textual and variable-length arguments of pickle opcodes.</summary>
internal static class PickleText
{
    /// <summary>INT and LONG: decimal digits; <c>00</c> and <c>01</c> are the old booleans.</summary>
    public static object? Integer(ReadOnlySpan<byte> line)
    {
        if (line is [(byte)'0', (byte)'0'])
            return false;
        if (line is [(byte)'0', (byte)'1'])
            return true;
        if (line.Length > 0 && line[^1] == (byte)'L')
            line = line[..^1];
        if (long.TryParse(line, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long value))
            return value;
        if (line.Length > 1 && !line[1..].ContainsAnyExceptInRange((byte)'0', (byte)'9'))
            return new PickleOpaque("big integer");
        throw new PickleShapeException("An integer is not written in decimal digits.");
    }

    public static double Real(ReadOnlySpan<byte> line) =>
        double.TryParse(line, NumberStyles.Float, CultureInfo.InvariantCulture, out double value)
            ? value
            : throw new PickleShapeException("A number is not written in decimal digits.");

    /// <summary>LONG1 and LONG4: two's complement, least significant byte first; values beyond 64 bits matter only as bytes.</summary>
    public static object? LittleEndianInteger(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > 32)
            return new PickleOpaque("big integer");
        var value = new BigInteger(bytes);
        return value >= long.MinValue && value <= long.MaxValue ? (long)value : value;
    }

    public static string Utf8(ReadOnlySpan<byte> bytes) => Encoding.UTF8.GetString(bytes);

    public static string Latin1(ReadOnlySpan<byte> bytes) => Encoding.Latin1.GetString(bytes);

    /// <summary>STRING: a quoted literal of Python 2.</summary>
    public static string Quoted(ReadOnlySpan<byte> line)
    {
        line = line.Trim((byte)' ');
        if (line.Length < 2 || line[0] != line[^1] || line[0] is not ((byte)'\'' or (byte)'"'))
            throw new PickleShapeException("A string is not quoted.");
        return Unescaped(Latin1(line[1..^1]));
    }

    /// <summary>Resolves the escapes that Python writes: <c>\n</c>, <c>\\</c>, <c>\x41</c>, <c>\u0041</c> and their like.</summary>
    public static string Unescaped(string text)
    {
        if (!text.Contains('\\', StringComparison.Ordinal))
            return text;
        var result = new StringBuilder(text.Length);
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] != '\\' || i + 1 == text.Length)
            {
                result.Append(text[i]);
                continue;
            }

            char kind = text[++i];
            int digits = kind switch { 'x' => 2, 'u' => 4, _ => 0 };
            if (digits > 0 && i + digits < text.Length
                && ushort.TryParse(
                    text.AsSpan(i + 1, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ushort code))
            {
                result.Append((char)code);
                i += digits;
            }
            else
            {
                result.Append(kind switch { 'n' => '\n', 't' => '\t', 'r' => '\r', _ => kind });
            }
        }

        return result.ToString();
    }
}
