using System.Management.Automation;

namespace ExactCompression.Cmdlets.Infrastructure;

/// <summary>A cmdlet that writes one file for each input: by default over an existing one, as Export-Csv does.</summary>
public abstract class FileOutputCommand : AsyncCommand
{
    private readonly HashSet<string> written = new(StringComparer.Ordinal);

    /// <summary>The file to write, or a folder in which each input gets a file of its own name.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    [Alias("LiteralPath")]
    [ValidateNotNullOrEmpty]
    public string Path { get; set; } = "";

    /// <summary>Refuse to replace an existing file.</summary>
    [Parameter]
    public SwitchParameter NoClobber { get; set; }

    /// <summary>Also replace a file that is marked read-only.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>Give the written file to the pipeline.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <summary>Resolves the path, asks ShouldProcess, writes, and passes the file on.</summary>
    /// <param name="input">What is written, for error records.</param>
    /// <param name="defaultName">File name with extension, for where the path is a folder.</param>
    /// <param name="write">Writes the file at a full path; runs on another thread.</param>
    private protected void WriteFile(object input, string defaultName, Action<string, PipelineMessages> write)
    {
        if (!Try(Path, () => Prepare(defaultName), out string file) || !ShouldProcess(file, "Write"))
            return;
        Attempt(
            input,
            messages =>
            {
                write(file, messages);
                return new FileInfo(file);
            },
            info =>
            {
                WriteVerbose($"Wrote {file} ({info.Length} bytes)");
                if (PassThru)
                    WriteObject(info);
            });
    }

    private string Prepare(string defaultName)
    {
        string file = FileSystem.ResolveOutput(SessionState, Path);
        if (Directory.Exists(file))
            file = System.IO.Path.Combine(file, defaultName);
        if (!written.Add(file))
            throw new InvalidInputException("PathWrittenTwice", $"Several inputs would be written to '{file}', each over the one before.", "Give a folder as -Path, or a path of its own for each input.");
        if (NoClobber && File.Exists(file))
            throw new InvalidInputException("FileExists", $"'{file}' exists, and -NoClobber keeps it.", "Leave -NoClobber out, or give another path.");
        if (File.Exists(file) && new FileInfo(file).IsReadOnly)
        {
            if (!Force)
                throw new UnauthorizedAccessException($"'{file}' is read-only. -Force replaces it all the same.");
            if (!NoClobber)
                new FileInfo(file).IsReadOnly = false;
        }

        return file;
    }
}
