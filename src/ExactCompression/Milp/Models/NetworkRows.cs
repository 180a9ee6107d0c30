using System.Globalization;
using ExactCompression.Networks;
using ExactCompression.Numerics;
using ExactCompression.Verdicts;

namespace ExactCompression.Milp.Models;

/// <summary>Makes the variables and rows of <see cref="MilpModels"/>. Used once.</summary>
/// <remarks>
/// Names: <c>h2_7</c> is the output of neuron 7 of hidden layer 2, <c>s2_7</c> its slack (its output minus its pre-activation),
/// <c>p2_7</c> its phase, 1 where it is on; <c>z2_7</c>, <c>on2_7</c>, <c>off2_7</c> and <c>cut2_7</c> are its rows. Rectifiers that are no
/// neurons of the network, such as those that a max pooling is made of, have an <c>x</c> before, and the lowered layer's number.
/// </remarks>
internal sealed class NetworkRows
{
    /// <summary>Coefficients of a program: about a gigabyte of text.</summary>
    private const long MostTerms = 40_000_000;

    private readonly VerdictLedger ledger;
    private readonly MilpModelOptions options;
    private readonly CancellationToken cancellation;
    private readonly RectifierRows affine;
    private readonly List<MilpVariable> variables = [];
    private readonly List<MilpRow> rows = [];
    private readonly int[] outputs;
    private readonly OutputRanges ranges;
    private readonly HashSet<int> slacks = [];
    private readonly Dictionary<int, (int On, RectifierRow Row)> rectified = [];
    private int[] inputs = [];
    private int[] lasts = [];
    private long terms;

    /// <summary>Prepares.</summary>
    /// <param name="ledger">Proven bounds of all pre-activations, and proven verdicts.</param>
    /// <param name="options">Objective and cuts.</param>
    /// <param name="ranges">Proven bounds of the outputs.</param>
    /// <param name="cancellation">When cancelled, building throws.</param>
    public NetworkRows(VerdictLedger ledger, MilpModelOptions options, OutputRanges ranges, CancellationToken cancellation)
    {
        (this.ledger, this.options, this.ranges, this.cancellation) = (ledger, options, ranges, cancellation);
        affine = new(ledger.Graph);
        outputs = new int[ledger.Count];
        Array.Fill(outputs, -1);
    }

    private ReluNetwork Network => ledger.Network;

    /// <summary>Builds the program.</summary>
    public MilpModel Build()
    {
        var taken = new HashSet<string>();
        AddInputs(MilpNames.OfElements(Tensors(Network.Interface?.Inputs, Network.InputSize), "input", taken));
        for (int number = 1; number <= ledger.Graph.Rectifiers; number++)
        {
            for (int element = 0; element < ledger.Graph.Rectifier(number).Width; element++)
                AddUnit(number, element);
        }

        int[] last = AddOutputs(MilpNames.OfElements(Tensors(Network.Interface?.Outputs, Network.OutputSize), "output", taken));
        MilpObjective? objective = options.Output is { } output ? new(last[output], options.Maximize) : null;
        double[]? start = ranges.Best is { } best ? StartAt(best) : null;
        return new(MilpNames.Plain(Network.Name, "network"), Remarks(objective, start), variables, rows, objective)
        {
            Inputs = inputs,
            Outputs = last,
            Start = start,
        };
    }

    /// <summary>The tensors that a file names; one without a name where they do not hold what the network does.</summary>
    private static IEnumerable<(string Name, long Count)> Tensors(IReadOnlyList<ModelTensor>? stated, int size) =>
        stated is not null && stated.Sum(static t => t.Count) == size ? stated.Select(static t => (t.Name, t.Count)) : [("", size)];

    private void AddInputs(string[] names)
    {
        ReadOnlySpan<double> lower = ledger.Domain.For(names.Length).Lower.Span, upper = ledger.Domain.For(names.Length).Upper.Span;
        inputs = new int[names.Length];
        for (int k = 0; k < names.Length; k++)
            inputs[k] = Add(new(names[k], lower[k], upper[k]));
    }

    private void AddUnit(int number, int element)
    {
        cancellation.ThrowIfCancellationRequested();
        int index = ledger.Offsets[number - 1] + element;
        RectifierRow row = affine.Read(number, element);
        double lower = ledger.Lower[index], upper = ledger.Upper[index];
        outputs[index] = Rectify(PlaceOf(number, element), row, lower, upper, ledger.StateOf(index));
    }

