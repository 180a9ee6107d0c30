<#
.SYNOPSIS
    Compressibility against l1: how many neurons become stable, what each level removes, and what such training costs in accuracy.
.DESCRIPTION
    Means over the seeds, for one architecture. Compression itself costs no accuracy; a strong penalty does.
.PARAMETER OutputPath
    The folder for all that is written.
.PARAMETER MnistPath
    A folder with the files of MNIST; without it, the digits of the repository.
.PARAMETER Full
    The paper's own sizes.
.PARAMETER Architecture
    The architecture.
.PARAMETER Seed
    The seeds.
#>
[CmdletBinding()]
param(
    [string]$OutputPath = 'out/paper',
    [string]$MnistPath,
    [switch]$Full,
    [string]$Architecture,
    [int[]]$Seed = @(0, 1, 2)
)

$ErrorActionPreference = 'Stop'
$setting = & (Join-Path $PSScriptRoot 'setting.ps1') -Full:$Full -MnistPath $MnistPath
New-Item -ItemType Directory -Path $OutputPath -Force | Out-Null
if (-not $Architecture) {
    $Architecture = $setting.Architecture[0]
}

$training = $setting.Training
$test = if ($setting.TestData) { @{ TestData = $setting.TestData } } else { @{} }
# The grid's own file: networks that are in it are not trained again.
$csv = Join-Path $OutputPath 'grid.csv'
$rows = @(Invoke-CompressionSweep -Data $setting.Data @test -Architecture $Architecture -L1 $setting.L1 -Seed $Seed @training `
        -NetworkFolder (Join-Path $OutputPath 'networks') -Path $csv -PassThru | Where-Object { -not $_.Failed })

function Get-Mean($Rows, [string]$Property) {
    [Math]::Round(($Rows | Measure-Object $Property -Average).Average, 4)
}
$means = foreach ($group in $rows | Group-Object L1) {
    [pscustomobject]@{
        L1                    = $group.Group[0].L1
        Networks              = $group.Count
        Accuracy              = Get-Mean $group.Group Accuracy
        AccuracyAfter         = Get-Mean $group.Group AccuracyAfter
        StablePercent         = Get-Mean $group.Group StablePercent
        DeleteOnlyPercent     = [Math]::Round(100 * (Get-Mean $group.Group DeleteOnlyConnectionsRemoved) / $group.Group[0].Connections, 2)
        LeoPlusPlusPercent    = [Math]::Round(100 * (Get-Mean $group.Group LeoPlusPlusConnectionsRemoved) / $group.Group[0].Connections, 2)
        MaximalPercent        = [Math]::Round(100 * (Get-Mean $group.Group MaximalConnectionsRemoved) / $group.Group[0].Connections, 2)
        LargestDeviation      = ($group.Group | Measure-Object ProvenDeviation -Maximum).Maximum
    }
}
$means = @($means | Sort-Object L1)
$means | Export-Csv (Join-Path $OutputPath 'compressibility.csv') -UseQuotes AsNeeded
$means | Format-Table @{ Name = 'L1'; Expression = { "$($_.L1)" } }, Networks, Accuracy, AccuracyAfter, StablePercent,
DeleteOnlyPercent, LeoPlusPlusPercent, MaximalPercent, @{ Name = 'LargestDeviation'; Expression = { '{0:g3}' -f $_.LargestDeviation } }

$picture = Join-Path $OutputPath 'compressibility.svg'
$title = "Compressibility against l1, $($setting.Name) $Architecture"
$rows | Export-StabilityPlot $picture -X L1 -Y StablePercent, ConnectionsRemovedPercent, Accuracy -GroupBy Architecture -Title $title
Write-Host "$($rows.Count) networks: $picture"
