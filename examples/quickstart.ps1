<#
.SYNOPSIS
    From a trained network to a smaller one that computes the same function.
.DESCRIPTION
    Imports a classifier of handwritten digits, determines which of its hidden neurons are stable over all inputs, compresses it,
    checks that the result is equivalent, measures both, and writes the small network and the verdicts to files. Then it decides which
    neurons of a convolutional network are stable, and makes that smaller, too.
.PARAMETER OutputPath
    The output folder; created if it does not exist.
#>
[CmdletBinding()]
param(
    [string]$OutputPath = (Join-Path ([System.IO.Path]::GetTempPath()) 'exactcompression-quickstart')
)

$ErrorActionPreference = 'Stop'
if (-not (Get-Module ExactCompression)) {
    Import-Module (Join-Path $PSScriptRoot '..' 'ExactCompression.psd1')
}

function Write-Step([string]$Title, [string]$Text) {
    Write-Host ''
    Write-Host "== $Title" -ForegroundColor Cyan
    Write-Host $Text
}

New-Item -ItemType Directory -Path $OutputPath -Force | Out-Null

Write-Step '1. The network and the data' @'
A classifier of 8 x 8 images of digits: 64 inputs, three hidden layers of rectified neurons (ReLU), 10 outputs.
The file stores each grey value as 0 to 16; the network takes 0 to 1.
'@
$network = Import-ReluNetwork -Path (Join-Path $PSScriptRoot 'digits_48-32-24_l1-0.004.onnx')
$data = Import-InputData -Path (Join-Path $PSScriptRoot 'digits.csv.gz') -LabelColumn Last -Scale (1 / 16)
$network | Format-Table
$data | Format-Table

Write-Step '2. Neurons that are unstable' @'
A hidden neuron is unstable if some input makes it positive and another makes it negative: it makes the function bend and must stay.
Real images find most of those, and an attack along the neuron's own gradient finds more. On a graphics card if there is one.
'@
$candidates = $network | Find-UnstableNeuronsGpu -Data $data
$candidates | Format-Table

Write-Step '3. Neurons that are stable' @'
What no input has shown may be stable: never positive (inactive, always 0) or never negative (active, always linear), for every
picture there could be and not only for those in the data. Bounds that hold under rounding prove it. ActiveRank is how many of a layer's
active neurons are independent of each other; undetermined ones were not decided either way, and are kept.
'@
$table = $candidates | Find-StableNeurons -Data $data
$table.Layers | Format-Table

Write-Step '4. Compression' @'
Inactive neurons are removed, active ones that depend on others are merged into them: fewer neurons, the same function.
'@
$compression = $table | Invoke-LeoCompression
$compression.Steps | Format-Table Layer, Kind, @{ Name = 'Neurons'; Expression = { $_.Neurons.Count } }, Description -Wrap
$compression | Format-List

Write-Step '5. Is it the same function?' @'
The largest difference found at any input, and a proven bound for all inputs: the effect of rounding the merged weights.
'@
$report = Test-NetworkEquivalence -Reference $network -Difference $compression -Data $data
$report | Format-List

$inside = Test-InputDomain $data $compression
Write-Step '6. Before and after' @"
Accuracy on the images of step 1, most of which the network was trained on; $($inside.Inside) of $($inside.Rows) lie in the domain,
where the two are the same function.
"@
$before, $after = $compression | Measure-ReluNetwork -Data $data
$before, $after | ForEach-Object {
    [pscustomobject]@{
        Network      = if ($_ -eq $before) { 'original' } else { 'compressed' }
        Architecture = $_.Architecture
        Accuracy     = $_.Accuracy.ToString('f4')
        Neurons      = $_.Neurons
        Connections  = $_.Connections
    }
} | Format-Table

$small = Join-Path $OutputPath 'digits-small.onnx'
$verdicts = Join-Path $OutputPath 'digits-stability.csv'
$compression | Export-ReluNetwork -Path $small
$table | Export-StabilityTable -Path $verdicts

Write-Step '7. Files' 'The small network for any ONNX runtime, and the verdict on each neuron with its bounds and evidence.'
Get-Item $small, $verdicts | Select-Object Name, Length, Directory | Format-Table

if ($report.Equivalent -ne $true) {
    throw 'The compressed network was not proven equivalent.'
}

$reread = Import-ReluNetwork -Path $small
if ($reread.Architecture -ne $compression.Compressed.Architecture -or $before.Accuracy -ne $after.Accuracy) {
    throw 'The written file does not hold the compressed network, or its accuracy differs.'
}

Write-Step '8. A convolutional network' @'
Two convolutions and a dense layer for the same images. Layers are the nodes of the ONNX file that have ReLUs; each neuron has a channel, a
row and a column. A channel that is inactive at every position computes nothing.
'@
$convolutional = Import-ReluNetwork -Path (Join-Path $PSScriptRoot 'digits_conv_l1-0.004.onnx')
$convolutional.Layers | Format-Table
$states = $convolutional | Find-StableNeurons
$states.Layers | Format-Table Layer, Name, Shape, StablyActive, StablyInactive, Unstable, Undetermined, Channels, InactiveChannels
$states.Neurons | Where-Object State -EQ StablyInactive |
    Format-Table Layer, Channel, Row, Column, LowerBound, UpperBound, Evidence | Out-String -Stream | Select-Object -First 8

$map = Join-Path $OutputPath 'digits-conv-states.png'
$same = Join-Path $OutputPath 'digits-conv.onnx'
$states | Export-StabilityTable -Path (Join-Path $OutputPath 'digits-conv-stability.csv')
$states | Export-StabilityPlot -Path $map
$convolutional | Export-ReluNetwork -Path $same
$bytes, $original = $same, $convolutional.Path | ForEach-Object { [Convert]::ToBase64String([System.IO.File]::ReadAllBytes($_)) }
if ($states.Undetermined -ne 0 -or $bytes -ne $original) {
    throw 'The convolutional network was not decided, or not written as it was.'
}
Write-Host "A map of the states, channel by channel: $map"

Write-Step '9. Fewer channels' @'
Inactive channels go, with the weights that read them; the ONNX file keeps its names, shapes and everything that did not change.
'@
$fewer = $states | Invoke-LeoCompression -Level Maximal
$fewer
$fewer.Steps | ForEach-Object { "  $_" }
$smaller = Join-Path $OutputPath 'digits-conv-small.onnx'
$fewer | Export-ReluNetwork -Path $smaller
$fewer | Export-StabilityPlot -Path (Join-Path $OutputPath 'digits-conv-channels.png')
$rereadConvolutional = Import-ReluNetwork -Path $smaller
$wholes = $convolutional, $rereadConvolutional | Measure-ReluNetwork -Data $data
$wholes | Format-Table Network, Accuracy, Neurons, Connections, Size
if ($rereadConvolutional.Architecture -ne $fewer.Compressed.Architecture -or $wholes[0].Accuracy -ne $wholes[1].Accuracy) {
    throw 'The written file does not hold the compressed convolutional network, or its accuracy differs.'
}
Write-Host ''
Write-Host "Done: $($network.Architecture) became $($reread.Architecture), proven equivalent on $($report.Domain)."
