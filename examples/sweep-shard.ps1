<#
.SYNOPSIS
    One share of a training sweep: what a job of a cluster, or a machine of several, runs.
.DESCRIPTION
    All shares together are one grid of networks. Each writes a CSV of its own and, started again, goes on where it was stopped, whatever
    the others did. fan-out.ps1 starts shares over SSH or as processes; sweep.sbatch is a job array for Slurm.
.PARAMETER ShardIndex
    Which share this is, from 0.
.PARAMETER ShardCount
    How many there are.
.PARAMETER DataPath
    Labelled rows to train on.
.PARAMETER LabelColumn
    The column of the label.
.PARAMETER Scale
    What every value is multiplied by.
.PARAMETER Architecture
    Hidden layers: 100-50, or 3x100.
.PARAMETER L1
    L1 penalties.
.PARAMETER Seed
    Seeds.
.PARAMETER Epochs
    Passes of training over its rows.
.PARAMETER Threads
    CPU threads to use; 0 for all cores.
.PARAMETER OutputPath
    The folder for the CSV, shard-<index>.csv; made if it is not there.
.PARAMETER PassThru
    Gives the rows of this share, old and new, to the pipeline.
#>
param(
    [int]$ShardIndex = 0,
    [int]$ShardCount = 1,
    [string]$DataPath = (Join-Path $PSScriptRoot 'digits.csv.gz'),
    [string]$LabelColumn = 'Last',
    [double]$Scale = 1 / 16,
    [string[]]$Architecture = @('2x32', '3x32'),
    [double[]]$L1 = @(0, 0.001, 0.002, 0.004),
    [int[]]$Seed = @(0),
    [int]$Epochs = 100,
    [int]$Threads = 0,
    [string]$OutputPath = 'shards',
    [switch]$PassThru
)

$ErrorActionPreference = 'Stop'
if (-not (Get-Module ExactCompression)) {
    Import-Module (Join-Path $PSScriptRoot '..' 'ExactCompression.psd1')
}

New-Item -ItemType Directory -Path $OutputPath -Force | Out-Null
$data = Import-InputData $DataPath -LabelColumn $LabelColumn -Scale $Scale
$sweep = @{
    Data         = $data
    Architecture = $Architecture
    L1           = $L1
    Seed         = $Seed
    Epochs       = $Epochs
    Threads      = $Threads
    ShardIndex   = $ShardIndex
    ShardCount   = $ShardCount
    Path         = Join-Path $OutputPath "shard-$ShardIndex.csv"
}
# What other shares have done is not done again, should their number have changed.
$others = Join-Path $OutputPath 'shard-*.csv'
$rows = @(Invoke-CompressionSweep @sweep -SkipPath $others -PassThru)
if ($PassThru) {
    $rows
}
else {
    Write-Host "share $ShardIndex of ${ShardCount}: $($rows.Count) rows, $(@($rows | Where-Object Failed).Count) with an error"
}
