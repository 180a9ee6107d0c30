using System.Globalization;

namespace ExactCompression.Formats;

/// <summary>
/// The MPS format in its free form: fields apart by blanks. Every variable states both ends, since solvers differ in what they assume of
/// integers that state none. The objective is always minimised, as the format knew it first: of the section that says otherwise, CBC
/// takes no notice, and GLPK takes the file for damaged.
/// </summary>
internal static class MpsText
{
    private const string Objective = "objective";

    /// <summary>Writes a program.</summary>
    /// <param name="model">The program.</param>
    /// <param name="writer">Where to.</param>
    public static void Write(MilpModel model, TextWriter writer)
    {
        foreach (string remark in model.Remarks)
            writer.WriteLine("* " + remark);
        if (model.Objective is { Maximize: true } sought)
            writer.WriteLine(
                $"* What is minimised is -{model.Variables[sought.Column].Name}: not all solvers can maximise what a file of MPS holds.");
        writer.WriteLine("NAME " + model.Name);
        writer.WriteLine("ROWS");
        writer.WriteLine(" N " + Objective);
        foreach (MilpRow row in model.Rows)
            writer.WriteLine($" {(row.Relation switch { "=" => 'E', "<=" => 'L', _ => 'G' })} {row.Name}");
        WriteColumns(model, writer);
        writer.WriteLine("RHS");
        foreach (MilpRow row in model.Rows)
        {
            if (row.Side != 0)
                writer.WriteLine($" RHS {row.Name} {Number(row.Side)}");
        }

        writer.WriteLine("BOUNDS");
        foreach (MilpVariable variable in model.Variables)
            WriteBounds(variable, writer);
        writer.WriteLine("ENDATA");
    }

    /// <summary>A number as the shortest text that reads back as it.</summary>
    /// <param name="value">The number.</param>
    public static string Number(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    private static void WriteColumns(MilpModel model, TextWriter writer)
    {
        writer.WriteLine("COLUMNS");
        (int[] starts, int[] rows, double[] coefficients) = ByColumn(model);
        bool isInteger = false;
        int markers = 0, sign = model.Objective is { Maximize: true } ? -1 : 1;
        for (int column = 0; column < model.Variables.Count; column++)
        {
            MilpVariable variable = model.Variables[column];
            if (variable.IsBinary != isInteger)
            {
                isInteger = variable.IsBinary;
                WriteMarker(markers++, isInteger, writer);
            }

            bool isObjective = model.Objective?.Column == column;
            if (isObjective || starts[column] == starts[column + 1])
                writer.WriteLine($" {variable.Name} {Objective} {(isObjective ? sign : 0)}");
            for (int k = starts[column]; k < starts[column + 1]; k++)
                writer.WriteLine($" {variable.Name} {model.Rows[rows[k]].Name} {Number(coefficients[k])}");
        }

        if (isInteger)
            WriteMarker(markers, begins: false, writer);
    }

    private static void WriteMarker(int number, bool begins, TextWriter writer) =>
        writer.WriteLine(string.Create(CultureInfo.InvariantCulture, $" MARKER{number} 'MARKER' '{(begins ? "INTORG" : "INTEND")}'"));

    /// <summary>The coefficients column by column: where each begins, the rows and the values.</summary>
    private static (int[] Starts, int[] Rows, double[] Coefficients) ByColumn(MilpModel model)
    {
        var starts = new int[model.Variables.Count + 1];
        foreach (MilpRow row in model.Rows)
        {
            foreach (int column in row.Columns)
                starts[column + 1]++;
        }

        for (int column = 0; column < model.Variables.Count; column++)
            starts[column + 1] += starts[column];
        int[] next = [.. starts], rows = new int[starts[^1]];
        var coefficients = new double[starts[^1]];
        for (int r = 0; r < model.Rows.Count; r++)
        {
            MilpRow row = model.Rows[r];
            for (int k = 0; k < row.Columns.Length; k++)
            {
                int at = next[row.Columns[k]]++;
                (rows[at], coefficients[at]) = (r, row.Coefficients[k]);
            }
        }

        return (starts, rows, coefficients);
    }

    private static void WriteBounds(MilpVariable variable, TextWriter writer)
    {
        if (double.IsNegativeInfinity(variable.Lower) && double.IsPositiveInfinity(variable.Upper))
        {
            writer.WriteLine($" FR BND {variable.Name}");
            return;
        }

        if (variable.Lower == variable.Upper)
        {
            writer.WriteLine($" FX BND {variable.Name} {Number(variable.Lower)}");
            return;
        }

        writer.WriteLine(double.IsNegativeInfinity(variable.Lower)
            ? $" MI BND {variable.Name}" : $" LO BND {variable.Name} {Number(variable.Lower)}");
        if (!double.IsPositiveInfinity(variable.Upper))
            writer.WriteLine($" UP BND {variable.Name} {Number(variable.Upper)}");
    }
}
