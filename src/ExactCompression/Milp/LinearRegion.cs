using System.Numerics.Tensors;
using ExactCompression.Networks;
using ExactCompression.Numerics;
using ExactCompression.Verdicts;

namespace ExactCompression.Milp;

/// <summary>
/// The subset of a box where the rectifiers have given phases: a polytope, on which every pre-activation is an affine function of the
/// input.
/// </summary>
internal sealed class LinearRegion
{
    /// <summary>The smallest range whose inverse is taken to be finite.</summary>
    private const double SmallestRange = 1e-300;

    private static readonly SolverBackend Solver = SolverBackend.Known.Single(static b => b.Name == "Clp");

    private readonly VerdictLedger ledger;
    private readonly bool[] zero;
    private readonly double[][] functions;
    private readonly Dyadic[]?[] exact;
    private readonly RectifierRow[] rows;

    /// <summary>Takes the given phases, except that a neuron that is 0 on the whole region is off.</summary>
    /// <param name="ledger">Proven bounds, which take precedence over the given phases.</param>
    /// <param name="isOn">Whether an open neuron is on.</param>
    public LinearRegion(VerdictLedger ledger, Func<int, bool> isOn)
    {
        this.ledger = ledger;
        Active = new bool[ledger.Count];
        zero = new bool[ledger.Count];
        functions = new double[ledger.Count][];
        exact = new Dyadic[]?[ledger.Count];
        rows = new RectifierRow[ledger.Count];
        int inputs = ledger.Network.InputSize;
        var reader = new RectifierRows(ledger.Graph);
        for (int index = 0; index < functions.Length; index++)
        {
            (int layer, int neuron) = ledger.Place(index);
            RectifierRow row = rows[index] = reader.Read(layer, neuron);
            var function = new double[inputs + 1];
            function[inputs] = row.Bias;
            foreach ((int number, int element, double weight) in row.Entries)
            {
                if (number == 0)
                    function[element] += weight;
                else if (ledger.Offsets[number - 1] + element is var below && Active[below])
                    TensorPrimitives.MultiplyAdd(functions[below], weight, function, function);
            }

            zero[index] = IsNearlyZero(function, index) && Array.TrueForAll(Exact(index), static c => c.Sign == 0);
            functions[index] = function;
            Active[index] = !zero[index] && ledger.Upper[index] > 0 && (ledger.Lower[index] >= 0 || isOn(index));
        }
    }

    /// <summary>Whether rounding alone could keep a function from being 0.</summary>
    private bool IsNearlyZero(double[] function, int index)
    {
        const double Rounding = 1e-9;
        double range = Math.Max(Math.Abs(ledger.Lower[index]), Math.Abs(ledger.Upper[index])),
            largest = TensorPrimitives.MaxMagnitude(function);
        return Math.Abs(largest) <= Rounding * range && Array.TrueForAll(rows[..(index + 1)], static r => r.IsExact);
    }

    /// <summary>A neuron's function of the input without rounding, the constant last: terms can cancel to 0 on a whole region.</summary>
    private Dyadic[] Exact(int index)
    {
        if (exact[index] is { } known)
            return known;
        var function = new Dyadic[ledger.Network.InputSize + 1];
        function[^1] = rows[index].Bias;
        foreach ((int number, int element, double weight) in rows[index].Entries)
        {
            if (number == 0)
            {
                function[element] = weight;
            }
            else if (ledger.Offsets[number - 1] + element is var below && Active[below])
            {
                Dyadic[] term = Exact(below);
                for (int k = 0; k < function.Length; k++)
                    function[k] += (Dyadic)weight * term[k];
            }
        }

        return exact[index] = function;
    }

    /// <summary>Which neurons are on, by their index over all layers.</summary>
    public bool[] Active { get; }

    /// <summary>
    /// A point of the region where the pre-activation that comes nearest to 0, as a share of its range, is furthest from it.
    /// </summary>
    /// <param name="clock">Time.</param>
    /// <returns>The point, or null where the region has no interior.</returns>
    public double[]? Middle(SearchClock clock)
    {
        ReadOnlySpan<double> lower = ledger.Domain.Lower.Span, upper = ledger.Domain.Upper.Span;
        using var program = new MilpProgram(Solver);
        int least = program.AddVariable(-1, 1);
        program.SetObjective(least, 1);
        var variables = new int[lower.Length];
        for (int k = 0; k < variables.Length; k++)
            variables[k] = upper[k] > lower[k] ? program.AddVariable(0, 1) : -1;
        int rows = 0;
        for (int index = 0; index < functions.Length; index++)
        {
            // A constant has the same sign everywhere.
            if (zero[index] || ledger.Upper[index] <= 0 || !functions[index].AsSpan(0, variables.Length).ContainsAnyExcept(0.0))
                continue;
            double range = Math.Max(Math.Max(Math.Abs(ledger.Lower[index]), Math.Abs(ledger.Upper[index])), SmallestRange);
            double scale = (Active[index] ? 1 : -1) / range, constant = functions[index][^1];
            int row = program.AddRow(0, double.PositiveInfinity);
            program.SetTerm(row, least, -1);
            rows++;
            for (int k = 0; k < variables.Length; k++)
            {
                constant += functions[index][k] * lower[k];
                if (variables[k] >= 0 && functions[index][k] != 0)
                    program.SetTerm(row, variables[k], scale * functions[index][k] * (upper[k] - lower[k]));
            }

            program.SetRowRange(row, -scale * constant, double.PositiveInfinity);
        }

        double[] values = [];
        if (rows > 0)
        {
            values = program.Solve(new(clock.Remaining, 1), clock.Parallel.CancellationToken).Values;
            if (values.Length == 0 || values[least] <= 0)
                return null;
        }

        // Clp does not accept a program without rows; the region is then the whole box.
        var point = new double[variables.Length];
        for (int k = 0; k < point.Length; k++)
            point[k] = Math.Clamp(
                lower[k] + ((upper[k] - lower[k]) * (variables[k] < 0 || rows == 0 ? 0.5 : values[variables[k]])), lower[k], upper[k]);
        return point;
    }

    /// <summary>Whether proven signs at a point show that it lies in the region's interior.</summary>
    /// <param name="signs">The proven sign of each neuron; 0 for none.</param>
    public bool IsProvenAt(sbyte[] signs)
    {
        for (int index = 0; index < signs.Length; index++)
        {
            if (!(Active[index] ? signs[index] > 0 : signs[index] < 0 || zero[index] || ledger.Upper[index] <= 0))
                return false;
        }

        return true;
    }
}
