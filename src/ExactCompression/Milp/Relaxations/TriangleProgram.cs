using ExactCompression.Bounds;
using ExactCompression.Branching;
using ExactCompression.Networks;

namespace ExactCompression.Milp;

/// <summary>
/// The linear program that <see cref="AlphaBetaCrown"/> approaches from above by gradient steps: the triangle relaxation of what one neuron
/// depends on, where some rectifiers have a fixed phase (Ehlers, <em>Formal Verification of Piece-Wise Linear Feed-Forward Neural
/// Networks</em>, ATVA 2017). Its duals are the slopes and multipliers of the tightest such bound, its optimum is the point to attack from,
/// and where that differs from the network is where to branch.
/// </summary>
/// <remarks>
/// A rectifier is <c>x - s = z</c>, <c>x, s &gt;= 0</c>, and while its phase is open <c>x / u + s / -l &lt;= 1</c>. Nothing else bounds the
/// variables, so the dual of a row <c>z = W a + b</c> is the coefficient that a backward pass with the best slopes has over <c>z</c>. A
/// phase may be violated, at a price that no useful multiplier exceeds: a contradiction among phases then has duals, too. Nothing
/// rests on the solver: its duals are rounded to valid slopes and multipliers, and those are evaluated by <see cref="AlphaBetaCrown"/>. As
/// in <see cref="BigMEncoding"/>, rows and variables are scaled by powers of two.
/// </remarks>
internal sealed class TriangleProgram : IDisposable
{
    /// <summary>The price of a violated phase: the share of the neuron's range that is paid for a whole range of the rectifier.</summary>
    private const double Price = 64;

    /// <summary>Shares of its range by which a rectifier must be off to be branched on.</summary>
    private const double SmallestGap = 1e-7;

    /// <summary>Duals above this come of coefficients that the solver cannot work with.</summary>
    private const double LargestDual = 1e12;

    private readonly RectifierBounds bounds;
    private readonly MilpProgram program;
    private readonly RectifierRow start;
    private readonly double scale;
    private readonly int sign;
    private readonly int[] inputs;
    private readonly SortedDictionary<int, Unit> units = [];
    private readonly List<Unit> fixedUnits = [];

    private TriangleProgram(
        RectifierBounds bounds, RectifierRows rows, bool above, double size, RectifierRow start, SortedDictionary<int, RectifierRow> cone)
    {
        this.bounds = bounds;
        this.start = start;
        scale = DualSolver.ScaleOf(size);
        sign = above ? 1 : -1;
        program = new(DualSolver.Backend);
        inputs = new int[bounds.Network.Graph.Input.Count];
        Array.Fill(inputs, -1);
        foreach ((int index, RectifierRow row) in cone)
            units.Add(index, Add(index, row, bounds.FunctionOf(index, rows)));
        AddTerms(start, (variable, weight) => program.SetObjective(variable, sign * weight / scale));
    }

    /// <summary>The solver's optimum of the last problem; not proven.</summary>
    public double Bound { get; private set; }

    /// <summary>Number of rows and variables.</summary>
    public int Size => program.RowCount + program.VariableCount;

    /// <summary>Builds the program of a neuron.</summary>
    /// <param name="tree">The tree of a neuron of the rectifiers above those that have bounds.</param>
    /// <param name="most">The maximum number of weights.</param>
    /// <param name="cancellation">Throws <see cref="OperationCanceledException"/>.</param>
    /// <returns>The program, or null where it would have more weights.</returns>
    public static TriangleProgram? Of(ReluBranchAndBound tree, int most, CancellationToken cancellation)
    {
        var bounds = new RectifierBounds(tree.Bounds.Network);
        var rows = new RectifierRows(bounds.Network.Graph);
        RectifierRow start = rows.Read(bounds.Layers + 1, tree.Neuron);
        var cone = new SortedDictionary<int, RectifierRow>();
        var waiting = new SortedSet<int>();
        int weights = Wait(start);
        while (waiting.Count > 0 && weights <= most)
        {
            cancellation.ThrowIfCancellationRequested();
            int index = waiting.Max;
            waiting.Remove(index);
            (int number, int element) = bounds.Place(index);
            RectifierRow row = rows.Read(number, element);
            cone.Add(index, row);
            weights += Wait(row);
        }

        return weights <= most ? new(bounds, rows, tree.Target.Above, tree.Range, start, cone) : null;

        int Wait(RectifierRow row)
        {
            foreach ((int number, int element, _) in row.Entries)
            {
                if (number > 0 && bounds.Upper(bounds.IndexOf(number, element)) > 0)
                    waiting.Add(bounds.IndexOf(number, element));
            }

            return row.Entries.Count;
        }
    }

