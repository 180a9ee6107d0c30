#!/usr/bin/env pwsh

<#
.SYNOPSIS
    Makes the module as it is published.
.DESCRIPTION
    A gallery has one package for all systems, so one has the native libraries of each, in folders that are named after them; the
    assemblies are the same everywhere and are there once. Machines
    without a way to a gallery get a zip file of the same with the libraries of one system alone.

    Nothing but assemblies, native libraries, views, help, licences and the bill of materials goes in: no symbols, no documentation for
    compilers, and of each native library only what the module calls, or what that needs.
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
$root = [System.IO.Path]::GetDirectoryName([System.IO.Path]::GetDirectoryName($PSScriptRoot))
. (Join-Path $PSScriptRoot 'Packages.ps1')

# In folders of its own: lib/ may be loaded by a session, and what is fetched differs between systems.
function Invoke-Project([string]$Command, [string]$System, [string[]]$Arguments) {
    & dotnet $Command (Join-Path $root 'src' 'ExactCompression.Cmdlets') "-p:RuntimeIdentifier=$System" `
        --artifacts-path ([System.IO.Path]::Combine($work, $System)) -v q @Arguments | Out-Host
    if ($LASTEXITCODE -ne 0) {
        throw "dotnet $Command for $System failed with exit code $LASTEXITCODE."
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

# The assemblies are the same for all systems; those of the project are made once, and the others come from packages.
$built = [System.IO.Path]::Combine($work, 'module')
Invoke-Project build $RuntimeIdentifier[0] @('-c', $Configuration, "-p:ModuleLibrary=$built/lib/", '-p:DebugType=none', '-clp:NoSummary')
$assets = @(foreach ($system in $RuntimeIdentifier) {
        if ($system -ne $RuntimeIdentifier[0]) {
            Invoke-Project restore $system
        }
        $file = [System.IO.Path]::Combine($work, $system, 'obj', 'ExactCompression.Cmdlets', 'project.assets.json')
        $found = @(Get-NativeFile $file $system)
        if (-not $found) {
            throw "No package has native libraries for $system."
        }
        foreach ($native in $found) {
            Copy-PackageFile $native ([System.IO.Path]::Combine($module, 'lib', $system, [System.IO.Path]::GetFileName($native)))
        }
        $file
    })
$natives = [System.Collections.Generic.HashSet[string]]::new(
    [string[]]@(Get-ChildItem ([System.IO.Path]::Combine($module, 'lib', $RuntimeIdentifier[0])) | ForEach-Object Name))
foreach ($file in Get-PackageFile $built) {
    $name = [System.IO.Path]::GetFileName($file.Name)
    if ($name -like '*.pdb' -or $natives.Contains($name) -or ($file.Name -like 'lib/*.xml' -and $name -notlike '*.ps1xml')) {
        continue
    }
    Copy-PackageFile $file.File (Join-Path $module $file.Name)
}

# The examples of the help run in the module's folder as in the repository.
$shown = 'digits_48-32-24_l1-0.004.onnx', 'digits_conv_l1-0.004.onnx', 'digits.csv.gz', 'box.csv'
foreach ($file in @('README.md', 'LICENSE') + $shown.ForEach({ "examples/$_" })) {
    Copy-PackageFile (Join-Path $root $file) (Join-Path $module $file)
}
& (Join-Path $PSScriptRoot 'New-ThirdPartyNotices.ps1') -AssetsFile $assets -Path (Join-Path $module 'THIRD-PARTY-NOTICES.txt')
& (Join-Path $PSScriptRoot 'New-BillOfMaterials.ps1') -AssetsFile $assets -Version $version -Path (Join-Path $module 'sbom.cdx.json')
$text = [System.IO.File]::ReadAllText((Join-Path $root 'ExactCompression.psd1'))
$text = $text -replace '(?m)^ *RequiredModules .*\r?\n' # what checks that the repository is built
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
