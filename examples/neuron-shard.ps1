<#
.SYNOPSIS
    One shard of the search over one network: what one cluster job, or one of several machines, runs.
.DESCRIPTION
    -Prepare searches for a short time and writes first.csv, in which the hard neurons are left open. Each shard then decides its pieces of
    these, hard and easy ones mixed, and writes a CSV for each piece. Started again, a shard goes on with the pieces that are missing; the
    number of shards may be another then. -Join joins all tables into joined.csv, and outputs the table.

    Verdicts of files are claims: Invoke-LeoCompression proves them again, within its -TimeLimit, or takes them with -AllowUnproven.
    neurons.sbatch is a job array for Slurm.
.PARAMETER NetworkPath
    The network.
.PARAMETER ShardIndex
    Which shard this is, counted from 0.
.PARAMETER ShardCount
    The number of shards.
.PARAMETER PieceSize
    The number of neurons of a piece; what an interrupted shard loses is a piece at most.
.PARAMETER FirstTimeLimit
    The time for -Prepare, in seconds.
.PARAMETER TimeLimit
    The time for a piece, in seconds.
.PARAMETER Threads
    CPU threads to use; 0 for all cores.
.PARAMETER OutputPath
    The folder for the tables; created if it does not exist.
.PARAMETER Prepare
    Only writes first.csv.
.PARAMETER Join
    Only joins the tables.
.EXAMPLE
    ./neuron-shard.ps1 -Prepare; ./neuron-shard.ps1; ./neuron-shard.ps1 -Join
#>
[CmdletBinding()]
param(
    [string]$NetworkPath = (Join-Path $PSScriptRoot 'digits_48-32-24_l1-0.004.onnx'),
    [int]$ShardIndex = 0,
    [int]$ShardCount = 1,
    [int]$PieceSize = 16,
    [double]$FirstTimeLimit = 60,
    [double]$TimeLimit = 600,
    [int]$Threads = 0,
    [string]$OutputPath = 'pieces',
    [switch]$Prepare,
    [switch]$Join
)

$ErrorActionPreference = 'Stop'
if (-not (Get-Module ExactCompression)) {
    Import-Module (Join-Path $PSScriptRoot '..' 'ExactCompression.psd1')
}

New-Item -ItemType Directory -Path $OutputPath -Force | Out-Null
$firstPath = Join-Path $OutputPath 'first.csv'
$network = Import-ReluNetwork $NetworkPath
$search = @{ Threads = $Threads }

if ($Prepare) {
    $first = $network | Find-StableNeurons -TimeLimit $FirstTimeLimit @search
    $first | Export-StabilityTable $firstPath -Force
    Write-Host "$($first.Undetermined) of $($first.Neurons.Count) neurons are left to the shards."
    return
}

$first = Import-StabilityTable $firstPath -Network $network
if ($Join) {
    $tables = @($first) + @(Get-ChildItem (Join-Path $OutputPath 'piece-*.csv') | Import-StabilityTable -Network $network)
    $joined = $tables | Join-StabilityTable
    $joined | Export-StabilityTable (Join-Path $OutputPath 'joined.csv') -Force
    Write-Host "$($tables.Count) tables are joined: $($joined.Undetermined) of $($joined.Neurons.Count) neurons are undetermined."
    return $joined
}

# A neuron is hard to decide if its bounds reach far to both sides of 0. Each piece gets some of each kind, whatever the number of shards.
$open = @($first.Neurons | Where-Object State -eq Undetermined | Sort-Object { [Math]::Min(-$_.LowerBound, $_.UpperBound) }, Layer, Neuron)
$pieces = [Math]::Ceiling($open.Count / $PieceSize)
for ($piece = $ShardIndex; $piece -lt $pieces; $piece += $ShardCount) {
    $path = Join-Path $OutputPath "piece-$piece.csv"
    if (Test-Path $path) {
        continue
    }
    $neurons = @(for ($i = $piece; $i -lt $open.Count; $i += $pieces) { $open[$i] })
    $table = $network | Find-StableNeurons -Neuron $neurons -TimeLimit $TimeLimit @search
    $table | Export-StabilityTable $path
    Write-Host "piece $piece of $pieces, $($neurons.Count) neurons: $($table.Elapsed)"
}
