using System.Text.Json;

namespace ExactCompression.Cmdlets.Tests;

/// <summary>The notebook of <c>examples/</c>: a valid one, whose cells run in their order.</summary>
public sealed class NotebookTests
{
    private static readonly JsonElement Notebook = JsonDocument.Parse(
        File.ReadAllText(Path.Combine(RepositoryPaths.Examples, "pipeline.ipynb"))).RootElement;

    /// <summary>What version 4.5 of the format requires of a notebook and its cells.</summary>
    [Fact]
    public void Notebook_IsOfVersion4()
    {
        Assert.Equal((4, 5), (Notebook.GetProperty("nbformat").GetInt32(), Notebook.GetProperty("nbformat_minor").GetInt32()));
        Assert.Equal(".net-powershell", Notebook.GetProperty("metadata").GetProperty("kernelspec").GetProperty("name").GetString());
        JsonElement[] cells = [.. Notebook.GetProperty("cells").EnumerateArray()];
        Assert.Equal(cells.Length, cells.Select(static c => c.GetProperty("id").GetString()).Distinct().Count());
        Assert.All(cells, static cell =>
        {
            Assert.Matches("^[a-zA-Z0-9-_]{1,64}$", cell.GetProperty("id").GetString());
            Assert.Equal(JsonValueKind.Object, cell.GetProperty("metadata").ValueKind);
            Assert.All(cell.GetProperty("source").EnumerateArray(), static line => Assert.Equal(JsonValueKind.String, line.ValueKind));
            string kind = cell.GetProperty("cell_type").GetString()!;
            Assert.Contains(kind, (string[])["code", "markdown"]);
            if (kind == "code")
            {
                Assert.Equal(0, cell.GetProperty("outputs").GetArrayLength());
                Assert.Equal(JsonValueKind.Null, cell.GetProperty("execution_count").ValueKind);
            }
        });
    }

    [Fact]
    public void Cells_InTheirOrder_Run()
    {
        using var folder = new TemporaryFolder();
        IEnumerable<string> code = Notebook.GetProperty("cells").EnumerateArray()
            .Where(static cell => cell.GetProperty("cell_type").GetString() == "code")
            .Select(static cell => string.Concat(cell.GetProperty("source").EnumerateArray().Select(static line => line.GetString())));
        string script = folder.Write(
            "cells.ps1", "$ErrorActionPreference = 'Stop'\n" + string.Join("\n", code));
        HostRun run = HostProcess.Run([script], change: start =>
        {
            start.WorkingDirectory = RepositoryPaths.Examples; // as notebooks run in their own folder
            start.Environment["TMPDIR"] = start.Environment["TEMP"] = start.Environment["TMP"] = folder.Path;
        });
        Assert.Equal(("", 0), (run.Error, run.ExitCode));
        Assert.Contains("64-48-32-24-10 -> 64-32-19-17-10", run.Output, StringComparison.Ordinal);
        string[] written = [.. Directory.GetFiles(folder.File("exactcompression-notebook")).Select(
            static f => Path.GetFileName(f)).Order()];
        Assert.Equal(["bounds.svg", "digits-report.html", "digits-small.onnx", "digits.cert.json", "layers.svg", "states.svg"], written);
    }
}
