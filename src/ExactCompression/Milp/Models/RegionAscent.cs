using System.Numerics.Tensors;
using ExactCompression.Bounds;
using ExactCompression.Networks;
using ExactCompression.Numerics;

namespace ExactCompression.Milp.Models;

/// <summary>
/// Moves a point to the best one of its linear region, where all rectifiers keep their phases: a linear program. Gradient steps end near
/// the edges of a region, and swing about them.
/// </summary>
/// <param name="network">The layers below.</param>
/// <param name="layer">The layer of the element.</param>
/// <param name="element">0-based element.</param>
/// <param name="above">Whether it is maximised; minimised otherwise.</param>
internal sealed class RegionAscent(RelaxedGraph network, LoweredLayer layer, int element, bool above)
{
    /// <summary>The best point of a point's region; null where the solver has none.</summary>
    /// <param name="point">A point of the box.</param>
    /// <param name="cancellation">To stop early.</param>
    public double[]? Best(double[] point, CancellationToken cancellation)
    {
        int inputs = point.Length;
        double[] lower = network.Domain.Lower.ToArray(), upper = network.Domain.Upper.ToArray();
        using var program = new MilpProgram(DualSolver.Backend);
        for (int i = 0; i < inputs; i++)
            program.AddVariable(lower[i], upper[i]);
        var functions = new double[network.Layers.Count + 2][][];
        functions[0] = new double[inputs][];
        for (int i = 0; i < inputs; i++)
        {
            functions[0][i] = new double[inputs + 1];
            functions[0][i][i] = 1;
        }

        for (int l = 0; l < network.Layers.Count; l++)
        {
            cancellation.ThrowIfCancellationRequested();
            LayerRelaxation relaxation = network.Layers[l];
            functions[l + 1] = new double[relaxation.Layer.Width][];
            for (int i = 0; i < functions[l + 1].Length; i++)
            {
                bool isRectifier = relaxation.Layer.IsRectifier, isOpen = isRectifier && relaxation.IsOpen(i);
                if (isRectifier && relaxation.Upper[i] <= 0)
                {
                    functions[l + 1][i] = [];
                    continue;
                }

                double[] function = FunctionOf(relaxation.Layer, i, functions, inputs);
                functions[l + 1][i] = function;
                if (!isOpen)
                    continue;
                bool isOn = TensorPrimitives.Dot(function.AsSpan(0, inputs), point) + function[inputs] > 0;
                AddPhase(program, function, isOn);
                if (!isOn)
                    functions[l + 1][i] = [];
            }
        }

        double[] objective = FunctionOf(layer, element, functions, inputs);
        for (int i = 0; i < inputs; i++)
            program.SetObjective(i, above ? objective[i] : -objective[i]);
        MilpOutcome outcome = program.Solve(new(TimeSpan.FromSeconds(5), 1), cancellation);
        return outcome.End == MilpEnd.Optimal ? outcome.Values : null;
    }

    private static void AddPhase(MilpProgram program, double[] function, bool isOn)
    {
        int inputs = function.Length - 1;
        double size = TensorPrimitives.MaxMagnitude(function), sign = (isOn ? 1 : -1) / DualSolver.ScaleOf(Math.Abs(size));
        int row = program.AddRow(-sign * function[inputs], double.PositiveInfinity);
        for (int i = 0; i < inputs; i++)
        {
            if (function[i] != 0)
                program.SetTerm(row, i, sign * function[i]);
        }
    }

    private static double[] FunctionOf(LoweredLayer layer, int element, double[][][] functions, int inputs)
    {
        var function = new double[inputs + 1];
        function[inputs] = layer.Bias.Span[element];
        var row = new SparseRow();
        foreach (LinearTerm term in layer.Terms)
        {
            term.Map.ReadRow(element, row);
            for (int k = 0; k < row.Count; k++)
            {
                double weight = row.Weights[k];
                if (weight == 0)
                    continue;
                if (term.Source == 0)
                    function[row.Columns[k]] += weight;
                else if (functions[term.Source][row.Columns[k]] is { Length: > 0 } below)
                    TensorPrimitives.MultiplyAdd(below, weight, function, function);
            }
        }

        return function;
    }
}
