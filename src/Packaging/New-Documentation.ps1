#!/usr/bin/env pwsh

<#
.SYNOPSIS
    Writes the help as Markdown: a page for each cmdlet and each about topic, and an index of them.
.DESCRIPTION
    Made from what Get-Help is made from, help.xml and the about topics, so that there is one source. The pages refer to each other by
    relative
    links, and so read alike in a repository and on a static site. Files that are there already are replaced; no others are touched.
.PARAMETER OutputPath
    The folder to write to.
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory)]
    [string]$OutputPath
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$root = [System.IO.Path]::GetDirectoryName([System.IO.Path]::GetDirectoryName($PSScriptRoot))
$sources = [System.IO.Path]::Combine($root, 'src', 'ExactCompression.Cmdlets', 'Help')
$width = 120
$help = [System.Xml.XmlDocument]::new()
$help.PreserveWhitespace = $true # examples are indented
$help.Load([System.IO.Path]::Combine($sources, 'help.xml'))
$commands = @($help.SelectNodes('/help/command'))
$files = [System.IO.Directory]::GetFiles($sources, 'about_*.help.txt')
[System.Array]::Sort($files, [System.StringComparer]::Ordinal)
$topics = @($files | ForEach-Object { [System.IO.Path]::GetFileName($_) -replace '\.help\.txt$' })
$pages = @($commands | ForEach-Object { $_.GetAttribute('name') }) + $topics

# Variables, parameters, names of pages, and characters with a meaning in Markdown.
$special = [regex]((
        '(?<code>\$(?:[A-Za-z][\w:.]*\w|_))',
        '(?<code>(?<![\w-])-[A-Z][A-Za-z]+\b)',
        '(?<page>\b(?:[A-Z][a-z]+-[A-Z][A-Za-z]+|about_[A-Za-z]+)\b)',
        '(?<sign>[\\*<`|]|(?<!\w)_|_(?!\w))') -join '|')

# Prose as Markdown, in one line; names of other pages become links.
function Get-Inline([string]$Text, [string]$Page) {
    $special.Replace(($Text -replace '\s+', ' ').Trim(), {
            $match = $args[0]
            $value = $match.Value
            if ($match.Groups['code'].Success) { "``$value``" }
            elseif ($match.Groups['sign'].Success) { "\$value" }
            elseif ($value -ceq $Page -or $value -cnotin $pages) { $value }
            else { "[$value]($value.md)" }
        })
}

# Breaks lines, and escapes a word at the beginning of one that would mark a list or a heading.
function Split-Line([string]$Text, [string]$First = '', [string]$Rest = '', [int]$Columns = $width) {
    $line = $First
    $isEmpty = $true
    foreach ($word in $Text.Split(' ')) {
        if (-not $isEmpty -and $line.Length + 1 + $word.Length -gt $Columns) {
            $line
            $line = $Rest
            $isEmpty = $true
        }
        if ($isEmpty) {
            $line += $word -replace '^([-+#>=])$', '\$1' -replace '^(#+)$', '\$1' -replace '^(\d+)([.)])$', '$1\$2'
            $isEmpty = $false
        }
        else {
            $line += " $word"
        }
    }
    $line
}

function Get-Paragraph([string]$Text, [string]$Page) {
    Split-Line (Get-Inline $Text $Page)
    ''
}

function Get-Parameter([System.Xml.XmlElement]$Command, [string]$Name) {
    $groups = @($Command.SelectNodes('use') | ForEach-Object { $help.SelectSingleNode("/help/group[@name='$($_.GetAttribute('group'))']") })
    foreach ($place in @($Command) + $groups) {
        $found = $place.SelectSingleNode("parameter[@name='$Name']")
        if ($found) {
            return $found
        }
    }
    throw "$($Command.GetAttribute('name')) has no parameter $Name."
}

function Get-Syntax([System.Xml.XmlElement]$Command, [string[]]$Names) {
    $parts = @($Command.GetAttribute('name')) + @(foreach ($name in $Names) {
            $parameter = Get-Parameter $Command $name
            $isRequired = $parameter.GetAttribute('required') -eq 'true'
            $type = $parameter.GetAttribute('type')
            $text = if ($parameter.GetAttribute('position') -ne '') { "[-$name]" } else { "-$name" }
            if ($type -ne 'SwitchParameter') {
                $text += " <$type>"
            }
            if ($isRequired) { $text } else { "[$text]" }
        }) + '[<CommonParameters>]'
    # Names and types stay together: no-break spaces while lines are broken.
    $noBreak = [string][char]0xA0
    (Split-Line (@($parts | ForEach-Object { $_.Replace(' ', $noBreak) }) -join ' ') -Rest '    ').Replace($noBreak, ' ')
}

