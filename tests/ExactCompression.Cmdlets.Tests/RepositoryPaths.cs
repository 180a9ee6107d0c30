namespace ExactCompression.Cmdlets.Tests;

/// <summary>Where things lie in the tree that these tests were built in.</summary>
internal static class RepositoryPaths
{
    public static string Root { get; } = FindRoot();

    public static string Manifest { get; } = Path.Combine(Root, "ExactCompression.psd1");

    public static string Examples { get; } = Path.Combine(Root, "examples");

    public static string DigitsNetwork { get; } = Path.Combine(Examples, "digits_48-32-24_l1-0.004.onnx");

    public static string DigitsConvolutions { get; } = Path.Combine(Examples, "digits_conv_l1-0.004.onnx");

    public static string DigitsData { get; } = Path.Combine(Examples, "digits.csv.gz");

    /// <summary>The host of this build's configuration.</summary>
    public static string Host { get; } = FindHost();

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "ExactCompression.psd1")))
                return folder.FullName;
        }

        throw new DirectoryNotFoundException($"No repository root lies above {AppContext.BaseDirectory}.");
    }

    private static string FindHost()
    {
        string configuration = AppContext.BaseDirectory.Contains(
            $"{Path.DirectorySeparatorChar}Release{Path.DirectorySeparatorChar}", StringComparison.Ordinal) ? "Release" : "Debug";
        string folder = Path.Combine(Root, "src", "ExactCompression.Host", "bin", configuration);
        return Directory.EnumerateFiles(folder, "ExactCompression.Host.dll", SearchOption.AllDirectories).OrderByDescending(
            File.GetLastWriteTimeUtc).First();
    }
}
