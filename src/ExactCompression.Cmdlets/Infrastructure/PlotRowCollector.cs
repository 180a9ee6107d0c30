using System.Globalization;
using System.Management.Automation;

namespace ExactCompression.Cmdlets.Infrastructure;

/// <summary>Rows of a sweep from the pipeline: objects, or files of them.</summary>
internal sealed class PlotRowCollector
{
    private readonly List<string> files = [];
    private readonly List<IReadOnlyDictionary<string, string>> objects = [];

    /// <summary>Whether there was no input.</summary>
    public bool IsEmpty => files.Count == 0 && objects.Count == 0;

    /// <summary>The name of the rows in messages.</summary>
    public string Name => files.Count > 0 ? Path.GetFileNameWithoutExtension(files[0]) : "sweep";

    /// <summary>The file that an input names, or null for a row.</summary>
    /// <exception cref="InvalidInputException">The input is neither, or its path is not a file.</exception>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    public static string? FileOf(SessionState session, PSObject input) => input.BaseObject switch
    {
        FileInfo file => file.FullName,
        string path => FileSystem.ResolveInput(session, path),
        ReluNetwork network => throw new InvalidInputException(
            "PlotInputUnknown", $"'{network.Name}' is a network; there is nothing to draw before a search.",
            "Draw its states, $net | Find-StableNeurons | Export-StabilityPlot states.png, or what a compression removes, "
                + "... | Invoke-LeoCompression | Export-StabilityPlot layers.png."),
        InputData or InputDomain => throw NoRow(input.BaseObject),
        ValueType => throw NoRow(input.BaseObject),
        _ => input.Properties.Any(static p => p.IsGettable) ? null : throw NoRow(input.BaseObject),
    };

    /// <summary>Takes an input.</summary>
    /// <param name="input">A row.</param>
    /// <param name="file">The file that it names, or null.</param>
    public void Add(PSObject input, string? file)
    {
        if (file is not null)
            files.Add(file);
        else
            objects.Add(Row(input));
    }

    /// <summary>All rows together.</summary>
    /// <param name="cancellation">Ends the reading.</param>
    /// <exception cref="InvalidFileException">A file is not CSV.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public PlotRows Read(CancellationToken cancellation)
    {
        List<PlotRows> parts = [.. files.Select(file => PlotRows.Read(file, new() { Cancellation = cancellation }))];
        if (objects.Count > 0)
            parts.Add(new(objects, "the rows given"));
        return PlotRows.Join(parts);
    }

    private static InvalidInputException NoRow(object value) =>
        new("PlotInputUnknown", $"'{value}' cannot be drawn.",
            "Give a table of Find-StableNeurons, a result of Invoke-LeoCompression, the CSV of a sweep, or its rows as Import-Csv reads "
                + "them.");

    private static Dictionary<string, string> Row(PSObject input)
    {
        var row = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (PSPropertyInfo property in input.Properties.Where(static p => p.IsGettable))
        {
            object? value = property.Value is PSObject wrapped ? wrapped.BaseObject : property.Value;
            row[property.Name] = value is double number
                ? number.ToString("R", CultureInfo.InvariantCulture)
                : Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";
        }

        return row;
    }
}
