using System.IO.Compression;
using System.Reflection.Metadata;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace ExactCompression.Cmdlets.Tests;

/// <summary>The parts of packages that need no build for other systems.</summary>
public sealed partial class PackagingTests
{
    private static readonly string Scripts = Path.Combine(RepositoryPaths.Root, "src", "Packaging");
    private static readonly string Assets = Path.Combine(
        RepositoryPaths.Root, "src", "ExactCompression.Cmdlets", "obj", "project.assets.json");

    /// <summary>Every file that the build took from a package is accounted for, with that package's own words.</summary>
    [Fact]
    public void Notices_HaveEveryPackageThatFilesOfTheModuleComeFrom()
    {
        using var folder = new TemporaryFolder();
        string file = folder.File("notices.txt");
        HostRun run = HostProcess.Run([Path.Combine(Scripts, "New-ThirdPartyNotices.ps1"), "-AssetsFile", Assets, "-Path", file]);
        Assert.Equal("", run.Error);
        string notices = File.ReadAllText(file);
        using var document = JsonDocument.Parse(File.ReadAllText(Assets));
        string[] packageFolders = [.. document.RootElement.GetProperty("packageFolders").EnumerateObject().Select(static f => f.Name)];
        var files = Directory.EnumerateFiles(Path.Combine(RepositoryPaths.Root, "lib")).Select(static f => Path.GetFileName(f)!)
            .ToHashSet();
        int found = 0;
        foreach (JsonProperty library in document.RootElement.GetProperty("libraries").EnumerateObject().Where(
            static l => l.Value.GetProperty("type").GetString() == "package"))
        {
            // Which packages files come from is found by the files' names here, not by what the restore says of them.
            string[] names = [.. library.Value.GetProperty("files").EnumerateArray().Select(static f => f.GetString()!).Where(
                static f => f.StartsWith("lib/", StringComparison.Ordinal) || f.StartsWith("runtimes/", StringComparison.Ordinal)).Select(
                    static f => Path.GetFileName(f)!)];
            if (!names.Any(name => files.Contains(name)))
                continue;
            found++;
            string path = packageFolders.Select(p => Path.Combine(p, library.Value.GetProperty("path").GetString()!)).First(
                Directory.Exists);
            XElement metadata = XDocument.Load(Directory.EnumerateFiles(path, "*.nuspec").Single()).Root!.Elements().Single(
                static e => e.Name.LocalName == "metadata");
            string Value(string name) => metadata.Elements().FirstOrDefault(e => e.Name.LocalName == name)?.Value ?? "";
            Assert.Contains($"\n{Value("id")} {Value("version")}\n", notices, StringComparison.Ordinal);
            Assert.Contains(Value("copyright"), notices, StringComparison.Ordinal);
            foreach (string license in Directory.EnumerateFiles(path, "LICENSE*"))
                Assert.Contains(Lines(File.ReadAllText(license)), Lines(notices), StringComparison.Ordinal);
        }

        Assert.True(found >= 9, $"Only {found} packages were recognised.");
        Assert.Contains("Eclipse Public License", notices, StringComparison.Ordinal);
        Assert.Contains("Open Sans", notices, StringComparison.Ordinal);
    }

