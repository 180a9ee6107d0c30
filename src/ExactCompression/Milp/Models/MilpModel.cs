namespace ExactCompression;

/// <summary>
/// A mixed-integer linear program as data, for other tools.
/// </summary>
/// <param name="Name">A name without blanks.</param>
/// <param name="Remarks">Lines for people: what the program is of.</param>
/// <param name="Variables">The variables. Columns of rows and objective are their places.</param>
/// <param name="Rows">The rows.</param>
/// <param name="Objective">What is maximised or minimised; null for nothing.</param>
public sealed record MilpModel(
    string Name,
    IReadOnlyList<string> Remarks,
    IReadOnlyList<MilpVariable> Variables,
    IReadOnlyList<MilpRow> Rows,
    MilpObjective? Objective)
{
    /// <summary>The variables that are the network's inputs, in their order.</summary>
    public IReadOnlyList<int> Inputs { get; init; } = [];

    /// <summary>The variables that are the network's outputs, in their order.</summary>
    public IReadOnlyList<int> Outputs { get; init; } = [];

    /// <summary>
    /// A solution to start from, a value for each variable, computed in double; null for none. Nothing but the time of a solver depends on
    /// it.
    /// </summary>
    public IReadOnlyList<double>? Start { get; init; }

    /// <summary>Number of binary variables.</summary>
    public int Binaries => Variables.Count(static v => v.IsBinary);

    /// <summary>Number of coefficients in all rows.</summary>
    public long Terms => Rows.Sum(static r => (long)r.Columns.Length);
}

/// <summary>A variable of a program.</summary>
/// <param name="Name">Its name: letters, digits and underscores.</param>
/// <param name="Lower">The least value; may be infinite.</param>
/// <param name="Upper">The largest value; may be infinite.</param>
/// <param name="IsBinary">Whether it is 0 or 1; continuous otherwise.</param>
public readonly record struct MilpVariable(string Name, double Lower, double Upper, bool IsBinary = false);

/// <summary>A row of a program: a sum of variables with a least value, a largest one, or both where they are equal.</summary>
/// <param name="Name">Its name: letters, digits and underscores.</param>
/// <param name="Lower">The least value of the sum; negative infinity for none.</param>
/// <param name="Upper">The largest value of the sum; infinity for none.</param>
/// <param name="Columns">The variables, each once.</param>
/// <param name="Coefficients">The coefficient of each.</param>
public sealed record MilpRow(string Name, double Lower, double Upper, int[] Columns, double[] Coefficients)
{
    /// <summary>How the sum compares with <see cref="Side"/>: <c>=</c>, <c>&lt;=</c> or <c>&gt;=</c>.</summary>
    /// <exception cref="InvalidOperationException">The row has a least value and another largest one.</exception>
    public string Relation =>
        Lower == Upper ? "="
        : double.IsNegativeInfinity(Lower) ? "<="
        : double.IsPositiveInfinity(Upper) ? ">="
        : throw new InvalidOperationException($"The row {Name} has two different ends.");

    /// <summary>The finite end.</summary>
    public double Side => double.IsFinite(Upper) ? Upper : Lower;
}

/// <summary>The objective of a program: one variable.</summary>
/// <param name="Column">The variable.</param>
/// <param name="Maximize">Whether it is maximised; minimised otherwise.</param>
public sealed record MilpObjective(int Column, bool Maximize);
