# The manifest of the repository requires this module, which PowerShell loads before anything else that the manifest names: where nothing
# is built yet, the error says so, and not that a file of views cannot be found. The published manifest is without it.
$root = [System.IO.Path]::GetDirectoryName([System.IO.Path]::GetDirectoryName($PSScriptRoot))
if (-not [System.IO.File]::Exists([System.IO.Path]::Combine($root, 'lib', 'ExactCompression.Cmdlets.dll'))) {
    throw "The module is not built yet: run 'dotnet build' in '$root', and import it again."
}
Export-ModuleMember