    /// <summary>The bill of materials has the shape of CycloneDX 1.6, and states of each package what its own file is.</summary>
    [Fact]
    public void BillOfMaterials_StatesWhatEachPackageIs()
    {
        using var folder = new TemporaryFolder();
        string script = Path.Combine(Scripts, "New-BillOfMaterials.ps1");
        string[] files = [folder.File("one.json"), folder.File("two.json")];
        foreach (string file in files)
            Assert.Equal("", HostProcess.Run([script, "-AssetsFile", Assets, "-Version", "1.2.3", "-Path", file]).Error);
        Assert.Equal(File.ReadAllText(files[0]), File.ReadAllText(files[1]));

        using var bill = JsonDocument.Parse(File.ReadAllText(files[0]));
        JsonElement root = bill.RootElement;
        Assert.Equal("CycloneDX", root.GetProperty("bomFormat").GetString());
        Assert.Equal("1.6", root.GetProperty("specVersion").GetString());
        Assert.Equal(1, root.GetProperty("version").GetInt32());
        JsonElement self = root.GetProperty("metadata").GetProperty("component");
        Assert.Equal("pkg:nuget/ExactCompression@1.2.3", self.GetProperty("purl").GetString());

        using var assets = JsonDocument.Parse(File.ReadAllText(Assets));
        string[] packageFolders = [.. assets.RootElement.GetProperty("packageFolders").EnumerateObject().Select(static f => f.Name)];
        var references = new HashSet<string> { self.GetProperty("bom-ref").GetString()! };
        var names = new List<string>();
        foreach (JsonElement component in root.GetProperty("components").EnumerateArray())
        {
            Assert.True(references.Add(component.GetProperty("bom-ref").GetString()!));
            JsonElement license = Assert.Single(component.GetProperty("licenses").EnumerateArray());
            if (license.TryGetProperty("license", out JsonElement stated))
                Assert.NotEqual(stated.TryGetProperty("id", out _), stated.TryGetProperty("name", out _));
            else
                Assert.Contains(" OR ", license.GetProperty("expression").GetString(), StringComparison.Ordinal);
            if (component.GetProperty("type").GetString() == "file")
                continue;
            string name = component.GetProperty("name").GetString()!, version = component.GetProperty("version").GetString()!;
            names.Add(name);
            Assert.Equal($"pkg:nuget/{name}@{version}", component.GetProperty("purl").GetString());
            string package = packageFolders
                .Select(f => Path.Combine(f, name.ToLowerInvariant(), version, $"{name.ToLowerInvariant()}.{version}.nupkg")).First(
                    File.Exists);
            JsonElement hash = Assert.Single(component.GetProperty("hashes").EnumerateArray());
            Assert.Equal("SHA-512", hash.GetProperty("alg").GetString());
            using FileStream content = File.OpenRead(package);
            Assert.Equal(Convert.ToHexStringLower(SHA512.HashData(content)), hash.GetProperty("content").GetString());
        }

        // Those that the licences are of, and the edges of the graph lead to what is there.
        string notices = folder.File("notices.txt");
        Assert.Equal(
            "", HostProcess.Run([Path.Combine(Scripts, "New-ThirdPartyNotices.ps1"), "-AssetsFile", Assets, "-Path", notices]).Error);
        string[] noticed = [.. File.ReadLines(notices).Skip(2).TakeWhile(static l => l.Length > 0).Select(static l => l.Split(' ')[0])];
        Assert.Equal(noticed[..^1].Order(StringComparer.Ordinal), names.Order(StringComparer.Ordinal)); // the last is the font
        JsonElement[] dependencies = [.. root.GetProperty("dependencies").EnumerateArray()];
        Assert.Equal(dependencies.Length, dependencies.Select(static d => d.GetProperty("ref").GetString()).Distinct().Count());
        Assert.All(
            dependencies.SelectMany(static d => d.GetProperty("dependsOn").EnumerateArray().Append(d.GetProperty("ref"))),
            reference => Assert.Contains(reference.GetString()!, references));
        Assert.All(
            root.GetProperty("compositions").EnumerateArray().SelectMany(static c => c.GetProperty("assemblies").EnumerateArray()),
            reference => Assert.Contains(reference.GetString()!, references));
    }

    /// <summary>
    /// What is shipped tells nothing of the machine that it was built on: neither the assemblies, nor what debuggers read of them.
    /// </summary>
    [Fact]
    public void Assemblies_HoldNoPathOfTheBuild()
    {
        string root = RepositoryPaths.Root.TrimEnd(Path.DirectorySeparatorChar);
        string[] assemblies = [.. Directory.EnumerateFiles(Path.Combine(RepositoryPaths.Root, "lib"), "ExactCompression*.dll"),
            RepositoryPaths.Host];
        Assert.Equal(3, assemblies.Length);
        foreach (string assembly in assemblies)
        {
            byte[] content = File.ReadAllBytes(assembly);
            foreach (Encoding encoding in (Encoding[])[Encoding.UTF8, Encoding.Unicode])
                Assert.True(content.AsSpan().IndexOf(encoding.GetBytes(root)) < 0, $"{assembly} holds {root}.");

            // Names of source files stand in parts there.
            using FileStream symbols = File.OpenRead(Path.ChangeExtension(assembly, ".pdb"));
            using var provider = MetadataReaderProvider.FromPortablePdbStream(symbols);
            MetadataReader reader = provider.GetMetadataReader();
            string[] documents = [.. reader.Documents.Select(d => reader.GetString(reader.GetDocument(d).Name))];
            Assert.NotEmpty(documents);
            Assert.All(documents, static name => Assert.StartsWith("/_", name, StringComparison.Ordinal));
            Assert.True(
                File.ReadAllBytes(symbols.Name).AsSpan().IndexOf(Encoding.UTF8.GetBytes(root)) < 0, $"{symbols.Name} holds {root}.");
        }
    }

