using System.Management.Automation;

namespace ExactCompression.Cmdlets.Views;

/// <summary>What is displayed of a comparison of two networks.</summary>
public static class EquivalenceReportView
{
    /// <summary>What is known about the difference of the outputs, in a line.</summary>
    /// <param name="report">The comparison.</param>
    internal static string Deviation(EquivalenceReport report)
    {
        string observed = Units.Small(report.ObservedDeviation), allowed = BoundText.Deviation(report.Tolerance);
        return report switch
        {
            { Property: EquivalenceProperty.SameLabel } => $"labels with a lead above {allowed} compared; {observed} observed",
            { Counterexample: not null } => $"{observed} observed, {allowed} allowed",
            { Evidence: EquivalenceEvidence.None } => $"{observed} observed, nothing proven, {allowed} allowed",
            { DeployedDeviation: { } deployed } =>
                $"{observed} observed in float32, at most {BoundText.Deviation(deployed)} proven, {allowed} allowed",
            _ => $"{observed} observed, at most {BoundText.Deviation(report.ProvenDeviation)} proven, {allowed} allowed",
        };
    }

    /// <summary>The input that shows a difference, and what the networks compute there, in a line.</summary>
    /// <param name="instance">A comparison with a counterexample.</param>
    public static string Counterexample(PSObject instance)
    {
        var report = (EquivalenceReport)instance.BaseObject;
        if (report.Counterexample is not { } input)
            return "";
        string what = $"an input of {Units.Count(input.Length)} values";
        if (report.Arithmetic != Arithmetic.Real)
            return what; // what differs there are roundings
        double[] first = report.Reference.Evaluate(input), second = report.Difference.Evaluate(input);
        if (report.Property == EquivalenceProperty.SameLabel)
            return $"{what}, labelled {Largest(first)} by the first network, {Largest(second)} by the second";
        int output = Largest([.. first.Zip(second, static (a, b) => Math.Abs(a - b))]);
        return $"{what}, where output {output} is {Units.Small(first[output])} of the first network, {Units.Small(second[output])} of the "
            + "second";
    }

    private static int Largest(double[] values) => Array.IndexOf(values, values.Max());
}
