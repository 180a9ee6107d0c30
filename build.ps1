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
    Makes the module for linux-x64, win-x64 and osx-arm64: a folder and a .nupkg with all three, as a gallery has them, and a zip file for each to copy to a folder of $env:PSModulePath.
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
    & (Join-Path $PSScriptRoot 'packaging' 'New-Package.ps1') -OutputPath $OutputPath -Configuration $Configuration
}

switch ($Task) {
    'Build' { Invoke-Dotnet build $PSScriptRoot -c $Configuration }
    'Test' { Invoke-Dotnet test $PSScriptRoot -c $Configuration }
    'Package' { New-Package }
    'Demo' { Invoke-Dotnet run --project (Join-Path $PSScriptRoot 'src' 'ExactCompression.Host') -c $Configuration -- (Join-Path $PSScriptRoot 'examples' 'quickstart.ps1') }
    'Benchmark' { Invoke-Dotnet run --project (Join-Path $PSScriptRoot 'benchmarks' 'ExactCompression.Benchmarks') -c Release -- @ArgumentList }
}
