#!/usr/bin/env pwsh

<#
.SYNOPSIS
    The project's tasks: thin wrappers over dotnet.
.DESCRIPTION
    Needs the .NET 10 SDK and a PowerShell to run in: PowerShell 7.6 or, for Build, Test, Demo and Clean, the
    project's own host (dotnet run --project src/ExactCompression.Host -- build.ps1 Test). A program that fails ends the task with an error.
.PARAMETER Task
    Build (the default): builds everything; the repository root is importable as the module then.
    Test: runs the tests that need no PowerShell beside it.
    Pester: runs the tests in PowerShell itself; needs PowerShell 7.6 with Pester 5 or later.
    Package: makes the module as it is published.
    Demo: runs the quickstart in the project's own host.
    Benchmark: measures.
    Clean: removes what Build, Test and Package have made.
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
    ./build.ps1 Pester
    Builds the module and runs the Pester tests on it.
.EXAMPLE
    ./build.ps1 Clean -WhatIf
    Says what would be removed.
.EXAMPLE
    ./build.ps1 Benchmark openblas 1
    Measures the matrix product beside OpenBLAS on one thread.
#>
[CmdletBinding(SupportsShouldProcess)]
param(
    [Parameter(Position = 0)]
    [ValidateSet('Build', 'Test', 'Pester', 'Package', 'Demo', 'Benchmark', 'Clean')]
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

function Invoke-PesterTest {
    if (-not (Get-Module Pester -ListAvailable | Where-Object Version -GE 5.0.0)) {
        throw 'Pester 5 or later is not there. Install it, with PowerShell 7.6: Install-PSResource Pester.'
    }
    Invoke-Dotnet build (Join-Path $PSScriptRoot 'src' 'ExactCompression.Cmdlets') -c $Configuration
    # In a process of its own: what an earlier import has loaded here cannot be loaded anew.
    $command = "Import-Module Pester -MinimumVersion 5.0; `$r = Invoke-Pester -Path '$(Join-Path $PSScriptRoot 'tests' 'Pester')' -PassThru; exit `$r.FailedCount"
    & ([System.Environment]::ProcessPath) -NoProfile -NonInteractive -Command $command
    if ($LASTEXITCODE -ne 0) {
        throw "Pester failed with exit code $LASTEXITCODE."
    }
}

function Remove-BuildOutput {
    # A loaded module keeps its files in use on some systems: close such sessions first.
    $made = @(
        foreach ($folder in 'lib', 'en-US', 'out', 'TestResults', 'BenchmarkDotNet.Artifacts') {
            Join-Path $PSScriptRoot $folder
        }
        foreach ($project in [System.IO.Directory]::EnumerateFiles($PSScriptRoot, '*.csproj', 'AllDirectories')) {
            foreach ($folder in 'bin', 'obj', 'TestResults') {
                Join-Path (Split-Path $project) $folder
            }
        }
    )
    foreach ($folder in $made) {
        if ((Test-Path $folder) -and $PSCmdlet.ShouldProcess($folder, 'Remove')) {
            Remove-Item $folder -Recurse -Force
        }
    }
}

switch ($Task) {
    'Build' { Invoke-Dotnet build $PSScriptRoot -c $Configuration }
    'Test' { Invoke-Dotnet test $PSScriptRoot -c $Configuration }
    'Pester' { Invoke-PesterTest }
    'Package' { New-Package }
    'Clean' { Remove-BuildOutput }
    'Demo' { Invoke-Dotnet run --project (Join-Path $PSScriptRoot 'src' 'ExactCompression.Host') -c $Configuration '--' (Join-Path $PSScriptRoot 'examples' 'quickstart.ps1') }
    'Benchmark' { Invoke-Dotnet run --project (Join-Path $PSScriptRoot 'benchmarks' 'ExactCompression.Benchmarks') -c Release '--' @ArgumentList }
}
