using ExactCompression.Cmdlets.Views;
using static System.FormattableString;

namespace ExactCompression.Cmdlets.Infrastructure;

/// <summary>
/// Counts, for warnings, the rows of data that a search or a comparison moves into its domain. Each data set and domain is mentioned once,
/// however many networks come through the pipeline.
/// </summary>
internal sealed class DataOutside
{
    private readonly List<(InputData Data, InputDomain Domain)> seen = [];

    /// <summary>What to say of rows outside the domain; null where there are none, or where it was said before.</summary>
    /// <param name="data">The rows, or null.</param>
    /// <param name="domain">The domain, of the network's own size.</param>
    public string? Warning(InputData? data, InputDomain domain)
    {
        // Data of another width is refused elsewhere.
        if (data is null || domain.Size != data.Columns || seen.Exists(s => s.Data == data && Domains.AreEqual(domain, s.Domain)))
            return null;
        seen.Add((data, domain));
        var report = InputDomainReport.Of(data, domain);
        if (report.Widest is not { } widest)
            return null;
        bool all = report.Inside == 0;
        return $"{(all ? $"All {Units.Count(report.Rows)}" : $"{Units.Count(report.Outside)} of {Units.Count(report.Rows)}")} rows of "
            + Invariant($"{report.Data} lie outside {domain}, by up to {widest.Excess:G3} (row {widest.Row}, input {widest.Input}: ")
            + Invariant($"{widest.Value}), and are moved to its nearest points. Import-InputData -Scale brings data to the network's ")
            + "scale; Test-InputDomain says which rows lie inside.";
    }
}
