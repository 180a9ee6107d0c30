#Requires -Version 7.6
# What files leave open, what a file says and nothing proves, and what is forged: Invoke-Pester tests/Pester, after dotnet build.

BeforeAll {
    $root = Split-Path (Split-Path $PSScriptRoot)
    Import-Module (Join-Path $root 'ExactCompression.psd1') -Force
    $networkFile = Join-Path $root 'examples' 'digits_48-32-24_l1-0.004.onnx'

    # A file of named weights, each 1 x 1 and of float32, as safetensors lays them out: the length of the header, the header, the numbers.
    function New-SafeTensors([string]$Name, [System.Collections.Specialized.OrderedDictionary]$Weights) {
        $at = 0
        $entries = foreach ($key in $Weights.Keys) {
            '"{0}":{{"dtype":"F32","shape":[1,1],"data_offsets":[{1},{2}]}}' -f $key, $at, ($at += 4)
        }
        $header = [System.Text.Encoding]::UTF8.GetBytes('{' + ($entries -join ',') + '}')
        $numbers = $Weights.Values | ForEach-Object { [BitConverter]::GetBytes([float]$_) }
        $file = Join-Path $TestDrive $Name
        [System.IO.File]::WriteAllBytes($file, [byte[]]([BitConverter]::GetBytes([long]$header.Length) + $header + $numbers))
        $file
    }

    # The same as NumPy's archive, which keeps the order of its members, as safetensors does not.
    function New-Npz([string]$Name, [System.Collections.Specialized.OrderedDictionary]$Weights) {
        $file = Join-Path $TestDrive $Name
        $archive = [System.IO.Compression.ZipFile]::Open($file, 'Create')
        try {
            foreach ($key in $Weights.Keys) {
                $header = "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 1), }".PadRight(117) + "`n"
                $stream = $archive.CreateEntry("$key.npy").Open()
                $ascii = [System.Text.Encoding]::ASCII
                $bytes = @(0x93) + $ascii.GetBytes('NUMPY') + @(1, 0, 118, 0) + $ascii.GetBytes($header)
                $stream.Write([byte[]]($bytes + [BitConverter]::GetBytes([float]$Weights[$key])))
                $stream.Dispose()
            }
        }
        finally {
            $archive.Dispose()
        }
        $file
    }

    function Get-Weight($Network) {
        @($Network.Layers | ForEach-Object { $_.Weights.ToArray()[0] })
    }

    # What a network computes at a point, in plain double arithmetic.
    function Get-Output($Network, [double[]]$Point) {
        foreach ($layer in $Network.Layers) {
            $weights, $bias = $layer.Weights.ToArray(), $layer.Bias.ToArray()
            $Point = for ($row = 0; $row -lt $layer.Outputs; $row++) {
                $sum = $bias[$row]
                for ($column = 0; $column -lt $layer.Inputs; $column++) {
                    $sum += $weights[$row * $layer.Inputs + $column] * $Point[$column]
                }
                if ($layer.Activation -eq 'Relu') { [Math]::Max(0.0, $sum) } else { $sum }
            }
        }
        $Point
    }

    # Over [0,1], layer 2, neuron 0 is 0.5 at 0.300001 and below 0 outside a millionth of the range; it moves the output by 4 there. Neuron
    # 1 is x.
    $bump = 0.300001
    $bumpFile = Join-Path $TestDrive 'bump.nnet'
    @'
// a narrow bump
3,1,1,4,
1,4,2,1,
0,
0.0,
1.0,
0.0,0.0,
1.0,1.0,
1000000.0,
1000000.0,
1000000.0,
1.0,
-300000.0,
-300001.0,
-300002.0,
0.0,
1.0,-2.0,1.0,0.0,
0.0,0.0,0.0,1.0,
-0.5,
0.0,
8.0,1.0,
0.0,
'@ | Set-Content $bumpFile
}

