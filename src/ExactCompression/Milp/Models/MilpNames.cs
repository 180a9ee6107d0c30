using System.Globalization;

namespace ExactCompression.Milp.Models;

/// <summary>
/// Names that every format of programs allows: letters, digits and underscores, the first one a letter, and nothing that reads as a number
/// such as <c>e1</c>.
/// </summary>
internal static class MilpNames
{
    private const int Longest = 40;

    /// <summary>Names for the elements of tensors, <c>tensor_0</c> and so on.</summary>
    /// <param name="tensors">Names and numbers of elements; empty names become <paramref name="other"/>.</param>
    /// <param name="other">The name of a tensor that has none.</param>
    /// <param name="taken">Prefixes that are in use; those chosen are added.</param>
    public static string[] OfElements(IEnumerable<(string Name, long Count)> tensors, string other, HashSet<string> taken)
    {
        var names = new List<string>();
        foreach ((string name, long count) in tensors)
        {
            string prefix = Unused(Plain(name, other), taken);
            for (long k = 0; k < count; k++)
                names.Add(string.Create(CultureInfo.InvariantCulture, $"{prefix}_{k}"));
        }

        return [.. names];
    }

    /// <summary>A name of letters, digits and underscores.</summary>
    /// <param name="name">Any name.</param>
    /// <param name="other">What to use where nothing is left.</param>
    public static string Plain(string name, string other)
    {
        string plain = new([.. name.Take(Longest).Select(static c => char.IsAsciiLetterOrDigit(c) ? c : '_')]);
        if (!plain.Any(char.IsAsciiLetterOrDigit))
            return other;
        bool isNumber = !char.IsAsciiLetter(plain[0]) || (plain[0] is 'e' or 'E' && plain.Length > 1 && char.IsAsciiDigit(plain[1]));
        return isNumber ? other + "_" + plain : plain;
    }

    private static string Unused(string prefix, HashSet<string> taken)
    {
        // Case matters to no reader of both formats alike, and h1_0 is the first unit of the first layer.
        bool IsFree(string name) => !IsOfUnits(name) && taken.Add(name.ToUpperInvariant());
        if (IsFree(prefix))
            return prefix;
        for (int k = 2; ; k++)
        {
            string other = string.Create(CultureInfo.InvariantCulture, $"{prefix}_t{k}");
            if (IsFree(other))
                return other;
        }
    }

    /// <summary>Whether a name looks like those of units and rows: letters, then digits.</summary>
    private static bool IsOfUnits(string name)
    {
        string tail = name.TrimStart([.. "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"]);
        return tail.Length > 0 && tail.All(char.IsAsciiDigit);
    }
}
