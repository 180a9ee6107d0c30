<#
.SYNOPSIS
    One shard of a training sweep: what one cluster job, or one of several machines, runs.
.DESCRIPTION
    All shards together are one grid of networks. Each writes a CSV of its own and, started again, resumes where it was stopped, whatever
    the others did. fan-out.ps1 starts shards over SSH or as processes; sweep.sbatch is a job array for Slurm.
.PARAMETER ShardIndex
    Which shard this is, counted from 0.
.PARAMETER ShardCount
    The number of shards.
.PARAMETER DataPath
    Labelled rows to train on.
.PARAMETER LabelColumn
    The label column.
.PARAMETER Scale
    The factor that scales the values to what the networks expect.
.PARAMETER Architecture
    Hidden layers: 100-50, or 3x100.
.PARAMETER L1
    L1 penalties.
.PARAMETER Seed
    Seeds.
.PARAMETER Epochs
    Training passes over the rows.
.PARAMETER Threads
    CPU threads to use; 0 for all cores.
.PARAMETER OutputPath
    The folder for the CSV, shard-<index>.csv; created if it does not exist.
.PARAMETER PassThru
    Passes the rows of this shard, old and new, to the pipeline.
#>
[CmdletBinding()]
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
# What other shards have done is not done again, in case their number has changed.
$others = Join-Path $OutputPath 'shard-*.csv'
$rows = @(Invoke-CompressionSweep @sweep -SkipPath $others -PassThru)
if ($PassThru) {
    $rows
}
else {
    Write-Host "shard $ShardIndex of ${ShardCount}: $($rows.Count) rows, $(@($rows | Where-Object Failed).Count) with an error"
}
