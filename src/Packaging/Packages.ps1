# Functions that build packages. They use .NET for files and archives: the same bytes under every PowerShell, and the project's own host
# has no Compress-Archive.

function Get-ModuleManifest([string]$Path) {
    $problems = $null
    $tree = [System.Management.Automation.Language.Parser]::ParseFile($Path, [ref]$null, [ref]$problems)
    if ($problems) {
        throw "$Path cannot be read: $($problems[0].Message)"
    }
    $tree.Find({ $args[0] -is [System.Management.Automation.Language.HashtableAst] }, $false).SafeGetValue()
}

function Copy-PackageFile([string]$File, [string]$Target) {
    $null = [System.IO.Directory]::CreateDirectory([System.IO.Path]::GetDirectoryName($Target))
    [System.IO.File]::Copy($File, $Target, $true)
}

# What was restored, package by package: Name, Version, Folder, the files that it gives the module (Runtime: assemblies,
# Native: native libraries), each by its path there, and the names of the packages that it depends on.
function Get-RestoredPackage([string]$AssetsFile) {
    $root = [System.Text.Json.JsonDocument]::Parse([System.IO.File]::ReadAllText($AssetsFile)).RootElement
    $folders = @($root.GetProperty('packageFolders').EnumerateObject() | ForEach-Object Name)
    foreach ($target in $root.GetProperty('targets').EnumerateObject()) {
        foreach ($library in $target.Value.EnumerateObject()) {
            if ($library.Value.GetProperty('type').GetString() -ne 'package') {
                continue
            }
            $files = @{}
            foreach ($group in 'runtime', 'native') {
                $value = [System.Text.Json.JsonElement]::new()
                $files[$group] = @(if ($library.Value.TryGetProperty($group, [ref]$value)) {
                        $value.EnumerateObject() | ForEach-Object Name | Where-Object { $_ -notlike '*_._' }
                    })
            }
            $path = $root.GetProperty('libraries').GetProperty($library.Name).GetProperty('path').GetString()
            $folder = @($folders | ForEach-Object { [System.IO.Path]::Combine($_, $path) } |
                    Where-Object { [System.IO.Directory]::Exists($_) })[0]
            $name, $version = $library.Name.Split('/')
            $value = [System.Text.Json.JsonElement]::new()
            [pscustomobject]@{
                Target       = $target.Name
                Name         = $name
                Version      = $version
                Folder       = $folder
                Runtime      = $files.runtime
                Native       = $files.native
                Dependencies = @(if ($library.Value.TryGetProperty('dependencies', [ref]$value)) {
                        $value.EnumerateObject() | ForEach-Object Name
                    })
            }
        }
    }
}

# The metadata of a restored package; its XML namespace depends on the package's age.
function Get-PackageMetadata([string]$Folder) {
    $nuspec = [xml][System.IO.File]::ReadAllText([System.IO.Directory]::GetFiles($Folder, '*.nuspec')[0])
    $nuspec.SelectSingleNode("/*/*[local-name()='metadata']")
}

# The native libraries of one system, without their symbols.
function Get-NativeFile([string]$AssetsFile, [string]$System) {
    foreach ($package in Get-RestoredPackage $AssetsFile | Where-Object Target -Like "*/$System") {
        $package.Native | Where-Object { $_ -notlike '*.pdb' } | ForEach-Object { [System.IO.Path]::Combine($package.Folder, $_) }
    }
}

