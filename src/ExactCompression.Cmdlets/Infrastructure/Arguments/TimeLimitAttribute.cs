using System.Globalization;
using System.Management.Automation;

namespace ExactCompression.Cmdlets.Infrastructure;

/// <summary>Accepts a time in seconds. PowerShell alone would take a bare number for ticks of 100 ns.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class TimeLimitAttribute : ArgumentAttribute
{
    private protected override object? Bound(EngineIntrinsics engineIntrinsics, object inputData)
    {
        object value = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
        TimeSpan limit = value switch
        {
            TimeSpan span => span,
            string text when double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double seconds) =>
                Seconds(seconds),
            string text when TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out TimeSpan span) => span,
            int or long or double or float or decimal or byte or short => Seconds(Convert.ToDouble(value, CultureInfo.InvariantCulture)),
            _ => throw Refuse($"'{value}'"),
        };
        return limit > TimeSpan.Zero ? limit : throw Refuse($"'{value}'");
    }

    private static TimeSpan Seconds(double seconds) =>
        seconds > 0 && seconds < TimeSpan.MaxValue.TotalSeconds
            ? TimeSpan.FromSeconds(seconds)
            : throw Refuse($"'{seconds.ToString(CultureInfo.InvariantCulture)}'");

    private static ArgumentTransformationMetadataException Refuse(string given) =>
        new($"A time limit is a number of seconds above 0, or a time such as '00:05:00'; {given} is neither.");
}
