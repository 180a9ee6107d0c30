using System.Globalization;

namespace ExactCompression.Formats;

/// <summary>
/// The binary form of CIFAR: one label byte (CIFAR-10) or a coarse and a fine one (CIFAR-100), then 3,072 pixels, channel after channel.
/// </summary>
internal static class CifarData
{
    private const int Pixels = 3072;

    /// <summary>Which of the two a file is, from its length and its label bytes.</summary>
    public static string Detect(byte[] bytes, string path) => (Fits(bytes, 1), Fits(bytes, 2)) switch
    {
        (true, false) => "Cifar10",
        (false, true) => "Cifar100",
        (true, true) =>
            throw new InvalidFileException(
                "DataFormatAmbiguous", path, "file", "The file could be CIFAR-10 or CIFAR-100.", "Name the format."),
        _ => throw new InvalidFileException(
            "DataFormatUnknown", path, "file", "The file is none of IDX, CSV, NPY and CIFAR binary.",
            "Name the format, or convert the file to CSV or NPY."),
    };

    public static RawData Read(byte[] bytes, string path, bool coarseLabels, ImportBudget budget)
    {
        int labelBytes = coarseLabels ? 2 : 1, record = Pixels + labelBytes, classes = coarseLabels ? 100 : 10;
        if (bytes.Length % record != 0)
            throw new InvalidFileException(
                "FileTruncated", path, "file", $"The length {bytes.Length} is not a multiple of the {record} bytes of a record.",
                "The file is truncated, or of the other CIFAR format.");
        int rows = bytes.Length / record;
        budget.Allocate(bytes.Length, "records");
        var labels = new int[rows];
        var pixels = new byte[rows * Pixels];
        for (int row = 0; row < rows; row++)
        {
            ReadOnlySpan<byte> source = bytes.AsSpan(row * record, record);
            labels[row] = source[labelBytes - 1];
            if (labels[row] >= classes)
                throw new InvalidFileException(
                    "DataLabelInvalid", path, $"record {row.ToString(CultureInfo.InvariantCulture)}",
                    $"The label is {labels[row]}, but there are {classes} classes.", "The file is damaged, or of the other CIFAR format.");
            source[labelBytes..].CopyTo(pixels.AsSpan(row * Pixels));
        }

        return new(rows, Pixels) { Bytes = pixels, Labels = labels };
    }

    private static bool Fits(byte[] bytes, int labelBytes)
    {
        int record = Pixels + labelBytes, classes = labelBytes == 1 ? 10 : 100;
        if (bytes.Length % record != 0)
            return false;
        for (int at = 0; at < bytes.Length; at += record)
        {
            if (bytes[at + labelBytes - 1] >= classes || (labelBytes == 2 && bytes[at] >= 20))
                return false;
        }

        return true;
    }
}
