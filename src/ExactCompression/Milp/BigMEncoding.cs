using ExactCompression.Networks;
using ExactCompression.Verdicts;

namespace ExactCompression.Milp;

/// <summary>
/// The mixed-integer program of a network's first hidden layers over its input box, in the big-M encoding, scaled for the solvers that are
/// called here (<see cref="Models.NetworkRows"/> writes it for others, in the network's units). Its solutions are the inputs of the box,
/// each with the network's values at it.
/// </summary>
/// <remarks>
/// A rectifier whose sign is open, <c>l &lt;= z &lt;= u</c> with <c>l &lt; 0 &lt; u</c>, is <c>W a + b = x - s</c>,
/// <c>0 &lt;= x &lt;= u y</c>, <c>0 &lt;= s &lt;= -l (1 - y)</c> with <c>y</c> binary: correct for any box, also below 0, because both ends
/// are bounds of the pre-activation. Max pooling, LeakyReLU and the like are made of such rectifiers, and layers without rectifiers are
/// substituted. A stably active neuron is encoded as <c>W a + b</c>, a stably inactive one is left out. Solvers
/// satisfy rows up to an absolute tolerance, so everything is scaled by powers of two: inputs run from 0 to 1, and every rectifier's
/// output, slack and row is at most 1.
/// </remarks>
internal sealed class BigMEncoding : IDisposable
{
    /// <summary>
    /// How far from 0, as a share of its own range, a neuron must stay for a solver's claim on its sign: ten times the tolerance that is
    /// set for the solver.
    /// </summary>
    public const double Margin = 10 * SolverBackend.Tolerance;

    private const double Largest = 1e100;

    private readonly VerdictLedger ledger;
    private readonly int[] inputs;
    private readonly BigMUnit[] units;
    private readonly RectifierRows rows;

    /// <summary>Builds the program.</summary>
    /// <param name="backend">The solver.</param>
    /// <param name="ledger">Proven bounds of the pre-activations, and verdicts: neurons decided as stable are encoded as such.</param>
    /// <param name="layers">How many hidden layers it has.</param>
    /// <param name="cancellation">Throws <see cref="OperationCanceledException"/>.</param>
    public BigMEncoding(SolverBackend backend, VerdictLedger ledger, int layers, CancellationToken cancellation)
    {
        this.ledger = ledger;
        rows = new(ledger.Graph);
        Layers = layers;
        Program = new(backend);
        try
        {
            inputs = new int[ledger.Network.InputSize];
            for (int k = 0; k < inputs.Length; k++)
                inputs[k] = Width(k) > 0 ? Program.AddVariable(0, 1) : -1;
            units = new BigMUnit[ledger.Offsets[layers]];
            for (int layer = 1; layer <= layers; layer++)
            {
                for (int i = 0; i < ledger.Graph.Rectifier(layer).Width; i++)
                {
                    cancellation.ThrowIfCancellationRequested();
                    units[ledger.Offsets[layer - 1] + i] = Add(layer, i);
                }
            }
        }
        catch
        {
            Program.Dispose();
            throw;
        }
    }

    /// <summary>The program in its solver.</summary>
    public MilpProgram Program { get; }

    /// <summary>How many hidden layers it has.</summary>
    public int Layers { get; }

    /// <summary>
    /// Whether all pre-activations are piecewise linear, and have bounds that are finite, and small enough to compute with.
    /// </summary>
    public static bool CanHold(VerdictLedger ledger) =>
        ledger.Graph.IsPiecewiseLinear && ledger.Lower.Concat(ledger.Upper).All(IsOrdinary);

    /// <summary>Refuses what <see cref="CanHold"/> denies.</summary>
    /// <param name="ledger">Bounds of a piecewise-linear network.</param>
    /// <exception cref="InvalidInputException">Some bounds are infinite, or too large to compute with.</exception>
    public static void RequireOrdinary(VerdictLedger ledger)
    {
        if (!CanHold(ledger))
            throw new InvalidInputException(
                "BoundsNotFinite",
                $"The pre-activations of '{ledger.Network.Name}' over {ledger.Domain} have no bounds that are small enough for a program.",
                "Give a smaller domain.");
    }

