using System.Management.Automation;
using ExactCompression.Cmdlets.Infrastructure;

namespace ExactCompression.Cmdlets;

/// <summary>Decides which hidden neurons are stable over a domain, with evidence for each verdict.</summary>
[Cmdlet(VerbsCommon.Find, "StableNeurons")]
[OutputType(typeof(StabilityTable))]
public sealed class FindStableNeuronsCommand : StabilitySearchCommand
{
    /// <summary>How verdicts are reached.</summary>
    [Parameter]
    public StabilityMethod Method { get; set; }

    private protected override StabilityTable Search(StabilityTable table, SearchOptions options, PipelineMessages messages) => Method switch
    {
        StabilityMethod.Hybrid => StabilityAnalysis.FindStable(table, Data, options, Cancellation),
        _ => throw new InvalidInputException("UnknownMethod", $"There is no method '{Method}'.", "Use Hybrid."),
    };
}

/// <summary>How <c>Find-StableNeurons</c> reaches its verdicts.</summary>
public enum StabilityMethod
{
    /// <summary>Cheapest evidence first: data and attack witness unstable neurons, rigorous linear bounds prove stable ones.</summary>
    Hybrid,
}
