using System.Globalization;

namespace ExactCompression.Cmdlets.Tests;

/// <summary>How this process, and with it its children, take signals.</summary>
internal static class Signals
{
    /// <summary>Whether a signal is ignored; false where the system does not say.</summary>
    /// <param name="number">The signal's number.</param>
    public static bool IsIgnored(int number)
    {
        const string Field = "SigIgn:", Status = "/proc/self/status";
        string? line = File.Exists(Status)
            ? File.ReadLines(Status).FirstOrDefault(static l => l.StartsWith(Field, StringComparison.Ordinal))
            : null;
        return line is not null
            && (ulong.Parse(line.AsSpan(Field.Length).Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture)
                >> (number - 1) & 1) != 0;
    }
}
