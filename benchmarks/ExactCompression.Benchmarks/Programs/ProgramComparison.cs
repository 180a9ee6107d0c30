using System.Diagnostics;
using System.Globalization;
using ExactCompression.Formats;
using Google.OrTools.ModelBuilder;

namespace ExactCompression.Benchmarks;

/// <summary>
/// The command <c>programs</c>: how long a solver takes to maximise each output of networks, with the programs that
/// <c>Export-MilpModel</c> writes, and with those of interval arithmetic.
/// </summary>
internal static class ProgramComparison
{
    private const double DefaultLimit = 60;

    /// <summary>Prints a table in Markdown and the geometric mean of the ratios.</summary>
    /// <returns>The exit code: 1 where optima differ.</returns>
    public static int Run(NetworkOptions options)
    {
        string solver = (options.Solver ?? "Scip").ToUpperInvariant();
        double limit = options.TimeLimit ?? DefaultLimit, logs = 0;
        int count = 0, differ = 0;
        Console.WriteLine($"{solver}, one thread, {limit:g4} s for each program; an optimum with ? is the best found by then.");
        Console.WriteLine("| network | output | optimum | binaries, intervals | seconds | optimum | binaries, proven | seconds | ratio |");
        Console.WriteLine("| --- | --: | --: | --: | --: | --: | --: | --: | --: |");
        var inputs = new SearchInputs(options);
        foreach (string file in options.Files)
        {
            (StabilityTable undecided, InputData? data) = inputs.Read(file);
            var clock = Stopwatch.StartNew();
            StabilityTable table = StabilityAnalysis.FindStable(
                undecided, data, new() { Threads = options.Threads, TimeLimit = TimeSpan.FromSeconds(limit) }, CancellationToken.None);
            double search = clock.Elapsed.TotalSeconds / table.Network.OutputSize;
            for (int output = 0; output < table.Network.OutputSize; output++)
            {
                clock.Restart();
                MilpModel tight = MilpModels.Of(table, new() { Output = output }, CancellationToken.None);
                double prepare = clock.Elapsed.TotalSeconds + search;
                MilpModel loose = MilpModels.Of(table, new() { Output = output, IntervalsAlone = true }, CancellationToken.None);
                (double theirs, double theirSeconds, bool theyEnded) = Solve(loose, solver, limit);
                (double ours, double ourSeconds, bool weEnded) = Solve(tight, solver, limit);

                // The search and the bounds count, too: its share for one output.
                double ratio = theirSeconds / (ourSeconds + prepare);
                (logs, count) = (logs + Math.Log(ratio), count + 1);
                if (theyEnded && weEnded && Math.Abs(ours - theirs) > 1e-4 * (1 + Math.Abs(ours)))
                    differ++;
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"| {table.Network.Name} | {output} | {Number(theirs, theyEnded)} | {loose.Binaries} | {theirSeconds:F2} "
                        + $"| {Number(ours, weEnded)} | {tight.Binaries} | {ourSeconds:F2} + {prepare:F2} "
                        + $"| {(theyEnded ? "" : weEnded ? "over " : "")}{ratio:F1} |"));
            }
        }

        double mean = Math.Exp(logs / Math.Max(1, count));
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"Geometric mean of {count} ratios: {mean:F1}; optima that differ: {differ}."));
        return differ == 0 ? 0 : 1;

        static string Number(double value, bool ended) => value.ToString("F4", CultureInfo.InvariantCulture) + (ended ? "" : "?");
    }

    private static (double Optimum, double Seconds, bool Ended) Solve(MilpModel program, string solverName, double limit)
    {
        string file = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.mps");
        try
        {
            MilpModelFiles.Write(program, file);
            var model = new Model();
            if (!model.Helper.ImportFromMpsFile(file))
                throw new InvalidOperationException("The program could not be read.");
            var solver = new Solver(solverName);
            if (!solver.SolverIsSupported())
                throw new UsageException($"There is no solver '{solverName}'.");
            solver.SetTimeLimitInSeconds(limit);
            var clock = Stopwatch.StartNew();
            SolveStatus status = solver.Solve(model);
            double seconds = clock.Elapsed.TotalSeconds;
            return (status is SolveStatus.OPTIMAL or SolveStatus.FEASIBLE ? solver.ObjectiveValue : double.NaN, seconds,
                status == SolveStatus.OPTIMAL);
        }
        finally
        {
            File.Delete(file);
        }
    }
}
