using System.Globalization;
using System.Management.Automation;
using ExactCompression.Cmdlets.Infrastructure;
using ExactCompression.Milp;

namespace ExactCompression.Cmdlets;

/// <summary>Enumerates the activation patterns, the linear regions, that a network has over a domain.</summary>
[Cmdlet(VerbsCommon.Get, "ActivationPattern")]
[OutputType(typeof(ActivationPattern))]
public sealed class GetActivationPatternCommand : BackgroundCommand
{
    /// <summary>The network.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [ModuleObject("Import-ReluNetwork", typeof(ReluNetwork))]
    public ReluNetwork InputObject { get; set; } = null!;

    /// <summary>The inputs to enumerate over.</summary>
    [Parameter]
    [ModuleObject("New-InputDomain", typeof(InputDomain))]
    public InputDomain? Domain { get; set; }

    /// <summary>Maximal number of patterns.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    [Number]
    public int Count { get; set; } = int.MaxValue;

    /// <summary>When to stop, as a time or a number of seconds.</summary>
    [Parameter]
    [TimeLimit]
    public TimeSpan? TimeLimit { get; set; }

    /// <summary>The solver: a name from <c>Get-MilpSolver</c>; by default none if the patterns can be enumerated exactly.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(MilpSolverCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Solver { get; set; }

    /// <summary>CPU threads to use; 0 for all cores.</summary>
    [Parameter]
    [ValidateRange(0, 4096)]
    [Number]
    public int Threads { get; set; }

    private protected override void Process()
    {
        ReluNetwork network = InputObject;
        var options = new ActivationPatternOptions { Solver = Solver, Count = Count, TimeLimit = TimeLimit, Threads = Threads };
        Attempt(network, messages => Enumerate(network, options, messages), search => Finish(network, search));
    }

    private ActivationPatternSearch Enumerate(ReluNetwork network, ActivationPatternOptions options, PipelineMessages messages)
    {
        var search = new ActivationPatternSearch(network, Domain, options);
        foreach (ActivationPattern pattern in search.Run(Cancellation))
        {
            messages.Output(pattern);
            messages.Progress(
                new(ProgressActivity, $"Get-ActivationPattern {network.Name}",
                    string.Create(CultureInfo.InvariantCulture, $"{pattern.Number} patterns")));
        }

        return search;
    }

    private void Finish(ReluNetwork network, ActivationPatternSearch search)
    {
        if (Cancellation.IsCancellationRequested)
            throw new PipelineStoppedException();
        switch (search.End)
        {
            case ActivationPatternEnd.SolverFailed:
                WriteWarning($"{search.Solver} ended without a result: {network.Name} may have more patterns.");
                break;
            case ActivationPatternEnd.Unproven:
                WriteWarning($"{search.Solver} found no other pattern of {network.Name}, which is not a proof: " +
                    "regions thinner than its tolerance can be missing.");
                break;
            case ActivationPatternEnd.Complete:
                string proof = search.IsExact ? "enumerated in exact arithmetic" : "proven bounds leave none";
                WriteVerbose($"{network.Name} has no other pattern: {proof}");
                break;
            default:
                WriteVerbose($"{network.Name} may have more patterns: {search.End}");
                break;
        }

        if (search.Degenerate > 0)
        {
            string count = search.Degenerate.ToString(CultureInfo.InvariantCulture);
            WriteVerbose($"{count} patterns that {search.Solver} proposed have no interior that could be proven");
        }
    }
}