function Get-CommandPage([System.Xml.XmlElement]$Command) {
    $name = $Command.GetAttribute('name')
    "# $name"
    ''
    Get-Paragraph $Command.SelectSingleNode('synopsis').InnerText $name
    '## Syntax'
    ''
    '```'
    $sets = @($Command.SelectNodes('set') | ForEach-Object { , @($_.InnerText -split '\s+' -ne '') })
    for ($s = 0; $s -lt $sets.Count; $s++) {
        if ($s -gt 0) { '' }
        Get-Syntax $Command $sets[$s]
    }
    '```'
    ''
    '## Description'
    ''
    foreach ($text in $Command.SelectNodes('description/p')) {
        Get-Paragraph $text.InnerText $name
    }
    '## Examples'
    ''
    foreach ($example in $Command.SelectNodes('example')) {
        "### $(Get-Inline $example.GetAttribute('title') $name)"
        ''
        '```powershell'
        $example.SelectSingleNode('code').InnerText.Replace("`r", '').Split("`n")
        '```'
        ''
        foreach ($text in $example.SelectNodes('p')) {
            Get-Paragraph $text.InnerText $name
        }
    }
    '## Parameters'
    ''
    $names = [string[]]@($sets | ForEach-Object { $_ } | Select-Object -Unique)
    [System.Array]::Sort($names, [System.StringComparer]::Ordinal)
    foreach ($parameterName in $names) {
        $parameter = Get-Parameter $Command $parameterName
        "### -$parameterName"
        ''
        Get-Paragraph $parameter.InnerText $name
        $traits = @("Type ``$($parameter.GetAttribute('type'))``") +
        $(if ($parameter.GetAttribute('required') -eq 'true') { 'required' } else { 'optional' }) +
        $(if ($parameter.GetAttribute('position') -ne '') { "position $($parameter.GetAttribute('position'))" } else { 'named' })
        $pipeline = $parameter.GetAttribute('pipeline')
        if ($pipeline) { $traits += 'from the pipeline' + ($pipeline -replace '^true', '') }
        if ($parameter.GetAttribute('wildcards')) { $traits += 'wildcards' }
        if ($parameter.GetAttribute('aliases')) { $traits += "alias ``$($parameter.GetAttribute('aliases') -replace ', ', '`, `')``" }
        if ($parameter.GetAttribute('default')) { $traits += "default: $(Get-Inline $parameter.GetAttribute('default') $name)" }
        Split-Line "*$($traits -join '; ')*"
        ''
    }
    foreach ($kind in 'input', 'output') {
        "## $([char]::ToUpperInvariant($kind[0]))$($kind.Substring(1))s"
        ''
        foreach ($entry in $Command.SelectNodes($kind)) {
            Split-Line "``$($entry.GetAttribute('type') -replace ',\s+', '`, `')``: $(Get-Inline $entry.InnerText $name)" '- ' '  '
        }
        ''
    }
    '## Notes'
    ''
    foreach ($text in $Command.SelectNodes('notes/p')) {
        Get-Paragraph $text.InnerText $name
    }
    '## Related links'
    ''
    foreach ($see in $Command.SelectNodes('see')) {
        "- [$($see.InnerText)]($($see.InnerText).md)"
    }
}

$proper = @{
    'onnx' = 'ONNX'; 'pytorch' = 'PyTorch'; 'safetensors' = 'SafeTensors'; 'npz' = 'NPZ'; 'nnet' = 'NNet'; 'weightsdat' = 'WeightsDat'
    'csv' = 'CSV'; 'npy' = 'NPY'; 'json' = 'JSON'
}

function Get-Heading([string]$Text) {
    $words = @($Text.ToLowerInvariant().Split(' ') | ForEach-Object {
            $bare = $_.TrimEnd(',')
            if ($proper.ContainsKey($bare)) { $_.Replace($bare, $proper[$bare]) } else { $_ }
        })
    $heading = $words -join ' '
    "## $([char]::ToUpperInvariant($heading[0]))$($heading.Substring(1))"
}

