using System.Management.Automation;

namespace ExactCompression.Host.Commands;

/// <summary>Formats as the console does, into text: Out-Default runs inside while the host's output is captured.</summary>
public abstract class TextCommand : PSCmdlet
{
    private readonly List<PSObject> items = [];

    [Parameter(ValueFromPipeline = true)]
    public PSObject? InputObject { get; set; }

    [Parameter]
    [ValidateRange(2, int.MaxValue)]
    public int Width { get; set; } = 120;

    protected sealed override void ProcessRecord()
    {
        if (InputObject is not null)
            items.Add(InputObject);
    }

    /// <summary>All input, as text.</summary>
    private protected string Render()
    {
        ConsoleUI ui = ConsolePSHost.Of(Host).Console;
        ui.BeginCapture(Width);
        string text;
        try
        {
            using SteppablePipeline pipeline = ScriptBlock.Create("Out-Default").GetSteppablePipeline(CommandOrigin.Internal);
            pipeline.Begin(expectInput: true);
            foreach (PSObject item in items)
                pipeline.Process(item);
            pipeline.End();
        }
        finally
        {
            text = ui.EndCapture();
        }

        return text;
    }
}

[Cmdlet(VerbsData.Out, "String")]
[OutputType(typeof(string))]
public sealed class OutStringCommand : TextCommand
{
    [Parameter]
    public SwitchParameter Stream { get; set; }

    [Parameter]
    public SwitchParameter NoNewline { get; set; }

    protected override void EndProcessing()
    {
        string text = Render();
        if (Stream)
            WriteObject(Lines(text), enumerateCollection: true);
        else
            WriteObject(NoNewline ? string.Concat(Lines(text)) : text);
    }

    private static string[] Lines(string text)
    {
        string[] lines = text.ReplaceLineEndings("\n").Split('\n');
        return lines[^1].Length == 0 ? lines[..^1] : lines;
    }
}

[Cmdlet(VerbsData.Out, "File", SupportsShouldProcess = true)]
public sealed class OutFileCommand : TextCommand
{
    [Parameter(Mandatory = true, Position = 0)]
    [Alias("Path", "LiteralPath")]
    public string FilePath { get; set; } = "";

    [Parameter]
    public SwitchParameter Append { get; set; }

    protected override void EndProcessing()
    {
        string file = SessionState.Path.GetUnresolvedProviderPathFromPSPath(FilePath);
        if (!ShouldProcess(file))
            return;
        string text = Render();
        if (Append)
            File.AppendAllText(file, text);
        else
            File.WriteAllText(file, text);
    }
}
