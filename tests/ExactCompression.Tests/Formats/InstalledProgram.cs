namespace ExactCompression.Tests.Formats;

/// <summary>Programs of other makers, where they are installed.</summary>
internal static class InstalledProgram
{
    /// <summary>The path of a program; null where there is none of that name.</summary>
    /// <param name="name">Its name, without an extension.</param>
    public static string? Find(string name) => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .Select(folder => Path.Combine(folder, OperatingSystem.IsWindows() ? name + ".exe" : name)).FirstOrDefault(File.Exists);
}
