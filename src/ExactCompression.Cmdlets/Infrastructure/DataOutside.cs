namespace ExactCompression.Cmdlets.Infrastructure;

/// <summary>
/// Warnings of rows that lie outside a domain. Each data set and domain is mentioned once, however many networks come through the
/// pipeline.
/// </summary>
/// <param name="consequence">What becomes of such rows, and what to do.</param>
internal sealed class DataOutside(string consequence)
{
    /// <summary>What a search or a comparison does with such rows.</summary>
    public const string Moved = "are moved to its nearest points. Import-InputData -Scale brings data to the network's scale; "
        + "Test-InputDomain says which rows lie inside.";

    /// <summary>What a measurement does with such rows.</summary>
    public const string Measured = "nothing is proven about them. Accuracy and Agreement are those of the rows inside, AccuracyAll that of "
        + "all rows.";

    private readonly List<(InputData Data, InputDomain Domain)> seen = [];

    /// <summary>
    /// Says what a search or a comparison does with rows outside: of a ball around a point, where most always are, with -Verbose only.
    /// </summary>
    /// <param name="data">The rows, or null.</param>
    /// <param name="domain">The domain, of the network's own size.</param>
    /// <param name="warn">Writes a warning.</param>
    /// <param name="mention">Writes a verbose message.</param>
    public void Tell(InputData? data, InputDomain domain, Action<string> warn, Action<string> mention)
    {
        if (Warning(data, domain) is { } text)
            (domain.Radius is null ? warn : mention)(text);
    }

    /// <summary>What to say of rows outside the domain; null where there are none, or where it was said before.</summary>
    /// <param name="data">The rows, or null.</param>
    /// <param name="domain">The domain, of the network's own size; null for any.</param>
    public string? Warning(InputData? data, InputDomain? domain)
    {
        // Data of another width is refused elsewhere.
        if (data is null || domain?.Size != data.Columns || seen.Exists(s => s.Data == data && Domains.AreEqual(domain, s.Domain)))
            return null;
        seen.Add((data, domain));
        return InputDomainReport.Of(data, domain).Remark is { } remark ? $"{remark}, and {consequence}" : null;
    }
}