    [Fact]
    public void GalleryPackage_IsAnOpenPackagingContainerWithTheModule()
    {
        using var folder = new TemporaryFolder();
        string module = Directory.CreateDirectory(folder.File("module")).FullName;
        File.Copy(RepositoryPaths.Manifest, Path.Combine(module, "ExactCompression.psd1"));
        foreach (string name in (string[])["LICENSE", "lib/a.dll", "lib/linux-x64/liba.so.2508.0.0", "lib/linux-x64/libb.so.2"])
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(module, name))!);
            File.WriteAllText(Path.Combine(module, name), name);
        }

        string script = folder.Write("write.ps1", $"""
            . '{Path.Combine(Scripts, "Packages.ps1")}'
            $manifest = Get-ModuleManifest (Join-Path '{module}' 'ExactCompression.psd1')
            Write-GalleryPackage '{module}' $manifest '{folder.File("one.nupkg")}'
            Write-GalleryPackage '{module}' $manifest '{folder.File("two.nupkg")}'
            """);
        HostRun run = HostProcess.Run([script]);
        Assert.Equal("", run.Error);
        Assert.Equal(File.ReadAllBytes(folder.File("one.nupkg")), File.ReadAllBytes(folder.File("two.nupkg")));

        using ZipArchive archive = ZipFile.OpenRead(folder.File("one.nupkg"));
        string[] parts = [.. archive.Entries.Select(static e => e.FullName)];
        XElement types = Load(archive, "[Content_Types].xml");
        string[] defaults = [.. types.Elements().Where(static e => e.Name.LocalName == "Default").Select(
            static e => (string)e.Attribute("Extension")!)];
        string[] overrides = [.. types.Elements().Where(static e => e.Name.LocalName == "Override").Select(
            static e => (string)e.Attribute("PartName")!)];
        Assert.Equal(defaults.Distinct(), defaults);
        Assert.All(
            parts.Where(static p => p != "[Content_Types].xml"),
            part => Assert.True(
                defaults.Contains(Path.GetExtension(part).TrimStart('.')) || overrides.Contains("/" + part), $"{part} has no type."));
        Assert.All(
            Load(archive, "_rels/.rels").Elements(), relation => Assert.Contains(((string)relation.Attribute("Target")!)[1..], parts));
        Assert.All(
            Directory.EnumerateFiles(module, "*", SearchOption.AllDirectories),
            file => Assert.Contains(Path.GetRelativePath(module, file).Replace('\\', '/'), parts));

        XElement metadata = Load(archive, "ExactCompression.nuspec").Elements().Single();
        string Value(string name) => metadata.Elements().Single(e => e.Name.LocalName == name).Value;
        Assert.Equal("ExactCompression", Value("id"));
        Assert.Equal(Version().Match(File.ReadAllText(RepositoryPaths.Manifest)).Groups[1].Value, Value("version"));
        Assert.Contains("PSModule", Value("tags"), StringComparison.Ordinal);
        Assert.Contains("PSCmdlet_Find-StableNeurons", Value("tags"), StringComparison.Ordinal);
        Assert.NotEqual("", Value("releaseNotes"));
        Assert.Equal("MIT", Value("license"));
    }

    private static XElement Load(ZipArchive archive, string name)
    {
        using Stream stream = archive.GetEntry(name)!.Open();
        return XElement.Load(stream);
    }

    private static string Lines(string text) => text.Replace("\r", "", StringComparison.Ordinal).Trim();

    [GeneratedRegex(@"ModuleVersion\s*=\s*'([0-9.]+)'")]
    private static partial Regex Version();
}
