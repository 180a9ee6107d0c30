#!/usr/bin/env pwsh

<#
.SYNOPSIS
    Writes the bill of materials of the module: CycloneDX 1.6 as JSON.
.DESCRIPTION
    Goes by what was really restored, as New-ThirdPartyNotices.ps1 does: each package that gives the module an assembly or a native
    library, with its
    version, the SHA-512 of its .nupkg file as the gallery gives it, its licence, and the packages among these that it depends on. The same
    source
    makes the same file.
.PARAMETER AssetsFile
    The project.assets.json of the cmdlets' project, one for each system.
.PARAMETER Version
    The module's version.
.PARAMETER Path
    The file to write.
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory)]
    [string[]]$AssetsFile,

    [Parameter(Mandatory)]
    [string]$Version,

    [Parameter(Mandatory)]
    [string]$Path
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
. (Join-Path $PSScriptRoot 'Packages.ps1')

function Get-Reference([string]$Name, [string]$Version) { "pkg:nuget/$Name@$Version" }

# A licence as its package states it: an expression of SPDX, a file in the package, or, in old packages, an address alone.
function Get-License([System.Xml.XmlNode]$Metadata) {
    $license = $Metadata.SelectSingleNode("*[local-name()='license']")
    $address = $Metadata.SelectSingleNode("*[local-name()='licenseUrl']")
    if ($license -and $license.GetAttribute('type') -eq 'expression') {
        if ($license.InnerText -match '^[A-Za-z0-9.+-]+$') {
            return @{ license = [ordered]@{ id = $license.InnerText } }
        }
        return @{ expression = $license.InnerText }
    }
    if ($license) {
        return @{ license = [ordered]@{ name = "$($license.InnerText) in the package; its text is in THIRD-PARTY-NOTICES.txt" } }
    }
    if ($address) {
        return @{ license = [ordered]@{ name = 'stated by address; its text is in THIRD-PARTY-NOTICES.txt'; url = $address.InnerText } }
    }
    throw "$($Metadata.SelectSingleNode("*[local-name()='id']").InnerText) states no licence."
}

function Get-Component([pscustomobject]$Package) {
    $metadata = Get-PackageMetadata $Package.Folder
    # The hash of the file as fetched, signatures included; lock files hold the hash of the content without them.
    $hash = [System.IO.File]::ReadAllText([System.IO.Directory]::GetFiles($Package.Folder, '*.nupkg.sha512')[0]).Trim()
    $digits = [System.Convert]::ToHexString([System.Convert]::FromBase64String($hash)).ToLowerInvariant()
    $component = [ordered]@{
        'type'     = 'library'
        'bom-ref'  = Get-Reference $Package.Name $Package.Version
        'name'     = $Package.Name
        'version'  = $Package.Version
        'scope'    = 'required'
        'hashes'   = @([ordered]@{ alg = 'SHA-512'; content = $digits })
        'licenses' = @(Get-License $metadata)
    }
    $copyright = $metadata.SelectSingleNode("*[local-name()='copyright']")
    if ($copyright) {
        $component.copyright = $copyright.InnerText
    }
    $component.purl = Get-Reference $Package.Name $Package.Version
    $component
}

function Write-Value([System.Text.Json.Utf8JsonWriter]$Writer, $Value) {
    if ($Value -is [System.Collections.IDictionary]) {
        $Writer.WriteStartObject()
        foreach ($key in $Value.Keys) {
            $Writer.WritePropertyName([string]$key)
            Write-Value $Writer $Value[$key]
        }
        $Writer.WriteEndObject()
    }
    elseif ($Value -is [array]) {
        $Writer.WriteStartArray()
        foreach ($item in $Value) {
            Write-Value $Writer $item
        }
        $Writer.WriteEndArray()
    }
    elseif ($Value -is [int]) {
        $Writer.WriteNumberValue([int]$Value)
    }
    else {
        $Writer.WriteStringValue([string]$Value)
    }
}

# Each package once, whichever systems it is for.
$packages = [System.Collections.Generic.SortedDictionary[string, object]]::new([System.StringComparer]::Ordinal)
$needs = @{}
foreach ($package in $AssetsFile | ForEach-Object { Get-RestoredPackage $_ } | Where-Object { $_.Runtime -or $_.Native }) {
    $reference = Get-Reference $package.Name $package.Version
    $packages[$reference] = $package
    $needs[$reference] = @(@(if ($needs.ContainsKey($reference)) { $needs[$reference] }) + $package.Dependencies | Select-Object -Unique)
}
$byName = @{}
foreach ($reference in $packages.Keys) {
    $byName[$packages[$reference].Name] = $reference
}
$self = Get-Reference 'ExactCompression' $Version
$font = 'open-sans'
$dependencies = @(
    [ordered]@{ ref = $self; dependsOn = @(@($packages.Keys) + $font) }
    foreach ($reference in $packages.Keys) {
        $among = [string[]]@($needs[$reference] | Where-Object { $byName.ContainsKey($_) } | ForEach-Object { $byName[$_] })
        [System.Array]::Sort($among, [System.StringComparer]::Ordinal)
        [ordered]@{ ref = $reference; dependsOn = @($among) }
    }
)
$bill = [ordered]@{
    '$schema'      = 'http://cyclonedx.org/schema/bom-1.6.schema.json'
    'bomFormat'    = 'CycloneDX'
    'specVersion'  = '1.6'
    'version'      = 1
    'metadata'     = [ordered]@{
        component = [ordered]@{
            'type'     = 'library'
            'bom-ref'  = $self
            'name'     = 'ExactCompression'
            'version'  = $Version
            'licenses' = @(@{ license = [ordered]@{ id = 'MIT' } })
            'purl'     = $self
        }
    }
    'components'   = @(
        foreach ($reference in $packages.Keys) { Get-Component $packages[$reference] }
        [ordered]@{
            'type'     = 'file'
            'bom-ref'  = $font
            'name'     = 'Open Sans (a part of its glyphs)'
            'licenses' = @(@{ license = [ordered]@{ id = 'Apache-2.0' } })
        }
    )
    'dependencies' = $dependencies
    # Solvers and their dependencies are compiled into these; the packages do not state versions. THIRD-PARTY-NOTICES.txt names them.
    'compositions' = @([ordered]@{
            aggregate  = 'incomplete'
            assemblies = @($packages.Keys | Where-Object { $_ -like '*Google.OrTools.runtime.*' })
        })
}
$stream = [System.IO.MemoryStream]::new()
$writer = [System.Text.Json.Utf8JsonWriter]::new($stream, [System.Text.Json.JsonWriterOptions]@{ Indented = $true; NewLine = "`n" })
Write-Value $writer $bill
$writer.Dispose()
$text = [System.Text.Encoding]::UTF8.GetString($stream.ToArray()) + "`n"
[System.IO.File]::WriteAllText($PSCmdlet.GetUnresolvedProviderPathFromPSPath($Path), $text)
