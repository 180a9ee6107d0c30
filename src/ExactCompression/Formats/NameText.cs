namespace ExactCompression.Formats;

/// <summary>Names from a file as messages show them: short, and without control characters.</summary>
internal static class NameText
{
    private const int Longest = 80, Listed = 6;

    /// <summary>A name, shortened in the middle if it is long.</summary>
    public static string Short(string name)
    {
        string text = ErrorText.Shortened(name, Longest);
        return text.Any(char.IsControl) ? new([.. text.Select(static c => char.IsControl(c) ? '?' : c)]) : text;
    }

    /// <summary>The first few of some names, and how many more there are.</summary>
    public static string List(IReadOnlyCollection<string> names) =>
        string.Join(", ", names.Take(Listed).Select(Short)) + (names.Count > Listed ? $" and {names.Count - Listed} more" : "");
}