# The files of a folder, in a fixed order by name, with their names in an archive.
function Get-PackageFile([string]$Folder) {
    $files = [System.IO.Directory]::GetFiles($Folder, '*', [System.IO.SearchOption]::AllDirectories)
    [System.Array]::Sort($files, [System.StringComparer]::Ordinal)
    foreach ($file in $files) {
        [pscustomobject]@{ Name = [System.IO.Path]::GetRelativePath($Folder, $file).Replace('\', '/'); File = $file }
    }
}

# Entries are hashtables: Name, and File or Text. Times are fixed, so that the same source gives the same archive.
function Write-Archive([string]$Path, [hashtable[]]$Entries) {
    [System.IO.File]::Delete($Path)
    $archive = [System.IO.Compression.ZipFile]::Open($Path, 'Create')
    try {
        foreach ($item in $Entries) {
            $entry = $archive.CreateEntry($item.Name, 'SmallestSize')
            $entry.LastWriteTime = [System.DateTimeOffset]::new(2020, 1, 1, 0, 0, 0, [timespan]::Zero)
            $stream = $entry.Open()
            try {
                $bytes = if ($item.ContainsKey('Text')) { [System.Text.UTF8Encoding]::new($false).GetBytes($item.Text) }
                else { [System.IO.File]::ReadAllBytes($item.File) }
                $stream.Write($bytes, 0, $bytes.Length)
            }
            finally {
                $stream.Dispose()
            }
        }
    }
    finally {
        $archive.Dispose()
    }
}

# A NuGet package as galleries expect it: the module's files at its root, described by a .nuspec, in an Open Packaging container.
function Write-GalleryPackage([string]$Module, [hashtable]$Manifest, [string]$Path) {
    $data = $Manifest.PrivateData.PSData
    $commandTags = @($Manifest.CmdletsToExport | ForEach-Object { "PSCmdlet_$_"; "PSCommand_$_" })
    $tags = @($data.Tags) + 'PSModule' + $commandTags + 'PSIncludes_Cmdlet' | Select-Object -Unique
    $escape = { [System.Security.SecurityElement]::Escape($args[0]) }
    $elements = [ordered]@{
        id                       = 'ExactCompression'
        version                  = $Manifest.ModuleVersion
        authors                  = $Manifest.Author
        owners                   = $Manifest.Author
        requireLicenseAcceptance = 'false'
        license                  = $null
        projectUrl               = $data['ProjectUri']
        description              = $Manifest.Description
        releaseNotes             = $data['ReleaseNotes']
        copyright                = $Manifest.Copyright
        tags                     = $tags -join ' '
    }
    $lines = foreach ($name in $elements.Keys) {
        if ($name -eq 'license') {
            '    <license type="expression">MIT</license>'
        }
        elseif ($elements[$name]) {
            "    <$name>$(& $escape $elements[$name])</$name>"
        }
    }
    $nuspec = @(
        '<?xml version="1.0" encoding="utf-8"?>'
        '<package xmlns="http://schemas.microsoft.com/packaging/2013/05/nuspec.xsd">'
        '  <metadata>'
        $lines
        '  </metadata>'
        '</package>'
        ''
    ) -join "`n"
    $schemas = 'http://schemas.openxmlformats.org/package/2006'
    $properties = @(
        '<?xml version="1.0" encoding="utf-8"?>'
        "<coreProperties xmlns=`"$schemas/metadata/core-properties`" xmlns:dc=`"http://purl.org/dc/elements/1.1/`">"
        "  <dc:creator>$(& $escape $Manifest.Author)</dc:creator>"
        "  <dc:description>$(& $escape $Manifest.Description)</dc:description>"
        '  <dc:identifier>ExactCompression</dc:identifier>'
        "  <version>$($Manifest.ModuleVersion)</version>"
        "  <keywords>$(& $escape ($tags -join ' '))</keywords>"
        '</coreProperties>'
        ''
    ) -join "`n"
    $corePart = 'package/services/metadata/core-properties/exactcompression.psmdcp'
    $relations = @(
        '<?xml version="1.0" encoding="utf-8"?>'
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        '  <Relationship Type="http://schemas.microsoft.com/packaging/2010/07/manifest" Target="/ExactCompression.nuspec" Id="manifest" />'
        "  <Relationship Type=`"$schemas/relationships/metadata/core-properties`" Target=`"/$corePart`" Id=`"properties`" />"
        '</Relationships>'
        ''
    ) -join "`n"
    $files = @(Get-PackageFile $Module)
    # Each part has a type: by its extension, or by its name where it has none, or where it is a number, as those of versioned libraries
    # are.
    $isExtension = '^[A-Za-z][A-Za-z0-9]*$'
    $extensions = @($files.Name | ForEach-Object { [System.IO.Path]::GetExtension($_).TrimStart('.') } |
            Where-Object { $_ -match $isExtension }) | Sort-Object -Unique
    $types = @(
        '<?xml version="1.0" encoding="utf-8"?>'
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '  <Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml" />'
        '  <Default Extension="psmdcp" ContentType="application/vnd.openxmlformats-package.core-properties+xml" />'
        '  <Default Extension="nuspec" ContentType="application/octet" />'
        $extensions | ForEach-Object { "  <Default Extension=`"$_`" ContentType=`"application/octet`" />" }
        $files.Name | Where-Object { [System.IO.Path]::GetExtension($_).TrimStart('.') -notmatch $isExtension } |
            ForEach-Object { "  <Override PartName=`"/$(& $escape $_)`" ContentType=`"application/octet`" />" }
        '</Types>'
        ''
    ) -join "`n"
    Write-Archive $Path @(
        @{ Name = '[Content_Types].xml'; Text = $types }
        @{ Name = '_rels/.rels'; Text = $relations }
        @{ Name = 'ExactCompression.nuspec'; Text = $nuspec }
        @{ Name = $corePart; Text = $properties }
        $files | ForEach-Object { @{ Name = $_.Name; File = $_.File } }
    )
}