    /// <summary>Whether a bound is finite, and small enough to compute with.</summary>
    /// <param name="bound">The bound.</param>
    public static bool IsOrdinary(double bound) => Math.Abs(bound) < Largest;

    /// <summary>
    /// Adds a binary variable that can be 1 only where a neuron's pre-activation has a given sign, or is closer to 0 than
    /// <see cref="Margin"/>: where it cannot be 1 at all, the neuron is stable, with a margin for the solver's errors.
    /// </summary>
    /// <param name="index">A neuron of these layers whose sign is open.</param>
    /// <param name="above">Whether the sign is positive.</param>
    /// <returns>The variable.</returns>
    public int AddIndicator(int index, bool above)
    {
        BigMUnit unit = units[index];
        double end = (above ? -ledger.Lower[index] : ledger.Upper[index]) / unit.Scale;
        int sign = above ? 1 : -1, indicator = Program.AddVariable(0, 1, integer: true),
            row = Program.AddRow(-end - Margin, double.PositiveInfinity);
        Program.SetTerm(row, unit.Output, sign * unit.OutputScale / unit.Scale);
        Program.SetTerm(row, unit.Slack, -sign * unit.SlackScale / unit.Scale);
        Program.SetTerm(row, indicator, -end);
        return indicator;
    }

    /// <summary>Keeps the pre-activation of an open neuron away from 0 by <see cref="Margin"/>, above 0 or on both sides.</summary>
    /// <param name="index">A neuron of these layers whose sign is open.</param>
    /// <param name="below">Whether also where it is below 0.</param>
    public void KeepFromZero(int index, bool below)
    {
        BigMUnit unit = units[index];
        int on = Program.AddRow(0, double.PositiveInfinity);
        Program.SetTerm(on, unit.Output, unit.OutputScale / unit.Scale);
        Program.SetTerm(on, unit.Phase, -Margin);
        if (!below)
            return;
        int off = Program.AddRow(Margin, double.PositiveInfinity);
        Program.SetTerm(off, unit.Slack, unit.SlackScale / unit.Scale);
        Program.SetTerm(off, unit.Phase, Margin);
    }

    /// <summary>Makes the pre-activation of a neuron, or its negative, the objective, as a share of its range.</summary>
    /// <param name="layer">1-based hidden layer: one of these, or the next.</param>
    /// <param name="neuron">0-based neuron.</param>
    /// <param name="above">True for <c>z</c>, false for <c>-z</c>.</param>
    /// <returns>The constant to add to the objective.</returns>
    public double SetObjective(int layer, int neuron, bool above)
    {
        int index = ledger.Offsets[layer - 1] + neuron, sign = above ? 1 : -1;
        double scale = ScaleOf(index);
        Program.ClearObjective();
        return sign * Terms(layer, neuron, scale, (variable, coefficient) => Program.SetObjective(variable, sign * coefficient));
    }

    /// <summary>The input of a solution, in the box.</summary>
    /// <param name="values">A value for each variable.</param>
    public double[] InputOf(double[] values)
    {
        ReadOnlySpan<double> lower = ledger.Domain.Lower.Span, upper = ledger.Domain.Upper.Span;
        var input = new double[inputs.Length];
        for (int k = 0; k < input.Length; k++)
            input[k] = inputs[k] < 0 ? lower[k] : Math.Clamp(lower[k] + (Width(k) * values[inputs[k]]), lower[k], upper[k]);
        return input;
    }

    /// <summary>The solution of an input: a value for each variable of the network; variables added later are 0.</summary>
    /// <param name="input">A point of the box.</param>
    public double[] SolutionOf(ReadOnlySpan<double> input)
    {
        var values = new double[Program.VariableCount];
        for (int k = 0; k < inputs.Length; k++)
        {
            if (inputs[k] >= 0)
                values[inputs[k]] = Math.Clamp((input[k] - ledger.Domain.Lower.Span[k]) / Width(k), 0, 1);
        }

        double[][] all = LoweredEvaluation.PreActivations(ledger.Graph, input, Layers);
        for (int layer = 1; layer <= Layers; layer++)
        {
            double[] z = all[layer - 1];
            for (int i = 0; i < z.Length; i++)
                units[ledger.Offsets[layer - 1] + i].Assign(z[i], values);
        }

        return values;
    }

