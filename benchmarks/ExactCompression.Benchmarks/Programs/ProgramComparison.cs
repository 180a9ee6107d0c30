using System.Diagnostics;
using System.Globalization;
using ExactCompression.Formats;
using Google.OrTools.ModelBuilder;

namespace ExactCompression.Benchmarks;

/// <summary>
/// The command <c>programs</c>: how long a solver takes to maximise each output of networks, with the programs that
/// <c>Export-MilpModel</c> writes, and with those of interval arithmetic. Both get the same solver, the same parameters and one thread;
/// what our own search takes, on one thread too, counts on our side.
/// </summary>
internal static class ProgramComparison
{
    private const double DefaultLimit = 60;

    /// <summary>The gap at which a solver stops, and the largest difference of optima as a share of them.</summary>
    private const double Gap = 1e-3;

    /// <summary>The share of the limit that the search for the optimum may take before the solver.</summary>
    private const double SearchShare = 1.0 / 30;

    /// <summary>Prints a table in Markdown and geometric means of the ratios.</summary>
    /// <returns>The exit code: 1 where optima differ.</returns>
    public static int Run(NetworkOptions options)
    {
        string solver = (options.Solver ?? "Scip").ToUpperInvariant();
        double limit = options.TimeLimit ?? DefaultLimit;
        int differ = 0, over = 0;
        var all = new List<double>();
        var alone = new List<double>();
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{solver}, one thread, {limit:g4} s for each program, gap {Gap:g4}; an optimum with ? is the best found by then."));
        Console.WriteLine(
            "| network | output | optimum | binaries, intervals | seconds | optimum | binaries, proven | own + solver | ratio |");
        Console.WriteLine("| --- | --: | --: | --: | --: | --: | --: | --: | --: |");
        var inputs = new SearchInputs(options);
        foreach (string file in options.Files)
        {
            (StabilityTable table, _) = inputs.Read(file);
            for (int output = 0; output < table.Network.OutputSize; output++)
            {
                var clock = Stopwatch.StartNew();
                MilpModel tight = MilpModels.Of(
                    table, new() { Output = output, Threads = 1, SearchTime = TimeSpan.FromSeconds(SearchShare * limit) }, default);
                double own = clock.Elapsed.TotalSeconds;
                MilpModel loose = MilpModels.Of(table, new() { Output = output, IntervalsAlone = true }, default);
                (double theirs, double theirSeconds, bool theyEnded) = Solve(loose, solver, limit);
                (double ours, double ourSeconds, bool weEnded) = Solve(tight, solver, limit - own);
                all.Add(theirSeconds / (own + ourSeconds));
                alone.Add(theirSeconds / ourSeconds);
                bool areNear = Math.Abs(ours - theirs) <= 2 * Gap * (1 + Math.Abs(ours));
                differ += theyEnded && weEnded && !areNear ? 1 : 0;
                over += theyEnded ? 0 : 1;
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"| {table.Network.Name} | {output} | {Number(theirs, theyEnded)} | {loose.Binaries} | {theirSeconds:F2} "
                        + $"| {Number(ours, weEnded)} | {tight.Binaries} | {own:F2} + {ourSeconds:F2} "
                        + $"| {(theyEnded ? "" : weEnded ? "over " : "?")}{all[^1]:F1} |"));
            }
        }

        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"Geometric mean of {all.Count} ratios: {Mean(all):F1} ({Mean(alone):F1} of the solver's times alone); programs of intervals "
                + $"that had not ended by the limit, which counts as their time: {over}; optima that differ: {differ}."));
        return differ == 0 ? 0 : 1;

        static string Number(double value, bool ended) => value.ToString("F4", CultureInfo.InvariantCulture) + (ended ? "" : "?");
        static double Mean(List<double> ratios) => Math.Exp(ratios.DefaultIfEmpty(1).Average(Math.Log));
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
            string gap = Gap.ToString(CultureInfo.InvariantCulture);
            if (solverName == "SCIP")
                solver.SetSolverSpecificParameters($"limits/gap = {gap}");
            else if (solverName == "HIGHS")
                solver.SetSolverSpecificParameters($"mip_rel_gap={gap},threads=1");

            // OR-Tools' hints to HiGHS overrun a buffer.
            if (program.Start is { } start && solverName == "SCIP")
            {
                for (int k = 0; k < start.Count; k++)
                    model.AddHint(model.VarFromIndex(k), start[k]);
            }

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
