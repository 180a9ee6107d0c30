using System.Management.Automation;
using System.Text.RegularExpressions;

namespace ExactCompression.Cmdlets.Tests;

/// <summary>Reports through the imported module, and in a browser.</summary>
[Collection(ModuleTests.Name)]
public sealed partial class ReportTests(ModuleFixture module)
{
    private const string Table = "Import-ReluNetwork $NetworkFile | Find-StableNeurons";
    private const string Small = Table + " | Invoke-LeoCompression -Arithmetic Float32";

    /// <summary>A name that would become an element and close others, if a page took it as it is.</summary>
    private const string Hostile = "<img src=x onerror=alert(1)>\"'&lt;<!--";

    private static readonly string Convolutional = Path.Combine(RepositoryPaths.Examples, "digits_conv_l1-0.004.onnx");

    [Fact]
    public void ExportStabilityReport_Table_HasStatesAndBounds()
    {
        using var folder = new TemporaryFolder();
        PSObject written = module.Run($"{Table} | Export-StabilityReport $args[0] -PassThru", folder.File("report.html")).Single;
        string page = File.ReadAllText(((FileInfo)written.BaseObject).FullName);
        Assert.All(
            (string[])["Stability of digits_48-32-24_l1-0.004", "45 of 104 hidden neurons (43.3 %) are stable over [0,1]^64.",
                "Proven bounds of each hidden layer", "stably active: 30 (28.8 %)", "Stages of the search", "Each of the 104 neurons"],
            text => Assert.Contains(text, page, StringComparison.Ordinal));
        Assert.DoesNotContain("Before and after", page, StringComparison.Ordinal);
        RequireOnePage(page);
    }

