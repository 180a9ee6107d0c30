using System.Text.Json;
using System.Xml.Linq;

namespace ExactCompression.Cmdlets.Tests;

/// <summary>The lock files of all projects and systems: a stale one would fail the build of a system that nobody here has.</summary>
public sealed class LockFileTests
{
    private const string Advice =
        "Write the lock files anew: ./build.ps1 Lock, or dotnet run --project src/ExactCompression.Host -- build.ps1 Lock";
    private static readonly string[] Folders = ["benchmarks", "examples", "src", "tests"];
    private static readonly string[] Systems = ["linux-x64", "osx-arm64", "win-x64"];

    public static TheoryData<string> Projects =>
        [.. Folders.SelectMany(
            static f => Directory.EnumerateFiles(Path.Combine(RepositoryPaths.Root, f), "*.csproj", SearchOption.AllDirectories))
            .Select(static f => Path.GetRelativePath(RepositoryPaths.Root, f).Replace('\\', '/')).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Projects))]
    public void LockFiles_HaveTheVersionsThatAreAskedFor(string project)
    {
        XElement central = XElement.Load(Path.Combine(RepositoryPaths.Root, "Directory.Packages.props"));
        Dictionary<string, string> versions = central.Descendants("PackageVersion").ToDictionary(
            static p => (string)p.Attribute("Include")!, static p => (string)p.Attribute("Version")!);
        string file = Path.Combine(RepositoryPaths.Root, project);
        string[] asked = [.. XElement.Load(file).Descendants("PackageReference").Select(static p => (string)p.Attribute("Include")!).Order(
            StringComparer.Ordinal)];
        foreach (string system in Systems)
        {
            string path = Path.Combine(Path.GetDirectoryName(file)!, $"packages.{system}.lock.json");
            Assert.True(File.Exists(path), $"{path} is not there. {Advice}");
            using var document = JsonDocument.Parse(File.ReadAllText(path));
            JsonProperty[] frameworks = [.. document.RootElement.GetProperty("dependencies").EnumerateObject()];
            Assert.Equal(["net10.0", $"net10.0/{system}"], frameworks.Select(static f => f.Name));
            JsonProperty[] packages = [.. frameworks.SelectMany(static f => f.Value.EnumerateObject()).Where(
                static p => p.Value.GetProperty("type").GetString() != "Project")];
            Assert.All(packages, package =>
            {
                // SHA-512 of the content, whichever gallery or mirror it comes from.
                Assert.Equal(64, Convert.FromBase64String(package.Value.GetProperty("contentHash").GetString()!).Length);
                if (versions.TryGetValue(package.Name, out string? version))
                    Assert.True(
                        package.Value.GetProperty("resolved").GetString() == version, $"{path}: {package.Name} is not {version}. {Advice}");
            });
            string[] direct = [.. packages.Where(static p => p.Value.GetProperty("type").GetString() == "Direct").Select(static p => p.Name)
                .Distinct().Order(StringComparer.Ordinal)];
            Assert.True(asked.SequenceEqual(direct), $"{path} is of other packages than {project} asks for. {Advice}");
            Assert.Equal(2, document.RootElement.GetProperty("version").GetInt32());
        }
    }

    /// <summary>No lock file has native libraries of another system.</summary>
    [Theory]
    [MemberData(nameof(Projects))]
    public void LockFiles_HaveNativeLibrariesOfTheirSystemAlone(string project)
    {
        foreach (string system in Systems)
        {
            string text = File.ReadAllText(
                Path.Combine(RepositoryPaths.Root, Path.GetDirectoryName(project)!, $"packages.{system}.lock.json"));
            Assert.All(
                Systems.Except([system]),
                other => Assert.DoesNotContain($"Google.OrTools.runtime.{other}", text, StringComparison.Ordinal));
            Assert.DoesNotContain("http", text, StringComparison.OrdinalIgnoreCase);
        }
    }
}
