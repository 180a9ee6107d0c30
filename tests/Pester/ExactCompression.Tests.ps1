#Requires -Version 7.6
# What users do, in PowerShell itself: Invoke-Pester tests/Pester, after dotnet build.

BeforeAll {
    $root = Split-Path (Split-Path $PSScriptRoot)
    Import-Module (Join-Path $root 'ExactCompression.psd1') -Force
    $networkFile = Join-Path $root 'examples' 'digits_48-32-24_l1-0.004.onnx'
    $dataFile = Join-Path $root 'examples' 'digits.csv.gz'
    $network = Import-ReluNetwork $networkFile
    $data = Import-InputData $dataFile -LabelColumn Last -Scale (1 / 16)
}

Describe 'The pipeline' {
    It 'makes a smaller network that computes the same' {
        $small = Join-Path $TestDrive 'small.onnx'
        $network | Find-UnstableNeuronsGpu -Data $data | Find-StableNeurons -Data $data | Invoke-LeoCompression -OutVariable compression |
            Export-ReluNetwork $small
        $again = Import-ReluNetwork $small
        $again.NeuronCount | Should -BeLessThan 92 -Because 'at least 13 neurons are stably inactive'
        $again.Architecture | Should -Be $compression[0].Compressed.Architecture
        ($compression | Test-NetworkEquivalence).Equivalent | Should -BeTrue
        (Test-NetworkEquivalence $network $again -Data $data).ObservedDeviation | Should -BeLessThan 1e-4
        $before, $after = $network, $again | Measure-ReluNetwork -Data $data
        $after.Accuracy | Should -Be $before.Accuracy
    }

    It 'goes further at each level and stays within the tolerance' {
        $table = $network | Find-StableNeurons -Data $data
        $results = 'DeleteOnly', 'LeoPlusPlus', 'Maximal' | ForEach-Object { $table | Invoke-LeoCompression -Level $_ }
        $results[0].ProvenDeviation | Should -Be 0
        $results[1].Compressed.NeuronCount | Should -BeLessOrEqual $results[0].Compressed.NeuronCount
        $results[2].Compressed.NeuronCount | Should -BeLessOrEqual $results[1].Compressed.NeuronCount
        ($table | Invoke-LeoCompression -Level Maximal -Tolerance 1e-7).ProvenDeviation | Should -BeLessOrEqual 1e-7
        $both = $results[2] | Measure-ReluNetwork -Data $data
        $both[1].Agreement | Should -Be 1
        (Test-NetworkEquivalence $network $results[2].Compressed).Equivalent | Should -BeTrue
    }

    It 'decides what a file states about two networks, and their labels' {
        $small = ($network | Find-StableNeurons -Data $data | Invoke-LeoCompression).Compressed
        $spec = Join-Path $TestDrive 'spec.vnnlib'
        @(
            '(vnnlib-version <2.0>)'
            '(declare-network f (declare-input X_f real [64]) (declare-output Y_f real [10]))'
            '(declare-network g (declare-input X_g real [64]) (declare-output Y_g real [10]))'
            0..63 | ForEach-Object { "(assert (and (>= X_f[$_] 0) (<= X_f[$_] 1) (== X_f[$_] X_g[$_])))" }
            0..9 | ForEach-Object { "(assert (and (<= Y_g[$_] (+ Y_f[$_] 0.001)) (>= Y_g[$_] (- Y_f[$_] 0.001))))" }
        ) | Set-Content $spec
        $report = Test-NetworkEquivalence $network $small -Path $spec
        $report.Equivalent | Should -BeTrue
        $report.Specification.AssertsViolation | Should -BeFalse
        (Test-NetworkEquivalence $network $small -Property SameLabel -Tolerance 1e-4).Equivalent | Should -BeTrue
        (Test-NetworkEquivalence $network $small -RelativeTolerance 1e-3 -Tolerance 1e-5).Equivalent | Should -BeTrue
        { Test-NetworkEquivalence $network $small -Path $spec -Tolerance 1 } | Should -Throw -ErrorId 'AmbiguousParameterSet*'
    }

    It 'writes verdicts that read back the same' {
        $file = Join-Path $TestDrive 'verdicts.csv'
        $table = $network | Find-StableNeurons -Data $data
        $table | Export-StabilityTable $file
        $again = Import-StabilityTable $file -Network $network
        $again.Neurons.State | Should -Be $table.Neurons.State
        @(Import-Csv $file | Where-Object State -EQ StablyActive).Count | Should -Be $table.StablyActive
        { $again | Invoke-LeoCompression -ErrorAction Stop } | Should -Not -Throw
    }

    It 'writes a certificate that the two files confirm, and no other' {
        $small = Join-Path $TestDrive 'certified.onnx'
        $certificate = Join-Path $TestDrive 'certified.json.gz'
        $compression = $network | Find-StableNeurons | Invoke-LeoCompression
        $compression | Export-ReluNetwork $small
        $compression | Export-CompressionCertificate $certificate
        $report = Test-CompressionCertificate $certificate $networkFile $small
        $report.Valid | Should -BeTrue
        $report.ProvenDeviation | Should -BeLessThan 1e-6
        (Test-CompressionCertificate $certificate $small $small).Place | Should -Be 'original, layer 1, sha256'
    }

    It 'decides more over a smaller domain' {
        $wide = $network | Find-StableNeurons
        $narrow = $network | Find-StableNeurons -Domain (New-InputDomain -Data $data -Row 0 -Radius 0.01 -ClipLower 0 -ClipUpper 1)
        $narrow.Unstable | Should -BeLessThan $wide.Unstable
    }

    It 'keeps networks intact in parallel runspaces' {
        $counts = 1..2 | ForEach-Object -ThrottleLimit 2 -Parallel {
            Import-Module (Join-Path $using:root 'ExactCompression.psd1')
            ($using:network | Find-UnstableNeuronsGpu -Device Cpu).Unstable
        }
        $counts[0] | Should -BeGreaterThan 0
        $counts[0] | Should -Be $counts[1]
    }

    It 'passes objects to a job and back unchanged' {
        $result = Start-Job {
            Import-Module $using:root/ExactCompression.psd1
            $using:network | Find-StableNeurons -Data $using:data | Invoke-LeoCompression
        } | Receive-Job -Wait -AutoRemoveJob
        $here = $network | Find-StableNeurons -Data $data | Invoke-LeoCompression
        $result | Should -BeOfType ([ExactCompression.CompressionResult])
        $result.Compressed.Architecture | Should -Be $here.Compressed.Architecture
        ($result | Test-NetworkEquivalence).Equivalent | Should -BeTrue
    }

    It 'keeps objects intact in CliXml files' {
        $file = Join-Path $TestDrive 'verdicts.xml'
        $table = $network | Find-StableNeurons -Data $data
        $table | Export-Clixml $file
        $again = Import-Clixml $file
        $again.Neurons.State | Should -Be $table.Neurons.State
        ($again | Invoke-LeoCompression).Compressed.Architecture | Should -Be ($table | Invoke-LeoCompression).Compressed.Architecture
    }
}

