namespace ExactCompression.Formats;

/// <summary>The order of names as text, by code point, as Python sorts them.</summary>
internal static class TextOrder
{
    /// <summary>Whether names are in that order.</summary>
    public static bool IsSorted(IEnumerable<string> names)
    {
        string? before = null;
        foreach (string name in names)
        {
            if (before is not null && string.CompareOrdinal(before, name) > 0)
                return false;
            before = name;
        }

        return true;
    }
}
