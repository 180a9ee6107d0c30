<#
.SYNOPSIS
    Run time of the methods on the networks of the grid.
.DESCRIPTION
    Searches each network by each method, one at a time, with all cores, and sums up by method. Needs the networks that grid.ps1 wrote.
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
    [string[]]$Method = @('Hybrid', 'Isa', 'Layer', 'NeuronApproximate', 'Neuron'),
    [double]$TimeLimit = $(if ($Full) { 10800 } else { 10 })
)

$ErrorActionPreference = 'Stop'
$setting = & (Join-Path $PSScriptRoot 'setting.ps1') -Full:$Full -MnistPath $MnistPath
if (-not $NetworkPath) {
    # One network per penalty, unless all are wanted.
    $widths = $setting.Architecture[0] -replace '^2x(\d+)$', '$1-$1'
    $NetworkPath = Join-Path $OutputPath 'networks' $(if ($Full) { '*.onnx' } else { "*_${widths}_*_seed-0.onnx" })
}

$csv = Join-Path $OutputPath 'methods.csv'
$sweep = @{ Data = $setting.Data; Method = $Method; TimeLimit = $TimeLimit; ThrottleLimit = 1 }
$rows = @(Invoke-CompressionSweep $NetworkPath @sweep -Level DeleteOnly -Path $csv -PassThru)
$rows | Sort-Object L1, Method |
    Format-Table @{ Name = 'L1'; Expression = { "$($_.L1)" } }, Method, StablyActive, StablyInactive, Unstable, Undetermined,
    @{ Name = 'Seconds'; Expression = { '{0:f3}' -f $_.SearchSeconds } }

$summary = foreach ($group in $rows | Group-Object Method) {
    $logarithms = $group.Group | ForEach-Object { [Math]::Log([Math]::Max($_.SearchSeconds, 0.000001)) } | Measure-Object -Average
    [pscustomobject]@{
        Method           = $group.Name
        Networks         = $group.Count
        Undetermined     = ($group.Group | Measure-Object Undetermined -Sum).Sum
        GeometricMean    = [Math]::Round([Math]::Exp($logarithms.Average), 4)
        LongestSeconds   = [Math]::Round(($group.Group | Measure-Object SearchSeconds -Maximum).Maximum, 3)
    }
}
$summary | Sort-Object GeometricMean | Format-Table

$picture = Join-Path $OutputPath 'methods.svg'
$rows | Export-StabilityPlot $picture -X L1 -Y SearchSeconds -GroupBy Method -Title "Seconds to decide all neurons, $($setting.Name)"
Write-Host "$($rows.Count) searches: $csv, $picture"
