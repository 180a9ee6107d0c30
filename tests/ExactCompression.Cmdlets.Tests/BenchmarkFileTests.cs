using System.Net;

namespace ExactCompression.Cmdlets.Tests;

/// <summary>The script that gets the files of the benchmarks writes nothing that is not what they used.</summary>
public sealed class BenchmarkFileTests
{
    private static readonly string Script = Path.Combine(RepositoryPaths.Root, "benchmarks", "Get-BenchmarkFile.ps1");

    [Fact]
    public async Task Download_OfOtherContent_IsRefusedAndNotWritten()
    {
        using var folder = new TemporaryFolder();
        using HttpListener server = Serve(out string address);
        Task answered = Answer(server);
        HostRun run = await Task.Run(() => HostProcess.Run([Script, "-Path", folder.Path, "-MnistUri", address, "-VnnCompUri", address]));
        await answered;
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("has other content than the benchmarks used", run.Error, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder.Path));
    }

    [Fact]
    public void Existing_FileOfOtherContent_IsKeptAndReported()
    {
        using var folder = new TemporaryFolder();
        string mine = folder.File("t10k-images-idx3-ubyte.gz");
        File.Copy(RepositoryPaths.DigitsData, mine);
        HostRun run = HostProcess.Run([Script, "-Path", folder.Path]);
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("is another file than the benchmarks used", run.Error, StringComparison.Ordinal);
        Assert.Equal(File.ReadAllBytes(RepositoryPaths.DigitsData), File.ReadAllBytes(mine));
    }

    /// <summary>A server on this machine, at a port that is free.</summary>
    private static HttpListener Serve(out string address)
    {
        for (int port = 20_000 + (Environment.ProcessId % 20_000); ; port++)
        {
            var server = new HttpListener();
            server.Prefixes.Add(address = FormattableString.Invariant($"http://localhost:{port}/"));
            try
            {
                server.Start();
                return server;
            }
            catch (HttpListenerException)
            {
                server.Close(); // taken
            }
        }
    }

    private static async Task Answer(HttpListener server)
    {
        HttpListenerContext request = await server.GetContextAsync();
        await using FileStream data = File.OpenRead(RepositoryPaths.DigitsData);
        await data.CopyToAsync(request.Response.OutputStream);
        request.Response.Close();
    }
}
