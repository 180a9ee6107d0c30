<#
.SYNOPSIS
    A training sweep over several machines by SSH, or over several processes of this one; with all rows in one CSV.
.DESCRIPTION
    Every machine runs its shard with sweep-shard.ps1 and keeps its rows there, so that an interrupted run resumes when it is started
    again. Machines need PowerShell 7.6 as a subsystem of their SSH server, and this repository, built, at the same path.
    Without -ComputerName, the shards are processes on this machine: pwsh, or the project's own host.
.PARAMETER ComputerName
    The machines.
.PARAMETER UserName
    The user name there; by default the one that SSH uses.
.PARAMETER Jobs
    The number of processes, where no machines are named.
.PARAMETER RemotePath
    Where the repository lies on the machines.
.PARAMETER OutputPath
    The folder for the CSVs of the shards, on each machine.
.PARAMETER CsvPath
    The CSV of all rows, on this machine.
.PARAMETER Sweep
    Parameters of sweep-shard.ps1, such as @{ Architecture = '2x100'; L1 = 0, 0.001 }.
.EXAMPLE
    ./fan-out.ps1 -ComputerName node1, node2 -Sweep @{ Architecture = '2x100', '3x100'; L1 = 0, 0.001, 0.002; Seed = 0, 1 } -CsvPath all.csv
#>
[CmdletBinding()]
param(
    [string[]]$ComputerName = @(),
    [string]$UserName,
    [int]$Jobs = 2,
    [string]$RemotePath = (Split-Path $PSScriptRoot),
    [string]$OutputPath = 'shards',
    [string]$CsvPath = 'all.csv',
    [hashtable]$Sweep = @{}
)

$ErrorActionPreference = 'Stop'

function Start-Share([int]$Index, [int]$Count) {
    # The program that runs this script also runs the shards: pwsh, or the host through dotnet.
    $start = [System.Diagnostics.ProcessStartInfo]::new([Environment]::ProcessPath)
    $start.UseShellExecute = $false
    if ([System.IO.Path]::GetFileNameWithoutExtension($start.FileName) -eq 'dotnet') {
        $start.ArgumentList.Add([Environment]::GetCommandLineArgs()[0])
    }
    $threads = [Math]::Max(1, [Math]::Floor([Environment]::ProcessorCount / $Count))
    $call = "& '$($PSScriptRoot -replace "'", "''")/sweep-shard.ps1' -ShardIndex $Index -ShardCount $Count" +
        " -OutputPath '$($OutputPath -replace "'", "''")' -Threads $threads"
    foreach ($name in $Sweep.Keys) {
        $values = $Sweep[$name] | ForEach-Object {
            if ($_ -is [string]) { "'$($_ -replace "'", "''")'" }
            else { [string]::Format([cultureinfo]::InvariantCulture, '{0}', $_) }
        }
        $call += " -$name $($values -join ',')"
    }
    $start.ArgumentList.Add('-Command')
    $start.ArgumentList.Add($call)
    $start.WorkingDirectory = (Get-Location).Path
    [System.Diagnostics.Process]::Start($start)
}

if ($ComputerName.Count -gt 0) {
    # One job per machine; each gets its number and returns its rows.
    $user = if ($UserName) { @{ UserName = $UserName } } else { @{} }
    $shares = for ($i = 0; $i -lt $ComputerName.Count; $i++) {
        $arguments = $RemotePath, $i, $ComputerName.Count, $OutputPath, $Sweep
        Invoke-Command -HostName $ComputerName[$i] @user -AsJob -ArgumentList $arguments -ScriptBlock {
            param($Path, $Index, $Count, $OutputPath, $Sweep)
            Set-Location $Path
            & (Join-Path $Path 'examples' 'sweep-shard.ps1') -ShardIndex $Index -ShardCount $Count -OutputPath $OutputPath -PassThru @Sweep
        }
    }
    $rows = $shares | Wait-Job | Receive-Job | Select-Object * -ExcludeProperty PSComputerName, RunspaceId, PSShowComputerName, Failed
}
else {
    $processes = @(for ($i = 0; $i -lt $Jobs; $i++) { Start-Share $i $Jobs })
    foreach ($process in $processes) {
        $process.WaitForExit()
        if ($process.ExitCode -ne 0) {
            Write-Warning "A shard ended with exit code $($process.ExitCode). Start this script again to resume."
        }
    }
    $rows = Get-ChildItem (Join-Path $OutputPath 'shard-*.csv') | Import-Csv
}

$rows | Sort-Object Network | Export-Csv $CsvPath -UseQuotes AsNeeded
Write-Host "$(@($rows).Count) rows are in $CsvPath."
