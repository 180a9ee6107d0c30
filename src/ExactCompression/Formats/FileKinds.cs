namespace ExactCompression.Formats;

/// <summary>Selection among kinds of files by the extension of a path.</summary>
internal static class FileKinds
{
    /// <summary>The kind that a file of that name is written as.</summary>
    /// <typeparam name="T">What describes a kind.</typeparam>
    /// <param name="kinds">The kinds, at least one.</param>
    /// <param name="path">A path.</param>
    /// <param name="errorId">Id of the error.</param>
    /// <param name="content">What the files hold, in the plural, for the message.</param>
    /// <exception cref="InvalidInputException">The extension selects none of them.</exception>
    public static T Require<T>(IReadOnlyList<T> kinds, string path, string errorId, string content)
        where T : IFileKind =>
        kinds.FirstOrDefault(kind => path.EndsWith(kind.Extension, StringComparison.OrdinalIgnoreCase))
            ?? throw new InvalidInputException(
                errorId,
                $"The extension '{Path.GetExtension(path)}' of '{path}' does not select a format for {content}.",
                $"Use {Choice([.. kinds.Select(Shown)])}; a path that ends in / is a folder.");

    private static string Shown<T>(T kind)
        where T : IFileKind => kind.Purpose.Length == 0 ? kind.Extension : $"{kind.Extension} {kind.Purpose}";

    private static string Choice(string[] names) =>
        names.Length == 1 ? names[0] : $"{string.Join(", ", names[..^1])}{(names.Length > 2 ? "," : "")} or {names[^1]}";
}