Describe 'Training' {
    It 'makes a classifier that compresses, the same for a seed' {
        $trained = $data | New-ReluClassifier -Hidden 24, 16 -L1 0.004 -Epochs 60
        $trained.Architecture | Should -Be '64-24-16-10'
        $trained.Training.ValidationAccuracy | Should -BeGreaterThan 0.9
        $trained.Training.Epochs[-1].ZeroWeights | Should -BeGreaterThan 0
        ($trained | Find-StableNeurons | Invoke-LeoCompression | Test-NetworkEquivalence).Equivalent | Should -BeTrue
        $again = New-ReluClassifier $data 24, 16 -L1 0.004 -Epochs 60 -Threads 1
        $again.Layers[1].Weights.ToArray() | Should -Be $trained.Layers[1].Weights.ToArray()
    }

    It 'makes more neurons stable with a stability penalty' {
        $plain = New-ReluClassifier $data 24, 16 -Epochs 60 | Find-StableNeurons
        $trained = New-ReluClassifier $data 24, 16 -Epochs 60 -Stability 0.0005
        $trained.Training.ValidationAccuracy | Should -BeGreaterThan 0.9
        ($trained | Find-StableNeurons).Unstable | Should -BeLessThan $plain.Unstable
    }

    It 'comes back from a job with its history' {
        $trained = Start-Job {
            Import-Module $using:root/ExactCompression.psd1
            $using:data | New-ReluClassifier -Hidden 8 -Epochs 3
        } | Receive-Job -Wait -AutoRemoveJob
        $trained.Training.Epochs.Count | Should -Be 3
    }

    It 'says what data without labels lacks' {
        { New-ReluClassifier (Import-InputData $dataFile -LabelColumn None) -ErrorAction Stop } |
            Should -Throw -ErrorId 'DataWithoutLabels,*'
    }
}