# Lines of terms and what they mean, in columns: the first line determines where each column begins.
function Get-Table([string[]]$Lines, [string]$Page) {
    $row = { "| $(@($args[0] | ForEach-Object { Get-Inline $_ $Page }) -join ' | ') |" }
    $heads = @([regex]::Matches($Lines[0], '\S+( \S+)*'))
    if ($heads.Count -gt 2) {
        # The first line names the columns, and says where each begins; a line that has nothing in the first one goes on with its row.
        $rows = [System.Collections.Generic.List[string[]]]::new()
        foreach ($line in $Lines) {
            $cells = [string[]]@(for ($c = 0; $c -lt $heads.Count; $c++) {
                    $from = [System.Math]::Min($heads[$c].Index, $line.Length)
                    $to = if ($c + 1 -lt $heads.Count) { [System.Math]::Min($heads[$c + 1].Index, $line.Length) } else { $line.Length }
                    $line.Substring($from, $to - $from).Trim()
                })
            if (($cells -join '') -ne ($line -replace ' {2,}')) { throw "A cell of about $Page is not below its column: $line" }
            if ($cells[0]) { $rows.Add($cells) }
            else { for ($c = 1; $c -lt $cells.Count; $c++) { $rows[-1][$c] = "$($rows[-1][$c]) $($cells[$c])".Trim() } }
        }
        & $row $rows[0]
        "|$(' --- |' * $heads.Count)"
        foreach ($entry in $rows | Select-Object -Skip 1) {
            & $row $entry
        }
        ''
        return
    }
    $column = [regex]::Match($Lines[0], '^ {4}\S.*? {2,}').Length
    $rows = [System.Collections.Generic.List[string[]]]::new()
    foreach ($line in $Lines) {
        if ($line.Length -gt $column -and $line.Substring(0, $column).Trim() -eq '') {
            $rows[$rows.Count - 1][1] += " $($line.Trim())"
        }
        elseif ($line.Length -gt $column -and $line.Substring($column - 2, 2) -eq '  ') {
            $rows.Add([string[]]@($line.Substring(0, $column), $line.Substring($column)))
        }
        else {
            $rows.Add([string[]]@($line, ''))
        }
    }
    '| | |'
    '| --- | --- |'
    foreach ($entry in $rows) {
        & $row $entry
    }
    ''
}

function Get-TopicPage([string]$Topic, [string[]]$Lines) {
    "# $Topic"
    ''
    $isDescription = $false
    for ($at = 3; $at -lt $Lines.Count;) {
        $line = $Lines[$at]
        if ($line -eq '') {
            $at++
        }
        elseif ($line[0] -ne ' ') {
            $at++
            if ($line -eq 'SEE ALSO') {
                '## Related links'
                ''
                foreach ($see in $Lines | Select-Object -Skip $at | Where-Object { $_ }) {
                    "- [$($see.Trim())]($($see.Trim()).md)"
                }
                return
            }
            if ($line -notin 'SHORT DESCRIPTION', 'LONG DESCRIPTION') {
                Get-Heading $line
                ''
            }
        }
        else {
            $isCode = $line.StartsWith('        ')
            $goesOn = { $Lines[$at] -eq '' -and $at + 1 -lt $Lines.Count -and $Lines[$at + 1].StartsWith('        ') }
            $block = @(while ($at -lt $Lines.Count -and ($Lines[$at].StartsWith('    ') -or ($isCode -and (& $goesOn)))) {
                    $Lines[$at]
                    $at++
                })
            if ($isCode) {
                '```'
                $block -replace '^ {8}', ''
                '```'
                ''
            }
            elseif ($block[0] -match '\S {2,}\S') {
                Get-Table $block $Topic
            }
            else {
                Get-Paragraph ($block -join ' ') $Topic
            }
        }
    }
}

function Write-Page([string]$Name, [string[]]$Lines) {
    [System.IO.File]::WriteAllText([System.IO.Path]::Combine($OutputPath, "$Name.md"), (($Lines -join "`n").TrimEnd() + "`n"))
}

$OutputPath = $PSCmdlet.GetUnresolvedProviderPathFromPSPath($OutputPath)
$null = [System.IO.Directory]::CreateDirectory($OutputPath)
$index = [System.Collections.Generic.List[string]]@(
    '# ExactCompression', '', '## Concepts', '', '| page | topic |', '| --- | --- |')
foreach ($topic in $topics) {
    $lines = [System.IO.File]::ReadAllLines([System.IO.Path]::Combine($sources, "$topic.help.txt"))
    Write-Page $topic @(Get-TopicPage $topic $lines)
    $index.Add("| [$topic]($topic.md) | $(Get-Inline $lines[4] $topic) |")
}
$index.AddRange([string[]]@('', '## Cmdlets', '', '| cmdlet | what it does |', '| --- | --- |'))
foreach ($command in $commands) {
    $name = $command.GetAttribute('name')
    Write-Page $name @(Get-CommandPage $command)
    $index.Add("| [$name]($name.md) | $(Get-Inline $command.SelectSingleNode('synopsis').InnerText $name) |")
}
$index.AddRange([string[]]@(
        ''
        'In PowerShell, `Get-Help` shows the same: `Get-Help Find-StableNeurons -Full`.'
        ''
        'These pages are written by `./build.ps1 Docs`; their source is `src/ExactCompression.Cmdlets/Help`.'
    ))
Write-Page 'index' $index
