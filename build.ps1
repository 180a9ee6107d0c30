#!/usr/bin/env pwsh

<#
.SYNOPSIS
    The project's tasks: thin wrappers over dotnet.
.DESCRIPTION
    Needs the .NET 10 SDK and a PowerShell to run in: PowerShell 7.6 or, for Build, Test, Campaign, Demo, Device, Docs, Lock and
    Clean, the project's own host (dotnet run --project src/ExactCompression.Host -- build.ps1 Test). A program that fails ends the task
    with an error.
.PARAMETER Task
    Build (the default): builds everything; the repository root is importable as the module then.
    Test: runs the tests that need no PowerShell beside it.
    Pester: runs the tests in PowerShell itself; needs PowerShell 7.6, installed in any way, with Pester 5 or later.
    Campaign: tests the engine against exact arithmetic and the readers against damaged files, on as many cases as Count says. The tests
    run a small part of it.
    Package: builds the module as it is published.
    Docs: writes docs/ from the help.
    Lock: writes the lock files of all packages for the systems that have some, after a change of packages.
    Device: makes a folder that tests and measures a GPU on a Linux that has neither this source nor .NET.
    Demo: runs the quickstart in the project's own host.
    Benchmark: measures.
    Clean: removes what Build, Test and Package have made.
.PARAMETER Configuration
    Debug or Release. Both are optimised.
.PARAMETER OutputPath
    Where Package puts the module, Device its folder device, and Campaign, in a folder campaign, the cases that show faults; by default
    the git-ignored folder out/ here.
.PARAMETER Part
    What Campaign tries: Verdicts, Compressions, Certificates, Relations (forged ones), Equivalence (all beside an exact oracle), Readers
    (damaged files), or All.
.PARAMETER Seed
    What all cases of Campaign depend on: the same seed gives the same cases.
.PARAMETER Count
    How many cases Campaign tries. With All, Readers tries that many, and the others fewer, since their cases take longer.
.PARAMETER Case
    The number of one case of Campaign, to run again alone; Seed and Part must be those that it came from.
.PARAMETER ArgumentList
    What Benchmark measures: a command of the benchmarks and its arguments. Left out, it searches the network of the examples; --help tells
    what there is.
.EXAMPLE
    ./build.ps1
    Builds everything; afterwards Import-Module ./ExactCompression.psd1 works.
.EXAMPLE
    ./build.ps1 Test
    Runs all tests.
.EXAMPLE
    ./build.ps1 Campaign -Seed 1 -Count 100000
    Runs all parts of the campaign; prints one line per part as it proceeds, and fails if anything is wrong.
.EXAMPLE
    ./build.ps1 Campaign -Part Readers -Seed 7 -Case 1234
    Reruns a case that showed a fault.
.EXAMPLE
    ./build.ps1 Package
    Makes the module for linux-x64, win-x64 and osx-arm64: a folder and a .nupkg with all three, as a gallery has them, and a zip file for
    each to copy to a folder of $env:PSModulePath.
.EXAMPLE
    ./build.ps1 Docs
    Regenerates the pages of docs/, after a change of the help.
.EXAMPLE
    ./build.ps1 Lock
    Regenerates the lock files, after a change of Directory.Packages.props. It fetches the packages of linux-x64, win-x64 and osx-arm64.
.EXAMPLE
    ./build.ps1 Demo
    Runs the quickstart in the project's own host.
.EXAMPLE
    ./build.ps1 Device
    Makes out/device. Copied to a 64-bit Linux with the driver of a GPU, its run.sh runs the device tests and the device benchmark there.
.EXAMPLE
    ./build.ps1 Pester
    Builds the module and runs the Pester tests on it.
.EXAMPLE
    ./build.ps1 Clean -WhatIf
    Shows what would be removed.
.EXAMPLE
    ./build.ps1 Benchmark openblas 1
    Measures the matrix product beside OpenBLAS on one thread.