Describe 'Files' {
    It 'takes wildcards, pipes and brackets' {
        $folder = New-Item -ItemType Directory (Join-Path $TestDrive 'files')
        Copy-Item $networkFile (Join-Path $folder 'a.onnx')
        Copy-Item $networkFile (Join-Path $folder 'b[1].onnx')
        @(Import-ReluNetwork "$folder/*.onnx").Count | Should -Be 2
        @(Get-ChildItem $folder | Import-ReluNetwork).Count | Should -Be 2
        @(Import-ReluNetwork -LiteralPath "$folder/b[1].onnx").Count | Should -Be 1
    }

    It 'writes C source with a check of the domain' {
        $file = Join-Path $TestDrive 'small net.c'
        $network | Find-StableNeurons | Invoke-LeoCompression | Export-ReluNetwork $file -InputCheck
        $text = Get-Content $file -Raw
        $text | Should -Match 'void small_net\(const float \*input, float \*output\)'
        $text | Should -Match 'int small_net_in_domain\(const float \*input\)'
        $text | Should -Match 'Proven deviation: '
    }

    It 'follows $PWD and not the process' {
        Push-Location $TestDrive
        try {
            $network | Export-ReluNetwork here.npz
            Test-Path (Join-Path $TestDrive 'here.npz') | Should -BeTrue
            (Import-ReluNetwork here.npz).Architecture | Should -Be $network.Architecture
        }
        finally {
            Pop-Location
        }
    }

    It 'writes nothing with -WhatIf and replaces nothing with -NoClobber' {
        $file = Join-Path $TestDrive 'mine.onnx'
        $network | Export-ReluNetwork $file -WhatIf
        Test-Path $file | Should -BeFalse
        'mine' | Set-Content $file
        { $network | Export-ReluNetwork $file -NoClobber -ErrorAction Stop } | Should -Throw -ErrorId 'FileExists,*'
        Get-Content $file | Should -Be 'mine'
    }

    It 'continues after a bad file, among several or alone' {
        'no network' | Set-Content (Join-Path $TestDrive 'bad.onnx')
        $read = $networkFile, (Join-Path $TestDrive 'bad.onnx'), $networkFile |
            Import-ReluNetwork -ErrorVariable errors -ErrorAction SilentlyContinue
        $read.Count | Should -Be 2
        $errors.Count | Should -Be 1
        { Import-ReluNetwork (Join-Path $TestDrive 'bad.onnx') -ErrorAction Stop } | Should -Throw
        { Import-ReluNetwork (Join-Path $TestDrive 'none*.onnx') -ErrorAction SilentlyContinue } | Should -Not -Throw
        { $network | Export-ReluNetwork (Join-Path $TestDrive 'none' 'x.onnx') -ErrorAction Ignore } | Should -Not -Throw
    }

    It 'refuses other providers' {
        { Import-ReluNetwork Env:PATH -ErrorAction Stop } | Should -Throw -ErrorId 'PathNotInFileSystem,*'
    }
}

