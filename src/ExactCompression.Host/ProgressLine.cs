using System.Management.Automation;

namespace ExactCompression.Host;

/// <summary>
/// One progress line on the terminal, which is removed before anything else is written. Silent without a terminal.
/// </summary>
internal sealed class ProgressLine
{
    private static readonly bool Enabled = !Console.IsErrorRedirected;
    private readonly Lock writing = new();
    private bool shown;

    /// <summary>Shows a record, in place of the last one.</summary>
    public void Show(ProgressRecord record)
    {
        if (!Enabled)
            return;
        if (record.RecordType == ProgressRecordType.Completed)
        {
            Clear();
            return;
        }

        string percent = record.PercentComplete >= 0 ? $" {record.PercentComplete,3}%" : "";
        string text = $"{record.Activity}{percent} {record.StatusDescription}";
        int width = Console.WindowWidth > 20 ? Console.WindowWidth - 1 : 79;
        lock (writing)
        {
            Console.Error.Write($"\r\e[K{(text.Length > width ? text[..width] : text)}");
            shown = true;
        }
    }

    /// <summary>Removes the line.</summary>
    public void Clear()
    {
        if (!shown)
            return;
        lock (writing)
        {
            Console.Error.Write("\r\e[K");
            shown = false;
        }
    }
}
