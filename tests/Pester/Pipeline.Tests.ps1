#Requires -Version 7.6
# Many networks, jobs, threads, completion, views and help, as a user meets them in PowerShell itself: Invoke-Pester tests/Pester, after
# dotnet build.

BeforeAll {
    $root = Split-Path (Split-Path $PSScriptRoot)
    $manifest = Join-Path $root 'ExactCompression.psd1'
    Import-Module $manifest -Force
    $networkFile = Join-Path $root 'examples' 'digits_48-32-24_l1-0.004.onnx'
    $network = Import-ReluNetwork $networkFile
    $table = $network | Find-StableNeurons

    # Networks a and c, and a file between them that is none.
    function New-NetworkFolder {
        $folder = New-Item -ItemType Directory (Join-Path $TestDrive ([guid]::NewGuid()))
        Copy-Item $networkFile (Join-Path $folder 'a.onnx')
        'no network' | Set-Content (Join-Path $folder 'b.onnx')
        Copy-Item $networkFile (Join-Path $folder 'c.onnx')
        $folder
    }

    # Deep, and with biases far from 0: attacks reach few of its neurons and bounds prove few, so that a search takes long.
    function New-HardNetwork {
        $file = Join-Path $TestDrive 'hard.nnet'
        if (Test-Path $file) { return $file }
        $random = [random]::new(3)
        $sizes = 60, 200, 200, 200, 200, 200, 200, 5
        $lines = [System.Collections.Generic.List[string]]@(
            '// hard', "$($sizes.Count - 1),60,5,200,", (($sizes -join ',') + ','), '0', ('0,' * 60), ('1,' * 60), ('0,' * 61), ('1,' * 61))
        for ($l = 1; $l -lt $sizes.Count; $l++) {
            $scale = 4 / [Math]::Sqrt($sizes[$l - 1])
            $invariant = [cultureinfo]::InvariantCulture
            foreach ($n in 1..$sizes[$l]) {
                $row = foreach ($w in 1..$sizes[$l - 1]) { ($scale * ($random.NextDouble() - 0.5)).ToString('F5', $invariant) }
                $lines.Add((@($row) -join ',') + ',')
            }
            foreach ($n in 1..$sizes[$l]) { $lines.Add((6 * ($random.NextDouble() - 0.5)).ToString('F5', $invariant) + ',') }
        }
        $lines | Set-Content $file
        $file
    }

    # How to start this PowerShell again: where it is a .NET tool, the process is dotnet, and is told its program.
    $program = [Environment]::ProcessPath
    $isTool = [IO.Path]::GetFileNameWithoutExtension($program) -eq 'dotnet'
    $programArguments = @(if ($isTool) { [Environment]::GetCommandLineArgs()[0] }) + '-NoProfile', '-NonInteractive'

    # What a script prints in a process of its own.
    function Invoke-Shell([string]$Script, [string[]]$Arguments) {
        $file = Join-Path $TestDrive "$([guid]::NewGuid()).ps1"
        $Script | Set-Content $file
        & $program @programArguments -File $file @Arguments 2>&1
    }
}