    [Fact]
    public void ExportStabilityReport_CompressionWithCertificate_StatesWhatIsProven()
    {
        using var folder = new TemporaryFolder();
        ScriptResult result = module.Run(
            $"$c = {Small}; $c | Export-CompressionCertificate $args[1]; $c | Export-StabilityReport $args[0] -Certificate $args[1]; "
                + "$c.ProvenDeviation; $c.DeployedDeviation; (Test-CompressionCertificate $args[1] $c.Original $c).ProvenDeviation; "
                + "$c.Original.ByteCount; $c.Compressed.ByteCount",
            folder.File("report.html"), folder.File("c.json"));
        Assert.Empty(result.Errors);
        Assert.Empty(result.Warnings);
        double[] proven = result.As<double>();
        string page = File.ReadAllText(folder.File("report.html"));
        string hash = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(folder.File("c.json"))));
        Assert.All(
            (string[])["104 → 68", "5,616 → 3,149", FormattableString.Invariant($"{proven[3]:N0} → {proven[4]:N0}"),
                "43.9 % removed", hash, "c.json", "Layer 1: ", "Bytes of the ONNX file"],
            text => Assert.Contains(text, page, StringComparison.Ordinal));
        // What is shown as proven is not less than what is proven.
        Assert.True(Shown(page, "Proven deviation") >= proven[0]);
        Assert.True(Shown(page, "Deployed deviation") >= proven[1]);
        Assert.True(Shown(page, "The certificate proves") >= proven[2]);
        RequireOnePage(page);
    }

    [Fact]
    public void ExportStabilityReport_UnprovenCompression_SaysSoFirst()
    {
        using var folder = new TemporaryFolder();
        module.Run(
            $"[System.Management.Automation.PSSerializer]::Deserialize([System.Management.Automation.PSSerializer]::Serialize(({Small}))) "
                + "| Export-StabilityReport $args[0]",
            folder.File("report.html"));
        string page = File.ReadAllText(folder.File("report.html"));
        int warned = page.IndexOf("class=\"warning\"", StringComparison.Ordinal);
        Assert.InRange(warned, 0, page.IndexOf("<h2", StringComparison.Ordinal));
        Assert.Contains("it is not proven that both compute the same function", page, StringComparison.Ordinal);
        Assert.DoesNotContain("(proven)", page, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Table, "report.pdf", "", "ReportFormat")]
    [InlineData(Table, "report", "", "ReportFormat")]
    [InlineData(Table, "absent/report.html", "", "FileNotFound")]
    [InlineData(Small, "report.html", "-Certificate absent.json", "FileNotFound")]
    [InlineData(Small, "report.html", "-Certificate $NetworkFile", "CertificateMalformed")]
    [InlineData(Table, "report.html", "-Certificate $NetworkFile", "CertificateWithoutCompression")]
    [InlineData("Import-ReluNetwork $NetworkFile", "report.html", "", "ParameterArgumentTransformationError")]
    public void ExportStabilityReport_BadInput_SaysSoAndWritesNothing(string input, string name, string arguments, string id)
    {
        using var folder = new TemporaryFolder();
        ErrorRecord error = module.Fail($"{input} | Export-StabilityReport $args[0] {arguments}", folder.File(name));
        Assert.StartsWith(id + ",", error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder.Path));
    }

    [Fact]
    public void ExportStabilityReport_CertificateOfAnother_IsRefused()
    {
        using var folder = new TemporaryFolder();
        ErrorRecord error = module.Fail(
            $"$t = {Table}; $t | Invoke-LeoCompression | Export-CompressionCertificate $args[1]; "
                + "$t | Invoke-LeoCompression -Level DeleteOnly | Export-StabilityReport $args[0] -Certificate $args[1]",
            folder.File("report.html"), folder.File("c.json"));
        Assert.StartsWith("CertificateNotValid,", error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.False(File.Exists(folder.File("report.html")));
    }

    [Fact]
    public void ExportStabilityReport_WhatIfAndNoClobber_LeaveTheFile()
    {
        using var folder = new TemporaryFolder();
        string file = folder.Write("report.html", "mine");
        module.Run(Table + " | Export-StabilityReport $args[0] -WhatIf", file);
        ErrorRecord error = module.Fail(Table + " | Export-StabilityReport $args[0] -NoClobber", file);
        Assert.StartsWith("FileExists,", error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Equal("mine", File.ReadAllText(file));
    }

    [Fact]
    public void ExportStabilityReport_IntoAFolder_NamesThePageAfterTheNetwork()
    {
        using var folder = new TemporaryFolder();
        module.Run($"{Table} | Export-StabilityReport $args[0]; {Small} | Export-StabilityReport $args[0]", folder.Path);
        Assert.Equal(
            ["digits_48-32-24_l1-0.004.compression.html", "digits_48-32-24_l1-0.004.stability.html"],
            Directory.EnumerateFiles(folder.Path).Select(Path.GetFileName).Order());
    }

    [SkippableFact]
    public void ExportStabilityReport_InABrowser_ShowsNamesAsTextAndFits()
    {
        Skip.If(Browser.Program is null, "No Chromium is installed: pages are not looked at in a browser.");
        using var folder = new TemporaryFolder();
        string[] pages = [folder.File("table.html"), folder.File("small.html"), folder.File("conv.html")];
        module.Run(
            $"$t = {Table}; $n = $t.Network.Renamed($args[4], '/nets/' + $args[4]); $h = $n | Find-StableNeurons; "
                + "$h | Export-StabilityReport $args[0]; $h | Invoke-LeoCompression | Export-StabilityReport $args[1] -Title $args[4]; "
                + "Import-ReluNetwork $args[3] | Find-StableNeurons | Invoke-LeoCompression -Level Maximal | "
                + "Export-StabilityReport $args[2]",
            pages[0], pages[1], pages[2], Convolutional, Hostile);
        foreach (string page in pages)
        {
            (string document, string[] console) = Browser.Open(page, 1200, folder.File("profile"));
            Assert.Empty(console);
            Assert.Contains("States by layer", document, StringComparison.Ordinal);
            Assert.DoesNotContain("<img src=\"x\"", document, StringComparison.Ordinal);
            Assert.All(Links().Matches(document).Select(static m => m.Groups[1].Value), static link => Assert.Matches("^(data:|#)", link));
            foreach (int width in (int[])[400, 1200])
                Assert.Equal((width, 0), Measured(page, width, folder));
        }
    }

    /// <summary>
    /// How wide a page is in a window, and how many elements it has that came out of names: by a script in a copy of the page, whose own
    /// policy would not let it run.
    /// </summary>
    private static (int Width, int Foreign) Measured(string page, int width, TemporaryFolder folder)
    {
        string text = File.ReadAllText(page);
        Assert.Contains("Content-Security-Policy", text, StringComparison.Ordinal);
        const string Script = "<script>document.documentElement.dataset.seen = [document.documentElement.scrollWidth - innerWidth, "
            + "document.querySelectorAll('img, script, [onerror]').length - 1].join()</script></html>";
        string copy = folder.Write("copy.html", text.Replace("http-equiv", "name", StringComparison.Ordinal)
            .Replace("</html>", Script, StringComparison.Ordinal));
        string document = Browser.Open(copy, width, folder.File("profile")).Document;
        string[] seen = Regex.Match(document, "data-seen=\"([^\"]*)\"").Groups[1].Value.Split(',');
        return (width + int.Parse(seen[0]), int.Parse(seen[1]));
    }

    /// <summary>The rules that hold for every page.</summary>
    private static void RequireOnePage(string page)
    {
        Assert.StartsWith("<!DOCTYPE html>\n<html lang=\"en\">", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", page, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("@import", page, StringComparison.Ordinal);
        Assert.Equal(["http://www.w3.org/1999/xlink", "http://www.w3.org/2000/svg"], // names, not addresses
            Regex.Matches(page, "https?://[^\"< ]*").Select(static m => m.Value).Distinct().Order());
        string[] ids = [.. Regex.Matches(page, " id=\"([^\"]*)\"").Select(static m => m.Groups[1].Value)];
        Assert.Equal(ids.Length, ids.Distinct().Count());
        Assert.All(
            Regex.Matches(page, "(?:url\\(|href=\")#([^\")]*)|aria-labelledby=\"([^\"]*)\"").SelectMany(
                static m => (m.Groups[1].Value + m.Groups[2].Value).Split(' ')),
            id => Assert.Contains(id, ids));
        Assert.All(Regex.Matches(page, "<svg [^>]*>").Select(static m => m.Value), svg => Assert.Contains("role=\"img\"", svg));
        Assert.DoesNotMatch("<th>|<table(?![^>]*>\\s*<caption>)", page);
    }

    private static double Shown(string page, string name) => double.Parse(
        Regex.Match(page, $"<th scope=\"row\" class=\"text\">{name}</th>\\s*<td class=\"text\">([^:]*):").Groups[1].Value,
        System.Globalization.CultureInfo.InvariantCulture);

    [GeneratedRegex("(?:src|href)=\"([^\"]*)\"")]
    private static partial Regex Links();
}
