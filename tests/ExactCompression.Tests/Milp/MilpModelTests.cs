using ExactCompression.Formats;
using ExactCompression.Networks;
using ExactCompression.Tests.Oracles;
using ExactCompression.Verdicts;
using Xunit;

namespace ExactCompression.Tests.Milp;

/// <summary>Programs of networks for other tools: each holds every value that its network computes over the domain.</summary>
public sealed class MilpModelTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Of_RandomGraphs_HoldsWhatTheNetworkComputes(bool searched)
    {
        int binaries = 0, active = 0, left = 0, starts = 0, bounded = 0;
        for (int seed = 0; seed < 200; seed++)
        {
            var random = new Random(seed);
            int kind = seed % 2;
            (ReluNetwork network, double[] lower, double[] upper) = seed % 5 == 4
                ? RandomChain(random) : RandomGraphs.Next(random, kind, random.Next(1, 8), side: 4);
            var table = StabilityTable.Undecided(network, new(lower, upper));
            if (searched)
                table = StabilityAnalysis.FindStable(table, null, new() { Threads = 1, WithoutSolvers = true }, default);
            MilpModel model;
            try
            {
                var options = new MilpModelOptions { TriangleCuts = seed % 3 == 0, Threads = 1 };
                if (searched)
                    options = options with { Output = 0, Maximize = seed % 4 < 2, SearchTime = TimeSpan.FromSeconds(0.2) };
                model = MilpModels.Of(table, options, default);
            }
            catch (InvalidInputException e) when (e.ErrorId == "BoundsNotFinite")
            {
                continue;
            }

            if (model.Start is { } start)
            {
                starts++;
                CheckStart(model, start, $"seed {seed}");
            }

            Dictionary<string, int> places = model.Variables.Select((v, i) => (v.Name, i)).ToDictionary(p => p.Name, p => p.i);
            var ledger = new VerdictLedger(StabilityTable.Undecided(network, new(lower, upper)));
            var exact = new ExactGraph(network.Lowered, random);
            for (int p = 0; p < 4; p++)
            {
                double[] x = [.. lower.Zip(upper, (a, b) => Math.Clamp(a + (random.NextDouble() * (b - a)), a, b))];
                Rational[][] z = exact.PreActivations([.. x.Select(v => (Rational)v)]);
                var values = new Rational[model.Variables.Count];
                for (int k = 0; k < x.Length; k++)
                    values[places[$"input_{k}"]] = x[k];
                for (int i = 0; i < ledger.Count; i++)
                {
                    (int number, int element) = ledger.Place(i);
                    Rational value = z[network.Lowered.ValueOf(number) - 1][element];
                    string name = ledger.TableIndexOf(i) is var at and >= 0
                        ? $"{table.Neurons[at].Layer}_{table.Neurons[at].Neuron}" : $"x{number}_{element}";
                    if (!places.TryGetValue("h" + name, out int h))
                    {
                        Assert.True(value.Sign <= 0, $"seed {seed}: {name} is left out");
                        left++;
                        continue;
                    }

                    values[h] = value.Sign > 0 ? value : 0;
                    if (!places.TryGetValue("s" + name, out int s))
                    {
                        Assert.True(value.Sign >= 0, $"seed {seed}: {name} has no binary variable");
                        active++;
                        continue;
                    }

                    values[s] = value.Sign < 0 ? -value : 0;
                    values[places["p" + name]] = value.Sign > 0 ? 1 : 0;
                    binaries++;
                }

                for (int k = 0; k < network.OutputSize; k++)
                    values[places[$"output_{k}"]] = Output(network, z, k);
                Check(model, values, $"seed {seed}");
                bounded += model.Outputs.Count(o => double.IsFinite(model.Variables[o].Upper - model.Variables[o].Lower));
            }
        }

        Assert.True(
            binaries > 500 && active > 150 && left > 150 && bounded > 500 && (!searched || starts > 100),
            $"{binaries} {active} {left} {bounded} {starts}"); // the test must not be vacuous
    }

    private static (ReluNetwork Network, double[] Lower, double[] Upper) RandomChain(Random random)
    {
        AffineLayer Layer(int outputs, int inputs, Activation activation) => new(
            [.. Enumerable.Range(0, outputs * inputs).Select(_ => (double)(float)(random.NextDouble() - 0.5))],
            [.. Enumerable.Range(0, outputs).Select(_ => (double)(float)(random.NextDouble() - 0.5))], outputs, inputs, activation);
        double[] lower = [.. Enumerable.Range(0, 3).Select(_ => -random.NextDouble())];
        return (
            new([Layer(6, 3, Activation.Relu), Layer(5, 6, Activation.Relu), Layer(2, 5, Activation.Identity)]), lower,
            [.. lower.Select(v => v + (2 * random.NextDouble()))]);
    }

    [Fact]
    public void Of_RectifiedOutputs_HasThemAsUnits()
    {
        // max(0, x - y) and max(0, -2 - x) over [-1, 1]^2: the second is always 0.
        ReluNetwork network = new([new([1, -1, -1, 0], [0, -2], 2, 2, Activation.Relu)]);
        MilpModel model = MilpModels.Of(StabilityTable.Undecided(network, InputDomain.Uniform(-1, 1)), new() { Output = 0 }, default);
        MilpVariable phase = Assert.Single(model.Variables, v => v.IsBinary);
        Assert.Equal("p_output_0", phase.Name);
        Assert.Equal("output_0", model.Variables[model.Objective!.Column].Name);
        Assert.InRange(model.Variables.Single(v => v.Name == "h_output_0").Upper, 2, 2 + 1e-9);
    }

    [Fact]
    public void Of_IntervalsAlone_IgnoresVerdicts()
    {
        // z = max(0, x) + max(0, -x) - 1.5 over [-1, 1] is never positive; intervals reach 0.5.
        ReluNetwork network = new(
            [new([1, -1], [0, 0], 2, 1, Activation.Relu), new([1, 1], [-1.5], 1, 2, Activation.Relu),
                new([1], [0], 1, 1, Activation.Identity)]);
        StabilityTable table = StabilityAnalysis.FindStable(
            StabilityTable.Undecided(network, InputDomain.Uniform(-1, 1)), null, new(), default);
        Assert.Equal(2, MilpModels.Of(table, new(), default).Binaries);
        Assert.Equal(3, MilpModels.Of(table, new() { IntervalsAlone = true }, default).Binaries);
    }

    [Theory]
    [InlineData("image", "image_0")]
    [InlineData("e1", "input_e1_0")]
    [InlineData("h1", "h1_t2_0")]
    [InlineData("serving/input:0", "serving_input_0_0")]
    [InlineData("入力", "input_0")]
    public void Of_FilesWithNames_KeepsThemWhereProgramsCan(string tensor, string expected)
    {
        ModelTensor Of(string name) => new(name, [new(1, "batch"), new(1)]);
        ReluNetwork network = new([new([1], [0], 1, 1, Activation.Identity)], model: new(Of(tensor), Of(tensor)));
        MilpModel model = MilpModels.Of(StabilityTable.Undecided(network, InputDomain.Unit), new(), default);
        Assert.Equal(expected, model.Variables[0].Name);
        Assert.Equal(2, model.Variables.Select(v => v.Name.ToUpperInvariant()).Distinct().Count());
    }

    [Fact]
    public void Of_NoSuchOutputOrNoLinearFunction_IsRefused()
    {
        ReluNetwork network = new([new([1], [0], 1, 1, Activation.Identity)]);
        var table = StabilityTable.Undecided(network, InputDomain.Unit);
        Assert.Equal("OutputOutOfRange", Assert.Throws<InvalidInputException>(
            () => MilpModels.Of(table, new() { Output = 1 }, default)).ErrorId);
        var builder = new GraphBuilder();
        builder.AddOutput("y", builder.Add(new SmoothOperator(IsTanh: false), new(1), "", "", builder.AddInput("x", new(1))));
        var smooth = new ReluNetwork(builder.Build());
        Assert.Equal("NotPiecewiseLinear", Assert.Throws<InvalidInputException>(
            () => MilpModels.Of(StabilityTable.Undecided(smooth, InputDomain.Unit), new(), default)).ErrorId);
    }

    /// <summary>The bound of the optimum is proven, and the start is an input that is nearly as good.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Of_ObjectiveSearched_BoundsItsOptimumClosely(bool maximize)
    {
        // |x - y| + |x + y| over [-1, 1]^2 is between 0 and 2; linear bounds alone reach 4.
        ReluNetwork network = new(
            [new([1, -1, -1, 1, 1, 1, -1, -1], [0, 0, 0, 0], 4, 2, Activation.Relu),
                new([1, 1, 1, 1], [0], 1, 4, Activation.Identity)]);
        var table = StabilityTable.Undecided(network, InputDomain.Uniform(-1, 1));
        MilpModel model = MilpModels.Of(
            table, new() { Output = 0, Maximize = maximize, SearchTime = TimeSpan.FromMinutes(1), Threads = 1 }, default);
        MilpVariable output = model.Variables[Assert.Single(model.Outputs)];
        double reached = model.Start![model.Outputs[0]];
        if (maximize)
        {
            Assert.InRange(output.Upper, 2, 2.01);
            Assert.InRange(reached, 1.99, 2);
        }
        else
        {
            Assert.InRange(output.Lower, -0.01, 0);
            Assert.InRange(reached, 0, 0.01);
        }

        CheckStart(model, model.Start, "start");
        Assert.Null(MilpModels.Of(table, new() { Output = 0 }, default).Start);
    }

    [Fact]
    public void WriteStart_HasALineForEachVariable()
    {
        ReluNetwork network = new([new([1, -2], [0.5], 1, 2, Activation.Identity)]);
        MilpModel model = MilpModels.Of(
            StabilityTable.Undecided(network, InputDomain.Unit), new() { Output = 0, SearchTime = TimeSpan.FromMinutes(1) }, default);
        string file = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.mst");
        MilpModelFiles.WriteStart(model, file);
        string[] lines = File.ReadAllLines(file);
        File.Delete(file);
        Assert.Equal(["# Start solution of network", "input_0 1", "input_1 0", "output_0 1.5"], lines);
        Assert.Throws<ArgumentException>(() => MilpModelFiles.WriteStart(model with { Start = null }, file));
    }

    /// <summary>A start solution is computed in double: it fulfils the program up to rounding.</summary>
    private static void CheckStart(MilpModel model, IReadOnlyList<double> start, string what)
    {
        Assert.Equal(model.Variables.Count, start.Count);
        for (int v = 0; v < start.Count; v++)
        {
            MilpVariable variable = model.Variables[v];
            double slack = 1e-9 * (1 + Math.Abs(start[v]));
            Assert.True(
                start[v] >= variable.Lower - slack && start[v] <= variable.Upper + slack,
                $"{what}: {variable.Name} starts at {start[v]:R}, not in [{variable.Lower:R}, {variable.Upper:R}]");
        }

        foreach (MilpRow row in model.Rows)
        {
            double sum = 0, size = 1;
            for (int k = 0; k < row.Columns.Length; k++)
            {
                double term = row.Coefficients[k] * start[row.Columns[k]];
                (sum, size) = (sum + term, size + Math.Abs(term));
            }

            Assert.True(
                sum >= row.Lower - (1e-9 * size) && sum <= row.Upper + (1e-9 * size),
                $"{what}: row {row.Name} starts at {sum:R}, not in [{row.Lower:R}, {row.Upper:R}]");
        }
    }

    private static Rational Output(ReluNetwork network, Rational[][] z, int output)
    {
        foreach (int value in network.Lowered.Outputs!)
        {
            int count = network.Lowered.ShapeOf(value).Count;
            if (output < count)
                return network.Lowered.Layers[value - 1].IsRectifier && z[value - 1][output].Sign < 0 ? 0 : z[value - 1][output];
            output -= count;
        }

        throw new ArgumentOutOfRangeException(nameof(output));
    }

    /// <summary>Ranges, constants and cuts hold exactly; sums of layers that are joined up to rounding.</summary>
    private static void Check(MilpModel model, Rational[] values, string what)
    {
        for (int v = 0; v < values.Length; v++)
        {
            MilpVariable variable = model.Variables[v];
            Assert.True(
                (double.IsInfinity(variable.Lower) || values[v] >= variable.Lower)
                    && (double.IsInfinity(variable.Upper) || values[v] <= variable.Upper),
                $"{what}: {variable.Name} is {values[v]}, not in [{variable.Lower:R}, {variable.Upper:R}]");
        }

        foreach (MilpRow row in model.Rows)
        {
            Rational sum = 0, size = 0;
            for (int k = 0; k < row.Columns.Length; k++)
            {
                Rational term = (Rational)row.Coefficients[k] * values[row.Columns[k]];
                (sum, size) = (sum + term, size + (term.Sign < 0 ? -term : term));
            }

            Rational slack = row.Lower == row.Upper ? (Rational)1e-13 * (size + (Rational)(1 + Math.Abs(row.Upper))) : 0;
            Assert.True(
                (double.IsInfinity(row.Lower) || sum >= (Rational)row.Lower - slack)
                    && (double.IsInfinity(row.Upper) || sum <= (Rational)row.Upper + slack),
                $"{what}: row {row.Name} is {sum}, not in [{row.Lower:R}, {row.Upper:R}]");
        }
    }
}
