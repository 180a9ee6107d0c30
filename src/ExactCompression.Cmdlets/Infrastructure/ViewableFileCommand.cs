using System.Management.Automation;

namespace ExactCompression.Cmdlets.Infrastructure;

/// <summary>A cmdlet that writes files which people look at, and can open them.</summary>
public abstract class ViewableFileCommand : FileOutputCommand
{
    /// <summary>Nobody looks at more windows; a pipeline may write thousands of files.</summary>
    private const int MostShown = 5;

    private int shown;

    /// <summary>Open the written file with the system's viewer.</summary>
    [Parameter]
    public SwitchParameter Show { get; set; }

    private protected sealed override void OnWritten(string file)
    {
        if (!Show)
            return;
        if (++shown > MostShown)
        {
            if (shown == MostShown + 1)
                WriteWarning($"-Show opens the first {MostShown} files; '{file}' and those that follow are written and not opened.");
            return;
        }

        if (FileViewer.Open(file) is { } reason)
            WriteWarning($"'{file}' is written and was not opened: {reason}.");
    }
}
