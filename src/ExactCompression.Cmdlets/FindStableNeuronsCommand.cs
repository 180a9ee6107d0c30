using System.Management.Automation;
using ExactCompression.Analysis;
using ExactCompression.Cmdlets.Infrastructure;
using ExactCompression.Milp;

namespace ExactCompression.Cmdlets;

/// <summary>Decides which hidden neurons are stable over a domain, with evidence for each verdict.</summary>
[Cmdlet(VerbsCommon.Find, "StableNeurons")]
[OutputType(typeof(StabilityTable))]
public sealed class FindStableNeuronsCommand : StabilitySearchCommand
{
    /// <summary>How verdicts are reached.</summary>
    [Parameter]
    [RefuseNull]
    public StabilityMethod Method { get; set; }

    /// <summary>The solver of the paper's methods: a name from <c>Get-MilpSolver</c>.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(MilpSolverCompleter))]
    [ValidateNotNullOrEmpty]
    public string Solver { get; set; } = MilpSolvers.Default;

    /// <summary>Which rows of the data the paper's methods run through the network first.</summary>
    [Parameter]
    [RefuseNull]
    public MilpPreprocess Preprocess { get; set; }

    /// <summary>Which points the paper's methods try between solves.</summary>
    [Parameter]
    [RefuseNull]
    public MilpInjection Injection { get; set; }

    /// <summary>Where the big-M constants of the paper's programs come from.</summary>
    [Parameter]
    [RefuseNull]
    public MilpBounds Bounds { get; set; }

    /// <summary>The neurons to decide, such as <c>5:12</c> or <c>4:*</c>; all if left out.</summary>
    [Parameter]
    [Neurons]
    [ValidateNotNullOrEmpty]
    public string[]? Neuron { get; set; }

    private protected override void Begin()
    {
        string[] unused = [.. new[] { nameof(Solver), nameof(Preprocess), nameof(Injection), nameof(Bounds) }.Where(
            MyInvocation.BoundParameters.ContainsKey)];
        if (Method == StabilityMethod.Hybrid && unused.Length > 0)
            WriteWarning($"The method Hybrid does not use -{string.Join(", -", unused)}: name one of the paper's methods with -Method.");
    }

    private protected override StabilityTable Search(StabilityTable table, SearchOptions options, PipelineMessages messages)
    {
        SearchOptions some = options with { Neurons = Neuron is null ? null : new(Neuron) };
        return MilpFormulations.Of(Method) is { } formulation
            ? MilpAnalysis.Find(
                table, Data,
                new() { Formulation = formulation, Solver = Solver, Preprocess = Preprocess, Injection = Injection, Bounds = Bounds },
                some, Cancellation)
            : StabilityAnalysis.FindStable(table, Data, some, Cancellation);
    }
}
