namespace ExactCompression;

/// <summary>Rows of inputs, such as a training set, with their labels where there are any. Immutable.</summary>
public sealed class InputData
{
    private readonly float[] values;
    private readonly int[]? labels;

    /// <summary>Makes a data set; it keeps the arrays, so the caller must not change them afterwards.</summary>
    /// <param name="values">Row-major <paramref name="rows"/> x <paramref name="columns"/>, already scaled; each value exact in float32 or rounded to it.</param>
    /// <param name="rows">Number of rows.</param>
    /// <param name="columns">Values a row.</param>
    /// <param name="labels">The class of each row, or null.</param>
    /// <param name="name">A short name.</param>
    /// <param name="scale">What each stored value was multiplied by (1/255 for bytes that became [0,1]).</param>
    /// <exception cref="ArgumentException">A length does not fit.</exception>
    public InputData(float[] values, int rows, int columns, int[]? labels = null, string name = "data", double scale = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rows, 0);
        ArgumentOutOfRangeException.ThrowIfLessThan(columns, 1);
        if (values.LongLength != (long)rows * columns)
            throw new ArgumentException($"{rows} rows of {columns} values are {(long)rows * columns} values, not {values.LongLength}.", nameof(values));
        if (labels is not null && labels.Length != rows)
            throw new ArgumentException($"There are {rows} rows but {labels.Length} labels.", nameof(labels));
        this.values = values;
        this.labels = labels;
        Rows = rows;
        Columns = columns;
        Name = name;
        Scale = scale;
    }

    /// <summary>A short name.</summary>
    public string Name { get; }

    /// <summary>Number of rows.</summary>
    public int Rows { get; }

    /// <summary>Values a row.</summary>
    public int Columns { get; }

    /// <summary>The class of each row; empty where the data has none.</summary>
    public ReadOnlyMemory<int> Labels => labels;

    /// <summary>
    /// The range of each column before its values were rounded to float32, outward to doubles; null where the rows are all that is known.
    /// </summary>
    internal (ReadOnlyMemory<double> Lower, ReadOnlyMemory<double> Upper)? Ranges { get; init; }

    /// <summary>Whether rows have labels.</summary>
    public bool HasLabels => labels is not null;

    /// <summary>What each value of the file was multiplied by.</summary>
    public double Scale { get; }

    /// <summary>All values, row-major <see cref="Rows"/> x <see cref="Columns"/>.</summary>
    public ReadOnlyMemory<float> Values => values;

    /// <summary>One row.</summary>
    /// <param name="row">0-based.</param>
    public ReadOnlySpan<float> Row(int row) => values.AsSpan(row * Columns, Columns);

    /// <summary>Checks that the rows fit a network.</summary>
    /// <param name="inputs">The network's input size.</param>
    /// <exception cref="InvalidInputException">The rows have another width.</exception>
    public void RequireColumns(int inputs)
    {
        if (Columns != inputs)
            throw new InvalidInputException("DataWidthMismatch", $"The data '{Name}' has {Columns} columns, the network takes {inputs}.", "Import data of the network's own width; if a label column was read as input, name it when importing.");
    }

    /// <inheritdoc/>
    public override string ToString() => PrintableText.Of($"{Name} ({Rows} x {Columns}{(HasLabels ? ", labelled" : "")})");
}
