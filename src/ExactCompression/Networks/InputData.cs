using System.Globalization;
using System.Numerics.Tensors;

namespace ExactCompression;

/// <summary>
/// Rows of inputs, such as a training set, with labels if there are any: finite numbers, and classes that count from 0. Immutable.
/// </summary>
public sealed class InputData
{
    private readonly float[] values;
    private readonly int[]? labels;

    /// <summary>Makes a data set; it keeps the arrays, so the caller must not change them afterwards.</summary>
    /// <param name="values">Row-major <paramref name="rows"/> x <paramref name="columns"/>, already scaled; each value finite, exact in
    /// float32 or rounded to it.</param>
    /// <param name="rows">Number of rows.</param>
    /// <param name="columns">Values per row.</param>
    /// <param name="labels">The class of each row, 0 or more; or null.</param>
    /// <param name="name">A short name.</param>
    /// <param name="scale">What each stored value was multiplied by (1/255 for bytes that became [0,1]); finite, and not 0.</param>
    /// <exception cref="InvalidInputException">A length does not fit, a value or the scale is not finite, a label is negative, or the scale
    /// is 0.</exception>
    public InputData(float[] values, int rows, int columns, int[]? labels = null, string name = "data", double scale = 1)
    {
        if (rows < 0 || columns < 1)
            throw new InvalidInputException(
                "DataShapeInvalid", string.Create(CultureInfo.InvariantCulture, $"Data cannot have {rows} rows and {columns} columns."),
                "Give 0 or more rows of at least one value.");
        if (values.LongLength != (long)rows * columns)
            throw new InvalidInputException(
                "DataShapeInvalid",
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{rows} rows of {columns} values are {(long)rows * columns} values, not {values.LongLength}."),
                    "Give all values, row after row.");
        if (labels is not null && labels.Length != rows)
            throw new InvalidInputException(
                "DataLabelCountMismatch", string.Create(CultureInfo.InvariantCulture, $"There are {labels.Length} labels for {rows} rows."),
                "Give one label per row.");
        if (!double.IsFinite(scale) || scale == 0)
            throw new InvalidInputException(
                "DataScaleInvalid", string.Create(CultureInfo.InvariantCulture, $"The scale {scale} is not usable."),
                "Give a finite number other than 0, such as 1/255.");
        if (values.Length > 0 && !TensorPrimitives.IsFiniteAll<float>(values))
        {
            int bad = Array.FindIndex(values, static v => !float.IsFinite(v));
            throw new InvalidInputException(
                "DataNotFinite",
                string.Create(
                    CultureInfo.InvariantCulture, $"Row {bad / columns}, column {bad % columns} of the data '{name}' is {values[bad]}."),
                    "Leave out rows with missing values, or fill them in, before importing.");
        }

        int negative = labels is null ? -1 : Array.FindIndex(labels, static l => l < 0);
        if (negative >= 0)
            throw new InvalidInputException(
                "LabelOutOfRange",
                string.Create(CultureInfo.InvariantCulture, $"Row {negative} of the data '{name}' has label {labels![negative]}."),
                "Number the classes from 0.");
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

    /// <summary>Values per row.</summary>
    public int Columns { get; }

    /// <summary>The class of each row; empty where the data has none.</summary>
    public ReadOnlyMemory<int> Labels => labels;

    /// <summary>
    /// The range of each column before its values were rounded to float32, outward to doubles; null if only the rows are known.
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
            throw new InvalidInputException(
                "DataWidthMismatch", $"The data '{Name}' has {Columns} columns, the network takes {inputs}.",
                "Import data of the network's own width; if a label column was read as input, name it when importing.");
    }

    /// <inheritdoc/>
    public override string ToString() => PrintableText.Of($"{Name} ({Rows} x {Columns}{(HasLabels ? ", labelled" : "")})");
}
