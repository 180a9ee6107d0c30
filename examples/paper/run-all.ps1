<#
.SYNOPSIS
    All experiments of this folder, one after the other.
.PARAMETER OutputPath
    The folder for all that is written.
.PARAMETER MnistPath
    A folder with the files of MNIST; without it, the digits of the repository.
.PARAMETER Full
    The paper's own sizes.
#>
[CmdletBinding()]
param(
    [string]$OutputPath = 'out/paper',
    [string]$MnistPath,
    [switch]$Full
)

$ErrorActionPreference = 'Stop'
foreach ($experiment in 'grid', 'compressibility', 'methods', 'data-pass') {
    Write-Host "== $experiment" -ForegroundColor Cyan
    & (Join-Path $PSScriptRoot "$experiment.ps1") -OutputPath $OutputPath -MnistPath $MnistPath -Full:$Full
}
