using Xunit;

namespace ExactCompression.Tests.Formats;

/// <summary>Files that tests read, and a folder of their own to write in.</summary>
internal static class TestFiles
{
    private static readonly string? Found = FindRoot();

    /// <summary>The root of the repository.</summary>
    public static string Root => Found ?? throw new DirectoryNotFoundException("The tests run outside the repository.");

    /// <summary>A file under <c>examples/</c>; tests skip where they run without the repository, as those of devices may.</summary>
    public static string Example(string name)
    {
        SkipOutside();
        return Path.Combine(Root, "examples", name);
    }

    /// <summary>A file or folder beside the repository that only some machines have; tests skip without it.</summary>
    public static string Shared(string path)
    {
        SkipOutside();
        string full = Path.GetFullPath(Path.Combine(Root, "..", "shared", path));
        Skip.IfNot(Path.Exists(full), $"{path} is not beside this repository.");
        return full;
    }

    private static void SkipOutside() => Skip.If(Found is null, "The tests run outside the repository.");

    private static string? FindRoot()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "ExactCompression.sln")))
            folder = Path.GetDirectoryName(folder);
        return folder;
    }
}

/// <summary>A new folder that goes with the test.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("exact-compression-").FullName;

    public string File(string name) => System.IO.Path.Combine(Path, name);

    public string Write(string name, byte[] content)
    {
        System.IO.File.WriteAllBytes(File(name), content);
        return File(name);
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
