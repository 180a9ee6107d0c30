using Google.OrTools.LinearSolver;

namespace ExactCompression.Examples;

/// <summary>The network as one part of an optimisation problem.</summary>
internal static class SmallestChange
{
    /// <summary>The smallest change of a picture that makes another output the largest.</summary>
    /// <param name="model">The network over the pictures that are allowed.</param>
    /// <param name="picture">The picture.</param>
    /// <param name="digit">The output that is largest there.</param>
    /// <param name="margin">How far another one shall be above it.</param>
    /// <returns>The changed picture; null where there is none.</returns>
    public static double[]? Find(MilpModel model, double[] picture, int digit, double margin)
    {
        using Solver solver = Solver.CreateSolver("SCIP");
        Variable[] network = Add(model, solver);
        Variable[] inputs = [.. model.Inputs.Select(column => network[column])];
        Variable[] outputs = [.. model.Outputs.Select(column => network[column])];

        // |x - picture| <= change, and the sum of all changes is least.
        LinearExpr sum = new();
        for (int i = 0; i < inputs.Length; i++)
        {
            Variable change = solver.MakeNumVar(0, double.PositiveInfinity, $"change_{i}");
            solver.Add(inputs[i] - change <= picture[i]);
            solver.Add(inputs[i] + change >= picture[i]);
            sum += change;
        }

        // One other digit is chosen, and its output is above. The model's proven bounds of the outputs are all that this needs.
        LinearExpr chosen = new();
        for (int k = 0; k < outputs.Length; k++)
        {
            if (k == digit)
                continue;
            Variable choice = solver.MakeBoolVar($"is_{k}");
            double most = outputs[digit].Ub() - outputs[k].Lb() + margin;
            solver.Add(outputs[k] - outputs[digit] >= margin - (most * (1 - choice)));
            chosen += choice;
        }

        solver.Add(chosen == 1);
        solver.Minimize(sum);
        return solver.Solve() == Solver.ResultStatus.OPTIMAL ? [.. inputs.Select(static x => x.SolutionValue())] : null;
    }

    /// <summary>Adds the variables and rows of a model to a solver.</summary>
    /// <param name="model">The model.</param>
    /// <param name="solver">The solver.</param>
    /// <returns>The model's variables, in its order.</returns>
    public static Variable[] Add(MilpModel model, Solver solver)
    {
        Variable[] variables = [.. model.Variables.Select(v => solver.MakeVar(v.Lower, v.Upper, v.IsBinary, v.Name))];
        foreach (MilpRow row in model.Rows)
        {
            Constraint constraint = solver.MakeConstraint(row.Lower, row.Upper, row.Name);
            for (int k = 0; k < row.Columns.Length; k++)
                constraint.SetCoefficient(variables[row.Columns[k]], row.Coefficients[k]);
        }

        return variables;
    }

    /// <summary>The place of the largest number.</summary>
    /// <param name="numbers">The numbers.</param>
    public static int Largest(double[] numbers) => Array.IndexOf(numbers, numbers.Max());
}
