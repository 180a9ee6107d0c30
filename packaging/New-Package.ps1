#!/usr/bin/env pwsh

<#
.SYNOPSIS
    Makes the module as it is published.
.DESCRIPTION
    A gallery has one package for all systems, so one has the native libraries of each, in folders that are named after them; the assemblies are the same everywhere and are there once. Machines
    without a way to a gallery get a zip file of the same with the libraries of one system alone.

    Nothing but assemblies, native libraries, views, help and licences goes in: no symbols, no documentation for compilers, and of each native library only what the module calls, or what that needs.
    The assemblies are not compiled ahead of time: such code holds for one system, and the import takes a tenth of a second without.

    Written under OutputPath:
        ExactCompression/<version>                  the module, for a folder of $env:PSModulePath
        ExactCompression.<version>.nupkg            the same for a gallery
        ExactCompression-<version>-<system>.zip     the same for one system
.PARAMETER OutputPath
    Where to.
.PARAMETER Configuration
    Debug or Release.
.PARAMETER RuntimeIdentifier
    The systems.
.PARAMETER ProjectUri
    The project's address, for the manifest. By default where git got the source from, if that is on the web.
.OUTPUTS
    The folder and the files.
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory)]
    [string]$OutputPath,

    [ValidateSet('Debug', 'Release')]
    [string]$Configuration = 'Release',

    [ValidateSet('linux-x64', 'win-x64', 'osx-arm64')]
    [string[]]$RuntimeIdentifier = @('linux-x64', 'win-x64', 'osx-arm64'),

    [string]$ProjectUri
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$root = [System.IO.Path]::GetDirectoryName($PSScriptRoot)
. (Join-Path $PSScriptRoot 'Packages.ps1')

function Build-Module([string]$System, [string]$Folder, [string]$Objects) {
    # In folders of its own: lib/ may be loaded by a session, and what is fetched differs between systems.
    & dotnet build (Join-Path $root 'src' 'ExactCompression.Cmdlets') -c $Configuration -r $System --artifacts-path $Objects "-p:ModuleLibrary=$Folder/lib/" -p:DebugType=none -v q -clp:NoSummary | Out-Host
    if ($LASTEXITCODE -ne 0) {
        throw "The build for $System failed with exit code $LASTEXITCODE."
    }
}

function Test-Assembly([string]$File) {
    try {
        $null = [System.Reflection.AssemblyName]::GetAssemblyName($File)
        $true
    }
    catch [System.BadImageFormatException] {
        $false
    }
}

$OutputPath = $PSCmdlet.GetUnresolvedProviderPathFromPSPath($OutputPath)
$work = [System.IO.Path]::Combine($OutputPath, 'work')
if (-not $ProjectUri) {
    $origin = & git -C $root remote get-url origin 2>$null
    if ("$origin" -match '^https://\S+$') {
        $ProjectUri = $origin -replace '\.git$'
    }
}
$manifest = Get-ModuleManifest (Join-Path $root 'ExactCompression.psd1')
$version = $manifest.ModuleVersion
$module = [System.IO.Path]::Combine($OutputPath, 'ExactCompression', $version)
foreach ($folder in $module, $work) {
    if ([System.IO.Directory]::Exists($folder)) {
        [System.IO.Directory]::Delete($folder, $true)
    }
}

$assets = @{}
foreach ($system in $RuntimeIdentifier) {
    $stage = [System.IO.Path]::Combine($work, $system)
    $objects = [System.IO.Path]::Combine($work, 'obj', $system)
    Build-Module $system $stage $objects
    $assets[$system] = [System.IO.Path]::Combine($objects, 'obj', 'ExactCompression.Cmdlets', 'project.assets.json')
    foreach ($file in [System.IO.Directory]::GetFiles([System.IO.Path]::Combine($stage, 'lib'))) {
        $name = [System.IO.Path]::GetFileName($file)
        if ($name -like '*.pdb' -or ($name -like '*.xml' -and $name -notlike '*.ps1xml')) {
            continue
        }
        $isShared = $name -like '*.ps1xml' -or ($name -like '*.dll' -and (Test-Assembly $file))
        $target = if ($isShared) { [System.IO.Path]::Combine($module, 'lib', $name) } else { [System.IO.Path]::Combine($module, 'lib', $system, $name) }
        Copy-PackageFile $file $target
    }
    foreach ($file in [System.IO.Directory]::GetFiles([System.IO.Path]::Combine($stage, 'en-US'))) {
        Copy-PackageFile $file ([System.IO.Path]::Combine($module, 'en-US', [System.IO.Path]::GetFileName($file)))
    }
}

foreach ($file in 'README.md', 'LICENSE') {
    Copy-PackageFile (Join-Path $root $file) (Join-Path $module $file)
}
& (Join-Path $PSScriptRoot 'New-ThirdPartyNotices.ps1') -AssetsFile @($assets.Values) -Path (Join-Path $module 'THIRD-PARTY-NOTICES.txt')
$text = [System.IO.File]::ReadAllText((Join-Path $root 'ExactCompression.psd1'))
if ($ProjectUri) {
    $text = $text -replace '(?m)^(\s*)LicenseUri(\s*)=', "`$1ProjectUri`$2= '$($ProjectUri.Replace("'", "''"))'`n`$1LicenseUri`$2="
}
else {
    Write-Warning 'The manifest names no project address: -ProjectUri gives one.'
}
[System.IO.File]::WriteAllText((Join-Path $module 'ExactCompression.psd1'), $text)
$null = Test-ModuleManifest (Join-Path $module 'ExactCompression.psd1')

$package = [System.IO.Path]::Combine($OutputPath, "ExactCompression.$version.nupkg")
Write-GalleryPackage $module (Get-ModuleManifest (Join-Path $module 'ExactCompression.psd1')) $package
[System.IO.DirectoryInfo]::new($module)
[System.IO.FileInfo]::new($package)
foreach ($system in $RuntimeIdentifier) {
    $zip = [System.IO.Path]::Combine($OutputPath, "ExactCompression-$version-$system.zip")
    $others = @($RuntimeIdentifier | Where-Object { $_ -ne $system } | ForEach-Object { "lib/$_/" })
    $files = @(Get-PackageFile $module | Where-Object { $name = $_.Name; -not $others.Where({ $name.StartsWith($_) }) })
    Write-Archive $zip @($files | ForEach-Object { @{ Name = "ExactCompression/$version/$($_.Name)"; File = $_.File } })
    [System.IO.FileInfo]::new($zip)
}
[System.IO.Directory]::Delete($work, $true)
