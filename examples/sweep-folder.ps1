<#
.SYNOPSIS
    One row of figures for each network of a folder, in one CSV.
.DESCRIPTION
    Sweeps all network files of a folder in parallel on the cores of this machine. Stopped and started again, it resumes with the
    networks that the CSV lacks. A file that cannot be read becomes a row with its error.
.PARAMETER NetworkPath
    The folder, or files with wildcards.
.PARAMETER DataPath
    Labelled rows, for accuracy and for the search: by default the digits beside this script.
.PARAMETER LabelColumn
    The label column.
.PARAMETER Scale
    The factor that scales the values to what the networks expect.
.PARAMETER CsvPath
    The CSV.
.EXAMPLE
    ./sweep-folder.ps1 -NetworkPath ~/networks -DataPath ~/mnist.csv -LabelColumn First -Scale (1/255) -CsvPath networks.csv
#>
[CmdletBinding()]
param(
    [string[]]$NetworkPath = $PSScriptRoot,
    [string]$DataPath = (Join-Path $PSScriptRoot 'digits.csv.gz'),
    [string]$LabelColumn = 'Last',
    [double]$Scale = 1 / 16,
    [string]$CsvPath = 'networks.csv'
)

$ErrorActionPreference = 'Stop'
if (-not (Get-Module ExactCompression)) {
    Import-Module (Join-Path $PSScriptRoot '..' 'ExactCompression.psd1')
}

$data = Import-InputData $DataPath -LabelColumn $LabelColumn -Scale $Scale
$rows = @($NetworkPath | Invoke-CompressionSweep -Data $data -Path $CsvPath -PassThru)
$rows | Sort-Object Network | Format-Table

$failed = @($rows | Where-Object Failed)
Write-Host "$($rows.Count) networks are in $CsvPath, $($failed.Count) of them with an error."
