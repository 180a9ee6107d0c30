using System.Management.Automation;
using System.Management.Automation.Provider;
using System.Text;

namespace ExactCompression.Host.Commands;

[Cmdlet(VerbsCommon.Get, "Content")]
public sealed class GetContentCommand : PathCommand
{
    private const int Batch = 1000;

    [Parameter]
    public SwitchParameter Raw { get; set; }

    [Parameter]
    [Alias("First", "Head")]
    public long TotalCount { get; set; } = -1;

    [Parameter]
    [Alias("Last")]
    public int Tail { get; set; } = -1;

    protected override void ProcessPath(string path)
    {
        foreach (IContentReader reader in InvokeProvider.Content.GetReader(path))
        {
            using (reader)
            {
                if (Raw)
                    WriteObject(string.Join('\n', Lines(reader)) + "\n");
                else if (Tail >= 0)
                    WriteObject(Lines(reader).TakeLast(Tail), enumerateCollection: true);
                else
                    WriteObject(TotalCount < 0 ? Lines(reader) : Lines(reader).Take((int)Math.Min(TotalCount, int.MaxValue)), enumerateCollection: true);
            }
        }
    }

    private static IEnumerable<object> Lines(IContentReader reader)
    {
        while (reader.Read(Batch) is { Count: > 0 } lines)
        {
            foreach (object line in lines)
                yield return line;
        }
    }
}

/// <summary>Writes values as lines of UTF-8.</summary>
public abstract class WriteContentCommand : PSCmdlet
{
    private readonly List<string> lines = [];

    [Parameter(Mandatory = true, Position = 0)]
    [Alias("LiteralPath", "FilePath")]
    public string Path { get; set; } = "";

    [Parameter]
    public SwitchParameter NoNewline { get; set; }

    /// <summary>Takes one value.</summary>
    protected void Add(object? value) => lines.Add(LanguagePrimitives.ConvertTo<string>(value) ?? "");

    /// <summary>Writes what was taken.</summary>
    protected void Save(bool append)
    {
        string file = SessionState.Path.GetUnresolvedProviderPathFromPSPath(Path);
        string text = NoNewline ? string.Concat(lines) : string.Concat(lines.Select(static line => line + Environment.NewLine));
        if (append)
            File.AppendAllText(file, text, new UTF8Encoding(false));
        else
            File.WriteAllText(file, text, new UTF8Encoding(false));
    }
}

[Cmdlet(VerbsCommon.Set, "Content")]
public sealed class SetContentCommand : WriteContentCommand
{
    [Parameter(Mandatory = true, Position = 1, ValueFromPipeline = true)]
    [AllowNull]
    [AllowEmptyCollection]
    public object[]? Value { get; set; }

    protected override void ProcessRecord()
    {
        foreach (object? value in Value ?? [])
            Add(value);
    }

    protected override void EndProcessing() => Save(append: false);
}

[Cmdlet(VerbsCommon.Add, "Content")]
public sealed class AddContentCommand : WriteContentCommand
{
    [Parameter(Mandatory = true, Position = 1, ValueFromPipeline = true)]
    [AllowNull]
    [AllowEmptyCollection]
    public object[]? Value { get; set; }

    protected override void ProcessRecord()
    {
        foreach (object? value in Value ?? [])
            Add(value);
    }

    protected override void EndProcessing() => Save(append: true);
}