Describe 'Many networks' {
    It 'writes a table for each, and says which file is bad' {
        $folder = New-NetworkFolder
        $written = Get-ChildItem $folder/*.onnx | Import-ReluNetwork -ErrorVariable bad -ErrorAction SilentlyContinue | Find-StableNeurons |
            Export-StabilityTable "$folder/verdicts/" -PassThru
        $written.Name | Should -Be 'a.csv', 'c.csv'
        $bad | Should -HaveCount 1
        $bad[0].TargetObject | Should -BeLike '*b.onnx'
        $bad[0].CategoryInfo.Category | Should -Be InvalidData
    }

    It 'makes a path for each with a script block' {
        $folder = New-NetworkFolder
        Get-ChildItem $folder/*.onnx -Exclude b.onnx | Import-ReluNetwork | Find-StableNeurons | Invoke-LeoCompression |
            Export-ReluNetwork -Path { Join-Path $folder "$($_.Original.Name)-small.onnx" }
        (Get-ChildItem $folder/*-small.onnx).Name | Should -Be 'a-small.onnx', 'c-small.onnx'
    }

    It 'refuses an unknown format before it computes anything' {
        $script:computed = $false
        { 1 | ForEach-Object { $script:computed = $true; $network } | Find-StableNeurons | Export-StabilityTable verdicts.xyz } |
            Should -Throw -ErrorId 'UnknownTableExtension,*'
        $computed | Should -BeFalse
    }

    It 'writes CSV that other commands read' {
        $file = Join-Path $TestDrive 'verdicts.csv'
        $table | Export-StabilityTable $file
        $rows = Import-Csv $file
        $rows | Should -HaveCount 104
        ($rows | Group-Object State | Where-Object Name -EQ Unstable).Count | Should -Be $table.Unstable
        $upper = $rows | Where-Object State -EQ StablyInactive | ForEach-Object { [double]$_.UpperBound } | Measure-Object -Maximum
        $upper.Maximum | Should -BeLessOrEqual 0
    }

    It 'writes bounds as <_> and reads them back as claims' -ForEach '.json', '.npz' {
        $file = Join-Path $TestDrive "bounds$_"
        $table | Export-StabilityTable $file -Precision Float32
        $again = Import-StabilityTable $file -Network $network
        $again.IsImported | Should -BeTrue
        $again.Neurons.State | Should -Be $table.Neurons.State
        $again.Neurons[0].LowerBound | Should -BeLessOrEqual $table.Neurons[0].LowerBound
        { $table | Export-StabilityTable (Join-Path $TestDrive 'verdicts.csv') -Precision Float32 } |
            Should -Throw -ErrorId 'PrecisionNotApplicable,*'
    }
}

Describe 'Jobs and threads' {
    It 'continues in the background with -AsJob' {
        $job = $network | Find-StableNeurons -AsJob
        $there = $job | Receive-Job -Wait -AutoRemoveJob
        $there.Neurons.State | Should -Be $table.Neurons.State
        Get-Job | Where-Object Id -EQ $job.Id | Should -BeNullOrEmpty
    }

    It 'works in parallel on one object' {
        $counts = 1..4 | ForEach-Object -ThrottleLimit 2 -Parallel {
            Import-Module $using:manifest
            $found = $using:network | Find-StableNeurons -Threads 1
            ($found | Invoke-LeoCompression).Compressed.NeuronCount
        }
        $counts | Select-Object -Unique | Should -HaveCount 1
    }

    It 'works in thread jobs' -Skip:(-not (Get-Command Start-ThreadJob -ErrorAction Ignore)) {
        $jobs = 1..2 | ForEach-Object { Start-ThreadJob { Import-Module $using:manifest; $using:network | Find-StableNeurons -Threads 1 } }
        $tables = $jobs | Receive-Job -Wait -AutoRemoveJob
        $tables.Unstable | Should -Be $table.Unstable, $table.Unstable
    }

    It 'takes a result to another process and back' {
        $file = Join-Path $TestDrive 'result.xml'
        $table | Invoke-LeoCompression | Export-Clixml $file
        $script = 'param($module, $file) Import-Module $module; Import-Clixml $file | Test-NetworkEquivalence | ForEach-Object Equivalent'
        Invoke-Shell $script $manifest, $file | Should -Be 'True'
    }

    It 'is imported by several runspaces at once' {
        $sizes = Invoke-Shell @'
param($module, $file)
1..6 | ForEach-Object -ThrottleLimit 6 -Parallel {
    Import-Module $using:module
    (Import-ReluNetwork $using:file | Find-StableNeurons -Threads 1 | Invoke-LeoCompression).Compressed.NeuronCount
}
'@ $manifest, $networkFile
        $sizes | Should -Be (@("$(($table | Invoke-LeoCompression).Compressed.NeuronCount)") * 6)
    }

    It 'can be removed and imported again' {
        Invoke-Shell @'
param($module, $file)
Import-Module $module
$network = Import-ReluNetwork $file
$table = $network | Find-StableNeurons
Remove-Module ExactCompression
"gone: $(-not (Get-Command Find-StableNeurons -ErrorAction Ignore))"
Import-Module $module
"again: $(($network | Find-StableNeurons).Unstable) $(($table | Invoke-LeoCompression).IsProven)"
Import-Module $module -Force
"anew: $(($network | Find-StableNeurons).Unstable)"
'@ $manifest, $networkFile | Should -Be 'gone: True', "again: $($table.Unstable) True", "anew: $($table.Unstable)"
    }

    It 'stops, keeps what is decided, and resumes from it' {
        $hard = Import-ReluNetwork (New-HardNetwork)
        $shell = [powershell]::Create('NewRunspace')
        try {
            $script = { param($module, $net) Import-Module $module; $net | Find-StableNeurons }
            $null = $shell.AddScript($script).AddArgument($manifest).AddArgument($hard)
            $running = $shell.BeginInvoke()
            $decided = ' [1-9][0-9]* of 1200 neurons decided'
            while (-not $running.IsCompleted -and -not ($shell.Streams.Progress.ReadAll() -match $decided)) { Start-Sleep -Milliseconds 20 }
            $running.IsCompleted | Should -BeFalse
            $stopping = $shell.BeginStop($null, $null) # as Ctrl-C does
            $shell.EndStop($stopping)
            $kept = $shell.Runspace.SessionStateProxy.GetVariable('LastStabilityTable')
        }
        finally {
            $shell.Dispose()
        }
        $kept | Should -BeOfType ([ExactCompression.StabilityTable])
        $kept.Undetermined | Should -BeGreaterThan 0
        $kept.Undetermined | Should -BeLessThan 1200
        $more = $kept | Find-StableNeurons -TimeLimit 1
        $more.Undetermined | Should -BeLessOrEqual $kept.Undetermined
    }

    It 'keeps what is decided when a signal ends the process' -Skip:$IsWindows {
        $script, $verdicts, $started = 'search.ps1', 'kept.csv', 'started' | ForEach-Object { Join-Path $TestDrive $_ }
        @'
param($module, $file, $verdicts, $started)
Import-Module $module
$network = Import-ReluNetwork $file
try { 'now' | Set-Content $started; $table = $network | Find-StableNeurons }
finally {
    $table ??= $LastStabilityTable
    if ($table) { $table | Export-StabilityTable $verdicts }
}
'@ | Set-Content $script
        $arguments = $programArguments + @('-File', $script, $manifest, (New-HardNetwork), $verdicts, $started)
        $start = [System.Diagnostics.ProcessStartInfo]::new($program, [string[]]$arguments)
        $process = [System.Diagnostics.Process]::Start($start)
        try {
            while (-not $process.HasExited -and -not (Test-Path $started)) { Start-Sleep -Milliseconds 50 }
            Start-Sleep 3
            $process.HasExited | Should -BeFalse
            & kill -TERM $process.Id
            $process.WaitForExit(60000) | Should -BeTrue
        }
        finally {
            if (-not $process.HasExited) { $process.Kill() }
            $process.Dispose()
        }
        $states = Import-Csv $verdicts | Group-Object State -AsHashTable
        $states['Undetermined'].Count | Should -BeGreaterThan 0
        $states['Unstable'].Count | Should -BeGreaterThan 0
    }
}

Describe 'Completion' {
    It 'offers <Expected> for <Line>' -ForEach @(
        @{ Line = 'Import-ReluNetwork x -Format O'; Expected = 'Onnx' }
        @{ Line = 'Import-InputData x -Format I'; Expected = 'Idx' }
        @{ Line = 'Find-UnstableNeuronsGpu -Device '; Expected = 'Cpu' }
        @{ Line = 'Find-StableNeurons -Solver S'; Expected = 'Scip' }
        @{ Line = 'Find-StableNeurons -Method I'; Expected = 'Isa' }
        @{ Line = 'Invoke-LeoCompression -Level M'; Expected = 'Maximal' }
        @{ Line = 'Invoke-LeoCompression -Objective C'; Expected = 'Connections' }
        @{ Line = 'Export-ReluNetwork x.onnx -Precision F'; Expected = 'Float32' }
        @{ Line = 'Get-MilpSolver H'; Expected = 'Highs' }
        @{ Line = 'Import-InputData x -LabelColumn L'; Expected = 'Last' }
        @{ Line = 'Import-ReluNetwork x -Activation '; Expected = 'Relu' }
        @{ Line = 'Import-ReluNetwork x -Order '; Expected = 'Names' }
        @{ Line = 'Import-ReluNetwork x -Pre'; Expected = '-Prefix' }
        @{ Line = 'Import-ReluNetwork x -Max'; Expected = '-MaximumSize' }
        @{ Line = 'Invoke-LeoCompression -Allow'; Expected = '-AllowUnproven' }
        @{ Line = 'Export-StabilityPlot x.png -Kind '; Expected = 'Bounds' }
        @{ Line = 'Export-StabilityPlot x.png sweep.csv -GroupBy Ar'; Expected = 'Architecture' }
        @{ Line = 'Export-StabilityPlot x.png sweep.csv -Y Search'; Expected = 'SearchSeconds' }
        @{ Line = 'New-ReluClassifier -L1Mode '; Expected = 'Proximal' }
        @{ Line = 'New-ReluClassifier -StabilityMode '; Expected = 'Tanh' }
        @{ Line = 'Invoke-CompressionSweep -StabilityM'; Expected = '-StabilityMode' }
    ) {
        (TabExpansion2 $Line).CompletionMatches.CompletionText | Should -Contain $Expected
    }
}

Describe 'JSON' {
    It 'has the numbers of arrays that are selected, and names of states' {
        $domain = $table.Domain | Select-Object Description, Lower, Upper | ConvertTo-Json | ConvertFrom-Json
        $domain.Description | Should -Be '[0,1]^64'
        $domain.Lower | Should -Be (@(0) * 64)
        $domain.Upper | Should -Be (@(1) * 64)
        $layer = $network.Layers[-1] | Select-Object Bias | ConvertTo-Json | ConvertFrom-Json
        $layer.Bias | Should -Be @($network.Layers[-1].Bias)
        $rows = $table.Neurons | Select-Object Layer, Neuron, State, LowerBound | ConvertTo-Json -EnumsAsStrings | ConvertFrom-Json
        $rows.State | Should -Be @($table.Neurons.State)
        $rows.LowerBound | Should -Be @($table.Neurons.LowerBound)
    }

    It 'of whole objects ends, and repeats no weights' {
        $small = $table | Invoke-LeoCompression
        foreach ($object in $network, $table, $small, ($small | Test-NetworkEquivalence), ($small | Measure-ReluNetwork)) {
            $json = $object | ConvertTo-Json -Depth 20 -WarningVariable cut
            $cut | Should -BeNullOrEmpty
            $json.Length | Should -BeLessThan 1000000
        }
    }
}

Describe 'Views' {
    It 'fit <_> columns and truncate nothing' -ForEach 80, 120 {
        # A short name: long ones are shortened, with the same character, to the width of this session's screen.
        $states = Import-ReluNetwork (Join-Path (New-NetworkFolder) 'a.onnx') | Find-StableNeurons
        $small = $states | Invoke-LeoCompression
        foreach ($object in $states.Network, $states, $states.Layers, $states.Stages, $small, ($small | Measure-ReluNetwork)) {
            $lines = ($object | Out-String -Width $_ -Stream) + ($object | Format-Table | Out-String -Width $_ -Stream)
            ($lines | Measure-Object Length -Maximum).Maximum | Should -BeLessOrEqual $_
            $lines -match [char]0x2026 | Should -BeNullOrEmpty
        }
    }

    It 'colours only where $PSStyle allows it' {
        $before = $PSStyle.OutputRendering
        try {
            $PSStyle.OutputRendering = 'PlainText'
            ($table | Out-String).Contains([char]27) | Should -BeFalse
            $PSStyle.OutputRendering = 'Ansi'
            ($table | Out-String).Contains([char]27) | Should -BeTrue
        }
        finally {
            $PSStyle.OutputRendering = $before
        }
    }

    It 'writes files without colours' {
        $file = Join-Path $TestDrive 'table.txt'
        $table | Out-File $file
        (Get-Content $file -Raw).Contains([char]27) | Should -BeFalse
        Get-Content $file -Raw | Should -Match '45 of 104 neurons stable, 59 unstable, 0 undetermined'
    }

    It 'sorts by the name of a column' {
        ($network, $network | Sort-Object Connections)[0].Connections | Should -Be 5616
        $table.Layers[0].Active | Should -Be $table.Layers[0].StablyActive
    }
}

Describe 'A convolutional network' {
    BeforeAll {
        $file = Join-Path $PSScriptRoot '../../examples/digits_conv_l1-0.004.onnx'
        $convolutional = Import-ReluNetwork $file
        $states = $convolutional | Find-StableNeurons
    }

    It 'is decided channel by channel' {
        $states.Undetermined | Should -Be 0
        $states.StablyInactive | Should -Be 57
        $states.Layers.InactiveChannels | Should -Be 1, 4, 25
        $states.Neurons.Where({ $_.Layer -eq 1 -and $_.Channel -eq 7 }).State | Should -Be (@('StablyInactive') * 16)
    }

    It 'keeps its verdicts with their places in CSV' {
        $states | Export-StabilityTable TestDrive:/conv.csv
        $row = (Import-Csv TestDrive:/conv.csv)[127]
        "$($row.Layer) $($row.Neuron) $($row.Channel) $($row.Row) $($row.Column)" | Should -Be '1 127 7 3 3'
    }

    It 'is written as it was' {
        $convolutional | Export-ReluNetwork TestDrive:/conv.onnx
        (Get-FileHash TestDrive:/conv.onnx).Hash | Should -Be (Get-FileHash $file).Hash
    }

    It 'loses its inactive channels, and its file keeps names and shapes' {
        $small = $states | Invoke-LeoCompression -Level DeleteOnly
        $small.ProvenDeviation | Should -Be 0
        $small.Compressed.Architecture | Should -Be '1x8x8-7x4x4-12x2x2-37-10'
        $small | Export-ReluNetwork TestDrive:/small.onnx
        (Get-Item TestDrive:/small.onnx).Length | Should -BeLessThan (Get-Item $file).Length
        $again = Import-ReluNetwork TestDrive:/small.onnx
        $again.Architecture | Should -Be $small.Compressed.Architecture
        ($again.Layers.Name -join ' ') | Should -Be (($convolutional.Layers | ForEach-Object Name) -join ' ')
    }

    It 'has a certificate, which the checker accepts' {
        $small = $states | Invoke-LeoCompression
        $small | Export-ReluNetwork TestDrive:/small.onnx -Force
        $small | Export-CompressionCertificate TestDrive:/small.json
        (Test-CompressionCertificate TestDrive:/small.json $file TestDrive:/small.onnx).Valid | Should -BeTrue
    }
}

Describe 'Help' {
    It 'has the topic <_>' -ForEach 'about_ExactCompression', 'about_StabilityTables', 'about_NetworkFormats', 'about_ExactArithmetic' {
        Get-Help $_ | Should -Match 'SHORT DESCRIPTION'
    }

    BeforeDiscovery {
        $exported = (Import-PowerShellDataFile (Join-Path (Split-Path (Split-Path $PSScriptRoot)) 'ExactCompression.psd1')).CmdletsToExport
    }

    It 'describes every parameter of <_>' -ForEach $exported {
        $help = Get-Help $_ -Full
        $names = (Get-Command $_).Parameters.Keys.Where({ $_ -notin [System.Management.Automation.Cmdlet]::CommonParameters })
        foreach ($name in $names) {
            $described = @($help.parameters.parameter).Where({ $_.name -eq $name })
            ($described.description | Out-String).Trim() | Should -Not -BeNullOrEmpty -Because "-$name"
        }
        @($help.examples.example).Count | Should -BeGreaterOrEqual 3
        $help.alertSet | Out-String | Should -Match 'NeurIPS 2021'
    }
}
