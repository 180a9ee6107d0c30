using System.Numerics.Tensors;

namespace ExactCompression.Training;

/// <summary>The rows of a data set for training: checked, with a part held out, in a new order each epoch.</summary>
internal sealed class TrainingSet
{
    private readonly int[] order;

    /// <summary>Checks the data and splits it.</summary>
    /// <param name="data">Labelled rows.</param>
    /// <param name="validationFraction">Share of the rows to hold out.</param>
    /// <param name="random">Decides which.</param>
    /// <exception cref="InvalidInputException">The data has no rows, no labels, one class, or labels with gaps.</exception>
    public TrainingSet(InputData data, double validationFraction, Random random)
    {
        Data = data;
        Classes = CountClasses(data);
        int[] rows = new int[data.Rows];
        for (int i = 0; i < rows.Length; i++)
            rows[i] = i;
        random.Shuffle(rows);
        int kept = Math.Min((int)Math.Round(validationFraction * rows.Length), rows.Length - 1);
        Validation = rows[..kept];
        order = rows[kept..];
        // In the data's order, so that the order of an epoch depends on the seed alone.
        Array.Sort(Validation);
    }

    /// <summary>All rows.</summary>
    public InputData Data { get; }

    /// <summary>Number of classes: labels are 0 to <c>Classes - 1</c>.</summary>
    public int Classes { get; }

    /// <summary>The held-out rows, by number.</summary>
    public int[] Validation { get; }

    /// <summary>The rows to train on, in the order of the epoch.</summary>
    public ReadOnlySpan<int> Order => order;

    /// <summary>Another order.</summary>
    public void Shuffle(Random random) => random.Shuffle(order);

    private static int CountClasses(InputData data)
    {
        if (!data.HasLabels)
            throw new InvalidInputException(
                "DataWithoutLabels", $"The data '{data.Name}' has no labels to train on.", "Import it with -LabelPath or -LabelColumn.");
        if (data.Rows == 0)
            throw new InvalidInputException("DataEmpty", $"The data '{data.Name}' has no rows.", "Import data with rows to train on.");
        ReadOnlySpan<int> labels = data.Labels.Span;
        int most = TensorPrimitives.Max(labels);

        // At most as many classes as rows: a larger label would leave a gap in any case.
        var found = new bool[Math.Min((long)most + 1, labels.Length + 1)];
        foreach (int label in labels)
        {
            if (label < found.Length)
                found[label] = true;
        }

        int missing = found.AsSpan().IndexOf(false);
        if (missing >= 0)
        {
            throw new InvalidInputException(
                "LabelsWithGaps",
                $"The labels of the data '{data.Name}' go up to {most}, but no row has label {missing}.",
                "Number the classes from 0 without gaps, and name the right label column when importing.");
        }

        if (most == 0)
            throw new InvalidInputException(
                "SingleClass", $"All rows of the data '{data.Name}' have label 0: there is nothing to distinguish.",
                "Give data of at least two classes; if another column is the label, name it when importing.");
        return most + 1;
    }
}