    /// <summary>Adds the variables and rows of a rectifier.</summary>
    /// <returns>The variable of its output; -1 where it is 0.</returns>
    private int Rectify(string place, RectifierRow row, double lower, double upper, NeuronState state)
    {
        if (upper <= 0 || state == NeuronState.StablyInactive)
            return -1;
        bool isActive = lower >= 0 || state == NeuronState.StablyActive;
        (lower, upper) = Widened(row, lower, upper);
        if (isActive)
        {
            int active = Add(new("h" + place, Math.Max(0, lower), upper));
            AddPreActivation("z" + place, row, active, -1);
            return active;
        }

        int on = Add(new("h" + place, 0, upper)), slack = Add(new("s" + place, 0, -lower)), phase = Add(new("p" + place, 0, 1, true));
        slacks.Add(on);
        AddPreActivation("z" + place, row, on, slack);
        AddRow(new("on" + place, double.NegativeInfinity, 0, [on, phase], [1, -upper]));
        AddRow(new("off" + place, double.NegativeInfinity, -lower, [slack, phase], [1, -lower]));
        if (options.TriangleCuts)
            AddRow(new("cut" + place, double.NegativeInfinity, Rounding.MultiplyUp(-lower, upper), [on, slack], [-lower, upper]));
        return on;
    }

    /// <summary>Bounds that hold for the row as it is written, too, where sums in double made its coefficients.</summary>
    private static (double Lower, double Upper) Widened(RectifierRow row, double lower, double upper)
    {
        if (row.IsExact)
            return (lower, upper);
        double margin = Rounding.Gamma(row.Entries.Count + 8) * Math.Max(-lower, upper);
        return (lower - margin, Rounding.AddUp(upper, margin));
    }

    private int[] AddOutputs(string[] names)
    {
        var last = lasts = new int[names.Length];
        int k = 0;
        foreach (int value in ledger.Graph.RequireOutputs(Network.Name))
        {
            for (int element = 0; element < ledger.Graph.ShapeOf(value).Count; element++, k++)
            {
                cancellation.ThrowIfCancellationRequested();
                last[k] = Add(new(names[k], ranges.Lower[k], ranges.Upper[k]));
                AddOutput(value, element, k, names[k]);
            }
        }

        return last;
    }

    private void AddOutput(int value, int element, int output, string name)
    {
        int variable = lasts[output];
        var row = new RectifierRow(isExact: false);
        if (value == 0 || ledger.Graph.NumberOf(value) > 0 || !ledger.Graph.Layers[value - 1].IsRectifier)
        {
            affine.AddEntry(value, element, 1, row);
            AddPreActivation(name, row, variable, -1);
            return;
        }

        // A rectifier above the outputs of a dense network: it is none of its neurons, and its bounds are those of the sum.
        affine.AddRow(value, element, row);
        (double lower, double upper) = RangeOf(row);
        int on = Rectify("_" + name, row, lower, upper, NeuronState.Undetermined);
        if (on >= 0)
            rectified.Add(output, (on, row));
        AddRow(new(name, 0, 0, on < 0 ? [variable] : [variable, on], on < 0 ? [1] : [1, -1]));
    }

    /// <summary>The value of every variable at an input.</summary>
    private double[] StartAt(double[] input)
    {
        // Variables were added layer by layer, so that what a row is made of comes before what it gives.
        var values = new double[variables.Count];
        for (int k = 0; k < inputs.Length; k++)
            values[inputs[k]] = input[k];
        double[][] z = LoweredEvaluation.PreActivations(ledger.Graph, input, ledger.Graph.Rectifiers);
        for (int index = 0; index < outputs.Length; index++)
        {
            (int number, int element) = ledger.Place(index);
            if (outputs[index] >= 0)
                SetUnit(outputs[index], z[number - 1][element], values);
        }

        double[] last = LoweredEvaluation.Outputs(ledger.Graph, input, Network.Name);
        for (int k = 0; k < last.Length; k++)
        {
            values[lasts[k]] = last[k];
            if (rectified.TryGetValue(k, out (int On, RectifierRow Row) unit))
                SetUnit(unit.On, unit.Row.Bias + Terms(unit.Row).Sum(t => t.Weight * values[t.Column]), values);
        }

        return values;
    }

