using System.Management.Automation;
using ExactCompression.Experiments;
using ExactCompression.Formats;

namespace ExactCompression.Cmdlets.Infrastructure;

/// <summary>Resolves the parameters of a sweep.</summary>
internal static class SweepInputs
{
    /// <summary>The networks of one item.</summary>
    /// <param name="item">A network, a file or a folder as object or as path; wildcards are expanded.</param>
    /// <param name="session">The session, whose current folder paths are relative to.</param>
    /// <exception cref="InvalidInputException">The item is something else, or a folder without networks.</exception>
    /// <exception cref="FileNotFoundException">Nothing matches the path.</exception>
    public static IReadOnlyList<SweepNetwork> Of(object item, SessionState session)
    {
        object value = item is PSObject { BaseObject: not PSCustomObject } wrapped ? wrapped.BaseObject : item;
        if (value is PSObject bag && LiveObjects.Revive(bag) is { } live)
            value = live;
        return value switch
        {
            ReluNetwork network => [SweepNetwork.Of(network)],
            FileInfo file => [SweepNetwork.FromFile(file.FullName)],
            DirectoryInfo folder => InFolder(folder.FullName),
            string path => Matches(path, session),
            _ => throw new InvalidInputException(
                "SweepInputUnknown", $"A sweep cannot use {value.GetType().Name} '{value}'.",
                "Give networks from Import-ReluNetwork or New-ReluClassifier, network files, or folders of them."),
        };
    }

    /// <summary>The domains: balls of every radius around every row, intersected with each domain; or only the domains.</summary>
    public static IReadOnlyList<SweepDomain> Domains(InputDomain[]? domains, double[]? radii, int[] rows, InputData? data)
    {
        if (radii is null)
            return domains is null ? [SweepDomain.Own] : [.. domains.Select(SweepDomain.Of)];
        return
        [
            .. from within in domains ?? new InputDomain?[] { null }
               from row in rows.Distinct()
               from radius in radii.Distinct()
               select SweepDomain.Ball(data!, row, radius, within),
        ];
    }

    /// <summary>The files that match paths with wildcards.</summary>
    public static IReadOnlyList<string> Files(string[] paths, SessionState session) =>
        [.. paths.SelectMany(path => Resolve(path, session)).Where(File.Exists)];

    private static SweepNetwork[] Matches(string path, SessionState session)
    {
        string[] found = Resolve(path, session);
        return found.Length > 0
            ? [.. found.SelectMany(static one => Directory.Exists(one) ? InFolder(one) : [SweepNetwork.FromFile(one)])]
            : throw new FileNotFoundException($"No file or folder matches '{path}'.", path);
    }

    private static string[] Resolve(string path, SessionState session)
    {
        string[] found = [.. session.Path.GetResolvedProviderPathFromPSPath(path, out ProviderInfo provider)];
        FileSystem.Require(provider, path);
        return found;
    }

    private static SweepNetwork[] InFolder(string folder)
    {
        string[] extensions = [.. NetworkFormats.All.SelectMany(static f => f.Extensions)];
        string[] files = [.. Directory.EnumerateFiles(folder).Where(
            file => extensions.Any(e => file.EndsWith(e, StringComparison.OrdinalIgnoreCase))).Order(StringComparer.Ordinal)];
        return files.Length > 0
            ? [.. files.Select(SweepNetwork.FromFile)]
            : throw new InvalidInputException(
                "FolderWithoutNetworks", $"The folder '{folder}' contains no network files.",
                $"Their names end in {string.Join(", ", extensions)}.");
    }
}
