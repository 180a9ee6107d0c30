<#
.SYNOPSIS
    What the experiments of this folder run on: a small default, or the paper's own sizes.
.DESCRIPTION
    Returns a hashtable with the data, and what to train. The small setting is the digits of the repository, in less than a minute on two
    cores; the full one is MNIST, from a folder with its four files (IDX, gzip or not), in hours.
#>
[CmdletBinding()]
param(
    [switch]$Full,
    [string]$MnistPath
)

$ErrorActionPreference = 'Stop'
if (-not (Get-Module ExactCompression)) {
    Import-Module (Join-Path $PSScriptRoot '..' '..' 'ExactCompression.psd1')
}

if ($Full -and -not $MnistPath) {
    throw 'The full setting needs MNIST: name the folder of its files with -MnistPath.'
}

if (-not $MnistPath) {
    return @{
        Name         = 'digits'
        Data         = Import-InputData (Join-Path $PSScriptRoot '..' 'digits.csv.gz') -LabelColumn Last -Scale (1 / 16)
        TestData     = $null
        Architecture = @('2x32', '2x64', '3x32')
        L1           = @(0, 0.0005, 0.001, 0.002, 0.004, 0.008)
        Seed         = @(0)
        Training     = @{ Epochs = 100; BatchSize = 32 }
    }
}

function Find-Mnist([string]$Name) {
    Get-ChildItem (Join-Path $MnistPath "$Name*") | Select-Object -First 1
}
$test = Find-Mnist 't10k-images*' | Import-InputData -LabelPath (Find-Mnist 't10k-labels*').FullName
$train = Find-Mnist 'train-images*'
$setting = @{
    Name         = 'MNIST'
    # Where only the 10,000 images of the test set are there, they serve alone: a tenth of them is then held out.
    Data         = if ($train) { $train | Import-InputData -LabelPath (Find-Mnist 'train-labels*').FullName } else { $test }
    TestData     = if ($train) { $test } else { $null }
    Architecture = @('2x100')
    L1           = @(0, 0.000025, 0.00005, 0.0001, 0.0002, 0.0005, 0.001, 0.002)
    Seed         = @(0)
    Training     = @{ Epochs = 30; BatchSize = 128 }
}
if ($Full) {
    $setting.Architecture = @('2x100', '2x200', '2x400', '2x800', '3x100', '4x100', '5x100')
    $setting.L1 = @(0..16 | ForEach-Object { $_ * 0.000025 }) + @(0.0005, 0.001, 0.0015, 0.002, 0.003)
    $setting.Seed = @(0..4)
    $setting.Training = @{ Epochs = 120; BatchSize = 128 }
}
$setting
