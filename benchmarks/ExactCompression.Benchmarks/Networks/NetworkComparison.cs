using System.Globalization;
using CsvHelper;

namespace ExactCompression.Benchmarks;

/// <summary>The command <c>networks</c>: a list of networks, each searched by us and by a peer.</summary>
internal static class NetworkComparison
{
    private static readonly string[] Columns =
        ["Network", "Architecture", "Domain", "Active", "Inactive", "Unstable", "Open", "Seconds", "CompilationSeconds", "PeakMebibytes",
            "Stages", "PeerDecidedPercent", "PeerSeconds", "Ratio"];

    public static int Run(NetworkOptions options)
    {
        Console.WriteLine(
            $"Each program runs {options.Repeats} times, by turns, "
                + $"{(options.Apart ? "in a process for each network" : "in one process for all networks")}; "
                + "the least seconds that it reports of itself count.");
        Console.WriteLine();
        Console.WriteLine(
            $"{"network",-32} {"architecture",-28} {"active",6} {"inact.",6} {"unst.",6} {"open",5} {"seconds",8} {"peer s",8} "
                + $"{"peer %",7} {"ratio",7}");
        var rows = new List<Comparison>();
        foreach (string[] files in options.Apart ? [.. options.Files.Select(static f => new[] { f })] : new[] { options.Files.ToArray() })
        {
            foreach (Comparison row in Comparison.Run(options, files))
            {
                rows.Add(row);
                Print(row);
            }

            if (options.Csv is not null)
                Write(options.Csv, rows);
        }

        if (options.Peer is not null)
        {
            double mean = Math.Exp(rows.Average(static r => Math.Log(r.Ratio!.Value)));
            Console.WriteLine(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"The peer takes {mean:F1} times as long in the geometric mean, {rows.Min(static r => r.Ratio):F1} times at least."));
        }

        return 0;
    }

    private static void Print(Comparison row)
    {
        NetworkResult ours = row.Ours;
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{row.Network,-32} {ours.Architecture,-28} {ours.Active,6} {ours.Inactive,6} {ours.Unstable,6} {ours.Open,5} "
                + $"{ours.Seconds,8:F3} {row.PeerSeconds,8:F2} {row.PeerDecided,7:F1} {row.Ratio,7:F1}"));
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"    {ours.Domain}; {Stages(ours, ", ")}; compiling code {ours.CompilationSeconds:F3} s of all threads; at most "
                    + $"{ours.PeakMebibytes:F0} MiB"));
    }

    private static string Stages(NetworkResult result, string separator) =>
        string.Join(
            separator,
            result.Stages.Select(static s => string.Create(CultureInfo.InvariantCulture, $"{s.Name} {s.Seconds:F3} s ({s.Decided})")));

    private static void Write(string path, IReadOnlyList<Comparison> rows)
    {
        using FileStream stream = File.Create(path);
        using CsvWriter csv = CsvWriter.Create(stream, new() { FormatProvider = CultureInfo.InvariantCulture }, leaveOpen: true);
        Record(csv, Columns);
        foreach (Comparison row in rows)
        {
            NetworkResult ours = row.Ours;
            Record(csv, row.Network, ours.Architecture, ours.Domain, ours.Active, ours.Inactive, ours.Unstable, ours.Open, ours.Seconds,
                ours.CompilationSeconds, ours.PeakMebibytes, Stages(ours, "; "), row.PeerDecided, row.PeerSeconds, row.Ratio);
        }
    }

    private static void Record(CsvWriter csv, params object?[] fields)
    {
        foreach (object? field in fields)
            csv.WriteField(Convert.ToString(field, CultureInfo.InvariantCulture) ?? "");
        csv.EndRecord();
    }
}
