#!/usr/bin/env pwsh

<#
.SYNOPSIS
    Downloads the public files that the benchmarks of the README use, and checks their hashes.
.DESCRIPTION
    The test images of MNIST and their labels, and three networks of VNN-COMP 2021. A file that is there already, and is the right one, is
    not downloaded again; one with other content is refused and never written.

    The networks named digits_* and mnist_* were trained for this project; New-ReluClassifier trains dense ones of the same kind.
.PARAMETER Path
    The folder to write to.
.PARAMETER MnistUri
    Where the files of MNIST are, if not at the mirror that PyTorch uses.
.PARAMETER VnnCompUri
    Where the repository of VNN-COMP 2021 is, if not at GitHub.
.OUTPUTS
    The files.
.EXAMPLE
    ./benchmarks/Get-BenchmarkFile.ps1 -Path data
#>
[CmdletBinding()]
param(
    [string]$Path = '.',

    [uri]$MnistUri = 'https://ossci-datasets.s3.amazonaws.com/mnist/',

    [uri]$VnnCompUri = 'https://raw.githubusercontent.com/stanleybak/vnncomp2021/90419aadcf06cf543ce5c1706cae1059dc9fa6cf/benchmarks/'
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

# SHA-256 of the content; of what is compressed, of what is in it, since mirrors compress it anew.
$files = @(
    @{ Name = 't10k-images-idx3-ubyte.gz'; Uri = [uri]::new($MnistUri, 't10k-images-idx3-ubyte.gz')
        Hash = '0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7' }
    @{ Name = 't10k-labels-idx1-ubyte.gz'; Uri = [uri]::new($MnistUri, 't10k-labels-idx1-ubyte.gz')
        Hash = 'ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2' }
    @{ Name = 'cifar10_small.onnx'; Uri = [uri]::new($VnnCompUri, 'marabou-cifar10/nets/cifar10_small.onnx')
        Hash = 'c8e3ce2a76c16244cf6d9b0cdefc13f2d380630d84e38916a93a85e45d74c3b5' }
    @{ Name = 'oval21_cifar_base_kw.onnx'; Uri = [uri]::new($VnnCompUri, 'oval21/nets/cifar_base_kw.onnx')
        Hash = 'e39711edc5284e173d169359d4b0ac2a5f5b39fffc8cf4af15d54615b867bf3f' }
    @{ Name = 'resnet_2b.onnx'; Uri = [uri]::new($VnnCompUri, 'cifar10_resnet/onnx/resnet_2b.onnx')
        Hash = '791aa24d77917ecda16809fbbd48e7739616f88ebf74cf358b2d1bf911dc4a6d' }
)

function Get-ContentHash([string]$Name, [byte[]]$Bytes) {
    $content = [System.IO.MemoryStream]::new($Bytes)
    $plain = if ($Name -like '*.gz') {
        [System.IO.Compression.GZipStream]::new($content, [System.IO.Compression.CompressionMode]::Decompress)
    }
    else {
        $content
    }
    [System.Convert]::ToHexString([System.Security.Cryptography.SHA256]::HashData([System.IO.Stream]$plain)).ToLowerInvariant()
}

$folder = [System.IO.Directory]::CreateDirectory($PSCmdlet.GetUnresolvedProviderPathFromPSPath($Path)).FullName
$client = [System.Net.Http.HttpClient]::new()
try {
    foreach ($file in $files) {
        $target = [System.IO.Path]::Combine($folder, $file.Name)
        if ([System.IO.File]::Exists($target)) {
            if ((Get-ContentHash $file.Name ([System.IO.File]::ReadAllBytes($target))) -ne $file.Hash) {
                throw "'$target' exists, but is another file than the benchmarks used. Give another -Path, or remove it."
            }
        }
        else {
            $bytes = $client.GetByteArrayAsync($file.Uri).GetAwaiter().GetResult()
            $hash = Get-ContentHash $file.Name $bytes
            if ($hash -ne $file.Hash) {
                throw "$($file.Uri) has other content than the benchmarks used: its SHA-256 is $hash, not $($file.Hash)."
            }
            [System.IO.File]::WriteAllBytes($target, $bytes)
        }
        [System.IO.FileInfo]::new($target)
    }
}
finally {
    $client.Dispose()
}
