using System.Management.Automation;

namespace ExactCompression.Cmdlets.Infrastructure;

/// <summary>A cmdlet that reads files: <c>-Path</c> with wildcards, or <c>-LiteralPath</c>, or files from <c>Get-ChildItem</c>.</summary>
public abstract class FileInputCommand : AsyncCommand
{
    private const string PathSet = "Path";
    private const string LiteralPathSet = "LiteralPath";

    /// <summary>The files; wildcards are expanded.</summary>
    [Parameter(
        Mandatory = true, Position = 0, ParameterSetName = PathSet, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string[] Path { get; set; } = [];

    /// <summary>The files, taken as they are written.</summary>
    [Parameter(Mandatory = true, ParameterSetName = LiteralPathSet, ValueFromPipelineByPropertyName = true)]
    [Alias("PSPath", "LP")]
    [ValidateNotNullOrEmpty]
    public string[] LiteralPath { get; set; } = [];

    /// <inheritdoc/>
    protected sealed override void ProcessRecord()
    {
        bool literal = ParameterSetName == LiteralPathSet;
        foreach (string path in literal ? LiteralPath : Path)
        {
            if (!Try(path, () => Resolve(path, literal), out IReadOnlyList<string> files))
                continue;
            foreach (string file in files)
                ProcessFile(file);
        }
    }

    /// <summary>Reads one file.</summary>
    /// <param name="file">Its full path in the file system.</param>
    private protected abstract void ProcessFile(string file);

    private IReadOnlyList<string> Resolve(string path, bool literal)
    {
        ProviderInfo provider;
        string[] files = literal
            ? [SessionState.Path.GetUnresolvedProviderPathFromPSPath(path, out provider, out _)]
            : [.. SessionState.Path.GetResolvedProviderPathFromPSPath(path, out provider)];
        FileSystem.Require(provider, path);
        if (files.Length == 0)
            throw new FileNotFoundException(
                File.Exists(SessionState.Path.GetUnresolvedProviderPathFromPSPath(path))
                    ? $"No file matches the pattern '{path}', but there is a file of that name: give it with -LiteralPath."
                    : $"No file matches '{path}'.",
                path);
        foreach (string file in files)
        {
            if (Directory.Exists(file) && files.Length == 1)
                throw new InvalidInputException("PathIsFolder", $"'{file}' is a folder.", "Name a file in it, or use a wildcard.");
            if (!Directory.Exists(file) && !File.Exists(file))
                throw new FileNotFoundException($"There is no file '{file}'.", file);
        }

        return [.. files.Where(File.Exists)];
    }
}
