using System.Globalization;
using CsvHelper;
using ExactCompression.Analysis;
using ExactCompression.Milp;

namespace ExactCompression.Benchmarks;

/// <summary>The command <c>methods</c>: each network by each method, as in the paper's table.</summary>
internal static class MethodComparison
{
    private const string Baseline = nameof(MilpFormulation.Neuron);
    private const string ApproximateBaseline = nameof(MilpFormulation.NeuronApproximate);

    private static readonly string[] Columns =
        ["Network", "Architecture", "Method", "Solver", "Bounds", "Seconds", "Finished", "Active", "Inactive", "Unstable", "Undetermined",
            "Unproven", "TimesFasterThanNeuron", "TimesFasterThanNeuronApproximate"];

    public static int Run(NetworkOptions options)
    {
        Console.WriteLine(
            $"Solver {options.Solver ?? MilpSolvers.Default}, {options.Bounds} constants, rows run first: {options.Preprocess}, "
                + $"injection: {options.Injection}; each method once, in one process.");
        Console.WriteLine();
        Console.WriteLine(
            $"{"network",-30} {"method",-18} {"active",6} {"inact.",6} {"unst.",6} {"open",5} {"seconds",9} {"x Neuron",9} "
                + $"{"x Approx.",9}");
        var rows = new List<MethodResult>();
        var inputs = new SearchInputs(options);
        WarmUp(options);
        foreach (string file in options.Files)
        {
            List<MethodResult> results = [.. options.Methods.Select(method => Decide(options, inputs, file, method))];
            RequireAgreement(results);
            foreach (MethodResult row in results)
                Print(row, results);
            rows.AddRange(results);
            if (options.Csv is not null)
                Write(options, rows);
        }

        foreach ((string fast,
            string slow) in new[] { ("Hybrid", "Isa"), ("Isa", Baseline), ("Isa", ApproximateBaseline), ("Hybrid", Baseline),
                ("Hybrid", ApproximateBaseline) })
            Summarise(rows, fast, slow);
        return 0;
    }

    /// <summary>Compiles and loads what every method needs, so that the first one does not bear the cost for all.</summary>
    private static void WarmUp(NetworkOptions options)
    {
        var network = new ReluNetwork(
            [new([1, 1], [-1], 1, 2, Activation.Relu), new([1], [-0.5], 1, 1, Activation.Relu), new([1], [0], 1, 1, Activation.Identity)]);
        foreach (string method in options.Methods)
            Find(options, StabilityTable.Undecided(network), null, method);
    }

    private static MethodResult Decide(NetworkOptions options, SearchInputs inputs, string file, string method)
    {
        (StabilityTable undecided, InputData? data) = inputs.Read(file);
        return new(undecided.Network.Name, undecided.Network.Architecture, method, Find(options, undecided, data, method));
    }

    private static StabilityTable Find(NetworkOptions options, StabilityTable undecided, InputData? data, string method)
    {
        var search = new SearchOptions
        {
            Threads = options.Threads,
            TimeLimit = options.TimeLimit is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
            Warning = Console.Error.WriteLine,
            Contradiction = static contradiction => Console.Error.WriteLine(contradiction.Message),
        };
        if (!Enum.TryParse(method, out MilpFormulation formulation))
            return StabilityAnalysis.FindStable(undecided, data, search, CancellationToken.None);
        var milp = new MilpOptions { Formulation = formulation, Solver = options.Solver, Bounds = options.Bounds,
            Preprocess = options.Preprocess, Injection = options.Injection };
        return MilpAnalysis.Find(undecided, data, milp, search, CancellationToken.None);
    }

    /// <summary>Verdicts of different methods on one neuron must be the same where both have one.</summary>
    private static void RequireAgreement(List<MethodResult> results)
    {
        foreach (MethodResult row in results)
        {
            foreach ((NeuronStability mine, NeuronStability first) in row.Table.Neurons.Zip(results[0].Table.Neurons))
            {
                if (mine.State != first.State && mine.State != NeuronState.Undetermined && first.State != NeuronState.Undetermined)
                    Console.Error.WriteLine(
                        $"{row.Network}: {row.Method} says {mine} ({mine.Evidence}), {results[0].Method} says {first} ({first.Evidence}).");
            }
        }
    }

    private static MethodResult? Of(IEnumerable<MethodResult> rows, string method) => rows.FirstOrDefault(r => r.Method == method);

    private static void Print(MethodResult row, List<MethodResult> all)
    {
        StabilityTable table = row.Table;
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{row.Network,-30} {row.Method,-18} {table.StablyActive,6} {table.StablyInactive,6} {table.Unstable,6} "
                + $"{table.Undetermined,5} {row.Seconds,9:F3} {row.Against(Of(all, Baseline)),9} "
                + $"{row.Against(Of(all, ApproximateBaseline)),9}"));
    }

    /// <summary>
    /// How many times faster one method is than another, in the geometric mean; a time limit that ended the slower one makes it a lower
    /// bound.
    /// </summary>
    private static void Summarise(List<MethodResult> rows, string fast, string slow)
    {
        var pairs = rows.GroupBy(static r => r.Network).Select(g => (Fast: Of(g, fast), Slow: Of(g, slow))).Where(
            static p => p is { Fast.Finished: true, Slow: not null }).ToList();
        if (pairs.Count == 0)
            return;
        double mean = Math.Exp(pairs.Average(static p => Math.Log(p.Slow!.Seconds / p.Fast!.Seconds)));
        int cut = pairs.Count(static p => !p.Slow!.Finished);
        string least = cut == 0 ? "" : $" at least ({slow} was ended by the time limit on {cut})";
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{fast} is {mean:G3} times as fast as {slow} in the geometric mean over {pairs.Count} networks{least}."));
    }

    private static void Write(NetworkOptions options, List<MethodResult> rows)
    {
        using FileStream stream = File.Create(options.Csv!);
        using CsvWriter csv = CsvWriter.Create(stream, new() { FormatProvider = CultureInfo.InvariantCulture }, leaveOpen: true);
        Record(csv, Columns);
        foreach (MethodResult row in rows)
        {
            StabilityTable t = row.Table;
            IEnumerable<MethodResult> same = rows.Where(r => r.Network == row.Network);
            Record(csv, row.Network, row.Architecture, row.Method, options.Solver ?? MilpSolvers.Default, options.Bounds, row.Seconds,
                row.Finished, t.StablyActive, t.StablyInactive, t.Unstable, t.Undetermined, t.Unproven, row.Against(Of(same, Baseline)),
                row.Against(Of(same, ApproximateBaseline)));
        }
    }

    private static void Record(CsvWriter csv, params object?[] fields)
    {
        foreach (object? field in fields)
            csv.WriteField(Convert.ToString(field, CultureInfo.InvariantCulture) ?? "");
        csv.EndRecord();
    }
}