Describe 'Named weights' {
    It 'says once, on the warning stream, that ReLU is assumed' {
        $file = New-SafeTensors 'plain.safetensors' ([ordered]@{ '0.weight' = 2; '1.weight' = 3; '2.weight' = 5 })
        $told = Import-ReluNetwork $file 3>&1 | Group-Object { $_ -is [System.Management.Automation.WarningRecord] } -AsHashTable
        $told[$true] | Should -HaveCount 1
        $told[$true][0].Message | Should -BeLike "$file*ReLU is assumed*-Activation Relu*"
        $told[$false] | Should -HaveCount 1
        Get-Weight $told[$false][0] | Should -Be 2, 3, 5
        $all = & { Import-ReluNetwork $file | Find-StableNeurons | Invoke-LeoCompression | Test-NetworkEquivalence } 3>&1
        $all.Where({ $_ -is [System.Management.Automation.WarningRecord] }) |
            Should -HaveCount 1 -Because 'later cmdlets do not warn again'
    }

    It 'warns for each file, and of no file that states its activation' {
        $files = 'a', 'b' | ForEach-Object { New-SafeTensors "$_.safetensors" ([ordered]@{ '0.weight' = 2; '1.weight' = 3 }) }
        $null = $files | Import-ReluNetwork -WarningVariable warnings -WarningAction SilentlyContinue
        $warnings | Should -HaveCount 2
        $null = $files | Import-ReluNetwork -Activation Relu -WarningVariable warnings
        $warnings | Should -BeNullOrEmpty
        foreach ($extension in 'onnx', 'npz', 'safetensors', 'nnet', 'dat') {
            $written = Join-Path $TestDrive "stated.$extension"
            Import-ReluNetwork $networkFile | Export-ReluNetwork $written
            $null = Import-ReluNetwork $written -WarningVariable warnings
            $warnings | Should -BeNullOrEmpty -Because $extension
        }
    }

    It 'refuses other activations' {
        $file = New-SafeTensors 'linear.safetensors' ([ordered]@{ '0.weight' = 2; '1.weight' = 3 })
        { Import-ReluNetwork $file -Activation Identity -ErrorAction Stop } | Should -Throw -ErrorId 'ActivationUnsupported,*'
        { Import-ReluNetwork $file -Activation Tanh -ErrorAction Stop } | Should -Throw '*Relu*'
    }

    It 'asks for -Order where names and file disagree' {
        $weights = [ordered]@{ 'fc3.weight' = 2; 'fc1.weight' = 3; 'fc2.weight' = 5 }
        $file = New-Npz 'order.npz' $weights
        { Import-ReluNetwork $file -ErrorAction Stop } | Should -Throw -ErrorId 'LayerOrderAmbiguous,*'
        { Import-ReluNetwork $file -ErrorAction Stop } | Should -Throw '*-Order*'
        Get-Weight (Import-ReluNetwork $file -Order Names -Activation Relu) | Should -Be 3, 5, 2
        Get-Weight (Import-ReluNetwork $file -Order File -Activation Relu) | Should -Be 2, 3, 5
        Get-Weight (Import-ReluNetwork (New-SafeTensors 'order.safetensors' $weights) -Activation Relu) |
            Should -Be 3, 5, 2 -Because 'that format keeps no order'
    }

    It 'counts 2 before 10' {
        $weights = [ordered]@{ 'l.0.weight' = 2; 'l.1.weight' = 3; 'l.10.weight' = 5; 'l.11.weight' = 7; 'l.2.weight' = 11 }
        $file = New-SafeTensors 'sorted.safetensors' $weights
        Get-Weight (Import-ReluNetwork $file -Activation Relu -WarningAction SilentlyContinue) | Should -Be 2, 3, 11, 5, 7
    }

    It 'asks for -Prefix where a file holds two networks' {
        $generator = [ordered]@{ 'generator.0.weight' = 2; 'generator.1.weight' = 3 }
        $critic = [ordered]@{ 'critic.0.weight' = 5; 'critic.1.weight' = 7; 'critic.2.weight' = 11 }
        $file = New-SafeTensors 'two.safetensors' ($generator + $critic)
        { Import-ReluNetwork $file -ErrorAction Stop } | Should -Throw -ErrorId 'SeveralNetworks,*'
        Get-Weight (Import-ReluNetwork $file -Prefix generator. -Activation Relu) | Should -Be 2, 3
        Get-Weight (Import-ReluNetwork $file -Prefix critic. -Activation Relu) | Should -Be 5, 7, 11
        { Import-ReluNetwork $file -Prefix Critic. -ErrorAction Stop } | Should -Throw -ErrorId 'PrefixNotFound,*'
    }

    It 'takes no more memory than -MaximumSize' {
        { Import-ReluNetwork $networkFile -MaximumSize 1KB -ErrorAction Stop } | Should -Throw -ErrorId 'ImportTooLarge,*'
        { Import-ReluNetwork $networkFile -MaximumSize 1KB -ErrorAction Stop } | Should -Throw '*more than 1 KiB of memory*-MaximumSize*'
        (Import-ReluNetwork $networkFile -MaximumSize 16GB).NeuronCount | Should -Be 104
        { Import-InputData (Join-Path $root 'examples' 'digits.csv.gz') -MaximumSize 1KB -ErrorAction Stop } |
            Should -Throw -ErrorId 'ImportTooLarge,*'
    }

    It 'refuses an archive with a flipped bit' {
        $file = Join-Path $TestDrive 'damaged.npz'
        Import-ReluNetwork $networkFile | Export-ReluNetwork $file
        $bytes = [System.IO.File]::ReadAllBytes($file)
        $bytes[$bytes.Length / 2] = $bytes[$bytes.Length / 2] -bxor 1
        [System.IO.File]::WriteAllBytes($file, $bytes)
        { Import-ReluNetwork $file -ErrorAction Stop } | Should -Throw -ErrorId 'ZipChecksumMismatch,*'
    }
}

