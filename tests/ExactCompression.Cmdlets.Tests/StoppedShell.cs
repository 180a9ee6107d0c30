using System.Management.Automation;

namespace ExactCompression.Cmdlets.Tests;

/// <summary>
/// Stops a command while it works. How long it takes to end is not asserted, but it must end: by itself it would work for far longer than
/// is waited here.
/// </summary>
internal static class StoppedShell
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    /// <summary>
    /// Waits until the command, which has said that it begins, has worked for two seconds of processor time, and stops it.
    /// </summary>
    /// <param name="shell">A shell whose command does not end by itself.</param>
    /// <param name="running">Its invocation.</param>
    /// <param name="output">Gets what the script says before the command begins.</param>
    public static void StopAtWork(PowerShell shell, IAsyncResult running, PSDataCollection<PSObject> output)
    {
        Wait(() => output.Count > 0 || running.IsCompleted, "The command did not begin.");
        TimeSpan until = Environment.CpuUsage.TotalTime + TimeSpan.FromSeconds(2);
        Wait(() => Environment.CpuUsage.TotalTime >= until || running.IsCompleted, "The command did not work.");
        Assert.False(running.IsCompleted, "The command ended before it could be stopped.");
        IAsyncResult stopping = shell.BeginStop(null, null);
        Assert.True(stopping.AsyncWaitHandle.WaitOne(Limit), "The command did not stop.");
        shell.EndStop(stopping);
    }

    private static void Wait(Func<bool> condition, string problem) => Assert.True(
        SpinWait.SpinUntil(
            () =>
            {
                Thread.Sleep(10); // spinning would be work of its own
                return condition();
            },
            Limit),
        problem);
}
