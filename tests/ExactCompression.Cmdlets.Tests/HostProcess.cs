using System.Diagnostics;

namespace ExactCompression.Cmdlets.Tests;

/// <summary>The host as a process of its own.</summary>
internal static class HostProcess
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    /// <summary>Runs the host to its end.</summary>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="input">What it reads.</param>
    /// <param name="change">Changes how it is started.</param>
    /// <param name="limit">When it must have ended; null for two minutes.</param>
    public static HostRun Run(
        IEnumerable<string> arguments, string? input = null, Action<ProcessStartInfo>? change = null, TimeSpan? limit = null)
    {
        using Process process = Start(arguments, change);
        Task<string> output = process.StandardOutput.ReadToEndAsync(), error = process.StandardError.ReadToEndAsync();
        process.StandardInput.Write(input);
        process.StandardInput.Close();
        if (!process.WaitForExit(limit ?? Limit))
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"The host did not end: {output.Result}{error.Result}");
        }

        return new(process.ExitCode, output.Result.ReplaceLineEndings("\n"), error.Result.ReplaceLineEndings("\n"));
    }

    /// <summary>
    /// Waits until the host has worked so long from now on: time of its own on processors, so that it is as far on a machine that is busy.
    /// </summary>
    /// <param name="process">A host that works and does not end by itself.</param>
    /// <param name="seconds">Seconds of processor time, over all threads.</param>
    public static void WaitForWork(Process process, double seconds)
    {
        TimeSpan until = process.TotalProcessorTime + TimeSpan.FromSeconds(seconds);
        bool done = SpinWait.SpinUntil(
            () =>
            {
                Thread.Sleep(20);
                process.Refresh();
                return process.HasExited || process.TotalProcessorTime >= until;
            },
            Limit);
        if (!done || process.HasExited)
            throw new TimeoutException(done ? "The host ended before it could be stopped." : "The host did not work.");
    }

    /// <summary>Starts the host.</summary>
    public static Process Start(IEnumerable<string> arguments, Action<ProcessStartInfo>? change = null)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = RepositoryPaths.Root,
        };
        start.ArgumentList.Add(RepositoryPaths.Host);
        foreach (string argument in arguments)
            start.ArgumentList.Add(argument);
        change?.Invoke(start);
        var process = new EndedProcess { StartInfo = start };
        process.Start();
        return process;
    }

    /// <summary>A process that does not outlive a test that fails.</summary>
    private sealed class EndedProcess : Process
    {
        /// <inheritdoc/>
        protected override void Dispose(bool disposing)
        {
            try
            {
                Kill(entireProcessTree: true);
            }
            catch (InvalidOperationException)
            {
                // It has ended, or never began.
            }

            base.Dispose(disposing);
        }
    }
}

/// <summary>What a run of the host gave.</summary>
internal sealed record HostRun(int ExitCode, string Output, string Error);
