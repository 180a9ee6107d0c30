using System.Globalization;
using System.Text;

namespace ExactCompression.Host;

/// <summary>Converts command-line arguments to a call: <c>-Name value</c> binds by name, the rest by position.</summary>
internal static class ScriptCall
{
    /// <summary>Builds the call.</summary>
    /// <param name="arguments">The script's arguments.</param>
    /// <returns>Text that takes the name of a function and the values as its own two arguments, and those values.</returns>
    public static (string Text, object?[] Values) Build(IReadOnlyList<string> arguments)
    {
        var text = new StringBuilder("& $args[0]");
        var values = new List<object?>();
        foreach (string argument in arguments)
        {
            (string? name, string? value) = Split(argument);
            if (name is not null)
                text.Append(" -").Append(name).Append(value is null ? "" : ":");
            else
                text.Append(' ');
            if (value is null)
                continue;
            text.Append(CultureInfo.InvariantCulture, $"$args[1][{values.Count}]");
            values.Add(name is null ? value : AsSwitch(value));
        }

        return (text.ToString(), [.. values]);
    }

    /// <summary>Splits <c>-Name:value</c>; a negative number, a lone dash or anything that is not a name is a value.</summary>
    private static (string? Name, string? Value) Split(string argument)
    {
        if (argument.Length < 2 || argument[0] != '-' || !(char.IsAsciiLetter(argument[1]) || argument[1] == '_'))
            return (null, argument);
        int colon = argument.IndexOf(':', StringComparison.Ordinal);
        string name = colon < 0 ? argument[1..] : argument[1..colon];
        if (!name.All(static c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-'))
            return (null, argument);
        return (name, colon < 0 || colon == argument.Length - 1 ? null : argument[(colon + 1)..]);
    }

    /// <summary>A switch is given as <c>-Name:$false</c>, which no shell but PowerShell expands.</summary>
    private static object AsSwitch(string value) => value.ToLowerInvariant() switch
    {
        "$true" => true,
        "$false" => false,
        _ => value,
    };
}
