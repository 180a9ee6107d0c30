using System.Globalization;
using ExactCompression.Formats;
using ExactCompression.Tests.Oracles;
using Google.OrTools.ModelBuilder;
using Xunit;

namespace ExactCompression.Tests.Formats.Milp;

/// <summary>Files of programs, as the parsers and solvers of OR-Tools take them.</summary>
public sealed class MilpModelFilesTests : IDisposable
{
    private static readonly MilpModel Small = new(
        "small",
        ["A program"],
        [new("x", -1, 2), new("fixed", 0.5, 0.5), new("p", 0, 1, true), new("y", double.NegativeInfinity, double.PositiveInfinity),
            new("unused", double.NegativeInfinity, 4)],
        [new("equal", -0.25, -0.25, [0, 1], [1.5, -2]), new("most", double.NegativeInfinity, 0, [0, 2], [1e-5, -1.75]),
            new("least", -3, double.PositiveInfinity, [1, 3], [1, 1])],
        new(3, Maximize: true));

    private readonly string folder = Directory.CreateTempSubdirectory("milp-model-").FullName;

    [Theory]
    [InlineData("scip")]
    [InlineData("highs")]
    public void Write_MpsOfRandomGraphs_SolverFindsTheLargestOutput(string solverName)
    {
        int solved = 0;
        for (int seed = 0; seed < 20; seed++)
        {
            var random = new Random(seed);
            (ReluNetwork network, double[] lower, double[] upper) = RandomGraphs.Next(random, kind: 0, random.Next(1, 6), side: 3);
            bool maximize = seed % 2 == 0;
            var table = StabilityTable.Undecided(network, new(lower, upper));
            MilpModel model = MilpModels.Of(
                table, new() { Output = random.Next(network.OutputSize), Maximize = maximize, TriangleCuts = seed % 3 == 0 }, default);
            string file = Path.Combine(folder, $"model{seed}.mps");
            MilpModelFiles.Write(model, file);
            var read = new Model();
            Assert.True(read.Helper.ImportFromMpsFile(file));
            Assert.Equal(model.Variables.Count, read.VariablesCount());
            Assert.Equal(model.Rows.Count, read.ConstraintsCount());
            var solver = new Solver(solverName);
            Assert.True(solver.SolverIsSupported());
            Assert.Equal(SolveStatus.OPTIMAL, solver.Solve(read));
            Dictionary<string, double> values = Enumerable.Range(0, read.VariablesCount())
                .ToDictionary(read.Helper.VarName, i => solver.Value(read.VarFromIndex(i)));
            int output = int.Parse(model.Variables[model.Objective!.Column].Name.Split('_')[1]);
            double[] x = [.. lower.Select((l, k) => Math.Clamp(values[$"input_{k}"], l, upper[k]))];
            double best = maximize ? -solver.ObjectiveValue : solver.ObjectiveValue, scale = 1 + Math.Abs(best);
            Assert.InRange(network.Evaluate(x)[output] - best, -1e-5 * scale, 1e-5 * scale);
            for (int p = 0; p < 50; p++)
            {
                double[] point = [.. lower.Zip(
                    upper, (a, b) => random.Next(3) switch { 0 => a, 1 => b, _ => a + (random.NextDouble() * (b - a)) })];
                double value = network.Evaluate(point)[output];
                Assert.True((maximize ? value - best : best - value) <= 1e-5 * scale, $"seed {seed}");
            }

            solved++;
        }

        Assert.Equal(20, solved);
    }

    [Fact]
    public void Write_Mps_IsWhatReadersExpect() => Assert.Equal(
        """
        * A program
        * What is minimised is -y: not all solvers can maximise what a file of MPS holds.
        NAME small
        ROWS
         N objective
         E equal
         L most
         G least
        COLUMNS
         x equal 1.5
         x most 1E-05
         fixed equal -2
         fixed least 1
         MARKER0 'MARKER' 'INTORG'
         p most -1.75
         MARKER1 'MARKER' 'INTEND'
         y objective -1
         y least 1
         unused objective 0
        RHS
         RHS equal -0.25
         RHS least -3
        BOUNDS
         LO BND x -1
         UP BND x 2
         FX BND fixed 0.5
         LO BND p 0
         UP BND p 1
         FR BND y
         MI BND unused
         UP BND unused 4
        ENDATA

        """,
        Text("small.mps"));

    [Fact]
    public void Write_Lp_IsWhatReadersExpect() => Assert.Equal(
        """
        \ A program
        Maximize
         objective: + 1 y + 0 unused
        Subject To
         equal: + 1.5 x - 2 fixed = -0.25
         most: + 1E-05 x - 1.75 p <= 0
         least: + 1 fixed + 1 y >= -3
        Bounds
         -1 <= x <= 2
         0.5 <= fixed <= 0.5
         y free
         -inf <= unused <= 4
        Binaries
         p
        End

        """,
        Text("small.lp"));

    [Fact]
    public void Write_LpOfANetwork_HasShortLinesAndEveryCoefficient()
    {
        ReluNetwork network = new(
            [new([.. Enumerable.Range(0, 300).Select(i => (i - 150) / 7.0)], [1, 2, 3], 3, 100, Activation.Relu),
                new([1, -1, 1], [0], 1, 3, Activation.Identity)]);
        MilpModel model = MilpModels.Of(StabilityTable.Undecided(network, InputDomain.Unit), new() { TriangleCuts = true }, default);
        string text = Text("wide.lp", model);
        Assert.All(text.Split('\n').Skip(model.Remarks.Count), line => Assert.InRange(line.Length, 0, 250));
        int from = text.IndexOf("Subject To\n", StringComparison.Ordinal) + 11, to = text.IndexOf("Bounds\n", StringComparison.Ordinal);
        string[] rows = text[from..to]
            .Replace("\n  ", " ", StringComparison.Ordinal).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(model.Rows.Count, rows.Length);
        for (int r = 0; r < rows.Length; r++)
        {
            string[] words = rows[r].Split(' ', StringSplitOptions.RemoveEmptyEntries);
            Assert.Equal(model.Rows[r].Name + ":", words[0]);
            for (int k = 0; k < model.Rows[r].Columns.Length; k++)
            {
                string[] term = words[((3 * k) + 1)..((3 * k) + 4)];
                Assert.Equal(model.Rows[r].Coefficients[k], double.Parse(term[0] + term[1], CultureInfo.InvariantCulture));
                Assert.Equal(model.Variables[model.Rows[r].Columns[k]].Name, term[2]);
            }
        }
    }

    [Fact]
    public void Write_CancelledOrUnknownExtension_LeavesNothing()
    {
        MilpModel model = MilpModels.Of(
            StabilityTable.Undecided(new([new([1], [0], 1, 1, Activation.Identity)]), InputDomain.Unit), new(), default);
        Assert.ThrowsAny<OperationCanceledException>(
            () => MilpModelFiles.Write(model, Path.Combine(folder, "x.mps"), cancellation: new(canceled: true)));
        Assert.Throws<InvalidInputException>(() => MilpModelFiles.Write(model, Path.Combine(folder, "x.txt")));
        Assert.Empty(Directory.GetFiles(folder));
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private string Text(string name, MilpModel? model = null)
    {
        string file = Path.Combine(folder, name);
        MilpModelFiles.Write(model ?? Small, file);
        return File.ReadAllText(file);
    }
}
