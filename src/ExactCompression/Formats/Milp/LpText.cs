namespace ExactCompression.Formats;

/// <summary>The LP format of CPLEX, which people can read, in lines of a length that all readers take.</summary>
internal static class LpText
{
    private const int LongestLine = 200;

    /// <summary>Writes a program.</summary>
    /// <param name="model">The program.</param>
    /// <param name="writer">Where to.</param>
    public static void Write(MilpModel model, TextWriter writer)
    {
        foreach (string remark in model.Remarks)
            writer.WriteLine("\\ " + remark);
        writer.WriteLine(model.Objective is { Maximize: true } ? "Maximize" : "Minimize");
        WriteObjective(model, writer);
        writer.WriteLine("Subject To");
        foreach (MilpRow row in model.Rows)
            WriteRow(model, row, writer);
        writer.WriteLine("Bounds");
        foreach (MilpVariable variable in model.Variables)
            WriteBounds(variable, writer);
        MilpVariable[] binaries = [.. model.Variables.Where(static v => v.IsBinary)];
        if (binaries.Length > 0)
        {
            writer.WriteLine("Binaries");
            foreach (MilpVariable variable in binaries)
                writer.WriteLine(" " + variable.Name);
        }

        writer.WriteLine("End");
    }

    /// <summary>The objective, and 0 times the variables of no row: CBC knows none that only have bounds.</summary>
    private static void WriteObjective(MilpModel model, TextWriter writer)
    {
        var occurs = new bool[model.Variables.Count];
        foreach (MilpRow row in model.Rows)
        {
            foreach (int column in row.Columns)
                occurs[column] = true;
        }

        IEnumerable<(int Column, double Coefficient)> terms = model.Objective is { } objective ? [(objective.Column, 1)] : [(0, 0)];
        int first = terms.First().Column;
        IEnumerable<int> others = Enumerable.Range(0, occurs.Length).Where(c => !occurs[c] && c != first);
        WriteSum("objective", [.. terms, .. others.Select(static c => (c, 0.0))], model, writer);
        writer.WriteLine();
    }

    private static void WriteRow(MilpModel model, MilpRow row, TextWriter writer)
    {
        WriteSum(row.Name, row.Columns.Zip(row.Coefficients), model, writer);
        writer.WriteLine($" {row.Relation} {MpsText.Number(row.Side)}");
    }

    private static void WriteSum(string row, IEnumerable<(int Column, double Coefficient)> terms, MilpModel model, TextWriter writer)
    {
        string text = $" {row}:";
        int length = text.Length;
        writer.Write(text);
        foreach ((int column, double coefficient) in terms)
        {
            string name = model.Variables[column].Name;
            string term = $" {(coefficient < 0 ? '-' : '+')} {MpsText.Number(Math.Abs(coefficient))} {name}";
            if (length + term.Length > LongestLine)
            {
                writer.Write("\n ");
                length = 1;
            }

            writer.Write(term);
            length += term.Length;
        }
    }

    private static void WriteBounds(MilpVariable variable, TextWriter writer)
    {
        if (double.IsNegativeInfinity(variable.Lower) && double.IsPositiveInfinity(variable.Upper))
        {
            writer.WriteLine($" {variable.Name} free");
            return;
        }

        if (variable.IsBinary)
            return;
        string lower = double.IsNegativeInfinity(variable.Lower) ? "-inf" : MpsText.Number(variable.Lower);
        string upper = double.IsPositiveInfinity(variable.Upper) ? "" : " <= " + MpsText.Number(variable.Upper);
        writer.WriteLine($" {lower} <= {variable.Name}{upper}");
    }
}