Describe 'Claims' {
    BeforeAll {
        $network = Import-ReluNetwork $bumpFile
        $true0 = Join-Path $TestDrive 'true.csv'
        $false0 = Join-Path $TestDrive 'false.csv'
        $proven = $network | Find-StableNeurons
        $proven | Export-StabilityTable $true0
        $rows = Import-Csv $true0
        $lie = $rows | Where-Object { $_.Layer -eq 2 -and $_.Neuron -eq 0 }
        $lie.State, $lie.LowerBound, $lie.UpperBound, $lie.Evidence = 'StablyInactive', '-5', '-1', 'BranchAndBound'
        $rows | Export-Csv $false0 -UseQuotes AsNeeded
        $claimed = Import-StabilityTable $false0 -Network $network
        $instant = [timespan]::new(1) # no time to prove anything
    }

    It 'come from a network whose bump is there' {
        Get-Output $network $bump | Should -BeGreaterThan 4
        Get-Output $network 0.5 | Should -Be 0.5
        $proven.Neurons[4].State | Should -Be Unstable
    }

    It 'are shown as imported and unproven' {
        $claimed.IsImported | Should -BeTrue
        $claimed.Unproven | Should -Be $claimed.Neurons.Count
        $claimed.Neurons[4].Evidence | Should -Be 'Imported (BranchAndBound)'
        $claimed | Out-String | Should -Match 'unproven: imported'
    }

    It 'that are false lead to no compression that is called proven and differs, with <Time>' -ForEach @(
        @{ Time = 'no time'; Limit = @{ TimeLimit = [timespan]::new(1) }; Problem = 'warning' }
        @{ Time = 'time'; Limit = @{}; Problem = 'error' }
    ) {
        $quiet = @{ WarningAction = 'SilentlyContinue'; ErrorAction = 'SilentlyContinue' }
        $result = $claimed | Invoke-LeoCompression @Limit @quiet -WarningVariable warnings -ErrorVariable errors
        $result.IsProven | Should -BeTrue
        foreach ($x in 0, 0.2, $bump, 0.7, 1) {
            $difference = [Math]::Abs((Get-Output $network $x) - (Get-Output $result.Compressed $x))
            # The arithmetic here rounds: weights are a million.
            $difference | Should -BeLessOrEqual ($result.ProvenDeviation + 1e-9) -Because "at $x"
        }
        if ($Problem -eq 'error') {
            $errors[0].FullyQualifiedErrorId | Should -BeLike 'ContradictingEvidence,*'
            "$($errors[0])" | Should -BeLike '*layer 2, neuron 0*'
        }
        else {
            $result.Unconfirmed | Should -BeGreaterThan 0
            $warnings | Should -HaveCount 1
            "$warnings" | Should -BeLike 'Kept * of bump *-AllowUnproven*'
        }
    }

    It 'count with -AllowUnproven, and then nothing is proven' {
        $result = $claimed | Invoke-LeoCompression -Level DeleteOnly -TimeLimit $instant -AllowUnproven `
            -WarningVariable warnings -WarningAction SilentlyContinue
        $result.IsProven | Should -BeFalse
        $result.Unproven | Should -Be 3
        $result.ProvenDeviation | Should -Be ([double]::PositiveInfinity)
        $result.ConditionalDeviation | Should -Be 0
        "$warnings" | Should -BeLike '*unproven*'
        (Get-Output $network $bump) - (Get-Output $result.Compressed $bump) | Should -BeGreaterThan 3.9 -Because 'the claim is false'
        $result | Out-String | Should -Match 'Unproven: rests on 3 unproven verdicts'
        $result | Out-String | Should -Not -Match '\(proven\)'
        $result | Format-Table | Out-String | Should -Match 'unproven'
        $compared = $result | Test-NetworkEquivalence -TimeLimit 10
        $compared.Equivalent | Should -Not -BeTrue
        $compared.ProvenDeviation | Should -BeGreaterThan 3.9
        $file = Join-Path $TestDrive 'unproven.json'
        { $result | Export-CompressionCertificate $file -ErrorAction Stop } | Should -Throw -ErrorId 'CertificateUnproven,*'
        Test-Path $file | Should -BeFalse
    }

    It 'that are true are proven anew' {
        $result = Import-StabilityTable $true0 -Network $network | Invoke-LeoCompression -WarningVariable warnings
        $result.IsProven | Should -BeTrue
        $result.Unconfirmed | Should -Be 0
        $result.ConditionalDeviation | Should -Be $result.ProvenDeviation
        $result.Compressed.Architecture | Should -Be ($proven | Invoke-LeoCompression).Compressed.Architecture
        $warnings | Should -BeNullOrEmpty
    }

    It 'are what copies from a file or another process are' {
        $file = Join-Path $TestDrive 'copy.xml'
        $result = Import-ReluNetwork $networkFile | Find-StableNeurons | Invoke-LeoCompression
        $result | Export-Clixml $file
        $copy = Import-Clixml $file
        $copy.IsProven | Should -BeFalse
        $copy.ProvenDeviation | Should -Be ([double]::PositiveInfinity)
        $copy.ConditionalDeviation | Should -Be $result.ProvenDeviation
        $result.ProvenDeviation | Should -BeGreaterThan 0
        $result.ProvenDeviation | Should -BeLessThan 1e-6
    }
}

Describe 'Certificates' {
    BeforeAll {
        # As FORMAT.md says: the hash of a layer is that of its numbers.
        function Get-LayerHash($Layer) {
            $shape = $Layer.Outputs, $Layer.Inputs, [int]($Layer.Activation -eq 'Relu'), 0, 0 |
                ForEach-Object { [BitConverter]::GetBytes([int]$_) }
            $numbers = $Layer.Weights.ToArray() + $Layer.Bias.ToArray() | ForEach-Object { [BitConverter]::GetBytes([double]($_ + 0.0)) }
            [Convert]::ToHexStringLower([System.Security.Cryptography.SHA256]::HashData([byte[]]($shape + $numbers)))
        }

        # A copy with another content, sealed anew unless -KeepSeal is there.
        function New-Forgery([string]$Name, [string]$Pattern, [string]$Replacement, [switch]$KeepSeal) {
            $text = [System.IO.File]::ReadAllText($certificate)
            $start = $text.IndexOf('"body":') + 7
            $body = $text.Substring($start, $text.LastIndexOf('}') - $start)
            $forged = [regex]::new($Pattern).Replace($body, $Replacement, 1)
            $forged | Should -Not -BeExactly $body
            $hash = [System.Security.Cryptography.SHA256]::HashData([System.Text.Encoding]::UTF8.GetBytes($forged))
            $head = $text.Substring(0, $start)
            if (-not $KeepSeal) {
                $head = [regex]::new('(?<="sha256":")[0-9a-f]{64}').Replace($head, [Convert]::ToHexStringLower($hash), 1)
            }
            $file = Join-Path $TestDrive $Name
            [System.IO.File]::WriteAllText($file, $head + $forged + $text.Substring($text.LastIndexOf('}')))
            $file
        }

        $small = Join-Path $TestDrive 'small.npz'
        $certificate = Join-Path $TestDrive 'small.json'
        $compression = Import-ReluNetwork $networkFile | Find-StableNeurons | Invoke-LeoCompression
        $compression | Export-ReluNetwork $small
        $compression | Export-CompressionCertificate $certificate
    }

    It 'hold for what they were made for, and the way back to the file is right' {
        (Test-CompressionCertificate $certificate $networkFile $small).Valid | Should -BeTrue
        (Get-Content $certificate -Raw) | Should -BeLike "*$(Get-LayerHash $compression.Compressed.Layers[0])*"
        $again = New-Forgery same.json '"name":"digits' '"name":"figures'
        (Test-CompressionCertificate $again $networkFile $small).Valid |
            Should -BeTrue -Because 'a name proves nothing, and the new seal is right'
    }

    It 'with <Change> are refused' -ForEach @(
        @{ Change = 'a smaller deviation'; Pattern = '"deviation":[^,]+'; Replacement = '"deviation":0'; Place = 'deviation' }
        @{
            Change = 'an unstable neuron that is called inactive'
            Pattern = '("states":"[^"]*?)u'; Replacement = '$1i'; Place = 'original, layer 1, neuron 3'
        }
        @{
            Change = 'an unstable neuron that is called active'
            Pattern = '("states":"[^"]*?)u'; Replacement = '$1a'; Place = 'original, layer 1, neuron 3'
        }
        @{ Change = 'a smaller domain'; Pattern = '"upper":1\b'; Replacement = '"upper":0.5'; Place = 'domain*' }
        @{ Change = 'a gate that is called off'; Pattern = '("kinds":"[^"]*?)g'; Replacement = '$1o'; Place = 'relation, layer 1*' }
    ) {
        $forged = New-Forgery forged.json $Pattern $Replacement
        $report = Test-CompressionCertificate $forged $networkFile $small
        $report.Valid | Should -BeFalse
        $report.ProvenDeviation | Should -Be ([double]::PositiveInfinity)
        $report.Place | Should -BeLike $Place
        $report.Reason | Should -Not -BeNullOrEmpty
        $careless = Test-CompressionCertificate (New-Forgery careless.json $Pattern $Replacement -KeepSeal) $networkFile $small
        $careless.Valid | Should -BeFalse
        $careless.Reason | Should -BeLike 'The content was changed*'
    }

    It 'that are rewritten for a network with one other weight are refused' {
        # The forger changes the last bias by a hundredth, and states its hash.
        $layers = [ExactCompression.AffineLayer[]]@($compression.Compressed.Layers)
        $last = $layers[-1]
        $bias = $last.Bias.ToArray()
        $bias[0] += 0.01
        $layers[-1] = [ExactCompression.AffineLayer]::new(
            $last.Weights.ToArray(), $bias, $last.Outputs, $last.Inputs, $last.Activation, 'Float64', $null, $null)
        $other = [ExactCompression.ReluNetwork]::new($layers, 'other', 'Npz', $null, $null)
        (Get-Output $other (@(0.5) * 64))[0] - (Get-Output $compression.Compressed (@(0.5) * 64))[0] | Should -BeGreaterThan 0.009
        $forged = New-Forgery rewritten.json (Get-LayerHash $last) (Get-LayerHash $layers[-1])
        $report = Test-CompressionCertificate $forged $networkFile $other
        $report.Valid | Should -BeFalse
        $report.Place | Should -Be 'deviation'
    }
}

Describe 'Names that a spreadsheet would run' {
    It 'are text in CSV, and read back: <_>' -ForEach '=1+1', '+1', '-2', '@SUM(A1)' {
        $file = Join-Path $TestDrive "$_.onnx"
        Copy-Item -LiteralPath $networkFile $file
        $verdicts, $sweep = Join-Path $TestDrive 'names.csv' | ForEach-Object { $_, "$_.sweep.csv" }
        $table = Import-ReluNetwork -LiteralPath $file | Find-StableNeurons
        $table | Export-StabilityTable $verdicts
        $null = $table.Network | Invoke-CompressionSweep -Level DeleteOnly -Path $sweep
        foreach ($csv in $verdicts, $sweep) {
            $cells = Import-Csv $csv | ForEach-Object { $_.PSObject.Properties.Value }
            $cells.Where({ $_ -match '^[=+\-@]' -and -not [double]::TryParse($_, [ref]0.0) }) | Should -BeNullOrEmpty
            "$(($cells -eq "'$_")[0])" | Should -BeExactly "'$_" -Because 'an apostrophe says that it is text'
        }
        $again = Import-StabilityTable $verdicts
        $again.Network.Name | Should -BeExactly $_
        $again.Neurons.State | Should -Be $table.Neurons.State
        Remove-Item $sweep
    }
}

Describe '-WhatIf' {
    It 'of <Name> says what would be written, and writes nothing' -ForEach @(
        @{ Name = 'Export-ReluNetwork'; Extension = 'onnx' }
        @{ Name = 'Export-MilpModel'; Extension = 'mps' }
        @{ Name = 'Export-StabilityTable'; Extension = 'csv' }
        @{ Name = 'Export-StabilityPlot'; Extension = 'png' }
        @{ Name = 'Export-StabilityReport'; Extension = 'html' }
        @{ Name = 'Export-CompressionCertificate'; Extension = 'json' }
        @{ Name = 'Invoke-CompressionSweep'; Extension = 'csv' }
    ) {
        $file = Join-Path $TestDrive "whatif.$Extension"
        $table = Import-ReluNetwork $networkFile | Find-StableNeurons
        $object = switch ($Name) {
            'Export-CompressionCertificate' { $table | Invoke-LeoCompression }
            { $_ -in 'Export-ReluNetwork', 'Invoke-CompressionSweep' } { $table.Network }
            default { $table }
        }
        $object | & $Name -Path $file -WhatIf | Should -BeNullOrEmpty
        Test-Path $file | Should -BeFalse
    }
}
