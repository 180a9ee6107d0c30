using System.Globalization;
using System.Management.Automation;
using System.Text;

namespace ExactCompression.Host.Commands;

/// <summary>Converts objects to lines of CSV; the first object's properties are the columns.</summary>
public abstract class CsvWriterCommand : PSCmdlet
{
    private string[]? columns;

    [Parameter(Mandatory = true, ValueFromPipeline = true)]
    public PSObject InputObject { get; set; } = null!;

    [Parameter]
    public char Delimiter { get; set; } = ',';

    [Parameter]
    [ValidateSet("Always", "AsNeeded", "Never")]
    public string UseQuotes { get; set; } = "Always";

    /// <summary>Accepted, as PowerShell accepts it: there is no type line.</summary>
    [Parameter]
    [Alias("NTI")]
    public SwitchParameter NoTypeInformation { get; set; }

    protected override void ProcessRecord()
    {
        if (columns is null)
        {
            columns = [.. InputObject.Properties.Select(static p => p.Name)];
            WriteHeader(Line(columns));
        }

        WriteRow(Line(columns.Select(name => Text(InputObject.Properties[name]?.Value))));
    }

    private protected abstract void WriteHeader(string line);

    private protected abstract void WriteRow(string line);

    private static string? Text(object? value) => value switch
    {
        null => null,
        PSObject wrapped => Text(wrapped.BaseObject),
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString(),
    };

    private string Line(IEnumerable<string?> fields) => string.Join(Delimiter, fields.Select(Field));

    private string Field(string? text)
    {
        if (text is null)
            return "";
        bool needed = text.AsSpan().IndexOfAny(Delimiter, '"', '\n') >= 0;
        return UseQuotes == "Always" || (UseQuotes == "AsNeeded" && needed)
            ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\""
            : text;
    }
}

[Cmdlet(VerbsData.ConvertTo, "Csv")]
[OutputType(typeof(string))]
public sealed class ConvertToCsvCommand : CsvWriterCommand
{
    private protected override void WriteHeader(string line) => WriteObject(line);

    private protected override void WriteRow(string line) => WriteObject(line);
}

[Cmdlet(VerbsData.Export, "Csv", SupportsShouldProcess = true)]
public sealed class ExportCsvCommand : CsvWriterCommand, IDisposable
{
    private StreamWriter? writer;

    [Parameter(Mandatory = true, Position = 0)]
    [Alias("LiteralPath")]
    public string Path { get; set; } = "";

    [Parameter]
    public SwitchParameter Append { get; set; }

    [Parameter]
    public SwitchParameter NoClobber { get; set; }

    public void Dispose() => writer?.Dispose();

    protected override void BeginProcessing()
    {
        string file = SessionState.Path.GetUnresolvedProviderPathFromPSPath(Path);
        if (!ShouldProcess(file))
            return;
        if (NoClobber && File.Exists(file))
            ThrowTerminatingError(
                new(new IOException($"The file '{file}' already exists."), "NoClobber", ErrorCategory.ResourceExists, Path));
        writer = new(file, Append, new UTF8Encoding(false));
    }

    protected override void EndProcessing() => Dispose();

    private protected override void WriteHeader(string line)
    {
        if (writer is not null && writer.BaseStream.Length == 0)
            writer.WriteLine(line);
    }

    private protected override void WriteRow(string line) => writer?.WriteLine(line);
}

[Cmdlet(VerbsData.Import, "Csv")]
public sealed class ImportCsvCommand : PathCommand
{
    [Parameter]
    public char Delimiter { get; set; } = ',';

    [Parameter]
    public string[]? Header { get; set; }

    protected override void ProcessPath(string path)
    {
        foreach (string file in SessionState.Path.GetResolvedProviderPathFromPSPath(path, out _))
        {
            using var reader = new StreamReader(file);
            string[]? names = Header ?? CsvRecord.Read(reader, Delimiter);
            while (names is not null && CsvRecord.Read(reader, Delimiter) is { } fields)
            {
                var row = new PSObject();
                for (int i = 0; i < names.Length; i++)
                    row.Properties.Add(new PSNoteProperty(names[i], i < fields.Length ? fields[i] : null));
                WriteObject(row);
            }
        }
    }
}

/// <summary>Reads one record of CSV, which may span lines.</summary>
internal static class CsvRecord
{
    public static string[]? Read(TextReader reader, char delimiter)
    {
        int c;
        while ((c = reader.Peek()) is '\r' or '\n')
            reader.Read();
        if (c < 0)
            return null;
        var fields = new List<string>();
        var field = new StringBuilder();
        bool quoted = false;
        while ((c = reader.Read()) >= 0)
        {
            if (quoted)
            {
                if (c == '"' && reader.Peek() == '"')
                    field.Append((char)reader.Read());
                else if (c == '"')
                    quoted = false;
                else
                    field.Append((char)c);
            }
            else if (c == '"' && field.Length == 0)
            {
                quoted = true;
            }
            else if (c == delimiter)
            {
                fields.Add(field.ToString());
                field.Clear();
            }
            else if (c == '\n')
            {
                break;
            }
            else if (c != '\r')
            {
                field.Append((char)c);
            }
        }

        fields.Add(field.ToString());
        return [.. fields];
    }
}