    /// <summary>
    /// Solves the program of a problem, and replaces the problem's slopes and multipliers by the best ones, its corner by the optimum, and
    /// its loosest rectifiers by those that differ most from the network there.
    /// </summary>
    /// <param name="problem">A problem of this neuron, whose bound stays as it is.</param>
    /// <param name="candidates">How many rectifiers to propose for branching at most.</param>
    /// <param name="time">The maximum time; null for no limit.</param>
    /// <param name="cancellation">To stop early.</param>
    /// <returns>False where the solver gave no result: the problem is unchanged.</returns>
    public bool Solve(CrownSubproblem problem, int candidates, TimeSpan? time, CancellationToken cancellation)
    {
        FixPhases(problem);
        MilpOutcome outcome = DualSolver.Solve(program, time, cancellation);
        if (outcome.End != MilpEnd.Optimal || program.RowDuals() is not { } duals || !Array.TrueForAll(duals, IsOrdinary))
            return false;
        Bound = (outcome.Objective * scale) + (sign * Constant(start));
        Dictionary<int, double> coefficients = Coefficients(problem, duals);
        TakeCorner(problem, outcome.Values);
        TakeLoosest(problem, outcome.Values, coefficients, candidates);
        return true;
    }

    /// <inheritdoc/>
    public void Dispose() => program.Dispose();

    /// <summary>Whether a dual is finite, and small enough to compute with in single precision.</summary>
    private static bool IsOrdinary(double dual) => Math.Abs(dual) < LargestDual;

    /// <summary>Slopes and multipliers from the duals.</summary>
    /// <returns>The coefficient over what each rectifier gives.</returns>
    private Dictionary<int, double> Coefficients(CrownSubproblem problem, double[] duals)
    {
        var coefficients = new Dictionary<int, double>();
        AddCoefficients(coefficients, start, sign);
        foreach ((int index, Unit unit) in units.Reverse())
        {
            double a = coefficients.GetValueOrDefault(index), d = -duals[unit.Row] * scale / unit.Scale;
            int at = Array.IndexOf(problem.Split, index);
            if (at >= 0)
            {
                double multiplier = Math.Clamp(problem.Phases[at] > 0 ? d - a : -d, 0, float.MaxValue);
                problem.Multipliers[at] = (float)multiplier;
                d = problem.Phases[at] > 0 ? a + multiplier : -multiplier;
            }
            else if (unit.Facet >= 0 && a > 0)
            {
                double share = Math.Clamp(Math.Abs(duals[unit.Facet]) * scale / (unit.Scale * a), 0, 1), upper = bounds.Upper(index);
                problem.Slopes[index] = (float)share;
                AddCoefficients(coefficients, unit.Function!, share * a);
                d = (1 - share) * a * upper / (upper - bounds.Lower(index));
            }
            else if (unit.Line >= 0)
            {
                double upper = bounds.Upper(index), slope = a < 0 ? Math.Clamp(d / a, 0, 1) : upper / (upper - bounds.Lower(index));
                if (a < 0)
                    problem.Slopes[index] = (float)slope;
                d = slope * a;
            }
            else
            {
                d = a;
            }

            AddCoefficients(coefficients, unit.Terms, d);
        }

        return coefficients;
    }

    private void AddCoefficients(Dictionary<int, double> coefficients, RectifierRow row, double factor)
    {
        if (factor == 0)
            return;
        foreach ((int number, int element, double weight) in row.Entries)
        {
            if (number == 0)
                continue;
            int index = bounds.IndexOf(number, element);
            coefficients[index] = coefficients.GetValueOrDefault(index) + (factor * weight);
        }
    }

    private void TakeCorner(CrownSubproblem problem, double[] values)
    {
        ReadOnlySpan<double> lower = bounds.Network.Domain.Lower.Span, upper = bounds.Network.Domain.Upper.Span;
        var corner = new float[inputs.Length];
        for (int k = 0; k < corner.Length; k++)
        {
            double share = inputs[k] < 0 ? 0.5 : Math.Clamp(values[inputs[k]], 0, 1);
            corner[k] = (float)(lower[k] + (share * (upper[k] - lower[k])));
        }

        problem.Corner = corner;
    }

