using System.Management.Automation;

namespace ExactCompression.Cmdlets.Infrastructure;

/// <summary>A cmdlet that writes one file for each input: by default replacing an existing one, as Export-Csv does.</summary>
public abstract class FileOutputCommand : AsyncCommand
{
    private readonly HashSet<string> written = new(StringComparer.Ordinal);
    private bool refused;

    /// <summary>
    /// The file to write, a folder in which each input gets a file of its own name, or a script block that computes a path for each input.
    /// </summary>
    [Parameter(Mandatory = true, Position = 0)]
    [Alias("LiteralPath")]
    public OutputPath Path { get; set; } = null!;

    /// <summary>Refuse to replace an existing file.</summary>
    [Parameter]
    public SwitchParameter NoClobber { get; set; }

    /// <summary>Also replace a file that is marked read-only, or that the input itself came from.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>Output the written file.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <summary>Refuses a file name that selects no format; the library does the same, but only when there is something to write.</summary>
    /// <param name="file">A full path.</param>
    private protected virtual void RequireFormat(string file)
    {
    }

    /// <summary>What follows once a file is written; runs on the pipeline thread, before the file is passed on.</summary>
    /// <param name="file">Its full path.</param>
    private protected virtual void OnWritten(string file)
    {
    }

    /// <summary>Refuses a path that cannot be written to before any pipeline input, which may come after hours of work.</summary>
    protected override void BeginProcessing()
    {
        if (Path.Fixed is { } path)
            refused = !Prepare(path, () => Usable(path), out _);
    }

    /// <summary>Resolves the path, asks ShouldProcess, writes, and passes the file on.</summary>
    /// <param name="input">What is written: the script block's <c>$_</c>, and the target of error records.</param>
    /// <param name="defaultName">File name with extension, if the path is a folder.</param>
    /// <param name="write">Writes the file at a full path; runs on another thread.</param>
    private protected void WriteFile(object input, string defaultName, Action<string, PipelineMessages> write)
    {
        if (refused || !Try(input, () => FileFor(input, defaultName), out string file) || !ShouldProcess(file, "Write"))
            return;
        Attempt(
            input,
            messages =>
            {
                Directory.CreateDirectory(System.IO.Path.GetDirectoryName(file)!);
                WriteOver(file, () => write(file, messages));
                return new FileInfo(file);
            },
            info =>
            {
                WriteVerbose($"Wrote {file} ({Views.Units.Bytes(info.Length)})");
                OnWritten(file);
                // As Get-Item gives it: views show owner, mode and size only of files that have its properties.
                if (PassThru)
                    WriteObject(InvokeProvider.Item.Get([file], force: true, literalPath: true), enumerateCollection: true);
            });
    }

    /// <summary>Refuses a file that exists.</summary>
    /// <param name="file">A full path that -NoClobber keeps.</param>
    private protected static void RequireNew(string file)
    {
        if (File.Exists(file))
            throw new InvalidInputException(
                "FileExists", $"'{file}' exists, and -NoClobber keeps it.", "Leave -NoClobber out, or give another path.");
    }

    /// <summary>How a script block, which sees an input as <c>$_</c>, says the name of its network.</summary>
    private static string NameOf(object input) => input switch
    {
        CompressionResult => "$_.Original.Name",
        StabilityTable => "$_.Network.Name",
        EquivalenceReport => "$_.Reference.Name",
        _ => "$_.Name",
    };

    private static string? SourceOf(object input) => input switch
    {
        ReluNetwork network => network.Path,
        CompressionResult result => result.Original.Path,
        _ => null,
    };

    /// <summary>Resolves a path that every input is written to or into, and checks the format of a file.</summary>
    private Target Usable(string path)
    {
        Target target = Resolve(path);
        if (!target.IsFolder)
            RequireFormat(target.Path);
        return target;
    }

    private Target Resolve(string path)
    {
        // A folder is created only for a path that ends like one.
        bool folder = System.IO.Path.EndsInDirectorySeparator(path);
        string full = FileSystem.ResolveOutput(SessionState, folder ? System.IO.Path.TrimEndingDirectorySeparator(path) : path);
        return new(full, folder || Directory.Exists(full));
    }

    private string FileFor(object input, string defaultName)
    {
        Target target = Resolve(Path.For(input));
        string file = target.IsFolder ? System.IO.Path.Combine(target.Path, defaultName) : target.Path;
        RequireFormat(file);
        if (!written.Add(file))
            throw new InvalidInputException(
                "PathWrittenTwice", $"Several inputs would be written to '{file}', each replacing the one before.",
                "Give a folder as -Path, or a script block that computes a path for each input: "
                    + $"{{ \"$({NameOf(input)}){System.IO.Path.GetExtension(defaultName)}\" }}.");
        if (NoClobber)
            RequireNew(file);
        if (Path.Fixed is not null && target.IsFolder && !Force && SourceOf(input) is { } source
            && System.IO.Path.GetFullPath(source) == file)
            throw new InvalidInputException(
                "PathIsSource", $"'{file}' is the file that the network came from, and was not named as the file to replace.",
                "Give another folder, a script block that computes another name, or -Force to replace it.");
        if (File.Exists(file) && new FileInfo(file).IsReadOnly && !Force)
            throw new UnauthorizedAccessException($"'{file}' is read-only. -Force replaces it all the same.");
        return file;
    }

    /// <summary>Writes a file that may be read-only (then only with -Force), and keeps it so.</summary>
    private static void WriteOver(string file, Action write)
    {
        if (new FileInfo(file) is not { Exists: true, IsReadOnly: true })
        {
            write();
            return;
        }

        FileAttributes attributes = File.GetAttributes(file);
        UnixFileMode? mode = OperatingSystem.IsWindows() ? null : File.GetUnixFileMode(file);
        File.SetAttributes(file, attributes & ~FileAttributes.ReadOnly);
        try
        {
            write();
        }
        finally
        {
            if (mode is { } unix && !OperatingSystem.IsWindows())
                File.SetUnixFileMode(file, unix);
            else
                File.SetAttributes(file, attributes);
        }
    }

    /// <summary>Where a path leads.</summary>
    /// <param name="Path">Full path.</param>
    /// <param name="IsFolder">Whether it is a folder, or is to be created as one.</param>
    private readonly record struct Target(string Path, bool IsFolder);
}
