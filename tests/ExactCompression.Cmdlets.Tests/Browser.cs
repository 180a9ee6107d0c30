using System.Diagnostics;

namespace ExactCompression.Cmdlets.Tests;

/// <summary>A real browser without a window, where one is installed.</summary>
internal static class Browser
{
    private static readonly string[] Names = ["chromium", "chromium-browser", "google-chrome", "chrome", "chromium-headless-shell"];

    /// <summary>The browser's program; null where there is none.</summary>
    public static string? Program { get; } = Names
        .SelectMany(static name => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .Select(folder => Path.Combine(folder, OperatingSystem.IsWindows() ? name + ".exe" : name)))
        .FirstOrDefault(File.Exists);

    /// <summary>Opens a page, and gives the document as it stands then, with all that the browser reported about it.</summary>
    /// <param name="page">The page's file.</param>
    /// <param name="width">Width of the window in pixels.</param>
    /// <param name="profile">A folder for the browser's own files.</param>
    /// <param name="arguments">Other arguments.</param>
    public static (string Document, string[] Console) Open(string page, int width, string profile, params string[] arguments)
    {
        var start = new ProcessStartInfo(Program!) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (string argument in (string[])["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--no-first-run",
            "--disable-background-networking", "--disable-component-update", "--enable-logging=stderr", $"--user-data-dir={profile}",
            $"--window-size={width},2000", .. arguments, "--dump-dom", new Uri(page).AbsoluteUri])
            start.ArgumentList.Add(argument);
        using Process process = Process.Start(start)!;
        Task<string> document = process.StandardOutput.ReadToEndAsync(), messages = process.StandardError.ReadToEndAsync();
        if (!process.WaitForExit(TimeSpan.FromMinutes(2)))
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException("The browser did not end.");
        }

        return (document.Result,
            [.. messages.Result.Split('\n').Where(static line => line.Contains("CONSOLE", StringComparison.Ordinal))]);
    }
}
