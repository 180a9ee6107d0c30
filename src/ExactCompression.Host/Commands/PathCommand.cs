using System.Management.Automation;

namespace ExactCompression.Host.Commands;

/// <summary>A command on paths: <c>-Path</c> with wildcards or <c>-LiteralPath</c>; one that fails does not stop the others.</summary>
public abstract class PathCommand : PSCmdlet
{
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = "Path", ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    public string[] Path { get; set; } = [];

    [Parameter(Mandatory = true, ParameterSetName = "LiteralPath", ValueFromPipelineByPropertyName = true)]
    [Alias("PSPath", "LP")]
    public string[] LiteralPath { get; set; } = [];

    protected sealed override void ProcessRecord()
    {
        foreach (string path in ParameterSetName == "LiteralPath" ? LiteralPath.Select(WildcardPattern.Escape) : Path)
        {
            try
            {
                ProcessPath(path);
            }
            catch (Exception e) when (e is IContainsErrorRecord and not (PipelineStoppedException or ActionPreferenceStopException))
            {
                WriteError(new(((IContainsErrorRecord)e).ErrorRecord, e));
            }
        }
    }

    /// <summary>Handles one path, in which wildcards count.</summary>
    protected abstract void ProcessPath(string path);
}
