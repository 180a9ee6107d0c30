@{
    RootModule           = 'lib/ExactCompression.Cmdlets.dll'
    ModuleVersion        = '0.1.0'
    GUID                 = '3d638928-182c-4de7-b161-2c07640e4391'
    Author               = 'The ExactCompression authors'
    Copyright            = 'MIT license'
    Description          = 'Makes ReLU networks smaller exactly: proves which neurons are stable, then removes, merges and folds them.'
    PowerShellVersion    = '7.6'
    CompatiblePSEditions = @('Core')
    RequiredModules      = @('./src/Packaging/RequireBuild.psm1') # says so where nothing is built; not in the published manifest
    RequiredAssemblies   = @('lib/ExactCompression.dll', 'lib/ExactCompression.Cmdlets.dll') # the types that the type data names
    TypesToProcess       = @('lib/ExactCompression.types.ps1xml')
    FormatsToProcess     = @('lib/ExactCompression.format.ps1xml')
    CmdletsToExport      = @(
        'Export-CompressionCertificate'
        'Export-MilpModel'
        'Export-ReluNetwork'
        'Export-StabilityPlot'
        'Export-StabilityReport'
        'Export-StabilityTable'
        'Find-StableNeurons'
        'Find-UnstableNeuronsGpu'
        'Get-ActivationPattern'
        'Get-ComputeDevice'
        'Get-MilpSolver'
        'Import-InputData'
        'Import-ReluNetwork'
        'Import-StabilityTable'
        'Invoke-CompressionSweep'
        'Invoke-LeoCompression'
        'Join-StabilityTable'
        'Measure-ReluNetwork'
        'New-InputDomain'
        'New-ReluClassifier'
        'Test-CompressionCertificate'
        'Test-InputDomain'
        'Test-NetworkEquivalence'
    )
    FunctionsToExport    = @()
    VariablesToExport    = @()
    AliasesToExport      = @()
    PrivateData          = @{
        PSData = @{
            Tags         = @(
                'NeuralNetwork', 'ReLU', 'Compression', 'Verification', 'ONNX', 'MILP', 'Linux', 'Windows', 'MacOS', 'PSEdition_Core')
            LicenseUri   = 'https://opensource.org/license/mit'
            ReleaseNotes = @'
The first release: reads and writes ReLU networks (ONNX, PyTorch, safetensors, NumPy, NNet), proves which neurons are stable, compresses
exactly, certifies what it did, trains, sweeps and draws.
'@
        }
    }
}