#>
[CmdletBinding(SupportsShouldProcess)]
param(
    [Parameter(Position = 0)]
    [ValidateSet('Build', 'Test', 'Pester', 'Campaign', 'Package', 'Docs', 'Lock', 'Demo', 'Device', 'Benchmark', 'Clean')]
    [string]$Task = 'Build',

    [ValidateSet('Debug', 'Release')]
    [string]$Configuration = 'Release',

    [string]$OutputPath = (Join-Path $PSScriptRoot 'out'),

    [ValidateSet('Verdicts', 'Compressions', 'Certificates', 'Relations', 'Equivalence', 'Readers', 'All')]
    [string]$Part = 'All',

    [ValidateRange(0, 2147483647)]
    [int]$Seed = 1,

    [ValidateRange(1, 1000000000000)]
    [long]$Count = 100000,

    [ValidateRange(0, 1000000000000)]
    [long]$Case,

    [Parameter(ValueFromRemainingArguments)]
    [string[]]$ArgumentList = @('networks', (Join-Path $PSScriptRoot 'examples' 'digits_48-32-24_l1-0.004.onnx'))
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

$isOneCase = $PSBoundParameters.ContainsKey('Case')

function Invoke-Dotnet {
    & dotnet @args
    if ($LASTEXITCODE -ne 0) {
        throw "dotnet $($args[0]) failed with exit code $LASTEXITCODE."
    }
}

function New-Package {
    & (Join-Path $PSScriptRoot 'src' 'Packaging' 'New-Package.ps1') -OutputPath $OutputPath -Configuration $Configuration
}

# As if this were each of the systems: what a restore takes for this machine's own is a property.
function Update-LockFile {
    foreach ($system in 'linux-x64', 'win-x64', 'osx-arm64') {
        Invoke-Dotnet restore $PSScriptRoot --force-evaluate --artifacts-path (Join-Path $OutputPath 'lock' $system) `
            "-p:NETCoreSdkPortableRuntimeIdentifier=$system" '-p:RestoreLockedMode=false'
    }
}

# How to start the PowerShell that runs this. Where it is a .NET tool, its process is dotnet, and needs the path of its program.
function Get-ShellCommand {
    $shell = @([System.Environment]::ProcessPath)
    if ([System.IO.Path]::GetFileNameWithoutExtension($shell[0]) -eq 'dotnet') {
        $shell += [System.Environment]::GetCommandLineArgs()[0]
    }
    if ([System.IO.Path]::GetFileNameWithoutExtension($shell[-1]) -like 'pwsh*') {
        $shell
    }
}

function Invoke-PesterTest {
    $shell = @(Get-ShellCommand)
    if (-not $shell) {
        throw ('The Pester tests run in PowerShell 7.6 or later, which this is not: dotnet tool install --global PowerShell, ' +
            'Install-PSResource Pester, and pwsh ./build.ps1 Pester.')
    }
    if (-not (Get-Module Pester -ListAvailable | Where-Object Version -GE 5.0.0)) {
        throw 'Pester 5 or later is not installed. Install it, with PowerShell 7.6: Install-PSResource Pester.'
    }
    Invoke-Dotnet build (Join-Path $PSScriptRoot 'src' 'ExactCompression.Cmdlets') -c $Configuration
    # In a process of its own: what an earlier import has loaded here cannot be loaded again.
    $tests = (Join-Path $PSScriptRoot 'tests' 'Pester') -replace "'", "''"
    # By the result and not the count of failures: a file that does not even load counts no failed test.
    $command = "Import-Module Pester -MinimumVersion 5.0; `$r = Invoke-Pester -Path '$tests' -PassThru; exit [int](`$r.Result -ne 'Passed')"
    $program, $arguments = $shell + @('-NoProfile', '-NonInteractive', '-Command', $command)
    & $program @arguments
    if ($LASTEXITCODE -ne 0) {
        throw "Pester failed with exit code $LASTEXITCODE."
    }
}

function Invoke-Campaign {
    $arguments = @('--part', $Part, '--seed', $Seed, '--count', $Count, '--output', (Join-Path $OutputPath 'campaign'))
    if ($isOneCase) {
        $arguments += '--case', $Case
    }
    Invoke-Dotnet run --project (Join-Path $PSScriptRoot 'benchmarks' 'ExactCompression.Campaign') -c $Configuration '--' @arguments
}

function Remove-BuildOutput {
    # On some systems a loaded module keeps its files in use: close such sessions first.
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
    'Campaign' { Invoke-Campaign }
    'Package' { New-Package }
    'Docs' { & (Join-Path $PSScriptRoot 'src' 'Packaging' 'New-Documentation.ps1') -OutputPath (Join-Path $PSScriptRoot 'docs') }
    'Device' { & (Join-Path $PSScriptRoot 'src' 'Packaging' 'New-DeviceFolder.ps1') -OutputPath $OutputPath }
    'Lock' { Update-LockFile }
    'Clean' { Remove-BuildOutput }
    'Demo' {
        $quickstart = Join-Path $PSScriptRoot 'examples' 'quickstart.ps1'
        Invoke-Dotnet run --project (Join-Path $PSScriptRoot 'src' 'ExactCompression.Host') -c $Configuration '--' $quickstart
    }
    'Benchmark' {
        Invoke-Dotnet run --project (Join-Path $PSScriptRoot 'benchmarks' 'ExactCompression.Benchmarks') -c Release '--' @ArgumentList
    }
}
