#!/usr/bin/env pwsh

<#
.SYNOPSIS
    Makes a folder that runs the device tests and the device benchmark on a 64-bit Linux with nothing but the driver of a GPU.
.DESCRIPTION
    The folder has the .NET runtime in it, and is smaller than 60 MB. Nothing is trimmed, since ILGPU compiles kernels from the code as it
    is; instead, whole libraries that these programs do not load are left out. Its run.sh runs everything.
.PARAMETER OutputPath
    Where the folder device is made anew.
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory)]
    [string]$OutputPath
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$root = [System.IO.Path]::GetDirectoryName([System.IO.Path]::GetDirectoryName($PSScriptRoot))
$folder = [System.IO.Path]::Combine($OutputPath, 'device')

# Libraries of solvers, drawing, other test hosts and BenchmarkDotNet; of the runtime, debugging, XML, JSON, databases and most of the
# network.
$left = @(
    '*.pdb', '*.xml', '*.lib', 'createdump'
    '*ortools*', '*onnxruntime*', 'libscip*', 'libhighs*', 'libprotobuf*', 'libCbc*', 'libCgl*', 'libClp*', 'libCoin*', 'libOsi*', 'libre2*'
    'libabsl*', 'lib*.so.*'
    'ScottPlot*', '*SkiaSharp*', 'HarfBuzz*', 'Google.OrTools*'
    'Microsoft.[CDEMTV]*', 'Microsoft.Win32.[RS]*', 'testhost*', 'xunit.runner.visualstudio*'
    'CommandLine*', 'Perfolizer*', 'Pragmastat*'
    'Dia2Lib*', 'Gee.*', 'Iced*', 'libcapstone*', 'TraceReloggerLib*', 'System.CodeDom*', 'System.Management*'
    'libmscor*', 'libclrgc*', 'libcoreclrtraceptprovider*'
    'System.Private.Xml*', 'System.Private.DataContractSerialization*', 'System.Data.*', 'System.Text.Json*'
    'System.Net.[HMQRW]*', 'System.Net.NetworkInformation*', 'System.Net.Security*', 'System.Threading.Tasks.Dataflow*'
    'System.Linq.AsyncEnumerable*', 'System.Linq.Parallel*', 'System.Formats.*', 'System.Transactions.*'
    'System.ServiceProcess*', 'System.Web*', 'System.Text.Encoding.CodePages*', 'System.IO.Pipelines*', 'System.ComponentModel.Annotations*'
)

if ([System.IO.Directory]::Exists($folder)) {
    [System.IO.Directory]::Delete($folder, $true)
}
foreach ($project in 'ExactCompression.Campaign', 'ExactCompression.Benchmarks') {
    # Built apart, so that what other builds make stays as it is.
    & dotnet publish ([System.IO.Path]::Combine($root, 'benchmarks', $project)) -c Release -r linux-x64 --self-contained -o $folder `
        --artifacts-path ([System.IO.Path]::Combine($OutputPath, 'device-build')) '-p:DebugType=none'
    if ($LASTEXITCODE -ne 0) {
        throw "dotnet publish failed with exit code $LASTEXITCODE."
    }
}

$null = [System.IO.Directory]::CreateDirectory($folder)
foreach ($path in [System.IO.Directory]::GetDirectories($folder)) {
    [System.IO.Directory]::Delete($path, $true) # native libraries of BenchmarkDotNet, for other systems
}
foreach ($path in [System.IO.Directory]::GetFiles($folder)) {
    $name = [System.IO.Path]::GetFileName($path)
    if ($left | Where-Object { $name -like $_ }) {
        [System.IO.File]::Delete($path)
    }
}

# A program refuses to start without a file that its list of dependencies names.
foreach ($path in [System.IO.Directory]::GetFiles($folder, '*.deps.json')) {
    $list = [System.Text.Json.Nodes.JsonNode]::Parse([System.IO.File]::ReadAllText($path))
    foreach ($target in $list['targets']) {
        foreach ($library in $target.Value) {
            foreach ($kind in 'runtime', 'native') {
                $files = $library.Value[$kind]
                $names = @(foreach ($file in $files) { $file.Key })
                foreach ($name in $names) {
                    if (-not [System.IO.File]::Exists([System.IO.Path]::Combine($folder, [System.IO.Path]::GetFileName($name)))) {
                        $null = $files.Remove($name)
                    }
                }
            }
        }
    }
    [System.IO.File]::WriteAllText($path, $list.ToJsonString())
}

$run = [System.IO.Path]::Combine($folder, 'run.sh')
[System.IO.File]::Copy([System.IO.Path]::Combine($PSScriptRoot, 'run-device.sh'), $run)
$size = ([System.IO.Directory]::GetFiles($folder) | ForEach-Object { [System.IO.FileInfo]::new($_).Length } | Measure-Object -Sum).Sum
if ($size -ge 60000000) {
    throw "$folder has $([math]::Round($size / 1000000)) MB, not less than 60: leave out more libraries here."
}
