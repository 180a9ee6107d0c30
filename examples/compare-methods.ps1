<#
.SYNOPSIS
    How long each method takes to decide all neurons of some networks, and whether they agree.
.DESCRIPTION
    Hybrid is this module's own search; the others are the paper's mixed-integer programs. One search runs at a time, with all cores, so
    that the seconds can be compared. A method that runs into the time limit leaves neurons undetermined.
.PARAMETER NetworkPath
    Network files, or folders of them.
.PARAMETER DataPath
    Labelled rows that are run through each network first.
.PARAMETER LabelColumn
    The label column.
.PARAMETER Scale
    The factor that scales the values to what the networks expect.
.PARAMETER Method
    The methods.
.PARAMETER TimeLimit
    Seconds for one search.
.PARAMETER CsvPath
    The CSV; searches that are in it are not run again.
#>
[CmdletBinding()]
param(
    [string[]]$NetworkPath = (Join-Path $PSScriptRoot 'digits_48-32-24_l1-0.004.onnx'),
    [string]$DataPath = (Join-Path $PSScriptRoot 'digits.csv.gz'),
    [string]$LabelColumn = 'Last',
    [double]$Scale = 1 / 16,
    [string[]]$Method = @('Hybrid', 'Isa', 'Layer', 'Neuron', 'NeuronApproximate'),
    [double]$TimeLimit = 60,
    [string]$CsvPath = 'methods.csv'
)

$ErrorActionPreference = 'Stop'
if (-not (Get-Module ExactCompression)) {
    Import-Module (Join-Path $PSScriptRoot '..' 'ExactCompression.psd1')
}

$data = Import-InputData $DataPath -LabelColumn $LabelColumn -Scale $Scale
$sweep = @{ Data = $data; Method = $Method; Level = 'DeleteOnly'; TimeLimit = $TimeLimit; ThrottleLimit = 1; Path = $CsvPath }
$rows = $NetworkPath | Invoke-CompressionSweep @sweep -PassThru
$rows | Sort-Object Network, SearchSeconds |
    Format-Table -GroupBy Network Method, StablyActive, StablyInactive, Unstable, Undetermined,
    @{ Name = 'Seconds'; Expression = { '{0:f3}' -f $_.SearchSeconds } }

# Methods must agree on what they decided; what they left undecided may differ.
foreach ($network in $rows | Where-Object Undetermined -EQ 0 | Group-Object Network) {
    $verdicts = @($network.Group | ForEach-Object { "$($_.ActiveByLayer) / $($_.InactiveByLayer)" } | Select-Object -Unique)
    $finding = if ($verdicts.Count -eq 1) { 'all methods that decided every neuron agree' } else { 'THE METHODS DISAGREE' }
    Write-Host "$($network.Name): $finding"
}
