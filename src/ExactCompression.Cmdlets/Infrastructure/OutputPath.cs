using System.Management.Automation;

namespace ExactCompression.Cmdlets.Infrastructure;

/// <summary>
/// Where to write: a path, or a script block that computes one for each input, which it sees as <c>$_</c>. PowerShell itself runs such
/// blocks only for parameters that bind by property name; a network would then be written to its own path.
/// </summary>
public sealed class OutputPath
{
    private readonly ScriptBlock? block;
    private readonly string text;

    /// <summary>A path as it is written.</summary>
    /// <param name="path">A file, or a folder in which each input gets a file of its own name.</param>
    /// <exception cref="ArgumentException">There is no text.</exception>
    public OutputPath(string path) =>
        text = string.IsNullOrWhiteSpace(path) ? throw new ArgumentException("A path is needed: that of a file, or of a folder.") : path;

    /// <summary>A file or folder, as Get-Item gives it.</summary>
    /// <param name="item">The file or folder.</param>
    public OutputPath(FileSystemInfo item)
        : this(item.FullName)
    {
    }

    /// <summary>A path for each input.</summary>
    /// <param name="path">Returns a path; the input is <c>$_</c>.</param>
    public OutputPath(ScriptBlock path) => (block, text) = (path, path.ToString());

    /// <summary>The path, if it is the same for every input; else null.</summary>
    public string? Fixed => block is null ? text : null;

    /// <summary>The path for one input.</summary>
    /// <param name="input">What is written.</param>
    /// <exception cref="InvalidInputException">The script block returns no path, or several.</exception>
    public string For(object input)
    {
        if (block is null)
            return text;
        string[] paths = [.. block.InvokeWithContext(null, [new PSVariable("_", input)]).Select(static path => path?.ToString() ?? "")];
        return paths is [var path] && !string.IsNullOrWhiteSpace(path)
            ? path
            : throw new InvalidInputException(
                "PathBlockGivesNoPath",
                $"The script block {{{text}}} gives {(paths.Length > 1 ? $"{paths.Length} paths" : "no path")} for '{input}'.",
                "It must give one path; the object that is written is $_.");
    }

    /// <inheritdoc/>
    public override string ToString() => block is null ? text : $"{{{text}}}";
}