Describe 'Arguments' {
    It 'takes <Value> for a time limit' -ForEach @(
        @{ Value = 30 }
        @{ Value = '30' }
        @{ Value = '00:00:30' }
        @{ Value = [timespan]::FromSeconds(30) }
    ) {
        { $network | Find-UnstableNeuronsGpu -TimeLimit $Value -ErrorAction Stop } | Should -Not -Throw
    }

    It 'refuses a domain other than the table''s' {
        $table = $network | Find-UnstableNeuronsGpu -Data $data
        { Find-StableNeurons $table -Domain (New-InputDomain 0 0.5) -ErrorAction Stop } | Should -Throw -ErrorId 'DomainMismatch,*'
    }

    It 'says which cmdlet makes the object that is missing' {
        { Find-StableNeurons './net.onnx' } | Should -Throw '*Import-ReluNetwork*'
    }

    It 'refuses a variable whose name is misspelt' {
        { $network | Find-StableNeurons -Domain $mispelt } | Should -Throw '*New-InputDomain*'
        { New-InputDomain -Center 0, 0 -Radius $mispelt } | Should -Throw '*misspelt*'
    }

    It 'counts rows outside the domain once' {
        $raw = Import-InputData $dataFile -LabelColumn Last
        $null = $network, $network | Find-StableNeurons -Data $raw -WarningVariable warnings -WarningAction SilentlyContinue
        $warnings.Count | Should -Be 1
        "$warnings" | Should -BeLike 'All 1,797 rows of digits*'
    }

    It 'says which rows lie in a domain' {
        $ball = New-InputDomain -Data $data -Row 0 -Radius 0.1 -ClipLower 0 -ClipUpper 1
        (Test-InputDomain $data).AllInside | Should -BeTrue
        (Test-InputDomain $data $ball).InsideRows | Should -Be 0
        @($data | Test-InputDomain -Domain $ball -PerRow).Count | Should -Be $data.Rows
        $small = $network | Find-StableNeurons -Domain $ball | Invoke-LeoCompression
        $before, $after = $small | Measure-ReluNetwork -Data $data -WarningVariable outside -WarningAction SilentlyContinue
        $after.Accuracy | Should -Be $before.Accuracy
        $after.RowsInside | Should -Be 1
        "$outside" | Should -BeLike '1,796 of 1,797 rows of digits*'
    }

    It 'takes whole names of devices alone' {
        { $network | Find-UnstableNeuronsGpu -Device gpu -ErrorAction Stop } | Should -Throw -ErrorId 'ComputeDeviceUnknown,*'
    }

    It 'completes formats and devices' {
        (TabExpansion2 'Import-ReluNetwork x -Format On').CompletionMatches.CompletionText | Should -Contain 'Onnx'
        (TabExpansion2 'Find-UnstableNeuronsGpu -Device ').CompletionMatches.CompletionText | Should -Contain 'Auto'
    }
}

Describe 'The module' {
    It 'solves a small MILP with SCIP' {
        (Get-MilpSolver Scip).Available | Should -BeTrue
    }

    BeforeDiscovery {
        $exported = (Import-PowerShellDataFile (Join-Path (Split-Path (Split-Path $PSScriptRoot)) 'ExactCompression.psd1')).CmdletsToExport
    }

    It 'has help with examples for <_>' -ForEach $exported {
        $help = Get-Help $_ -Full
        $help.Synopsis | Should -Not -Match ("^\s*" + [regex]::Escape($_))
        @($help.examples.example).Count | Should -BeGreaterOrEqual 2
    }

    It 'shows tables without arrays' {
        $shown = $network, $data, ($network | Find-StableNeurons) | Out-String
        $shown | Should -Not -Match 'ReadOnlyMemory'
    }
}

Describe 'The quickstart' {
    It 'runs in PowerShell too' {
        $out = Join-Path $TestDrive 'quickstart'
        & (Join-Path $root 'examples' 'quickstart.ps1') -OutputPath $out 6>&1 | Out-String | Should -Match 'proven equivalent'
        Join-Path $out 'digits-small.onnx' | Should -Exist
        Join-Path $out 'digits-stability.csv' | Should -Exist
    }
}
