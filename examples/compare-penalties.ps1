<#
.SYNOPSIS
    What each penalty in training makes removable, at nearly the same accuracy.
.DESCRIPTION
    Trains a network for each penalty, each of several weights, and each seed; finds the stable neurons and compresses. The penalties of
    dense networks are none, l1, the stability penalties, l1 and stability together; those of networks with convolutions none, l1, that on
    filters, and, with BatchNormalization, none and that on its scales. Of each penalty it then shows the weight that leaves the fewest
    connections, among those whose accuracy, on average over the seeds, is at most a little below that without any penalty. Accuracy is of
    rows that no training saw. Nothing is lost by the compression itself: accuracy is the same before and after.
.PARAMETER DataPath
    Labelled rows: CSV or NPY; or images in IDX, with -LabelPath.
.PARAMETER LabelPath
    The labels of images in IDX.
.PARAMETER LabelColumn
    The label column of a CSV.
.PARAMETER Scale
    The factor that brings the values to 0 to 1.
.PARAMETER Architecture
    The hidden layers, such as 48-32, or with convolutions 8c3s2-16c3s2-64.
.PARAMETER L1
    Weights of the l1 penalty.
.PARAMETER Stability
    Weights of the stability penalties.
.PARAMETER Mode
    The stability penalties.
.PARAMETER FilterPenalty
    Weights of the penalty on filters.
.PARAMETER ScalePenalty
    Weights of the penalty on scales.
.PARAMETER Seed
    The seeds.
.PARAMETER Epochs
    Epochs of each training; 0 for the default.
.PARAMETER Drop
    How much accuracy may be lost, in percent of the rows.
.PARAMETER CsvPath
    The CSV; trainings that are in it are not run again.
.EXAMPLE
    ./compare-penalties.ps1 -DataPath t10k-images-idx3-ubyte.gz -LabelPath t10k-labels-idx1-ubyte.gz -Scale (1/255) -Architecture 100-100 `
        -L1 0.0005, 0.001, 0.002, 0.004 -Stability 1e-4, 3e-4, 1e-3 -Mode Width, Area
.EXAMPLE
    ./compare-penalties.ps1 -Architecture 8c3s2-16c3s2-64 -CsvPath filters.csv
#>
[CmdletBinding()]
param(
    [string]$DataPath = (Join-Path $PSScriptRoot 'digits.csv.gz'),
    [string]$LabelPath,
    [string]$LabelColumn = 'Last',
    [double]$Scale = 1 / 16,
    [string]$Architecture = '48-32',
    [double[]]$L1 = @(0.002, 0.004, 0.008, 0.012, 0.02, 0.03),
    [double[]]$Stability = @(1e-4, 3e-4, 1e-3, 3e-3),
    [string[]]$Mode = @('Width', 'Area', 'Tanh'),
    [double[]]$FilterPenalty = @(0.1, 0.2, 0.3, 0.4, 0.6),
    [double[]]$ScalePenalty = @(0.1, 0.2, 0.3, 0.4, 0.6),
    [int[]]$Seed = @(0, 1),
    [int]$Epochs = 0,
    [double]$Drop = 0.5,
    [string]$CsvPath = 'penalties.csv'
)

$ErrorActionPreference = 'Stop'
if (-not (Get-Module ExactCompression)) {
    Import-Module (Join-Path $PSScriptRoot '..' 'ExactCompression.psd1')
}

$data = if ($LabelPath) { Import-InputData $DataPath -LabelPath $LabelPath -Scale $Scale }
else { Import-InputData $DataPath -LabelColumn $LabelColumn -Scale $Scale }
$sweep = @{ Data = $data; Architecture = $Architecture; Seed = $Seed; Path = $CsvPath; PassThru = $true }
if ($Epochs -gt 0) { $sweep.Epochs = $Epochs }
$penalties = [ordered]@{ none = @{ L1 = 0 }; l1 = @{ L1 = $L1 } }
if ($Architecture -match 'c') {
    $penalties['filters'] = @{ FilterPenalty = $FilterPenalty }
    $penalties['none, BatchNormalization'] = @{ BatchNormalization = $true }
    $penalties['scales, BatchNormalization'] = @{ BatchNormalization = $true; ScalePenalty = $ScalePenalty }
}
else {
    foreach ($name in $Mode) {
        $penalties["stability, $name"] = @{ L1 = 0; Stability = $Stability; StabilityMode = $name }
        $penalties["l1 and stability, $name"] = @{ L1 = $L1; Stability = $Stability; StabilityMode = $name }
    }
}

$least = $null
$best = foreach ($penalty in $penalties.Keys) {
    $settings = $penalties[$penalty]
    $rows = Invoke-CompressionSweep @sweep @settings | Where-Object { -not $_.Failed }
    $means = @($rows | Group-Object L1, Stability, FilterPenalty, ScalePenalty | ForEach-Object {
            $rows = $_.Group
            $mean = { param($column) ($rows | Measure-Object $column -Average).Average }
            [pscustomobject]@{
                Penalty = $penalty
                L1 = $rows[0].L1
                Weight = [Math]::Max($rows[0].Stability, [Math]::Max($rows[0].FilterPenalty, $rows[0].ScalePenalty))
                Accuracy = 100 * (& $mean Accuracy)
                Stable = & $mean StablePercent
                Connections = (& $mean Connections) * (1 - (& $mean ConnectionsRemovedPercent) / 100)
                MultiplyAdds = & $mean MultiplyAddsAfter
                Before = $rows[0].Connections
            }
        })
    if ($null -eq $least) { $least = $means[0].Accuracy - $Drop }
    $enough = @($means | Where-Object Accuracy -GE $least)
    if ($enough.Count -eq 0) { Write-Host "No weight of '$penalty' keeps the accuracy." }
    $enough | Sort-Object Connections, Stable | Select-Object -First 1
}

$best | Format-Table Penalty,
@{ Name = 'L1'; Expression = { '{0:g}' -f $_.L1 }; Align = 'Right' },
@{ Name = 'Weight'; Expression = { '{0:g}' -f $_.Weight }; Align = 'Right' },
@{ Name = 'Accuracy %'; Expression = { '{0:f1}' -f $_.Accuracy }; Align = 'Right' },
@{ Name = 'Stable %'; Expression = { '{0:f1}' -f $_.Stable }; Align = 'Right' },
@{ Name = 'Connections'; Expression = { '{0:n0}' -f $_.Connections }; Align = 'Right' },
@{ Name = 'Removed %'; Expression = { '{0:f1}' -f (100 - 100 * $_.Connections / $_.Before) }; Align = 'Right' },
@{ Name = 'Multiply-adds'; Expression = { '{0:n0}' -f $_.MultiplyAdds }; Align = 'Right' }
Write-Host ("$(@(Import-Csv $CsvPath).Count) trainings are in $CsvPath; means over seeds $($Seed -join ', '); " +
    "accuracy at most $Drop % below that of none.")
