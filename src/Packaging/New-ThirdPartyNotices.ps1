#!/usr/bin/env pwsh

<#
.SYNOPSIS
    Writes the licences of what the module ships with.
.DESCRIPTION
    Goes by what was really restored: each package that gives the module an assembly or a native library, with the licence that its own
    description names, its copyright, and the licence and
    notice files that it holds; where it names a licence and holds no text, the licence's standard text. A package without a known licence
    is an error.
.PARAMETER AssetsFile
    The project.assets.json of the cmdlets' project, one for each system.
.PARAMETER Path
    The file to write.
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory)]
    [string[]]$AssetsFile,

    [Parameter(Mandatory)]
    [string]$Path
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$standard = [System.IO.Path]::Combine($PSScriptRoot, 'licenses')
$rule = '=' * 120
. (Join-Path $PSScriptRoot 'Packages.ps1')

function Get-Notice([string]$Folder) {
    $metadata = Get-PackageMetadata $Folder
    $find = { $metadata.SelectSingleNode("*[local-name()='$($args[0])']") }
    $name = "$((& $find 'id').InnerText) $((& $find 'version').InnerText)"
    $license = & $find 'license'
    $expression = if ($license -and $license.GetAttribute('type') -eq 'expression') { $license.InnerText } else { '' }
    # Where there is a choice of licences, the one whose text is here.
    $chosen = @($expression -split ' OR ' |
            Where-Object { $_ -and [System.IO.File]::Exists([System.IO.Path]::Combine($standard, "$_.txt")) })
    $isNotice = '^(licen[cs]e|notice|copying|third-party)[^/\\]*(\.txt|\.md)?$'
    $texts = @([System.IO.Directory]::GetFiles($Folder, '*', [System.IO.SearchOption]::AllDirectories) |
            Where-Object { [System.IO.Path]::GetFileName($_) -match $isNotice } | Sort-Object)
    $hasLicense = @($texts | Where-Object { [System.IO.Path]::GetFileName($_) -match '^licen[cs]e(\.txt|\.md)?$' }).Count -gt 0
    if (-not $hasLicense -and -not $chosen) {
        throw "$name has no licence file, and its licence '$expression' is not among the texts of $standard. " +
        'Look up its licence and add the text.'
    }
    $copyright = & $find 'copyright'
    $project = & $find 'projectUrl'
    $rule
    $name
    if ($expression) { "Licence: $(if ($chosen) { $chosen[0] } else { $expression })" }
    if ($copyright) { $copyright.InnerText }
    if ($project) { $project.InnerText }
    ''
    if (-not $hasLicense) {
        "@standard:$($chosen[0])"
    }
    foreach ($file in $texts) {
        "@file:$file"
    }
}

$packages = @($AssetsFile | ForEach-Object { Get-RestoredPackage $_ } | Where-Object { $_.Runtime -or $_.Native } |
        ForEach-Object Folder | Sort-Object -Unique)
$lines = [System.Collections.Generic.List[string]]::new()
$lines.Add('ExactCompression comes with the work of others, under licences of their own. ' +
    'First the list, then the texts; a text that several share is given with the first.')
$lines.Add('')
$seen = @{}
$notices = @($packages | ForEach-Object { , @(Get-Notice $_) })
foreach ($notice in $notices) {
    $lines.Add($notice[1])
}
$lines.Add('Open Sans, the font of the pictures (Apache-2.0)')
$lines.Add('')
foreach ($notice in $notices) {
    foreach ($line in $notice) {
        if ($line -notmatch '^@(standard|file):(.+)$') {
            $lines.Add($line)
            continue
        }
        $file = if ($Matches[1] -eq 'standard') { [System.IO.Path]::Combine($standard, "$($Matches[2]).txt") } else { $Matches[2] }
        $text = [System.IO.File]::ReadAllText($file).Replace("`r", '').Trim()
        if ($seen.ContainsKey($text)) {
            $lines.Add("($([System.IO.Path]::GetFileName($file)): the same as that of $($seen[$text]).)")
        }
        else {
            $seen[$text] = $notice[1]
            $lines.Add($text)
        }
        $lines.Add('')
    }
    if ($notice[1] -like 'Google.OrTools [0-9]*') {
        $lines.Add([System.IO.File]::ReadAllText([System.IO.Path]::Combine($standard, 'bundled.txt')).Replace("`r", '').Trim())
        $lines.Add('')
    }
}
$lines.Add($rule)
$lines.Add('Open Sans')
$lines.Add('Licence: Apache-2.0 (its text is above). Digitized data copyright (c) 2010-2011 Google Corporation. ' +
    'A part of its glyphs, without hints.')
[System.IO.File]::WriteAllText($PSCmdlet.GetUnresolvedProviderPathFromPSPath($Path), ($lines -join "`n") + "`n")
