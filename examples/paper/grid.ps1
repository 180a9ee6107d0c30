<#
.SYNOPSIS
    The grid of the paper: every architecture at every l1 penalty, trained, searched and compressed.
.DESCRIPTION
    Writes grid.csv with one row per network, the networks themselves, and a plot of what was removed and of the remaining accuracy against
    the penalty. Stopped and started again, it resumes with the rows that grid.csv lacks. The other experiments use its networks.
.PARAMETER OutputPath
    The folder for all that is written.
.PARAMETER MnistPath
    A folder with the files of MNIST; without it, the digits of the repository.
.PARAMETER Full
    The paper's own sizes.
.PARAMETER ShardIndex
    Which shard of the grid, counted from 0: for a job array.
.PARAMETER ShardCount
    The number of shards.
.EXAMPLE
    ./grid.ps1
.EXAMPLE
    ./grid.ps1 -Full -MnistPath ~/mnist
#>
[CmdletBinding()]
param(
    [string]$OutputPath = 'out/paper',
    [string]$MnistPath,
    [switch]$Full,
    [int]$ShardIndex = 0,
    [int]$ShardCount = 1
)

$ErrorActionPreference = 'Stop'
$setting = & (Join-Path $PSScriptRoot 'setting.ps1') -Full:$Full -MnistPath $MnistPath
New-Item -ItemType Directory -Path $OutputPath -Force | Out-Null

$training = $setting.Training
$test = if ($setting.TestData) { @{ TestData = $setting.TestData } } else { @{} }
$csv = Join-Path $OutputPath 'grid.csv'
$grid = @{ Architecture = $setting.Architecture; L1 = $setting.L1; Seed = $setting.Seed }
$rows = Invoke-CompressionSweep -Data $setting.Data @test @grid @training `
    -NetworkFolder (Join-Path $OutputPath 'networks') -ShardIndex $ShardIndex -ShardCount $ShardCount -Path $csv -PassThru
$rows | Sort-Object Architecture, L1 |
    Format-Table Architecture, @{ Name = 'L1'; Expression = { "$($_.L1)" } }, Seed,
    @{ Name = 'Accuracy'; Expression = { '{0:f4}' -f $_.Accuracy } }, @{ Name = 'After'; Expression = { '{0:f4}' -f $_.AccuracyAfter } },
    StablyActive, StablyInactive, Unstable, Compressed, @{ Name = 'Removed %'; Expression = { '{0:f1}' -f $_.ConnectionsRemovedPercent } }

$picture = Join-Path $OutputPath 'grid.svg'
$title = "Compression against l1, $($setting.Name)"
$rows | Export-StabilityPlot $picture -X L1 -Y ConnectionsRemovedPercent, Accuracy -GroupBy Architecture -Title $title
Write-Host "$(@($rows).Count) networks: $csv, $picture"
