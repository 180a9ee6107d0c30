using Xunit;

namespace ExactCompression.Tests.Formats;

/// <summary>Files that tests read, and a folder of their own to write in.</summary>
internal static class TestFiles
{
    /// <summary>The root of the repository.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>A file under <c>examples/</c>.</summary>
    public static string Example(string name) => Path.Combine(Root, "examples", name);

    /// <summary>A file or folder beside the repository that only some machines have; tests skip without it.</summary>
    public static string Shared(string path)
    {
        string full = Path.GetFullPath(Path.Combine(Root, "..", "shared", path));
        Skip.IfNot(Path.Exists(full), $"{path} is not beside this repository.");
        return full;
    }

    private static string FindRoot()
    {
        string folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "ExactCompression.sln")))
            folder = Path.GetDirectoryName(folder) ?? throw new DirectoryNotFoundException("The tests run outside the repository.");
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
