using System.Diagnostics;
using System.Globalization;
using ExactCompression.Formats;
using ExactCompression.Tests.Oracles;
using Xunit;

namespace ExactCompression.Tests.Formats.Milp;

/// <summary>
/// Files of programs, as solvers that come as programs of their own read them: which sense they take, and which optimum they find.
/// </summary>
public sealed class CommandLineSolverTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("solver-").FullName;

    [SkippableTheory]
    [InlineData("cbc", "mps")]
    [InlineData("cbc", "lp")]
    [InlineData("glpsol", "mps")]
    [InlineData("glpsol", "lp")]
    public void Write_RandomGraphs_SolverFindsTheSameOptimum(string program, string extension)
    {
        string? path = InstalledProgram.Find(program);
        Skip.If(path is null, $"{program} is not installed: it does not read files of programs here.");
        for (int seed = 0; seed < 8; seed++)
        {
            var random = new Random(seed);
            (ReluNetwork network, double[] lower, double[] upper) = RandomGraphs.Next(random, kind: 0, random.Next(1, 5), side: 3);
            bool maximize = seed % 2 == 0;
            MilpModel model = MilpModels.Of(
                StabilityTable.Undecided(network, new(lower, upper)),
                new() { Output = random.Next(network.OutputSize), Maximize = maximize, SearchTime = TimeSpan.FromSeconds(20) }, default);
            string file = Path.Combine(folder, $"model{seed}.{extension}");
            MilpModelFiles.Write(model, file);
            double found = program == "cbc" ? Cbc(path!, file) : Glpk(path!, file, extension);
            if (maximize && extension == "mps")
                found = -found;

            // The search ends within a share of 0.0005 of the optimum, on both sides of it.
            MilpVariable output = model.Variables[model.Objective!.Column];
            double best = model.Start is null ? maximize ? output.Upper : output.Lower : model.Start[model.Objective.Column];
            Assert.InRange(found - best, -1e-3 * (1 + Math.Abs(best)), 1e-3 * (1 + Math.Abs(best)));
        }
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private static double Cbc(string program, string file)
    {
        string said = Run(program, file, "solve", "quit");
        return ValueAfter(said, said.Contains("Objective value:", StringComparison.Ordinal) ? "Objective value:" : "Optimal objective");
    }

    private double Glpk(string program, string file, string extension)
    {
        string solution = Path.Combine(folder, "solution.txt");
        Run(program, extension == "mps" ? "--freemps" : "--lp", file, "--output", solution);
        return ValueAfter(File.ReadAllText(solution), "objective =");
    }

    private static string Run(string program, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
        string said = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
        return said;
    }

    private static double ValueAfter(string text, string words)
    {
        int at = text.IndexOf(words, StringComparison.Ordinal);
        Assert.True(at >= 0, text);
        return double.Parse(text[(at + words.Length)..].TrimStart().Split([' ', '\n'], 2)[0], CultureInfo.InvariantCulture);
    }
}
