using System.Globalization;
using ExactCompression.Formats.Onnx.Schema;

namespace ExactCompression.Formats.Onnx;

/// <summary>Reads tensors that are kept in a data file; the file must lie in the model's own folder, links resolved.</summary>
/// <param name="fault">Makes errors.</param>
/// <param name="budget">What the import may take; each data file adds to it.</param>
internal sealed class OnnxExternalData(OnnxFault fault, ImportBudget budget)
{
    private const int MostLinks = 40;

    /// <summary>Reads a tensor's bytes.</summary>
    /// <param name="tensor">The tensor as stored.</param>
    /// <param name="name">Its name in messages.</param>
    /// <param name="bytes">How many bytes its dimensions need; null for as many as are stated, or all.</param>
    /// <exception cref="InvalidFileException">The location is not allowed, or the data is not there.</exception>
    public byte[] Read(TensorProto tensor, string name, long? bytes)
    {
        string? location = Value(tensor, "location");
        if (string.IsNullOrEmpty(location))
            throw fault.AtTensor("OnnxExternalDataInvalid", name, "Its external data states no location.");
        FileInfo file = Locate(location, name);
        long offset = Number(tensor, "offset", 0, name), length = Number(tensor, "length", bytes ?? file.Length - offset, name);
        if (length != (bytes ?? length) || length < 0)
            throw fault.AtTensor(
                "OnnxDataLengthMismatch", name, $"Its dimensions need {bytes} bytes, but its external data states {length}.");
        if (offset > file.Length || length > file.Length - offset || length > Array.MaxLength)
            throw fault.AtTensor(
                "OnnxDataLengthMismatch", name,
                $"It needs bytes {offset} to {(decimal)offset + length} of {OnnxFault.Quote(location)}, which has {file.Length}.",
                "The data file is incomplete, or belongs to another model.");
        budget.Include(file.FullName, file.Length);
        budget.Allocate(length, $"tensor {OnnxFault.Quote(name)}");
        using Stream stream = InputFile.Open(file.FullName);
        stream.Position = offset;
        var data = new byte[length];
        stream.ReadExactly(data);
        return data;
    }

    private FileInfo Locate(string location, string name)
    {
        string[] parts = location.Split('/', '\\');
        if (System.IO.Path.IsPathRooted(location) || parts[0].Length == 0 || location.Contains(':', StringComparison.Ordinal)
            || location.Contains('\0', StringComparison.Ordinal) || parts.Contains(".."))
            throw Outside(location, name);
        string folder = System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(fault.Path))!;
        var file = new FileInfo(System.IO.Path.Combine([folder, .. parts]));
        if (!file.Exists)
            throw fault.AtTensor(
                "OnnxExternalDataMissing", name, $"Its data file {OnnxFault.Quote(location)} does not exist.", "Put it beside the model.");
        string root = WithoutLinks(folder, 0), target = WithoutLinks(file.FullName, 0);
        if (!target.StartsWith(
            System.IO.Path.EndsInDirectorySeparator(root) ? root : root + System.IO.Path.DirectorySeparatorChar, StringComparison.Ordinal))
            throw Outside(location, name);
        return new FileInfo(target);
    }

    private InvalidFileException Outside(string location, string name) =>
        fault.AtTensor(
            "OnnxExternalDataOutsideFolder", name, $"Its data file {OnnxFault.Quote(location)} lies outside the model's folder.",
            "Only files in the folder of the model are read.");

    /// <summary>The path with every link on the way replaced by what it points to.</summary>
    private string WithoutLinks(string path, int links)
    {
        string root = System.IO.Path.GetPathRoot(path)!, current = root;
        foreach (string part in path[root.Length..].Split(System.IO.Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries))
        {
            current = System.IO.Path.Combine(current, part);
            if (new FileInfo(current).LinkTarget is not { } target)
                continue;
            if (links >= MostLinks)
                throw fault.At("OnnxExternalDataInvalid", "external data", "Its path goes through too many symbolic links.");
            string next = System.IO.Path.GetFullPath(System.IO.Path.Combine(System.IO.Path.GetDirectoryName(current)!, target));
            current = WithoutLinks(next, ++links);
        }

        return current;
    }

    private long Number(TensorProto tensor, string key, long otherwise, string name)
    {
        if (Value(tensor, key) is not { } text)
            return otherwise;
        if (!long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long value))
            throw fault.AtTensor(
                "OnnxExternalDataInvalid", name, $"The {key} {OnnxFault.Quote(text)} of its external data is not a number of bytes.");
        return value;
    }

    private static string? Value(TensorProto tensor, string key) => tensor.ExternalData.FirstOrDefault(entry => entry.Key == key)?.Value;
}
