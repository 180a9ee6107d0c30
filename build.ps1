#!/usr/bin/env pwsh
<#
.SYNOPSIS
    The project's tasks: thin wrappers over dotnet.
.PARAMETER Task
    Build (the default), Test, Package, Demo or Benchmark.
.PARAMETER Configuration
    Debug or Release. Both are optimised.
.PARAMETER OutputPath
    Where Package puts the module; by default the git-ignored folder out/ here.
.PARAMETER ArgumentList
    What Benchmark measures: a command of the benchmarks and its arguments. Left out, it searches the network of the examples; --help tells what there is.
.EXAMPLE
    ./build.ps1
    Builds everything; afterwards Import-Module ./ExactCompression.psd1 works.
.EXAMPLE
    ./build.ps1 Test
    Runs all tests.
.EXAMPLE
    ./build.ps1 Package
    Makes a folder and a zip file of the module for this machine's kind of system, to copy to a folder of $env:PSModulePath.
.EXAMPLE
    ./build.ps1 Demo
    Runs the quickstart in the project's own host.
.EXAMPLE
    ./build.ps1 Benchmark openblas 1
    Measures the matrix product beside OpenBLAS on one thread.
#>
[CmdletBinding()]
param(
    [Parameter(Position = 0)]
    [ValidateSet('Build', 'Test', 'Package', 'Demo', 'Benchmark')]
    [string]$Task = 'Build',

    [ValidateSet('Debug', 'Release')]
    [string]$Configuration = 'Release',

    [string]$OutputPath = (Join-Path $PSScriptRoot 'out'),

    [Parameter(ValueFromRemainingArguments)]
    [string[]]$ArgumentList = @('networks', (Join-Path $PSScriptRoot 'examples' 'digits_48-32-24_l1-0.004.onnx'))
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

function Invoke-Dotnet {
    & dotnet @args
    if ($LASTEXITCODE -ne 0) {
        throw "dotnet $($args[0]) failed with exit code $LASTEXITCODE."
    }
}

function New-Package {
    # Built into a folder of its own: lib/ may be loaded by a session, and may hold files of earlier builds.
    $manifest = Import-PowerShellDataFile (Join-Path $PSScriptRoot 'ExactCompression.psd1')
    $module = Join-Path $OutputPath 'ExactCompression' $manifest.ModuleVersion
    if (Test-Path $module) {
        Remove-Item $module -Recurse -Force
    }
    $lib = New-Item -ItemType Directory -Path (Join-Path $module 'lib') -Force
    Invoke-Dotnet build (Join-Path $PSScriptRoot 'src' 'ExactCompression.Cmdlets') -c $Configuration "-p:ModuleLibrary=$($lib.FullName)/"
    Get-ChildItem $lib -Include *.pdb, ExactCompression*.xml -Recurse | Remove-Item
    foreach ($file in 'ExactCompression.psd1', 'README.md', 'LICENSE') {
        Copy-Item (Join-Path $PSScriptRoot $file) $module
    }
    $null = Test-ModuleManifest (Join-Path $module 'ExactCompression.psd1')
    $system = [System.Runtime.InteropServices.RuntimeInformation]::RuntimeIdentifier
    $zip = Join-Path $OutputPath "ExactCompression-$($manifest.ModuleVersion)-$system.zip"
    Compress-Archive -Path (Join-Path $OutputPath 'ExactCompression') -DestinationPath $zip -Force
    Get-Item $module, $zip
}

switch ($Task) {
    'Build' { Invoke-Dotnet build $PSScriptRoot -c $Configuration }
    'Test' { Invoke-Dotnet test $PSScriptRoot -c $Configuration }
    'Package' { New-Package }
    'Demo' { Invoke-Dotnet run --project (Join-Path $PSScriptRoot 'src' 'ExactCompression.Host') -c $Configuration -- (Join-Path $PSScriptRoot 'examples' 'quickstart.ps1') }
    'Benchmark' { Invoke-Dotnet run --project (Join-Path $PSScriptRoot 'benchmarks' 'ExactCompression.Benchmarks') -c Release -- @ArgumentList }
}
