namespace ExactCompression.Host;

/// <summary>Finds the module's manifest.</summary>
internal static class ModuleLocator
{
    /// <summary>Environment variable with the manifest's path, for a host that lies outside the module's tree.</summary>
    public const string Variable = "EXACTCOMPRESSION_MODULE";

    private const string Manifest = "ExactCompression.psd1";

    /// <summary>The manifest that the variable names, or else the nearest one above the host's own folder.</summary>
    /// <exception cref="HostStartException">There is none.</exception>
    public static string Find()
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } given)
        {
            string path = Directory.Exists(given) ? Path.Combine(given, Manifest) : given;
            return File.Exists(path)
                ? Path.GetFullPath(path)
                : throw new HostStartException($"{Variable} names '{given}', but there is no manifest there.");
        }

        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            string path = Path.Combine(folder.FullName, Manifest);
            if (File.Exists(path))
                return path;
        }

        throw new HostStartException($"No {Manifest} lies above {AppContext.BaseDirectory}. Set {Variable} to its path.");
    }
}
