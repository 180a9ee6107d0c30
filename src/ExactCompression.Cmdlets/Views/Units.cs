using System.Globalization;

namespace ExactCompression.Cmdlets.Views;

/// <summary>Human-readable times, sizes and numbers, the same in every culture. The views call these.</summary>
public static class Units
{
    private static readonly string[] Sizes = ["B", "KiB", "MiB", "GiB", "TiB"];

    /// <summary>
    /// A time with three significant digits and the unit that fits: <c>1.31 us</c>, <c>17.3 ms</c>, <c>2.05 s</c>, <c>3 min 20 s</c>,
    /// <c>2 h 5 min</c>.
    /// </summary>
    /// <param name="time">The time.</param>
    public static string Time(TimeSpan time) => Seconds(time.TotalSeconds);

    /// <summary>A time, as <see cref="Time"/> shows it, finer than its ticks.</summary>
    /// <param name="seconds">The time in seconds.</param>
    public static string Seconds(double seconds) => seconds switch
    {
        0 => "0 s",
        < 0 => "-" + Seconds(-seconds),
        < 999.5e-6 => Digits(seconds * 1e6) + " us",
        < 0.9995 => Digits(seconds * 1e3) + " ms",
        < 59.95 => Digits(seconds) + " s",
        < 3599.5 => Pair(Math.Round(seconds), 60, "min", "s"),
        < 1e15 => Pair(Math.Round(seconds / 60), 60, "h", "min"),
        _ => seconds.ToString("g3", CultureInfo.InvariantCulture) + " s",
    };

    /// <summary>A size in bytes, in units of 1,024: <c>712 B</c>, <c>12.3 KiB</c>.</summary>
    /// <param name="bytes">The size.</param>
    public static string Bytes(long bytes)
    {
        double size = bytes;
        int unit = 0;
        for (; Math.Abs(size) >= 1023.5 && unit < Sizes.Length - 1; unit++)
            size /= 1024;
        return $"{(unit == 0 ? size.ToString("f0", CultureInfo.InvariantCulture) : Digits(size))} {Sizes[unit]}";
    }

    /// <summary>A count with thousands separators: <c>5,616</c>.</summary>
    /// <param name="count">The count.</param>
    public static string Count(long count) => count.ToString("n0", CultureInfo.InvariantCulture);

    /// <summary>A share in percent with one digit: <c>34.6 %</c>.</summary>
    /// <param name="percent">The share, 0 to 100.</param>
    public static string Percent(double percent) => percent.ToString("f1", CultureInfo.InvariantCulture) + " %";

    /// <summary>A small number, such as a deviation or a bound, with three significant digits.</summary>
    /// <param name="value">The number.</param>
    public static string Small(double value) => value.ToString("g3", CultureInfo.InvariantCulture);

    /// <summary>The removed share of an amount: <c>104 -> 68 (34.6 % removed)</c>.</summary>
    /// <param name="before">The amount before.</param>
    /// <param name="after">The amount after.</param>
    public static string Change(long before, long after) =>
        $"{Count(before)} -> {Count(after)} ({Percent(Removed(before, after))} removed)";

    /// <summary>The removed share, in percent.</summary>
    /// <param name="before">The amount before.</param>
    /// <param name="after">The amount after.</param>
    public static double Removed(long before, long after) => before == 0 ? 0 : 100.0 * (before - after) / before;

    /// <summary>Three significant digits of a number from 1 to 999, without an exponent.</summary>
    private static string Digits(double value) =>
        value.ToString(Math.Abs(value) switch { < 9.995 => "f2", < 99.95 => "f1", _ => "f0" }, CultureInfo.InvariantCulture);

    private static string Pair(double count, int each, string large, string small)
    {
        double rest = count % each;
        string whole = $"{Count((long)((count - rest) / each))} {large}";
        return rest == 0 ? whole : $"{whole} {rest.ToString("f0", CultureInfo.InvariantCulture)} {small}";
    }
}
