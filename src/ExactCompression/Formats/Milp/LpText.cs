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
        string least = model.Objective is { } objective ? model.Variables[objective.Column].Name : "0 " + model.Variables[0].Name;
        writer.WriteLine(" objective: " + least);
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

    private static void WriteRow(MilpModel model, MilpRow row, TextWriter writer)
    {
        string text = $" {row.Name}:";
        int length = text.Length;
        writer.Write(text);
        for (int k = 0; k < row.Columns.Length; k++)
        {
            double coefficient = row.Coefficients[k];
            string name = model.Variables[row.Columns[k]].Name;
            string term = $" {(coefficient < 0 ? '-' : '+')} {MpsText.Number(Math.Abs(coefficient))} {name}";
            if (length + term.Length > LongestLine)
            {
                writer.Write("\n ");
                length = 1;
            }

            writer.Write(term);
            length += term.Length;
        }

        writer.WriteLine($" {row.Relation} {MpsText.Number(row.Side)}");
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
