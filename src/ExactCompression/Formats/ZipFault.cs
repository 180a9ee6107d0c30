namespace ExactCompression.Formats;

/// <summary>The error of a damaged zip archive.</summary>
internal static class ZipFault
{
    /// <summary>The archive is damaged.</summary>
    /// <param name="path">The file.</param>
    /// <param name="place">Where in it.</param>
    /// <param name="problem">What is wrong there, as a sentence.</param>
    public static InvalidFileException Damaged(string path, string place, string problem) =>
        new("ZipDamaged", path, NameText.Short(place), problem, "The archive is damaged: make or download it again.");
}
