namespace ExactCompression.Formats;

/// <summary>Rows from a NumPy array: the first axis counts rows, the others make up a row.</summary>
internal static class NpyData
{
    public static RawData Read(byte[] bytes, string path, ImportBudget budget)
    {
        NpyArray array = Numbers(bytes, path);
        if (array.Shape.Length < 2)
            throw new InvalidFileException(
                "NpyShapeMismatch", path, "header", $"The array has {array.Shape.Length} axes; data needs rows and columns.",
                "Save an array of two or more axes.");
        long columns = array.Shape.Skip(1).Aggregate(1L, static (n, e) => n * e);
        if (columns < 1)
            throw new InvalidFileException(
                "NpyShapeMismatch", path, "header", "The rows have no values.", "Save an array whose rows have values.");
        budget.AllocateValues(array.Type == ElementType.UInt8 ? array.Count / sizeof(double) : array.Count, "elements");
        if (array.Type != ElementType.UInt8)
            return new(array.Shape[0], (int)columns) { Values = array.ReadDoubles() };
        byte[] data = array.Data.ToArray();
        return new(array.Shape[0], (int)columns) { Bytes = array.FortranOrder ? NpyArray.RowMajor(data, array.Shape) : data };
    }

    /// <summary>An array of numbers; one of Python objects is refused.</summary>
    public static NpyArray Numbers(byte[] bytes, string path)
    {
        NpyArray array = NpyArray.Parse(bytes, path);
        return array.Type is not null
            ? array
            : throw new InvalidFileException(
                "NpyTypeUnsupported", path, "header", "The array holds Python objects, not numbers.", "Save a numeric array.",
                unsupported: true);
    }
}
