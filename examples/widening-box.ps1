<#
.SYNOPSIS
    How much of a network is left as the box around one input widens.
.DESCRIPTION
    Near one input most neurons are stable and can be removed. The wider the box, the more of them are needed. Also draws the curve from
    the CSV.
.PARAMETER NetworkPath
    The network.
.PARAMETER DataPath
    Rows, of which one is the centre of the box.
.PARAMETER LabelColumn
    The label column, or None.
.PARAMETER Scale
    The factor that scales the values to what the network expects.
.PARAMETER Row
    The row, counted from 0.
.PARAMETER Radius
    How far each input may be from the centre; boxes are clipped to the network's own domain.
.PARAMETER CsvPath
    The CSV; the plot is written beside it.
#>
[CmdletBinding()]
param(
    [string]$NetworkPath = (Join-Path $PSScriptRoot 'digits_48-32-24_l1-0.004.onnx'),
    [string]$DataPath = (Join-Path $PSScriptRoot 'digits.csv.gz'),
    [string]$LabelColumn = 'Last',
    [double]$Scale = 1 / 16,
    [int]$Row = 0,
    [double[]]$Radius = @(0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1),
    [string]$CsvPath = 'box.csv'
)

$ErrorActionPreference = 'Stop'
if (-not (Get-Module ExactCompression)) {
    Import-Module (Join-Path $PSScriptRoot '..' 'ExactCompression.psd1')
}

$data = Import-InputData $DataPath -LabelColumn $LabelColumn -Scale $Scale
$network = Import-ReluNetwork $NetworkPath
$rows = $network | Invoke-CompressionSweep -Data $data -Row $Row -Radius $Radius -Path $CsvPath -PassThru
$rows | Sort-Object Radius | Format-Table @{ Name = 'Radius'; Expression = { "$($_.Radius)" } },
@{ Name = 'Stable %'; Expression = { '{0:f1}' -f $_.StablePercent } }, Compressed,
@{ Name = 'Removed %'; Expression = { '{0:f1}' -f $_.ConnectionsRemovedPercent } },
@{ Name = 'Proven'; Expression = { '{0:g3}' -f $_.ProvenDeviation } }

$picture = $CsvPath -replace '\.csv$', '.svg'
$rows | Export-StabilityPlot $picture -X Radius -Y StablePercent, ConnectionsRemovedPercent -GroupBy Architecture
Write-Host "The curve is in $picture."
