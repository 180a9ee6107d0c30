using System.Globalization;
using System.Text.RegularExpressions;

namespace ExactCompression.Benchmarks;

/// <summary>A line of a list of pairs of networks, as VNN-COMP has them in <c>instances.csv</c>.</summary>
/// <param name="Networks">The name that the specification gives each network, and its file.</param>
/// <param name="Specification">The file of the specification.</param>
/// <param name="Seconds">The list's time limit.</param>
internal sealed partial record EquivalenceInstance(
    IReadOnlyList<(string Name, string File)> Networks, string Specification, double Seconds)
{
    /// <summary>Reads a list: <c>"[('f', 'a.onnx'), ('g', 'b.onnx')]",c.vnnlib,100</c>.</summary>
    /// <param name="path">The list, or a folder with a file <c>instances.csv</c>.</param>
    /// <exception cref="UsageException">There is no such list, or a line of it is of another form, or a file is missing.</exception>
    public static IReadOnlyList<EquivalenceInstance> Read(string path)
    {
        string list = Directory.Exists(path) ? Path.Combine(path, "instances.csv") : path;
        if (!File.Exists(list))
            throw new UsageException($"There is no file '{list}'.");
        string folder = Path.GetDirectoryName(Path.GetFullPath(list))!;
        var instances = new List<EquivalenceInstance>();
        int number = 0;
        foreach (string line in File.ReadLines(list))
        {
            number++;
            if (string.IsNullOrWhiteSpace(line))
                continue;
            Match match = Line().Match(line);
            (string Name, string File)[] networks = match.Success
                ? [.. Pair().Matches(match.Groups[1].Value).Select(m => (m.Groups[1].Value, Find(folder, m.Groups[2].Value, list, number)))]
                : [];
            if (networks.Length != 2 || !double.TryParse(match.Groups[3].Value, CultureInfo.InvariantCulture, out double seconds)
                || !(seconds > 0))
                throw new UsageException(
                    $"{list}, line {number}: this is not of the form \"[('f', 'a.onnx'), ('g', 'b.onnx')]\",c.vnnlib,100.");
            instances.Add(new(networks, Find(folder, match.Groups[2].Value, list, number), seconds));
        }

        return instances;
    }

    /// <summary>The file of the network that a specification calls by a name.</summary>
    /// <param name="name">The name.</param>
    /// <exception cref="UsageException">The list calls no network so.</exception>
    public string FileOf(string name) => Networks.FirstOrDefault(n => n.Name == name).File
        ?? throw new UsageException($"{Specification} declares a network '{name}', which the list does not name.");

    /// <summary>A file where the list says, or beside the list, if all files are in one folder.</summary>
    private static string Find(string folder, string file, string list, int number)
    {
        string[] places = [Path.Combine(folder, file), Path.Combine(folder, Path.GetFileName(file))];
        return places.SelectMany(static p => new[] { p, p + ".gz" }).FirstOrDefault(File.Exists)
            ?? throw new UsageException($"{list}, line {number}: there is no file '{file}'.");
    }

    [GeneratedRegex("""^\s*"([^"]*)"\s*,\s*([^,"]+?)\s*,\s*([^,"\s]+)\s*$""")]
    private static partial Regex Line();

    [GeneratedRegex("""\(\s*['"]?([^'",()]+)['"]?\s*,\s*['"]?([^'",()]+)['"]?\s*\)""")]
    private static partial Regex Pair();
}
