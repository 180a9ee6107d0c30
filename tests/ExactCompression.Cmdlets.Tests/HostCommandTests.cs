namespace ExactCompression.Cmdlets.Tests;

/// <summary>The everyday commands that the host brings, against what PowerShell 7.6 gives for the same text.</summary>
public sealed class HostCommandTests
{
    /// <summary>One process for all cases: each is an expression and what it must equal.</summary>
    private static readonly (string Script, string Expected)[] Cases =
    [
        ("Join-Path a b c", "a/b/c"),
        ("Split-Path /x/y.txt; Split-Path /x/y.txt -Leaf; Split-Path /x/y.txt -LeafBase; Split-Path /x/y.txt -Extension",
            "/x y.txt y .txt"),
        ("3, 1, 2 | Sort-Object", "1 2 3"),
        ("3, 1, 2, 3 | Sort-Object -Descending -Unique", "3 2 1"),
        ("'b10', 'a2' | Sort-Object { [int]$_.Substring(1) }", "a2 b10"),
        ("1..10 | Select-Object -First 2; 1..10 | Select-Object -Last 2; 1..4 | Select-Object -Skip 3", "1 2 9 10 4"),
        ("1, 1, 2 | Select-Object -Unique", "1 2"),
        ("([pscustomobject]@{ A = 1; B = 2 } | Select-Object B, @{ n = 'C'; e = { $_.A + 5 } } | ForEach-Object { \"$($_.B),$($_.C)\" })",
            "2,6"),
        ("[pscustomobject]@{ A = 1, 2 } | Select-Object -ExpandProperty A", "1 2"),
        ("(1..4 | Measure-Object -Sum -Average -Maximum -Minimum | ForEach-Object { "
            + "\"$($_.Count),$($_.Sum),$($_.Average),$($_.Maximum),$($_.Minimum)\" })", "4,10,2.5,4,1"),
        ("('a', 'bb', 'cc' | Measure-Object -Property Length -Sum).Sum", "5"),
        ("'a', 'bb', 'cc' | Group-Object Length | ForEach-Object { \"$($_.Name):$($_.Count)\" }", "1:1 2:2"),
        ("Test-Path .; Test-Path ./no-such; Test-Path . -PathType Leaf", "True False False"),
        ("([pscustomobject]@{ A = 1; B = 'x, \"y\"' } | ConvertTo-Csv) -join ';'", "\"A\",\"B\";\"1\",\"x, \"\"y\"\"\""),
        ("([pscustomobject]@{ A = 1 } | Format-Table | Out-String).Trim() -replace '\\s+', '_'", "A_-_1"),
        ("([pscustomobject]@{ A = 1 } | Format-List | Out-String).Trim()", "A : 1"),
        ("('x' | Out-String -Stream)", "x"),
        ("(Measure-Command { Start-Sleep -Milliseconds 30 }).TotalMilliseconds -ge 29", "True"),
        ("(New-Object System.Collections.ArrayList).Count", "0"),
        ("(Get-Date '2024-02-29').Day", "29"),
        ("Write-Output 1, 2 -NoEnumerate | ForEach-Object { $_.Count }", "2"),
        ("(Write-Host a b 6>&1).ToString()", "a b"),
        ("$x = $null; try { Write-Error 'e' -ErrorId Mine -ErrorAction Stop } catch { $x = $_.FullyQualifiedErrorId }; $x.Split(',')[0]",
            "Mine"),
    ];

    [Fact]
    public void Commands_GiveWhatPowerShellGives()
    {
        using var folder = new TemporaryFolder();
        string script = folder.Write(
            "cases.ps1", string.Join('\n', Cases.Select(static (c, i) => $"\"{i}=$(@(& {{ {c.Script} }}) -join ' ')\"")));
        HostRun run = HostProcess.Run([script]);
        Assert.Equal("", run.Error);
        Assert.Equal(Cases.Select(static (c, i) => $"{i}={c.Expected}"), run.Output.TrimEnd('\n').Split('\n'));
    }

    [Fact]
    public void FileCommands_WriteReadAndRemove()
    {
        using var folder = new TemporaryFolder();
        string script = folder.Write("files.ps1", """
            param($Folder)
            $ErrorActionPreference = 'Stop'
            Set-Location $Folder
            New-Item sub -ItemType Directory | Out-Null
            'one', 'two' | Set-Content sub/a.txt
            'three' | Add-Content sub/a.txt
            (Get-Content sub/a.txt) -join ','
            (Get-Content sub/a.txt -TotalCount 1), (Get-Content sub/a.txt -Tail 1) -join ','
            Copy-Item sub/a.txt sub/b.txt
            Move-Item sub/b.txt sub/c.txt
            (Get-ChildItem sub -Filter *.txt | ForEach-Object Name) -join ','
            (Get-Item sub/c.txt).Length -eq (Get-Item sub/a.txt).Length
            1..3 | ForEach-Object { [pscustomobject]@{ N = $_; T = "v $_" } } | Export-Csv sub/d.csv
            (Import-Csv sub/d.csv | ForEach-Object { "$($_.N)=$($_.T)" }) -join ','
            'text' | Out-File sub/e.txt
            (Get-Content sub/e.txt -Raw).Trim()
            Remove-Item sub -Recurse
            Test-Path sub
            try { Get-Item sub } catch { $_.CategoryInfo.Category.ToString() }
            try { Get-Item sub -NoSuchParameter } catch { $_.FullyQualifiedErrorId.Split(',')[0] }
            """);
        HostRun run = HostProcess.Run([script, folder.Path]);
        Assert.Equal("", run.Error);
        Assert.Equal(
            ["one,two,three", "one,three", "a.txt,c.txt", "True", "1=v 1,2=v 2,3=v 3", "text", "False", "ObjectNotFound",
                "NamedParameterNotFound"], run.Output.TrimEnd('\n').Split('\n'));
    }
}
