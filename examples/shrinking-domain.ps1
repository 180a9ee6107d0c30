<#
.SYNOPSIS
    How compression grows as the domain shrinks around the data.
.DESCRIPTION
    The default domain, [0,1] for each input, contains images that will never occur. This compares it with the range of the data,
    input by input, with less and less margin, and with balls around some rows. A compression is valid on its own domain only.
.PARAMETER NetworkPath
    Network files, or folders of them.
.PARAMETER DataPath
    Labelled rows.
.PARAMETER LabelColumn
    The label column.
.PARAMETER Scale
    The factor that scales the values to what the networks expect.
.PARAMETER Margin
    How far inputs may lie beyond the data.
.PARAMETER Radius
    Radii of the balls.
.PARAMETER Row
    The rows at the centres of the balls, counted from 0.
.PARAMETER CsvPath
    The CSV.
#>
[CmdletBinding()]
param(
    [string[]]$NetworkPath = (Join-Path $PSScriptRoot 'digits_48-32-24_l1-0.004.onnx'),
    [string]$DataPath = (Join-Path $PSScriptRoot 'digits.csv.gz'),
    [string]$LabelColumn = 'Last',
    [double]$Scale = 1 / 16,
    [double[]]$Margin = @(0.1, 0.05, 0),
    [double[]]$Radius = @(0.1, 0.01),
    [int[]]$Row = @(0, 1),
    [string]$CsvPath = 'domains.csv'
)

$ErrorActionPreference = 'Stop'
if (-not (Get-Module ExactCompression)) {
    Import-Module (Join-Path $PSScriptRoot '..' 'ExactCompression.psd1')
}

$data = Import-InputData $DataPath -LabelColumn $LabelColumn -Scale $Scale
$boxes = @(New-InputDomain 0 1) + @($Margin | ForEach-Object { New-InputDomain -FromData $data -Margin $_ -ClipLower 0 -ClipUpper 1 })
$sweep = @{ Data = $data; Path = $CsvPath; PassThru = $true }
$rows = @($NetworkPath | Invoke-CompressionSweep -Domain $boxes @sweep) +
    @($NetworkPath | Invoke-CompressionSweep -Radius $Radius -Row $Row @sweep)
# The ends of the domains are in the CSV; without them the table fits a narrow screen.
$rows | Sort-Object Network, @{ Expression = 'DomainWidth'; Descending = $true } |
    Format-Table -GroupBy Network @{ Name = 'Domain'; Expression = { $_.Domain -replace ' in \[[^]]*\]\^\d+$' } },
    @{ Name = 'Width'; Expression = { '{0:f4}' -f $_.DomainWidth }; Align = 'Right' },
    @{ Name = 'Stable %'; Expression = { '{0:f1}' -f $_.StablePercent }; Align = 'Right' },
    @{ Name = 'Removed %'; Expression = { '{0:f1}' -f $_.ConnectionsRemovedPercent }; Align = 'Right' }