    /// <summary>The values of a unit's variables: its output, and its slack and phase where it has them.</summary>
    private void SetUnit(int on, double z, double[] values)
    {
        values[on] = Math.Max(0, z);
        if (!slacks.Contains(on))
            return;
        values[on + 1] = Math.Max(0, -z);
        values[on + 2] = z > 0 ? 1 : 0;
    }

    /// <summary>Bounds of a sum over the ranges of its variables.</summary>
    private (double Lower, double Upper) RangeOf(RectifierRow row)
    {
        double lower = row.Bias, upper = row.Bias, size = Math.Abs(row.Bias);
        foreach ((int column, double weight) in Terms(row))
        {
            MilpVariable variable = variables[column];
            double a = weight * variable.Lower, b = weight * variable.Upper;
            (lower, upper, size) = (lower + Math.Min(a, b), upper + Math.Max(a, b), size + Math.Max(Math.Abs(a), Math.Abs(b)));
        }

        double margin = Rounding.Gamma(row.Entries.Count + 2) * size;
        return (lower - margin, upper + margin);
    }

    /// <summary>The row <c>W a - h + s = -b</c>.</summary>
    private void AddPreActivation(string name, RectifierRow row, int output, int slack)
    {
        var columns = new List<int>(row.Entries.Count + 2);
        var coefficients = new List<double>(row.Entries.Count + 2);
        foreach ((int column, double weight) in Terms(row))
        {
            columns.Add(column);
            coefficients.Add(weight);
        }

        columns.Add(output);
        coefficients.Add(-1);
        if (slack >= 0)
        {
            columns.Add(slack);
            coefficients.Add(1);
        }

        AddRow(new(name, 0 - row.Bias, 0 - row.Bias, [.. columns], [.. coefficients]));
    }

    /// <summary>The variables of a sum; units that are 0 are left out.</summary>
    private IEnumerable<(int Column, double Weight)> Terms(RectifierRow row)
    {
        foreach ((int number, int element, double weight) in row.Entries)
        {
            int column = number == 0 ? inputs[element] : outputs[ledger.Offsets[number - 1] + element];
            if (column >= 0 && weight != 0)
                yield return (column, weight);
        }
    }

    private int Add(MilpVariable variable)
    {
        variables.Add(variable);
        return variables.Count - 1;
    }

    private void AddRow(MilpRow row)
    {
        terms += row.Columns.Length;
        if (terms > MostTerms)
            throw new InvalidInputException(
                "ProgramTooLarge",
                $"The program of '{Network.Name}' has more than {MostTerms} coefficients; convolutions are written out in it.",
                "Compress the network first, or give a smaller one.");
        rows.Add(row);
    }

    private string PlaceOf(int number, int element)
    {
        int layer = ledger.Graph.Rectifier(number).Layer;
        return string.Create(CultureInfo.InvariantCulture, $"{(layer > 0 ? layer : $"x{number}")}_{element}");
    }

    private string[] Remarks(MilpObjective? objective, double[]? start)
    {
        int left = outputs.Count(static o => o < 0), binaries = variables.Count(static v => v.IsBinary);
        return
        [
            PrintableText.Of($"The network {Network.Name} ({Network.Architecture}) over {ledger.Domain}, with its values there."),
            string.Create(
                CultureInfo.InvariantCulture,
                $"Rectifiers: {ledger.Count}. Proven to be 0 and left out: {left}. With a binary variable: {binaries}."),
            "h2_7: output of neuron 7 (from 0) of hidden layer 2 (from 1); p2_7: 1 where it is on; s2_7: output minus pre-activation.",
            .. objective is null ? Array.Empty<string>() : [Remark(objective, start)],
        ];
    }

    private string Remark(MilpObjective objective, double[]? start)
    {
        MilpVariable sought = variables[objective.Column];
        string seen = start is null
            ? "" : string.Create(CultureInfo.InvariantCulture, $" At the best input that was found it is {start[objective.Column]:G9}.");
        return string.Create(
            CultureInfo.InvariantCulture,
            $"Wanted: the {(objective.Maximize ? "largest" : "least")} {sought.Name}, which is proven to be from {sought.Lower:R} to "
                + $"{sought.Upper:R}.{seen}");
    }
}
