<#
.SYNOPSIS
    What the pass over the data saves: the same searches with all rows, with a tenth of them, and with none.
.DESCRIPTION
    Rows that are run through the network first show most unstable neurons at no cost, and leave the program fewer candidates.
    Needs the networks that grid.ps1 wrote.
.PARAMETER OutputPath
    The folder of grid.ps1.
.PARAMETER MnistPath
    A folder with the files of MNIST; without it, the digits of the repository.
.PARAMETER Full
    The paper's own sizes: every network of the grid and three hours for a search.
.PARAMETER NetworkPath
    Networks to search instead.
.PARAMETER Method
    The methods.
.PARAMETER TimeLimit
    Seconds for one search.
#>
[CmdletBinding()]
param(
    [string]$OutputPath = 'out/paper',
    [string]$MnistPath,
    [switch]$Full,
    [string[]]$NetworkPath,
    [string[]]$Method = @('Hybrid', 'Isa'),
    [double]$TimeLimit = $(if ($Full) { 10800 } else { 20 })
)

$ErrorActionPreference = 'Stop'
$setting = & (Join-Path $PSScriptRoot 'setting.ps1') -Full:$Full -MnistPath $MnistPath
if (-not $NetworkPath) {
    $widths = $setting.Architecture[0] -replace '^2x(\d+)$', '$1-$1'
    $NetworkPath = Join-Path $OutputPath 'networks' $(if ($Full) { '*.onnx' } else { "*_${widths}_*_seed-0.onnx" })
}

$csv = Join-Path $OutputPath 'data-pass.csv'
$sweep = @{ Data = $setting.Data; Method = $Method; Preprocess = 'All', 'Partial', 'None'; TimeLimit = $TimeLimit; ThrottleLimit = 1 }
$rows = @(Invoke-CompressionSweep $NetworkPath @sweep -Level DeleteOnly -Path $csv -PassThru)
$rows | Sort-Object Method, L1, Preprocess |
    Format-Table Method, @{ Name = 'L1'; Expression = { "$($_.L1)" } }, Preprocess, Unstable, Undetermined,
    @{ Name = 'Seconds'; Expression = { '{0:f3}' -f $_.SearchSeconds } }

$picture = Join-Path $OutputPath 'data-pass.svg'
$title = "Seconds with and without the data, $($setting.Name)"
$rows | Where-Object Method -NE Hybrid |
    Export-StabilityPlot $picture -X L1 -Y SearchSeconds -GroupBy Method, Preprocess -Title $title
Write-Host "$($rows.Count) searches: $csv, $picture"