    private void TakeLoosest(CrownSubproblem problem, double[] values, Dictionary<int, double> coefficients, int candidates)
    {
        var gaps = new List<(int Index, double Gap)>();
        foreach ((int index, Unit unit) in units)
        {
            if (unit.Line < 0 || problem.Split.Contains(index))
                continue;
            double share = Math.Min(values[unit.Output], values[unit.Slack]);
            if (share > SmallestGap)
                gaps.Add((index, Math.Max(1e-12, Math.Abs(coefficients.GetValueOrDefault(index)) * unit.Scale) * share));
        }

        problem.Loosest = [.. gaps.OrderByDescending(static g => g.Gap).Take(candidates).Select(static g => g.Index)];
        problem.LineMultipliers =
        [
            .. problem.Loosest.Select(n => (float)(Math.Max(0, -coefficients.GetValueOrDefault(n)) * (1 - problem.Slopes[n]))),
        ];
    }

    private void FixPhases(CrownSubproblem problem)
    {
        foreach (Unit unit in fixedUnits)
        {
            program.SetRowRange(unit.Line, double.NegativeInfinity, 1);
            if (unit.Facet >= 0)
                program.SetRowRange(unit.Facet, double.NegativeInfinity, Constant(unit.Function!) / unit.Scale);
            program.SetRange(unit.Output, 0, double.PositiveInfinity);
            program.SetRange(unit.Excess, 0, 0);
            program.SetObjective(unit.Slack, 0);
        }

        fixedUnits.Clear();
        for (int k = 0; k < problem.Split.Length; k++)
        {
            if (!units.TryGetValue(problem.Split[k], out Unit? unit) || unit.Line < 0 || fixedUnits.Contains(unit))
                continue;
            fixedUnits.Add(unit);
            program.SetRowRange(unit.Line, double.NegativeInfinity, double.PositiveInfinity);
            if (unit.Facet >= 0)
                program.SetRowRange(unit.Facet, double.NegativeInfinity, double.PositiveInfinity);
            if (problem.Phases[k] > 0)
            {
                program.SetObjective(unit.Slack, -Price);
            }
            else
            {
                program.SetRange(unit.Output, 0, 0);
                program.SetRange(unit.Excess, 0, double.PositiveInfinity);
            }
        }
    }

    private Unit Add(int index, RectifierRow row, RectifierRow? function)
    {
        double lower = bounds.Lower(index), upper = bounds.Upper(index),
            size = DualSolver.ScaleOf(Math.Max(Math.Abs(lower), Math.Abs(upper))), constant = -Constant(row) / size;
        bool open = lower < 0;
        int equation = program.AddRow(constant, constant),
            output = program.AddVariable(open ? 0 : double.NegativeInfinity, double.PositiveInfinity);
        AddTerms(row, (variable, weight) => program.SetTerm(equation, variable, weight / size));
        program.SetTerm(equation, output, -1);
        if (!open)
            return new(row, equation, output, -1, -1, -1, size, null, -1);
        int slack = program.AddVariable(0, double.PositiveInfinity), excess = program.AddVariable(0, 0),
            line = program.AddRow(double.NegativeInfinity, 1);
        program.SetTerm(equation, slack, 1);
        program.SetTerm(equation, excess, -1);
        program.SetObjective(excess, -Price);
        program.SetTerm(line, output, size / upper);
        program.SetTerm(line, slack, size / -lower);
        int facet = -1;
        if (function is not null)
        {
            facet = program.AddRow(double.NegativeInfinity, Constant(function) / size);
            AddTerms(function, (variable, weight) => program.SetTerm(facet, variable, -weight / size));
            program.SetTerm(facet, output, 1);
        }

        return new(row, equation, output, slack, excess, line, size, function, facet);
    }

    /// <summary>Passes a row's terms on, over the variables.</summary>
    private void AddTerms(RectifierRow row, Action<int, double> add)
    {
        foreach ((int number, int element, double weight) in row.Entries)
        {
            if (number > 0)
            {
                if (units.TryGetValue(bounds.IndexOf(number, element), out Unit? unit))
                    add(unit.Output, weight * unit.Scale);
            }
            else if (bounds.Network.Domain.Upper.Span[element] - bounds.Network.Domain.Lower.Span[element] is > 0 and var width)
            {
                if (inputs[element] < 0)
                    inputs[element] = program.AddVariable(0, 1);
                add(inputs[element], weight * width);
            }
        }
    }

    /// <summary>A row's constant, the lower ends of the inputs included.</summary>
    private double Constant(RectifierRow row)
    {
        double constant = row.Bias;
        foreach ((int number, int element, double weight) in row.Entries)
            constant += number == 0 ? weight * bounds.Network.Domain.Lower.Span[element] : 0;
        return constant;
    }

    /// <summary>A rectifier's variables and rows; below 0 where it has none.</summary>
    private sealed record Unit(
        RectifierRow Terms, int Row, int Output, int Slack, int Excess, int Line, double Scale, RectifierRow? Function, int Facet);
}
