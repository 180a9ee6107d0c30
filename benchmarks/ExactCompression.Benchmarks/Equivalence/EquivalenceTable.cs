using System.Diagnostics;
using System.Globalization;
using System.IO.Compression;
using ExactCompression.Formats;

namespace ExactCompression.Benchmarks;

/// <summary>The command <c>equivalence</c>: decides pairs of networks by their specifications, and prints a table in Markdown.</summary>
internal static class EquivalenceTable
{
    private const string LimitOption = "--time-limit";

    /// <summary>Prints a line for each pair, and how many are decided.</summary>
    /// <param name="arguments">Lists or folders, and options.</param>
    public static int Run(ReadOnlySpan<string> arguments)
    {
        (List<string> lists, double? limit) = Parse(arguments);
        EquivalenceInstance[] instances = [.. lists.SelectMany(EquivalenceInstance.Read)];
        int equivalent = 0, refuted = 0, open = 0;
        double total = 0;
        Console.WriteLine("| first network | second network | specification | equivalent | observed | tolerance | seconds |");
        Console.WriteLine("| --- | --- | --- | --- | --: | --: | --: |");
        foreach (EquivalenceInstance instance in instances)
        {
            var clock = Stopwatch.StartNew();
            EquivalenceSpecification specification = EquivalenceFiles.Read(instance.Specification);
            ReluNetwork first = Read(instance.FileOf(specification.Reference)),
                second = Read(instance.FileOf(specification.Difference));
            var options = new EquivalenceOptions
            {
                ProofTimeLimit = TimeSpan.FromSeconds(Math.Min(limit ?? double.PositiveInfinity, instance.Seconds)),
            };
            EquivalenceReport report = NetworkEquivalence.Compare(specification, first, second, null, options, CancellationToken.None);
            double seconds = clock.Elapsed.TotalSeconds;
            total += seconds;
            equivalent += report.Equivalent == true ? 1 : 0;
            refuted += report.Equivalent == false ? 1 : 0;
            open += report.Equivalent is null ? 1 : 0;
            string answer = report.Equivalent switch { true => "yes", false => "no", _ => "?" };
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| `{first.Name}` | `{second.Name}` | {specification} | {answer} | {report.ObservedDeviation:g3} | {report.Tolerance:g3} "
                    + $"| {seconds:F2} |"));
        }

        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{instances.Length} pairs: {equivalent} equivalent, {refuted} refuted, {open} undecided, in {total:F1} s."));
        return 0;
    }

    /// <summary>A network from a file, which may be packed, as those of VNN-COMP are.</summary>
    private static ReluNetwork Read(string file)
    {
        if (!file.EndsWith(".gz", StringComparison.OrdinalIgnoreCase))
            return NetworkFormats.Read(file);
        DirectoryInfo folder = Directory.CreateTempSubdirectory("exact-compression-");
        try
        {
            string unpacked = Path.Combine(folder.FullName, Path.GetFileNameWithoutExtension(file));
            using (var packed = new GZipStream(File.OpenRead(file), CompressionMode.Decompress))
            using (FileStream target = File.Create(unpacked))
                packed.CopyTo(target);
            return NetworkFormats.Read(unpacked);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static (List<string> Lists, double? Limit) Parse(ReadOnlySpan<string> arguments)
    {
        var lists = new List<string>();
        double? limit = null;
        for (int i = 0; i < arguments.Length; i++)
        {
            if (!arguments[i].StartsWith('-'))
            {
                lists.Add(arguments[i]);
            }
            else if (arguments[i] != LimitOption)
            {
                throw new UsageException($"There is no option '{arguments[i]}'.");
            }
            else
            {
                string text = ++i < arguments.Length ? arguments[i] : throw new UsageException($"{LimitOption} needs a number of seconds.");
                limit = double.TryParse(text, CultureInfo.InvariantCulture, out double seconds) && seconds > 0
                    ? seconds
                    : throw new UsageException($"'{text}' is no number of seconds.");
            }
        }

        return lists.Count > 0 ? (lists, limit) : throw new UsageException("Name a list of pairs, or its folder.");
    }
}
