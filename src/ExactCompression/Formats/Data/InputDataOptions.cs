namespace ExactCompression.Formats;

/// <summary>How a data file is read.</summary>
public sealed record InputDataOptions
{
    /// <summary><c>Auto</c> (found from the content), <c>Idx</c>, <c>Csv</c>, <c>Npy</c>, <c>Cifar10</c> or <c>Cifar100</c>.</summary>
    public string Format { get; init; } = "Auto";

    /// <summary>Full path of a file of labels (IDX, NPY or CSV with one column; gzip accepted), or null.</summary>
    public string? LabelPath { get; init; }

    /// <summary>
    /// Which column of a CSV file holds the label: <c>Auto</c> (the column that the header names label, class, target or y; none without
    /// such a header), <c>None</c>, <c>First</c>, <c>Last</c>, a name in the header, or a 0-based number (negative from the end).
    /// </summary>
    public string LabelColumn { get; init; } = "Auto";

    /// <summary>
    /// Whether the first record of a CSV file is a header; null to detect: it is one if no field of it looks like a number, or if it names
    /// the label and numbers the other columns.
    /// </summary>
    public bool? Header { get; init; }

    /// <summary>
    /// What every value is multiplied by; null for 1/255 if the file stores bytes (IDX, CIFAR, NPY <c>u1</c>) and 1 elsewhere.
    /// </summary>
    public double? Scale { get; init; }
}