    /// <summary>Fixes every rectifier to the phase that it has in a solution: what remains is linear.</summary>
    /// <param name="values">A value for each variable; null to unfix the phases.</param>
    public void FixPhases(double[]? values)
    {
        foreach (BigMUnit unit in units)
        {
            if (unit.Phase < 0)
                continue;
            double phase = values is null ? 0 : Math.Round(values[unit.Phase]);
            Program.SetRange(unit.Phase, phase, values is null ? 1 : phase);
        }
    }

    /// <summary>The binary variable of a neuron's sign; below 0 where the sign is not open.</summary>
    /// <param name="index">A neuron of these layers.</param>
    public int PhaseOf(int index) => units[index].Phase;

    /// <inheritdoc/>
    public void Dispose() => Program.Dispose();

    /// <summary>The next power of two above a value that is not below 0; 1 for 0.</summary>
    /// <param name="value">The value.</param>
    public static double PowerAbove(double value) => value == 0 ? 1 : Math.ScaleB(1, Math.ILogB(value) + 1);

    private double Width(int input) => ledger.Domain.Upper.Span[input] - ledger.Domain.Lower.Span[input];

    private double ScaleOf(int index) => PowerAbove(Math.Max(Math.Abs(ledger.Lower[index]), Math.Abs(ledger.Upper[index])));

    private BigMUnit Add(int layer, int neuron)
    {
        int index = ledger.Offsets[layer - 1] + neuron;
        double lower = ledger.Lower[index], upper = ledger.Upper[index], scale = ScaleOf(index);
        bool inactive = upper <= 0 || ledger.StateOf(index) == NeuronState.StablyInactive,
            active = !inactive && (lower >= 0 || ledger.StateOf(index) == NeuronState.StablyActive);
        if (inactive)
            return BigMUnit.Inactive;
        int row = Program.AddRow(0, 0);
        double constant = Terms(layer, neuron, scale, (variable, coefficient) => Program.SetTerm(row, variable, coefficient));
        Program.SetRowRange(row, -constant, -constant);
        if (active)
        {
            var linear = new BigMUnit(Program.AddVariable(Math.Max(0, lower) / scale, upper / scale), -1, -1, scale, scale, 0);
            Program.SetTerm(row, linear.Output, -1);
            return linear;
        }

        double outputScale = PowerAbove(upper), slackScale = PowerAbove(-lower), most = upper / outputScale, least = -lower / slackScale;
        var unit = new BigMUnit(
            Program.AddVariable(0, most), Program.AddVariable(0, least), Program.AddVariable(0, 1, integer: true), scale, outputScale,
            slackScale);
        Program.SetTerm(row, unit.Output, -outputScale / scale);
        Program.SetTerm(row, unit.Slack, slackScale / scale);
        int on = Program.AddRow(double.NegativeInfinity, 0), off = Program.AddRow(double.NegativeInfinity, least);
        Program.SetTerm(on, unit.Output, 1);
        Program.SetTerm(on, unit.Phase, -most);
        Program.SetTerm(off, unit.Slack, 1);
        Program.SetTerm(off, unit.Phase, least);
        return unit;
    }

    /// <summary>The pre-activation of a neuron over the variables, divided by a scale.</summary>
    /// <returns>Its constant.</returns>
    private double Terms(int layer, int neuron, double scale, Action<int, double> term)
    {
        RectifierRow row = rows.Read(layer, neuron);
        double constant = row.Bias;
        foreach ((int number, int element, double weight) in row.Entries)
        {
            if (number == 0)
            {
                constant += weight * ledger.Domain.Lower.Span[element];
                if (inputs[element] >= 0)
                    term(inputs[element], weight * Width(element) / scale);
            }
            else if (units[ledger.Offsets[number - 1] + element] is { Output: >= 0 } unit)
            {
                term(unit.Output, weight * unit.OutputScale / scale);
            }
        }

        return constant / scale;
    }
}
