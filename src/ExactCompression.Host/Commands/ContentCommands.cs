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
                    WriteObject(
                        TotalCount < 0 ? Lines(reader) : Lines(reader).Take((int)Math.Min(TotalCount, int.MaxValue)),
                        enumerateCollection: true);
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

    [Parameter(Mandatory = true, Position = 1, ValueFromPipeline = true)]
    [AllowNull]
    [AllowEmptyCollection]
    public object[]? Value { get; set; }

    [Parameter]
    public SwitchParameter NoNewline { get; set; }

    protected override void ProcessRecord() =>
        lines.AddRange((Value ?? []).Select(static value => LanguagePrimitives.ConvertTo<string>(value) ?? ""));

    protected override void EndProcessing()
    {
        string text = NoNewline ? string.Concat(lines) : string.Concat(lines.Select(static line => line + Environment.NewLine));
        Write(SessionState.Path.GetUnresolvedProviderPathFromPSPath(Path), text, new UTF8Encoding(false));
    }

    private protected abstract void Write(string file, string text, Encoding encoding);
}

[Cmdlet(VerbsCommon.Set, "Content")]
public sealed class SetContentCommand : WriteContentCommand
{
    private protected override void Write(string file, string text, Encoding encoding) => File.WriteAllText(file, text, encoding);
}

[Cmdlet(VerbsCommon.Add, "Content")]
public sealed class AddContentCommand : WriteContentCommand
{
    private protected override void Write(string file, string text, Encoding encoding) => File.AppendAllText(file, text, encoding);
}
